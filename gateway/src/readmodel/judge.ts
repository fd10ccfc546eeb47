import type { Caller } from '@drl/chaincode/model/caller';
import type { RuleCode } from '@drl/chaincode/model/errors';
import type { Stamp } from '@drl/chaincode/model/records/common';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { authorshipFault, type Related } from '@drl/chaincode/model/rules/authorship';
import type { BlockTransaction, RecordWrite } from './decode.js';
import type { IgnoredReason } from './errors.js';
import { clusterOf } from './fields.js';

/** More than any transaction of ours writes; beyond it none of its writes counts. */
export const MAX_WRITES = 1000;

/**
 * Whether a write of a valid transaction counts. The network refuses most forgeries by policy; a new key has no policy of its own yet,
 * so a record that its creator may not have made can be valid on the ledger. It gets into no answer, and the trail names it.
 */
export function faultOf(
  write: RecordWrite,
  tx: BlockTransaction,
  previous: LedgerRecord | undefined,
  caller: Caller | undefined,
  related: (next: LedgerRecord) => Related,
): IgnoredReason | RuleCode | undefined {
  if (tx.writes.length > MAX_WRITES) return 'TOO_MANY_WRITES';
  if (tx.writes.some((other) => other !== write && other.kind === write.kind && other.id === write.id)) return 'WRITTEN_TWICE';
  if (write.isDelete) return 'DELETED';
  const next = write.record;
  if (next === undefined) return 'SCHEMA';
  if (next.kind !== write.kind || next.id !== write.id) return 'KEY_MISMATCH';
  if (next.version !== (previous?.version ?? 0) + 1) return 'VERSION';
  if (!sameStamp(next.created, previous?.created ?? next.updated)) return 'HISTORY';
  if (previous !== undefined && clusterOf(previous) !== clusterOf(next)) return 'HISTORY';
  if (caller === undefined) return 'CALLER';
  if (!isOwnStamp(next.updated, tx, caller)) return 'STAMP';
  return authorshipFault(write.kind, previous, next, caller, related(next));
}

function isOwnStamp(stamp: Stamp, tx: BlockTransaction, caller: Caller): boolean {
  return (
    stamp.transactionId === tx.id &&
    (stamp.at === tx.iso || Date.parse(stamp.at) === tx.at) &&
    stamp.department === caller.department &&
    stamp.mspId === caller.mspId &&
    stamp.name === caller.name &&
    stamp.custodian === caller.custodian
  );
}

function sameStamp(a: Stamp, b: Stamp): boolean {
  return (
    a.transactionId === b.transactionId &&
    a.at === b.at &&
    a.department === b.department &&
    a.mspId === b.mspId &&
    a.name === b.name &&
    a.custodian === b.custodian &&
    a.requestId === b.requestId
  );
}
