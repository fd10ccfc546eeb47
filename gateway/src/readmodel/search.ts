import type { Asset } from '@drl/chaincode/model/records/asset';
import type { LedgerRecord, RecordKind } from '@drl/chaincode/model/records/index';
import { all } from './derived.js';
import { searched, statuses } from './fields.js';
import { keys } from './keys.js';
import { namesOf } from './naming.js';
import { endedSince, intersection, type Positions, range, union } from './positions.js';
import type { Question } from './question.js';
import { holds, pairsOf, type Term, termsOf } from './words.js';

/** What `q` asks for: words of a record's own texts, or of the names of the data elements that its elements are bound to. */

/** A word asked for, and the data elements, in force or once so, that are named by it. */
export interface Asked extends Term {
  readonly dataElements: ReadonlySet<string>;
}

export async function askedBy(question: Question, kind: RecordKind, q: unknown): Promise<Asked[]> {
  const terms = typeof q === 'string' ? termsOf(q) : [];
  return Promise.all(
    terms.map(async (term) => ({ ...term, dataElements: isBound(kind) ? await namedBy(question, term) : new Set<string>() })),
  );
}

export function answers(record: LedgerRecord, asked: readonly Asked[]): boolean {
  const texts = searched(record);
  return asked.every((term) => holds(texts, term) || boundTo(record, term.dataElements));
}

/** Each needs no more data elements than these; beyond, the other conditions must do: every candidate is held against the whole question anyway. */
const MAX_BOUND = 128;

/** Where records may lie that answer the term: none is missed. */
export async function runsOf(question: Question, kind: RecordKind, term: Asked): Promise<Positions[]> {
  const own = await wordRuns(question, kind, 'word', term);
  const { dataElements } = term;
  if (dataElements.size === 0) return own;
  if (own.length === 0 || dataElements.size > MAX_BOUND) return [];
  return [union([intersection(own), anyOf(question, kind, 'element', [...dataElements])])];
}

export function anyOf(question: Question, kind: RecordKind, field: string, values: readonly string[]): Positions {
  return union(
    values.flatMap((value) => [range(question, keys.index(kind, field, value)), endedSince(question, keys.ended(kind, field, value))]),
  );
}

/** Kinds whose elements name data elements. */
const isBound = (kind: RecordKind): boolean => kind === 'asset' || kind === 'demand';

function boundTo(record: LedgerRecord, dataElements: ReadonlySet<string>): boolean {
  if (dataElements.size === 0 || !isBound(record.kind)) return false;
  const { elements } = record as Pick<Asset, 'elements'>;
  return elements.some(({ dataElementId }) => dataElementId !== undefined && dataElements.has(dataElementId));
}

async function namedBy(question: Question, term: Term): Promise<Set<string>> {
  const runs = await wordRuns(question, 'data-element', 'named', term);
  const run = runs.length > 0 ? intersection(runs) : anyOf(question, 'data-element', 'status', statuses['data-element']);
  const known = (await all(question, 'data-element', run)).filter(({ status }) => status === 'adopted' || status === 'retired');
  return new Set(known.filter((element) => holds(namesOf(element), term)).map(({ id }) => id));
}

/** Beyond this many words with one beginning, the other conditions must do. */
const MAX_WORDS = 64;

async function wordRuns(question: Question, kind: RecordKind, field: string, term: Term): Promise<Positions[]> {
  if (term.where === 'anywhere') return pairsOf(term).map((pair) => anyOf(question, kind, field, [pair]));
  const words = await wordsBeginning(question, kind, field, term.text);
  return words === undefined ? [] : [anyOf(question, kind, field, words)];
}

async function wordsBeginning(question: Question, kind: RecordKind, field: string, beginning: string): Promise<string[] | undefined> {
  const words = new Set<string>();
  for (const prefix of [keys.index(kind, field, beginning), keys.ended(kind, field, beginning)]) {
    const open = prefix.slice(0, -1);
    const run = question.keys({ gte: open, lt: `${open}\u{10ffff}` });
    for (let [key] = await run.nextv(1); key !== undefined; [key] = await run.nextv(1)) {
      const word = key.split('\u0000')[3] as string;
      words.add(word);
      if (words.size > MAX_WORDS) return undefined;
      run.seek(`${open}${word.slice(beginning.length)}\u0001`);
    }
  }
  return [...words];
}
