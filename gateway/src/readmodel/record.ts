import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { clusterOf, type Indexed, indexedOf } from './fields.js';
import { BLOCK_LENGTH, keys } from './keys.js';
import { type Held, type Standing, writeOwner, writeUse } from './standing.js';
import type { Batch } from './store.js';

/** A record that counts, and what it replaces. */
export interface Accepted {
  readonly record: LedgerRecord;
  /** Its bytes on the block. */
  readonly value: Buffer;
  readonly block: number;
  /** The block's number as keys and values hold it. */
  readonly blockHex: string;
  /** Where the record's first version stands: its place in every list. */
  readonly order: string;
  readonly before: Held | undefined;
}

/** Writes a record, its indexes and what follows from it. */
export function writeRecord(batch: Batch, standing: Standing, accepted: Accepted): void {
  const { record, value, block, blockHex, order, before } = accepted;
  const cluster = clusterOf(record);
  // The block since which this version stands, then the record's own bytes.
  const stored = Buffer.allocUnsafe(BLOCK_LENGTH + value.length);
  stored.write(blockHex, 0, 'latin1');
  value.copy(stored, BLOCK_LENGTH);
  batch.put(keys.current(record.kind, cluster, order), stored);
  if (before === undefined) batch.put(keys.place(record.kind, record.id), Buffer.from(order + cluster, 'latin1'));
  else batch.put(keys.version(record.kind, record.id, before.record.version), before.stored);
  writeIndexes(batch, accepted, Buffer.from(cluster, 'latin1'));
  standing.holds({ record, order, stored });
  if (record.kind === 'share' && before === undefined) {
    const { count, rows } = standing.use(record.grant);
    const use = { count: count + 1, rows: rows + record.rowsReserved };
    standing.used(record.grant, use);
    batch.put(keys.usage(record.grant), writeUse(use));
    batch.put(keys.usageAt(record.grant, block), writeUse(use));
  }
  const owned = standing.ownerAfter(record, before?.record);
  if (owned !== undefined) {
    standing.owns(owned.asset, owned.owner);
    batch.put(keys.owner(owned.asset), writeOwner(owned.owner));
  }
}

/**
 * One entry for each field value that holds now. A value that ends leaves an entry under the block that ended it: a question about an
 * earlier block looks at those that have ended since, and at no others.
 */
function writeIndexes(batch: Batch, { record, blockHex, order, before }: Accepted, cluster: Buffer): void {
  const { kind } = record;
  const now = indexedOf(record);
  if (before === undefined) {
    for (const [field, value] of now) batch.put(keys.index(kind, field, value) + order, cluster);
    return;
  }
  const then = indexedOf(before.record);
  for (const [field, value] of missingFrom(now, then)) {
    batch.del(keys.index(kind, field, value) + order);
    batch.put(keys.ended(kind, field, value) + blockHex + order, cluster);
  }
  for (const [field, value] of missingFrom(then, now)) batch.put(keys.index(kind, field, value) + order, cluster);
}

/** Those of `all` that `some` lacks. */
function missingFrom(some: readonly Indexed[], all: readonly Indexed[]): readonly Indexed[] {
  if (some.length < 16) return all.filter(([field, value]) => !some.some(([f, v]) => f === field && v === value));
  const held = new Set(some.map(([field, value]) => `${field}\u0000${value}`));
  return all.filter(([field, value]) => !held.has(`${field}\u0000${value}`));
}
