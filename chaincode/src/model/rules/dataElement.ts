import { RuleError } from '../errors.js';
import { type DataElement, type DataElementBody, dataElementBody } from '../records/dataElement.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, changed, invalid, mustActFor, mustDiffer, mustHold, mustMatch, mustStand, stampOf, timely } from './act.js';

/**
 * DataElement 数据元: proposed ⇄ returned → adopted → retired. A department proposes and revises, the manager adopts, returns and retires. What is
 * adopted is in force until the manager adopts a revision of it, or retires it for good: an id never comes to mean another thing.
 */
export function propose(
  act: Act,
  existing: DataElement | undefined,
  { id, ...body }: TransactionInput<'data-element:propose'>,
): DataElement {
  mustHold(act, 'steward', 'manager');
  mustHoldTogether(body);
  const owner = act.caller.department;
  if (existing === undefined) {
    const stamp = stampOf(act);
    return { kind: 'data-element', id, version: 1, created: stamp, updated: stamp, owner, ...body, status: 'proposed' };
  }
  // What was returned and never adopted means nothing yet: a code of a standard must not be lost to whoever asked for it first, and badly.
  if (existing.status !== 'returned')
    throw new RuleError('ALREADY_EXISTS', { rule: 'states', given: `${id}, ${existing.status}`, accepted: 'an id not yet taken' });
  return again(act, existing, owner, body);
}

/** In place of what was asked for, before the first adoption; beside what is in force, after it. */
export function revise(
  act: Act,
  element: DataElement,
  { id: _, expectedVersion, ...body }: TransactionInput<'data-element:revise'>,
): DataElement {
  mustActFor(act, element.owner, 'steward', 'manager');
  mustMatch(element, expectedVersion);
  mustStand(element, 'proposed', 'returned', 'adopted');
  mustHoldTogether(body);
  if (element.status !== 'adopted') return again(act, element, element.owner, body);
  const next = changed(act, element);
  return { ...next, revision: { ...body, proposed: next.updated, status: 'proposed' } };
}

export function adopt(act: Act, element: DataElement, { expectedVersion }: TransactionInput<'data-element:adopt'>): DataElement {
  const body = mustBeAsked(act, element, expectedVersion);
  const edition = (element.edition ?? 0) + 1;
  const { updated } = changed(act, element);
  return { ...withoutBody(act, element), owner: element.owner, ...body, edition, adopted: updated, status: 'adopted' };
}

/** Asked to be amended. */
export function giveBack(
  act: Act,
  element: DataElement,
  { expectedVersion, reason }: TransactionInput<'data-element:return'>,
): DataElement {
  mustBeAsked(act, element, expectedVersion);
  const next = changed(act, element);
  const { revision } = element;
  return revision === undefined
    ? { ...next, reason, status: 'returned' }
    : { ...next, revision: { ...revision, reason, status: 'returned' } };
}

/** For good; a revision that waits goes with it. `successor`: the element named as its replacement, if any. */
export function retire(
  act: Act,
  element: DataElement,
  successor: DataElement | undefined,
  { expectedVersion, reason, replacedBy }: TransactionInput<'data-element:retire'>,
): DataElement {
  mustHold(act, 'manager');
  mustMatch(element, expectedVersion);
  mustStand(element, 'adopted');
  if (replacedBy !== undefined && (replacedBy === element.id || successor?.status !== 'adopted'))
    throw invalid('replacedBy', 'another data element, adopted');
  if (successor !== undefined) timely(act, successor);
  const { revision: _, ...next } = changed(act, element);
  return { ...next, reason, ...(replacedBy === undefined ? {} : { replacedBy }), status: 'retired' };
}

/** The fields of a body alone. */
export function bodyOf(holder: DataElementBody): DataElementBody {
  const names = Object.keys(dataElementBody.shape) as (keyof DataElementBody)[];
  return Object.fromEntries(names.filter((name) => holder[name] !== undefined).map((name) => [name, holder[name]])) as DataElementBody;
}

function again(act: Act, element: DataElement, owner: string, body: DataElementBody): DataElement {
  return { ...withoutBody(act, element), owner, ...body, status: 'proposed' };
}

/** What a new body leaves as it was. */
function withoutBody(act: Act, element: DataElement) {
  const { kind, id, version, created, updated, formerly } = changed(act, element);
  return { kind, id, version, created, updated, ...(formerly === undefined ? {} : { formerly }) };
}

/** What waits for the manager's word: a revision, or the element itself. */
function mustBeAsked(act: Act, element: DataElement, expectedVersion: number | undefined): DataElementBody {
  mustHold(act, 'manager');
  mustMatch(element, expectedVersion);
  if (element.status === 'proposed') return bodyOf(element);
  if (element.revision?.status === 'proposed') return bodyOf(element.revision);
  const given = element.revision === undefined ? element.status : `${element.status}, its revision ${element.revision.status}`;
  throw new RuleError('STATE_FORBIDS', { rule: 'states', given, accepted: 'a proposal, or a proposed revision' });
}

function mustHoldTogether({ aliases = [], valueDomain }: DataElementBody): void {
  mustDiffer(aliases, 'aliases');
  mustDiffer(valueDomain?.codes?.map(({ code }) => code) ?? [], 'valueDomain.codes');
}
