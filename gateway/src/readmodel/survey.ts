import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { BLOCK_LENGTH, blockOfOrder, keys, ORDER_LENGTH } from './keys.js';
import { type AnyFilter, listed } from './lists.js';
import { loadById, loadVersions } from './load.js';
import { after } from './positions.js';
import type { Question } from './question.js';
import type { Survey } from './readmodel.js';

/** Records read at a time: parsing so many takes some milliseconds, after which others get their turn. */
const CHUNK = 256;
const PAGE = 200;

export function surveyOf(question: Question): Survey {
  return {
    asOf: question.asOf,
    at: question.at,
    each: (kind, filter = {}) =>
      Object.values(filter).some((value) => value !== undefined) ? found(question, kind, filter as AnyFilter) : everyOne(question, kind),
    get: (kind, id) => loadById(question, kind, id),
    versions: async (kind, id) => (await loadVersions(question, kind, id, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY)).reverse(),
  };
}

async function* found<K extends RecordKind>(question: Question, kind: K, filter: AnyFilter): AsyncGenerator<RecordOf<K>> {
  for (let place = ''; ; ) {
    const page = await listed(question, kind, filter, after(place), PAGE);
    for (const { record } of page) yield record;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    place = last.place;
  }
}

/** One range read of the records as they stand now; of those that have changed since, the version that stood at the block. */
async function* everyOne<K extends RecordKind>(question: Question, kind: K): AsyncGenerator<RecordOf<K>> {
  const prefix = keys.currentOfKind(kind);
  const run = question.entries({ gte: prefix, lt: `${prefix}\u{10ffff}` });
  for (let chunk = await run.nextv(CHUNK); chunk.length > 0; chunk = await run.nextv(CHUNK)) {
    const known = chunk.filter(([key]) => blockOfOrder(key.slice(-ORDER_LENGTH)) <= question.asOf.block);
    yield* await asTheyStood(
      question,
      kind,
      known.map(([, stored]) => stored),
    );
  }
}

/** Version by version back, for all of a chunk at once: few records have changed often since. */
async function asTheyStood<K extends RecordKind>(question: Question, kind: K, stored: Buffer[]): Promise<RecordOf<K>[]> {
  const records: RecordOf<K>[] = [];
  for (let left = stored; left.length > 0; ) {
    const later: LedgerRecord[] = [];
    for (const bytes of left) {
      const record = JSON.parse(bytes.toString('utf8', BLOCK_LENGTH)) as RecordOf<K>;
      if (Number.parseInt(bytes.toString('latin1', 0, BLOCK_LENGTH), 16) <= question.asOf.block) records.push(record);
      else later.push(record);
    }
    const before = await question.getMany(later.map(({ id, version }) => keys.version(kind, id, version - 1)));
    left = before.filter((bytes) => bytes !== undefined);
  }
  return records;
}
