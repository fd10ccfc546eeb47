import { yearOf } from '../calendar.js';
import { canonical } from '../canonical.js';
import { RuleError } from '../errors.js';
import { planId } from '../keys.js';
import type { Plan, PlanItem } from '../records/plan.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, changed, invalid, mustActFor, mustDiffer, mustHold, mustMatch, stampOf } from './act.js';

/** Plan 行动计划: one for each department and year, made and revised by its stewards. */
export function make(act: Act, existing: Plan | undefined, { year, items }: TransactionInput<'plan:make'>): Plan {
  mustHold(act, 'steward');
  const { department } = act.caller;
  if (existing) throw new RuleError('ALREADY_EXISTS', { rule: 'plan', given: existing.id, accepted: 'a revision of that plan' });
  const stamp = stampOf(act);
  const plan: Plan = {
    kind: 'plan',
    id: planId(department, year),
    version: 1,
    created: stamp,
    updated: stamp,
    department,
    year,
    items,
    status: 'active',
  };
  mustBePromises(act, plan, []);
  return plan;
}

export function revise(act: Act, plan: Plan, { expectedVersion, items, reason }: TransactionInput<'plan:revise'>): Plan {
  mustActFor(act, plan.department, 'steward');
  mustMatch(plan, expectedVersion);
  const { reason: _earlier, ...rest } = changed(act, plan);
  const next: Plan = { ...rest, items, ...(reason === undefined ? {} : { reason }) };
  const broken = brokenPromise(plan, next, act.at);
  if (broken !== undefined)
    throw new RuleError('PLAN_ITEM_DUE', { rule: 'plan', given: broken.name, accepted: `as it stood when it fell due, ${broken.dueAt}` });
  mustBePromises(act, next, plan.items);
  return next;
}

/** A promise whose day has passed stays as it was: what was missed cannot be revised away, nor named once it has come about. */
export function brokenPromise(before: Plan, after: Plan, at: string): PlanItem | undefined {
  return before.items
    .filter(({ dueAt }) => Date.parse(dueAt) < Date.parse(at))
    .find((item) => {
      const now = after.items.find(({ name }) => name === item.name);
      return now === undefined || canonical(now) !== canonical(item);
    });
}

/** What is new lies ahead, and in the plan's year as the channel's calendar has it. */
function mustBePromises(act: Act, { items, year }: Plan, before: readonly PlanItem[]): void {
  mustDiffer(
    items.map(({ name }) => name),
    'items',
  );
  for (const [i, { name, dueAt }] of items.entries()) {
    const as = before.find((item) => item.name === name);
    if (as?.dueAt === dueAt) continue;
    if (Date.parse(dueAt) < Date.parse(act.at)) throw invalid(`items.${i}.dueAt`, `not before ${act.at}`);
    if (yearOf(dueAt, act.settings.timeZone) !== year) throw invalid(`items.${i}.dueAt`, `in ${year}`);
  }
}

export const itemStandings = ['open', 'kept', 'late', 'missed'] as const;
export type ItemStanding = (typeof itemStandings)[number];

/** `doneAt`: when what it promises came about, if it has. late: after its day; missed: its day has passed without. */
export function itemStanding({ dueAt }: Pick<PlanItem, 'dueAt'>, doneAt: string | undefined, at: string): ItemStanding {
  const due = Date.parse(dueAt);
  if (doneAt !== undefined && Date.parse(doneAt) <= Date.parse(at)) return Date.parse(doneAt) <= due ? 'kept' : 'late';
  return Date.parse(at) > due ? 'missed' : 'open';
}
