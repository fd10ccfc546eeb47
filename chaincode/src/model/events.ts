import { canonical } from './canonical.js';
import type { LedgerRecord, RecordKind } from './records/index.js';
import type { TransactionName } from './transactions.js';

/**
 * Fabric keeps one event a transaction: the last one set. Its name is the transaction's, its payload ids and states alone, since a
 * channel's every member reads events.
 */
export interface LedgerEvent {
  readonly records: readonly { readonly kind: RecordKind; readonly id: string; readonly version: number; readonly status: string }[];
}

export function eventOf(name: TransactionName, written: readonly LedgerRecord[]): { readonly name: string; readonly payload: string } {
  const event: LedgerEvent = { records: written.map(({ kind, id, version, status }) => ({ kind, id, version, status })) };
  return { name, payload: canonical(event) };
}
