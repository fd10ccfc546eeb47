import { type Identity, type Ledger, LedgerError } from '../ledger/ledger.js';
import type { ReadModel } from '../readmodel/readmodel.js';
import type { EvidenceSource } from './export.js';
import { ATTESTATIONS, type Subject } from './format.js';

export interface EvidenceServices {
  readonly ledger: Ledger;
  readonly readModel: Pick<ReadModel, 'writers' | 'transaction'>;
  readonly channel: string;
  readonly chaincode: string;
  /** In whose name the organisations are asked to attest. */
  readonly as: Identity;
}

/** Evidence from a running service: places from its read model, bytes and attestations from the ledger itself. */
export function evidenceSource({ ledger, readModel, channel, chaincode, as }: EvidenceServices): EvidenceSource {
  return {
    channel,
    chaincode,
    place: async (subject: Subject) => {
      const entry =
        subject.kind === 'transaction'
          ? await readModel.transaction(subject.id)
          : (await readModel.writers(subject.kind, subject.id)).at(-1);
      return entry?.code === 'VALID' ? { block: BigInt(entry.block), tx: BigInt(entry.index) } : undefined;
    },
    block: (number) => oneBlock(ledger, number),
    attest: (transactionId) => ledger.attest(transactionId, ATTESTATIONS, as),
  };
}

async function oneBlock(ledger: Ledger, number: bigint): Promise<Uint8Array> {
  const stop = new AbortController();
  try {
    for await (const bytes of ledger.blocks(number, stop.signal)) return bytes;
  } finally {
    stop.abort();
  }
  throw new LedgerError('UNAVAILABLE', { stage: 'blocks', reason: `block ${number}` });
}
