import type { Caller, Role } from '../../caller.js';
import type { Asset } from '../../records/asset.js';
import type { Demand } from '../../records/demand.js';
import type { Department } from '../../records/department.js';
import type { Grant } from '../../records/grant.js';
import type { LedgerRecord, RecordKind, RecordOf } from '../../records/index.js';
import type { Right } from '../../records/right.js';
import type { Share } from '../../records/share.js';
import type { TransactionName } from '../../transactions.js';

/** The form of a row in the table of acts (acts.ts): one way in which a record may change, and by whom. */
export interface Related {
  /** The asset's confirmed owner (a department), who confirms and declines all rights but ownership. */
  readonly owner?: string | undefined;
  /** The right that a transfer ends, as it stood before. */
  readonly from?: Right | undefined;
  /** The asset of a grant, as it stood: whether it needed a decision; or the one that a demand is put to; of what is passed on with an asset, whose that has become. */
  readonly asset?: Asset | undefined;
  /** The grant of a share or refusal, as it stood. */
  readonly grant?: Grant | undefined;
  /** The demand that another joins. */
  readonly demand?: Demand | undefined;
  /** The share that fulfils a demand, or that a rating is of, as it stood. */
  readonly share?: Share | undefined;
  /** The department that a record was passed on from, as it stood: whether it is dissolved, and who takes over. */
  readonly predecessor?: Department | undefined;
  /** What a new dispute is about (authorship.ts namedBy), as it stood, or as the same transaction writes it. */
  readonly about?: readonly LedgerRecord[];
}

export interface Change<K extends RecordKind> {
  readonly previous: RecordOf<K> | undefined;
  readonly next: RecordOf<K>;
  readonly caller: Caller;
  readonly related: Related;
}

/** Whose word a change is, as the documents say it (STATES.md). */
export type Actor =
  | 'proposer'
  | 'publisher'
  | 'holder'
  | 'owner'
  | 'receiver'
  | 'objector'
  | 'requester'
  | 'asset owner'
  | 'provider'
  | 'consumer'
  | 'planner'
  | 'raiser'
  | 'claimant'
  | 'respondent'
  | 'manager'
  | 'manager, once overdue'
  | 'auditor';

export interface ActRule<K extends RecordKind> {
  /** The transactions that do this, and who sends them: what the documents draw. `by` is what counts. */
  readonly step: readonly TransactionName[];
  readonly who: readonly Actor[];
  /** undefined: a new record. */
  readonly from: readonly (RecordOf<K>['status'] | undefined)[];
  readonly to: readonly RecordOf<K>['status'][];
  /** Fields that may change beside version, updated and status. A new record has them all but what `lacks` names. */
  readonly fields?: readonly (keyof RecordOf<K> & string)[];
  readonly lacks?: readonly (keyof RecordOf<K> & string)[];
  readonly by: (change: Change<K>) => boolean;
}

export const is = (caller: Caller, department: string | undefined, ...roles: Role[]) =>
  caller.department === department && roles.some((role) => caller.roles.includes(role));
export const manages = ({ caller }: { caller: Caller }) => caller.roles.includes('manager');
