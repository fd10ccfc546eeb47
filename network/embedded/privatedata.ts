import { pair } from '../block/action.js';
import type { CollectionRwset } from '../block/rwset.js';
import { len, num, Reader } from '../block/wire.js';
import { sha256 } from './digest.js';
import type { Examined } from './examine.js';
import { Area, encodeRecord, privateKeyOf, transientKey } from './layout.js';
import type { LedgerStore } from './ledgerstore.js';
import type { SimulationResult } from './simulator.js';
import type { Change } from './updates.js';

/**
 * Private values: kept from the endorsement on, outside any block (a peer's transient store), and handed over to the collection when
 * the transaction that holds their hash is committed as valid.
 */
export interface HandedOver {
  readonly changes: readonly Change[];
  readonly drop: readonly Buffer[];
}

/** What was endorsed and never committed goes after so many blocks, looked for as often (core.yaml, peer.gossip.pvtData.transientstoreMaxBlockRetention). */
const KEPT_BLOCKS = 1000n;

/** Not synced: what a kill of the machine takes with it, the client endorses again. */
export async function keepTransient(store: LedgerStore, txId: string, sets: SimulationResult['privateSets']): Promise<void> {
  if (sets.size === 0) return;
  const height = Buffer.allocUnsafe(8);
  height.writeBigUInt64BE(store.tip.height);
  await store.level.batch(
    [...sets].map(([collection, set]) => ({ type: 'put', key: transientKey(txId, collection), value: Buffer.concat([height, set]) })),
  );
}

export async function handOver(store: LedgerStore, transactions: readonly Examined[], codes: Buffer, block: bigint): Promise<HandedOver> {
  const drop = block % KEPT_BLOCKS === 0n ? await outdated(store, block - KEPT_BLOCKS) : [];
  if (!transactions.some((t) => t.content?.rwset.some((n) => n.collections.length > 0))) return { changes: [], drop };
  const changes = new Map<string, Change>();
  for (const [tx, { txId, content }] of transactions.entries()) {
    for (const { namespace, collections } of content?.rwset ?? []) {
      for (const c of collections) {
        const held = transientKey(txId, c.collection);
        const set = store.committed(held)?.subarray(8);
        if (set === undefined) continue;
        drop.push(held);
        // Values that do not belong to the hash on the block are nobody's.
        if (codes[tx] !== 0 || !sha256(set).equals(c.pvtRwsetHash)) continue;
        for (const change of changesOf(store, namespace, c, set, { block, tx: BigInt(tx) }, changes)) {
          changes.set(change.key.toString('latin1'), change);
        }
      }
    }
  }
  return { changes: [...changes.values()], drop };
}

async function outdated(store: LedgerStore, below: bigint): Promise<Buffer[]> {
  const found: Buffer[] = [];
  const area = { gte: Buffer.of(Area.transient), lt: Buffer.of(Area.transient + 1) };
  for await (const [key, value] of store.level.iterator(area)) if (value.readBigUInt64BE() < below) found.push(key);
  return found;
}

function* changesOf(
  store: LedgerStore,
  namespace: string,
  { collection }: CollectionRwset,
  set: Buffer,
  version: { block: bigint; tx: bigint },
  sofar: ReadonlyMap<string, Change>,
): Iterable<Change> {
  const r = new Reader(set);
  while (r.next()) {
    if (r.tag === len(3)) {
      const { key, isDelete, value } = readWrite(r.bytes());
      const stored = privateKeyOf(namespace, collection, key);
      const before = store.committed(stored);
      yield { key: stored, before, after: isDelete ? undefined : encodeRecord({ version, value, metadata: Buffer.alloc(0) }) };
    } else if (r.tag === len(4)) {
      // Its metadata alone changed: the value goes on under the new version, which the hash has too.
      const stored = privateKeyOf(namespace, collection, pair(r.bytes()).first.toString('utf8'));
      const before = store.committed(stored);
      const latest = sofar.get(stored.toString('latin1'))?.after ?? before;
      if (latest) yield { key: stored, before, after: encodeRecord({ version, value: latest.subarray(16), metadata: Buffer.alloc(0) }) };
    }
  }
}

function readWrite(bytes: Buffer): { key: string; isDelete: boolean; value: Buffer } {
  let key = '';
  let isDelete = false;
  let value: Buffer = Buffer.alloc(0);
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) key = r.string();
    else if (r.tag === num(2)) isDelete = r.bool();
    else if (r.tag === len(3)) value = r.bytes();
  }
  return { key, isDelete, value };
}
