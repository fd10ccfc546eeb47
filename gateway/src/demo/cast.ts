import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';

/** Who acts in the demonstration, and what one act is. */

/** Ids of records that earlier steps made, by the data's keys. */
export type Ids = (key: string) => string;

export interface Step<N extends TransactionName = TransactionName> {
  readonly at: number;
  /** Enrolment id of who does it. */
  readonly as: string;
  readonly name: N;
  readonly input: (ids: Ids) => TransactionInput<N>;
  /** The key under which the new record's id is kept. */
  readonly saves?: string;
}

export type Add = <N extends TransactionName>(
  at: number,
  as: string,
  name: N,
  input: (ids: Ids) => TransactionInput<N>,
  saves?: string,
) => void;
export type MomentReader = (moment: string) => number;

export const steward = (department: string) => `${department}-steward-1`;
export const consumer = (department: string) => `${department}-consumer-1`;
export const MANAGER = 'data-bureau-manager-1';
export const AUDITOR = 'audit-office-auditor-1';
