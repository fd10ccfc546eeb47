import type { Caller, Role } from '../caller.js';
import { RuleError } from '../errors.js';
import { newId } from '../keys.js';
import type { Stamp } from '../records/common.js';
import type { Settings } from '../records/department.js';
import type { LedgerRecord } from '../records/index.js';

/** What every rule is told about the transaction that asks: who, when, under which settings. Nothing else of the outside reaches a rule. */
export interface Act {
  readonly caller: Caller;
  /** The proposal's time, RFC 3339 UTC: endorsers must compute identical bytes, so no clock. */
  readonly at: string;
  readonly transactionId: string;
  readonly settings: Settings;
  readonly requestId?: string;
}

export function stampOf({ caller, at, transactionId, requestId }: Omit<Act, 'settings'>): Stamp {
  return {
    at,
    transactionId,
    department: caller.department,
    mspId: caller.mspId,
    name: caller.name,
    ...(caller.custodian === undefined ? {} : { custodian: caller.custodian }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** What a new record starts with. */
export function born<K extends Parameters<typeof newId>[0]>(act: Act, kind: K, nth = 0) {
  const stamp = stampOf(act);
  return { kind, id: newId(kind, act.transactionId, nth), version: 1, created: stamp, updated: stamp };
}

/** What every change of a record carries. */
export function changed<R extends LedgerRecord>(act: Act, record: R): R {
  timely(act, record);
  return { ...record, version: record.version + 1, updated: stampOf(act) };
}

/** DOMAIN rule 11: what came before bounds from below what a client may claim the time to be. */
export function timely(act: Act, ...earlier: readonly LedgerRecord[]): void {
  for (const { updated } of earlier)
    if (Date.parse(act.at) < Date.parse(updated.at) - act.settings.maxClockSkewSeconds * 1000)
      throw new RuleError('TIME_BEFORE_RECORD', { rule: '11', given: act.at, accepted: `${updated.at} or later` });
}

export function mustHold(act: Act, ...roles: readonly Role[]): void {
  if (!roles.some((role) => act.caller.roles.includes(role)))
    throw new RuleError('ROLE_MISSING', { rule: '1', given: act.caller.roles.join(', ') || 'none', accepted: roles.join(' or ') });
}

/** DOMAIN rule 1: a department writes only what is its own. */
export function mustBe(act: Act, department: string): void {
  if (act.caller.department !== department)
    throw new RuleError('NOT_YOURS', { rule: '1', given: act.caller.department, accepted: department });
}

/** Holds that role in that department. The department is asked first: who is of another need not know what role would do. */
export function mustActFor(act: Act, department: string, ...roles: readonly Role[]): void {
  mustBe(act, department);
  mustHold(act, ...roles);
}

export function mustStand(record: LedgerRecord, ...states: readonly string[]): void {
  if (!states.includes(record.status))
    throw new RuleError('STATE_FORBIDS', { rule: 'states', given: record.status, accepted: states.join(' or ') });
}

export function mustMatch(record: LedgerRecord, expectedVersion: number | undefined): void {
  if (expectedVersion !== undefined && expectedVersion !== record.version)
    throw new RuleError('VERSION_MISMATCH', { rule: 'If-Match', given: String(expectedVersion), accepted: String(record.version) });
}

export function invalid(path: string, message: string): RuleError {
  return new RuleError('INPUT_INVALID', { rule: 'schema', fields: [{ path, message }] });
}

export function mustFollow(from: string | undefined, to: string | undefined, path: string): void {
  if (from !== undefined && to !== undefined && Date.parse(to) < Date.parse(from)) throw invalid(path, `not before ${from}`);
}

export function mustDiffer(items: readonly string[], path: string): void {
  const twice = items.find((item, i) => items.indexOf(item) !== i);
  if (twice !== undefined) throw invalid(path, 'names something twice');
}
