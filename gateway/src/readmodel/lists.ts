import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { assetOverdue, grantOverdue } from '@drl/chaincode/model/rules/derive';
import { formerlyOf } from '@drl/chaincode/model/rules/passing';
import { hasStatus, isContested, storedStatuses } from './derived.js';
import { clustered, elementNames, indexedOf, inputAssets, statuses } from './fields.js';
import { keys, orderAt, timeOfOrder } from './keys.js';
import { loadMany } from './load.js';
import { after, intersection, type Positions, range, union } from './positions.js';
import type { Question } from './question.js';
import type { Visible } from './readmodel.js';
import { type Asked, answers, anyOf, askedBy, runsOf } from './search.js';
import { timeGiven } from './times.js';

/** Any filter of any kind; which ones a kind has is readmodel.ts's to say. */
export type AnyFilter = Readonly<Record<string, string | boolean | undefined>>;

export interface Found<K extends RecordKind> {
  readonly record: RecordOf<K>;
  readonly place: string;
}

const CHUNK = 64;

/**
 * Newest first, from after a place on, no more than `limit`. Indexes give the candidates; each is loaded as it stood and held against the
 * whole filter, so that an index need only miss none.
 */
export async function listed<K extends RecordKind>(
  question: Question,
  kind: K,
  filter: AnyFilter,
  from: string,
  limit: number,
  visible: Visible = () => true,
): Promise<Found<K>[]> {
  const terms = await askedBy(question, kind, filter['q']);
  const run = intersection(await candidates(question, kind, filter, terms));
  const { earliest, start } = bounds(question, filter);
  const found: Found<K>[] = [];
  let next = from > start ? from : start;
  for (let ended = false; !ended && found.length < limit; ) {
    const places: string[] = [];
    while (places.length < CHUNK && places.length < limit * 2) {
      const place = await run.at(next);
      ended = place === undefined || timeOfOrder(place) < earliest;
      if (place === undefined || ended) break;
      places.push(place);
      next = after(place);
    }
    const records = await loadMany(question, kind, places);
    for (const [i, record] of records.entries()) {
      if (found.length === limit) break;
      if (record !== undefined && visible(record) && (await matches(question, record, filter, terms)))
        found.push({ record, place: places[i] as string });
    }
  }
  return found;
}

/** Nothing known at the block was created after the ledger's time there, so reading starts at it. */
function bounds(question: Question, filter: AnyFilter): { earliest: number; start: string } {
  const from = timeGiven(filter['from']);
  const to = timeGiven(filter['to']);
  return { earliest: from ?? 0, start: orderAt(Math.min(to ?? question.ledgerTime, question.ledgerTime)) };
}

/** One run for each condition that an index knows; where none does, the list of all. */
async function candidates(question: Question, kind: RecordKind, filter: AnyFilter, terms: readonly Asked[]): Promise<Positions[]> {
  const runs: Positions[] = [];
  for (const [field, value] of Object.entries(filter)) {
    if (value === undefined || field === 'from' || field === 'to' || field === 'q' || field === 'contested') continue;
    if (field === 'asset' && clustered.has(kind)) runs.push(range(question, keys.currentOf(kind, String(value)), String(value)));
    else if (field === 'status') runs.push(anyOf(question, kind, 'status', storedStatuses(kind, String(value))));
    else if (field === 'overdue')
      runs.push(anyOf(question, kind, 'status', value ? [kind === 'grant' ? 'requested' : 'published'] : statuses[kind]));
    else if (field === 'party') runs.push(union(parties[kind]?.map((side) => anyOf(question, kind, side, [String(value)])) ?? []));
    else runs.push(anyOf(question, kind, field, [String(value)]));
  }
  for (const term of terms) runs.push(...(await runsOf(question, kind, term)));
  return runs.length > 0 ? runs : [anyOf(question, kind, 'status', statuses[kind])];
}

const parties: Partial<Record<RecordKind, readonly string[]>> = {
  grant: ['assigner', 'assignee'],
  share: ['provider', 'consumer'],
  refusal: ['provider', 'consumer'],
  rating: ['provider', 'by'],
  feedback: ['publisher', 'by'],
  dispute: ['claimant', 'respondent'],
};

/** The whole filter, held against the record as it stood. */
async function matches(question: Question, record: LedgerRecord, filter: AnyFilter, terms: readonly Asked[]): Promise<boolean> {
  for (const [field, value] of Object.entries(filter))
    if (value !== undefined && !(await holdsOf(question, record, field, value, terms))) return false;
  return true;
}

async function holdsOf(
  question: Question,
  record: LedgerRecord,
  field: string,
  value: string | boolean,
  terms: readonly Asked[],
): Promise<boolean> {
  if (field === 'status') return hasStatus(question, record, String(value));
  if (field === 'from') return Date.parse(record.created.at) >= (timeGiven(value) ?? 0);
  if (field === 'to') return Date.parse(record.created.at) <= (timeGiven(value) ?? 0);
  if (field === 'party')
    return parties[record.kind]?.some((side) => (record as unknown as Record<string, unknown>)[side] === value) ?? false;
  if (field === 'q') return answers(record, terms);
  if (record.kind === 'data-element' && field === 'revised') return (record.revision?.status === 'proposed') === value;
  if (field === 'formerly') return formerlyOf(record)?.some(({ department }) => department === value) ?? false;
  if (record.kind === 'department' && field === 'successor') return record.succession?.successors.includes(String(value)) ?? false;
  if (record.kind === 'asset' || record.kind === 'demand') {
    if (field === 'element') return elementNames(record).has(String(value));
  }
  if (record.kind === 'demand' && (field === 'asset' || field === 'owner')) return record.match?.[field] === value;
  if (record.kind === 'asset') {
    if (field === 'authority') return record.authoritativeFor?.includes(String(value)) ?? false;
    if (field === 'attached') return record.distributions.length > 0 === value;
    if (field === 'overdue') return assetOverdue(record, question.at) === value;
    if (field === 'contested') return (await isContested(question, record)) === value;
  }
  if (record.kind === 'grant' && field === 'recipients') return record.constraints.recipients?.includes(String(value)) ?? false;
  if (record.kind === 'derivation' && field === 'input') return inputAssets(record).includes(String(value));
  // Some of its fields have several values.
  if (record.kind === 'dispute') return indexedOf(record).some(([name, held]) => name === field && held === value);
  if (record.kind === 'grant' && field === 'overdue') return grantOverdue(record, question.at) === value;
  const held = (record as unknown as Record<string, unknown>)[field];
  return (typeof held === 'number' ? String(held) : held) === value;
}
