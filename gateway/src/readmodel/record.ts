import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { clusterOf, indexedOf } from './fields.js';
import { BLOCK_LENGTH, hex, keys } from './keys.js';
import type { Overlay } from './overlay.js';

/** A record that counts, and what it replaces. */
export interface Accepted {
  readonly record: LedgerRecord;
  /** Its bytes on the block. */
  readonly value: Buffer;
  readonly block: number;
  /** Where the record's first version stands: its place in every list. */
  readonly order: string;
  readonly before: { readonly record: LedgerRecord; readonly stored: Buffer } | undefined;
}

/** Writes a record and its indexes; answers it as stored. */
export function recordEntries(overlay: Overlay, { record, value, block, order, before }: Accepted): Buffer {
  const cluster = clusterOf(record);
  // The block since which this version stands, then the record's own bytes.
  const stored = Buffer.allocUnsafe(BLOCK_LENGTH + value.length);
  stored.write(hex(block, BLOCK_LENGTH), 0, 'latin1');
  value.copy(stored, BLOCK_LENGTH);
  overlay.put(keys.current(record.kind, cluster, order), stored);
  if (before === undefined) overlay.put(keys.place(record.kind, record.id), Buffer.from(order + cluster, 'latin1'));
  else overlay.write(keys.version(record.kind, record.id, before.record.version), before.stored);
  indexEntries(overlay, record, before?.record, order, Buffer.from(cluster, 'latin1'), block);
  if (record.kind === 'share' && before === undefined) countUse(overlay, record.grant, record.rowsReserved, block);
  return stored;
}

/**
 * One entry for each field value that holds now. A value that ends leaves an entry under the block that ended it: a question about an
 * earlier block looks at those that have ended since, and at no others.
 */
function indexEntries(
  overlay: Overlay,
  record: LedgerRecord,
  before: LedgerRecord | undefined,
  order: string,
  cluster: Buffer,
  block: number,
): void {
  const now = new Set(indexedOf(record).map(([field, value]) => keys.index(record.kind, field, value)));
  const ended = before === undefined ? [] : indexedOf(before);
  for (const [field, value] of ended) {
    const key = keys.index(record.kind, field, value);
    if (now.delete(key)) continue;
    overlay.remove(key + order);
    overlay.write(keys.ended(record.kind, field, value) + hex(block, BLOCK_LENGTH) + order, cluster);
  }
  for (const key of now) overlay.write(key + order, cluster);
}

function countUse(overlay: Overlay, grant: string, reserved: number, block: number): void {
  const [count = 0, rows = 0] = (overlay.get(keys.usage(grant))?.toString() ?? '').split(' ').map(Number);
  const value = Buffer.from(`${count + 1} ${rows + reserved}`, 'latin1');
  overlay.put(keys.usage(grant), value);
  overlay.write(keys.usageAt(grant, block), value);
}
