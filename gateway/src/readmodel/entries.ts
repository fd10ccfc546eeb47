import type { RecordKind } from '@drl/chaincode/model/records/index';
import { codeName } from './codes.js';
import { blockOfOrder, timeOfOrder, txOfOrder } from './keys.js';
import type { Subject, TrailEntry, TransactionEntry } from './readmodel.js';

/** One act of a transaction as it is stored: short names, since there is one for every write of the ledger. */
export interface Act {
  readonly o: TrailEntry['outcome'];
  readonly k?: RecordKind;
  readonly i?: string;
  readonly v?: number;
  readonly a?: string | undefined;
  readonly g?: string | undefined;
  readonly p?: string | undefined;
  /** Departments that it concerns and that did not do it themselves. */
  readonly d?: readonly string[] | undefined;
  readonly c?: string;
}

/** A transaction as it is stored; block, index and the time it is filed under are its order's. */
export interface StoredTransaction {
  readonly id: string;
  /** Client's time in milliseconds. */
  readonly at: number;
  readonly code: number;
  readonly msp: string;
  readonly name: string;
  readonly dep: string;
  readonly cus?: string;
  readonly act: string;
  readonly acts: readonly Act[];
}

export interface OrderedTransaction extends StoredTransaction {
  readonly order: string;
}

export function encode(tx: StoredTransaction): Buffer {
  return Buffer.from(JSON.stringify(tx));
}

export function decode(order: string, value: Buffer): OrderedTransaction {
  return { ...(JSON.parse(value.toString()) as StoredTransaction), order };
}

export function transactionEntry(tx: OrderedTransaction): TransactionEntry {
  return {
    transactionId: tx.id,
    block: blockOfOrder(tx.order),
    index: txOfOrder(tx.order),
    at: new Date(tx.at).toISOString(),
    code: codeName(tx.code),
    creator: { mspId: tx.msp, name: tx.name, department: tx.dep },
    action: tx.act,
    writes: tx.acts.flatMap((act) => (act.o === 'done' || act.o === 'refused' ? (subjectOf(act) ?? []) : [])),
  };
}

export function trailEntries(tx: OrderedTransaction): TrailEntry[] {
  const common = {
    at: new Date(timeOfOrder(tx.order)).toISOString(),
    block: blockOfOrder(tx.order),
    transactionId: tx.id,
    actor: { name: tx.name, mspId: tx.msp, ...(tx.cus === undefined ? {} : { custodian: tx.cus }) },
    department: tx.dep,
    action: tx.act,
  };
  return tx.acts.map((act) => {
    const subject = subjectOf(act);
    return {
      ...common,
      ...(subject === undefined ? {} : { subject }),
      ...(act.a === undefined ? {} : { asset: act.a }),
      ...(act.g === undefined ? {} : { grant: act.g }),
      ...(act.p === undefined ? {} : { purpose: act.p }),
      ...(act.d === undefined ? {} : { concerns: act.d }),
      outcome: act.o,
      ...(act.c === undefined ? {} : { clause: act.c }),
    };
  });
}

function subjectOf(act: Act): Subject | undefined {
  if (act.k === undefined || act.i === undefined) return undefined;
  return { kind: act.k, id: act.i, version: act.v ?? 0 };
}
