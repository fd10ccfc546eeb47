import { RuleError } from '../errors.js';
import type { Asset } from '../records/asset.js';
import type { Department } from '../records/department.js';
import type { LedgerRecord } from '../records/index.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, changed, invalid, mustDiffer, mustHold, mustStand } from './act.js';
import { bound, FIRST, type PassingKind, passed, passesTo, passingKinds, waits } from './passing.js';

/** 机构改革: departments are renamed, merged and split by the manager; what was written before stays as it was. */
export function rename(act: Act, department: Department, { name, basis }: TransactionInput<'department:rename'>): Department {
  mustHold(act, 'manager');
  mustStand(department, 'active');
  return renamed(changed(act, department), department, name, basis);
}

/** The id stays, and with it every record; the name before is kept with the time and basis of its end. */
export function renamed(
  next: Department,
  { name: before, formerNames = [] }: Department,
  name: Department['name'],
  basis: Department['name'],
) {
  return { ...next, name, formerNames: [...formerNames, { name: before, until: next.updated.at, basis }] };
}

/**
 * Dissolves a department: from then on its certificates no longer act, and its records wait for one of its successors. Named among its own successors
 * in a split, it lives on (派生分立, 职能划转), and those of its records are passed on that go to another.
 */
export function succeed(
  act: Act,
  department: Department,
  successors: readonly (Department | undefined)[],
  { kind, successors: named, basis }: TransactionInput<'department:succeed'>,
): Department {
  mustHold(act, 'manager');
  mustStand(department, 'active');
  const lives = kind === 'split' && named.includes(department.id);
  if (!lives && department.id === act.caller.department) throw invalid('id', 'another department: who signs this would no longer be one');
  mustDiffer(named, 'successors');
  if ((kind === 'merge') !== (named.length === 1)) throw invalid('successors', 'one where it merges, several where it is split');
  const missing = named.find((id, i) => (id === department.id && !lives) || successors[i]?.status !== 'active');
  if (missing !== undefined)
    throw new RuleError('NOT_FOUND', { rule: 'succession', given: missing, accepted: 'other departments, admitted and not dissolved' });
  const next = changed(act, department);
  if (!lives) return { ...next, status: 'dissolved', succession: { kind, successors: named, basis } };
  const before = department.succession?.successors ?? [];
  return { ...next, succession: { kind, successors: [...new Set([...before, ...named])], basis } };
}

/** One record becomes that successor's. `asset`: what it is about, where it is about one. */
export function passOn<R extends LedgerRecord>(
  act: Act,
  record: R,
  predecessor: Department,
  asset: Asset | undefined,
  { from, to }: TransactionInput<'department:passOn'>,
): R {
  mustHold(act, 'manager');
  const { succession } = predecessor;
  if (succession === undefined)
    throw new RuleError('STATE_FORBIDS', { rule: 'succession', given: predecessor.status, accepted: 'a department with successors' });
  if (!passesTo(predecessor, to)) throw invalid('to', `another of ${succession.successors.join(', ')}`);
  if (!waits(record, from))
    throw new RuleError('STATE_FORBIDS', { rule: 'succession', given: record.status, accepted: `what is open and still ${from}'s` });
  const only = bound(record, from, asset);
  if (only === FIRST) throw new RuleError('STATE_FORBIDS', { rule: 'succession', given: record.kind, accepted: 'the asset first' });
  if (only !== undefined && only !== to) throw invalid('to', `${only}, which has the asset`);
  return passed(changed(act, record), from, to);
}

export function mustPass(kind: string): asserts kind is PassingKind {
  if (!(passingKinds as string[]).includes(kind)) throw invalid('record', `one of ${passingKinds.join(', ')}`);
}
