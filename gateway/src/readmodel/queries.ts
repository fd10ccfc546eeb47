import type { RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { bindingOf, type Cursor, mustBeOf, readCursor, writeCursor } from './cursor.js';
import { all, usageOf } from './derived.js';
import { decode, trailEntries, transactionEntry } from './entries.js';
import { ReadModelError } from './errors.js';
import { FINDING_PLACE, findingsOf } from './findings.js';
import { keys, order } from './keys.js';
import { type AnyFilter, listed } from './lists.js';
import { loadById, loadVersion, loadVersions } from './load.js';
import { near } from './near.js';
import { after, range } from './positions.js';
import { type Moment, Question } from './question.js';
import type { BlockEntry, Page, PageRequest, ReadModel, Trace, TransactionEntry, Usage } from './readmodel.js';
import type { Level } from './store.js';
import { surveyOf } from './survey.js';
import { trailed, transactionsAt } from './trail.js';

/** Every question of readmodel.ts, answered from the store alone. */
export type Queries = Pick<
  ReadModel,
  'get' | 'list' | 'near' | 'history' | 'findings' | 'trail' | 'trace' | 'transaction' | 'writers' | 'block' | 'usage' | 'survey'
>;

const MAX_LIMIT = 200;
const PLACE = /^[0-9a-f]{32}[\w.-]{0,128}$/;
const ACT = /^[0-9a-f]{32}\.\d{1,5}$/;
const VERSION = /^[1-9]\d{0,15}$/;

/** `ready` throws where nothing may be answered. */
export function queriesOf(db: Level, now: () => number, ready: () => void): Queries {
  const ask = async <T>(moment: Moment, answer: (question: Question) => Promise<T>) => {
    ready();
    return Question.ask(db, moment, now, answer);
  };

  /** One page: `answer` gives up to `limit` items after a place, each with its own. */
  async function paged<T, R>(
    name: string,
    filter: unknown,
    page: PageRequest,
    places: RegExp,
    answer: (question: Question, from: string | undefined, limit: number) => Promise<{ item: T; place: string }[]>,
    shape: (question: Question, items: T[], nextCursor: string | null) => Promise<R> | R,
  ): Promise<R> {
    if (!Number.isInteger(page.limit) || page.limit < 1 || page.limit > MAX_LIMIT)
      throw new ReadModelError('LIMIT_INVALID', `given ${page.limit}`);
    const binding = bindingOf(name, filter);
    const cursor = readCursor(page, binding, places);
    return ask({ asOfBlock: cursor?.block ?? page.asOfBlock, at: cursor?.at }, async (question) => {
      mustBeOf(cursor, question.asOf.headerHash);
      const found = await answer(question, cursor?.after, page.limit + 1);
      const items = found.slice(0, page.limit);
      const last = items.at(-1);
      const more = found.length > page.limit && last !== undefined;
      return shape(
        question,
        items.map(({ item }) => item),
        more ? writeCursor(binding, cursorAt(question, last.place)) : null,
      );
    });
  }

  return {
    get: (kind, id, { version, asOfBlock } = {}) =>
      ask({ asOfBlock }, (question) => (version === undefined ? loadById(question, kind, id) : loadVersion(question, kind, id, version))),

    list: (kind, filter, page, visible) =>
      paged(
        `list ${kind}`,
        filter,
        page,
        PLACE,
        async (question, from, limit) =>
          (await listed(question, kind, filter as AnyFilter, after(from ?? ''), limit, visible)).map(({ record, place }) => ({
            item: record,
            place,
          })),
        pageOf,
      ),

    near: (kind, signs, limit, visible) => ask({}, (question) => near(question, kind, signs, limit, visible)),

    history: (kind, id, page) =>
      paged(
        `history ${kind}`,
        id,
        page,
        VERSION,
        async (question, from, limit) => {
          const below = from === undefined ? Number.POSITIVE_INFINITY : Number(from);
          const versions = await loadVersions(question, kind, id, below, limit);
          return versions.map((item) => ({ item, place: String(item.version) }));
        },
        pageOf,
      ),

    findings: (filter, page) =>
      paged('findings', filter, page, FINDING_PLACE, (q, from, limit) => findingsOf(q, filter, from, limit), pageOf),

    trail: (filter, page, visible) =>
      paged(
        'trail',
        filter,
        page,
        ACT,
        async (question, from, limit) =>
          (await trailed(question, filter, from ?? '', limit, visible)).map(({ entry, place }) => ({ item: entry, place })),
        pageOf,
      ),

    trace: (id, page) =>
      paged(
        'trace',
        id,
        page,
        PLACE,
        async (question, from, limit) =>
          (await listed(question, 'share', { asset: id }, after(from ?? ''), limit)).map(({ record, place }) => ({ item: record, place })),
        (question, shares, nextCursor) => traceOf(question, id, shares, nextCursor),
      ),

    transaction: (id) => ask({}, (question) => transactionOf(question, id)),

    writers: (kind, id) =>
      ask({}, async (question) => {
        const versions = await loadVersions(question, kind, id, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
        const entries = await Promise.all(versions.reverse().map(({ updated }) => transactionOf(question, updated.transactionId)));
        return entries.filter((entry) => entry !== undefined);
      }),

    block: (number) =>
      ask({}, (question) => blockOf(question, number)).catch((error: unknown) => {
        if (error instanceof ReadModelError && error.code === 'EMPTY') return undefined;
        throw error;
      }),

    survey: ({ asOfBlock }, work) => ask({ asOfBlock }, (question) => work(surveyOf(question))),

    usage: (grant, { asOfBlock } = {}): Promise<Usage> => ask({ asOfBlock }, (question) => usageOf(question, grant)),
  };
}

function cursorAt(question: Question, place: string): Cursor {
  return { block: question.asOf.block, hash: question.asOf.headerHash, at: Date.parse(question.at), after: place };
}

function pageOf<T>(question: Question, items: readonly T[], nextCursor: string | null): Page<T> {
  return { items, nextCursor, asOf: question.asOf };
}

/** All that hangs on one asset lies together (fields.ts), so this is a handful of range reads. */
async function traceOf(question: Question, id: string, shares: Trace['shares'], nextCursor: string | null): Promise<Trace | undefined> {
  const asset = await loadById(question, 'asset', id);
  if (asset === undefined) return undefined;
  const hanging = <K extends RecordKind>(kind: K): Promise<RecordOf<K>[]> =>
    all(question, kind, range(question, keys.currentOf(kind, id), id));
  const [rights, grants, made] = await Promise.all([hanging('right'), hanging('grant'), hanging('derivation')]);
  const refusals = (await listed(question, 'refusal', { asset: id }, '', MAX_LIMIT)).map(({ record }) => record);
  const uses = (await listed(question, 'derivation', { input: id }, '', MAX_LIMIT)).map(({ record }) => record);
  return { asset, asOf: question.asOf, rights, grants, shares, refusals, derivations: [...made, ...uses], nextCursor };
}

async function transactionOf(question: Question, id: string): Promise<TransactionEntry | undefined> {
  const at = (await question.get(keys.transactionId(id)))?.toString('latin1');
  const stored = at === undefined ? undefined : await question.get(keys.transaction(at));
  return at === undefined || stored === undefined ? undefined : transactionEntry(decode(at, stored));
}

async function blockOf(question: Question, number: number): Promise<BlockEntry | undefined> {
  const stored = Number.isSafeInteger(number) && number >= 0 ? await question.get(keys.block(number)) : undefined;
  if (stored === undefined) return undefined;
  const { hash, time, filed } = JSON.parse(stored.toString()) as { hash: string; time: number; filed: number[] };
  const transactions = await transactionsAt(
    question,
    filed.map((at, index) => order(at, number, index, 0)),
  );
  return {
    block: number,
    headerHash: hash,
    at: new Date(time).toISOString(),
    transactions: transactions.map(transactionEntry),
    acts: transactions.flatMap(trailEntries),
  };
}
