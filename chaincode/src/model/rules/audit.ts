import type { AuditQuery } from '../records/auditQuery.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, mustHold } from './act.js';

/** The one thing that an auditor writes: that it looked. */
export function record(act: Act, input: TransactionInput<'audit:record'>): AuditQuery {
  mustHold(act, 'auditor');
  return { ...born(act, 'audit-query'), kind: 'audit-query', by: act.caller.department, ...input, status: 'recorded' };
}
