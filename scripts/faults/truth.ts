import { openFabric } from '@drl/gateway/ledger/fabric';
import type { Identity } from '@drl/gateway/ledger/ledger';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { connectionProfile } from '@drl/network/fabric/profile';
import { readNetwork } from '@drl/network/fabric/state';

/** What the ledger itself holds, read from its peers and not through the gateway that is on trial. */
export interface Truth {
  /** Blocks read. */
  readonly height: number;
  /** By key: the valid transactions that made a record with it. */
  readonly made: ReadonlyMap<string, readonly string[]>;
}

const VALID = 0;

export async function readTruth(networkDir: string, reader: Identity): Promise<Truth> {
  const state = readNetwork(networkDir);
  const { channel, chaincode } = state.consortium;
  const ledger = await openFabric({ profile: { ...connectionProfile(networkDir, state) }, channel, chaincode, reader });
  const made = new Map<string, string[]>();
  const done = new AbortController();
  try {
    const { height } = await ledger.info();
    let next = 0n;
    for await (const bytes of ledger.blocks(0n, done.signal)) {
      for (const [key, transactionId] of madeIn(bytes, chaincode)) made.set(key, [...(made.get(key) ?? []), transactionId]);
      next += 1n;
      if (next >= height) break;
    }
    return { height: Number(next), made };
  } finally {
    done.abort();
    await ledger.close();
  }
}

function* madeIn(bytes: Uint8Array, chaincode: string): Generator<readonly [key: string, transactionId: string]> {
  const block = readBlock(bytes);
  for (const [i, envelope] of block.envelopes.entries()) {
    if (block.number > 0n && block.codes[i] !== VALID) continue;
    const { txId, actions } = readEnvelope(envelope);
    const writes = actions.flatMap(({ rwset }) => rwset).filter(({ namespace }) => namespace === chaincode);
    for (const { value } of writes.flatMap((set) => set.writes)) {
      const key = keyOf(value);
      if (key !== undefined) yield [key, txId];
    }
  }
}

/** The key that a new asset carries as its title and a new share as its case; index entries and changes have none. */
function keyOf(value: Buffer): string | undefined {
  if (value[0] !== '{'.charCodeAt(0)) return undefined;
  const record = JSON.parse(value.toString('utf8')) as { version?: number; title?: { en?: string }; caseRef?: string };
  return record.version === 1 ? (record.title?.en ?? record.caseRef) : undefined;
}
