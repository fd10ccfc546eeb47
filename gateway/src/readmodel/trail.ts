import { decode, type OrderedTransaction, trailEntries } from './entries.js';
import { blockOfOrder, keys, orderAt, timeOfOrder } from './keys.js';
import { after, intersection, type Positions, range, union } from './positions.js';
import type { Question } from './question.js';
import type { TrailEntry, TrailFilter } from './readmodel.js';
import { timeGiven } from './times.js';

export interface TrailItem {
  readonly entry: TrailEntry;
  /** The transaction's order and the act's number in it: where the next page goes on. */
  readonly place: string;
}

const CHUNK = 64;

/** Acts, newest first, from after a place on. A transaction is found by what any of its acts is about; each act is then held against the whole filter. */
export async function trailed(
  question: Question,
  filter: TrailFilter,
  from: string,
  limit: number,
  visible: (entry: TrailEntry) => boolean = () => true,
): Promise<TrailItem[]> {
  const run = runOf(question, filter);
  const earliest = timeGiven(filter.from) ?? 0;
  const start = orderAt(Math.min(timeGiven(filter.to) ?? question.ledgerTime, question.ledgerTime));
  const [given, acts] = from.split('.');
  const found: TrailItem[] = [];
  let next = given !== undefined && given > start ? given : start;
  for (let ended = false; !ended && found.length < limit; ) {
    const orders: string[] = [];
    while (orders.length < CHUNK && orders.length < limit) {
      const order = await run.at(next);
      ended = order === undefined || timeOfOrder(order) < earliest;
      if (order === undefined || ended) break;
      if (blockOfOrder(order) <= question.asOf.block) orders.push(order);
      next = after(order);
    }
    for (const tx of await transactionsAt(question, orders)) {
      for (const [i, entry] of trailEntries(tx).entries()) {
        if (found.length === limit) break;
        if (tx.order === given && i <= Number(acts)) continue;
        if (matches(entry, filter) && visible(entry)) found.push({ entry, place: `${tx.order}.${i}` });
      }
    }
  }
  return found;
}

export async function transactionsAt(question: Question, orders: readonly string[]): Promise<OrderedTransaction[]> {
  const stored = await question.getMany(orders.map((order) => keys.transaction(order)));
  return stored.flatMap((value, i) => (value === undefined ? [] : [decode(orders[i] as string, value)]));
}

function runOf(question: Question, filter: TrailFilter): Positions {
  const runs: Positions[] = [];
  for (const field of ['asset', 'department', 'purpose', 'grant', 'person', 'concerns'] as const) {
    const value = filter[field];
    if (value !== undefined) runs.push(range(question, keys.trail(field, value), ''));
  }
  const outcomes = outcomesOf(filter);
  // What was done is nearly everything, and is not indexed as such.
  if (outcomes !== undefined && !outcomes.includes('done'))
    runs.push(union(outcomes.map((outcome) => range(question, keys.trail('outcome', outcome), ''))));
  return runs.length > 0 ? intersection(runs) : range(question, keys.transactions, '');
}

function matches(entry: TrailEntry, filter: TrailFilter): boolean {
  return (
    (filter.asset === undefined || entry.asset === filter.asset) &&
    (filter.department === undefined || entry.department === filter.department) &&
    (filter.purpose === undefined || entry.purpose === filter.purpose) &&
    (filter.grant === undefined || entry.grant === filter.grant) &&
    (filter.person === undefined || entry.actor.name === filter.person) &&
    (filter.concerns === undefined || entry.concerns?.includes(filter.concerns) === true) &&
    (outcomesOf(filter)?.includes(entry.outcome) ?? true) &&
    Date.parse(entry.at) <= (timeGiven(filter.to) ?? Number.POSITIVE_INFINITY)
  );
}

function outcomesOf({ outcome }: TrailFilter): readonly TrailEntry['outcome'][] | undefined {
  return outcome === undefined || Array.isArray(outcome)
    ? (outcome as readonly TrailEntry['outcome'][] | undefined)
    : [outcome as TrailEntry['outcome']];
}
