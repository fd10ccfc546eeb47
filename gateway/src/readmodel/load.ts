import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { BLOCK_LENGTH, blockOfOrder, END, keys, ORDER_LENGTH } from './keys.js';
import type { Question } from './question.js';

/** Records as they stood at the question's block. */

/** By their places; undefined where a record did not exist yet. */
export async function loadMany<K extends RecordKind>(
  question: Question,
  kind: K,
  places: readonly string[],
): Promise<(RecordOf<K> | undefined)[]> {
  const stored = await question.getMany(places.map((place) => keys.current(kind, place.slice(ORDER_LENGTH), place.slice(0, ORDER_LENGTH))));
  return Promise.all(places.map((place, i) => standing(question, kind, place, stored[i])));
}

export async function loadById<K extends RecordKind>(question: Question, kind: K, id: string): Promise<RecordOf<K> | undefined> {
  const place = await question.get(keys.place(kind, id));
  return place === undefined ? undefined : (await loadMany(question, kind, [place.toString('latin1')]))[0];
}

export async function loadVersion<K extends RecordKind>(
  question: Question,
  kind: K,
  id: string,
  version: number,
): Promise<RecordOf<K> | undefined> {
  const current = await loadById(question, kind, id);
  if (current === undefined || version >= current.version) return current?.version === version ? current : undefined;
  const stored = await question.get(keys.version(kind, id, version));
  return stored === undefined ? undefined : recordOf<K>(stored);
}

/** Versions below one, newest first. */
export async function loadVersions<K extends RecordKind>(
  question: Question,
  kind: K,
  id: string,
  below: number,
  limit: number,
): Promise<RecordOf<K>[]> {
  const current = await loadById(question, kind, id);
  if (current === undefined) return [];
  const versions = current.version < below ? [current] : [];
  const bounds = { gte: keys.versionsOf(kind, id), lt: keys.version(kind, id, Math.min(below, current.version)), reverse: true };
  if (versions.length < limit)
    for await (const [, stored] of question.entries(bounds)) if (versions.push(recordOf<K>(stored)) >= limit) break;
  return versions;
}

async function standing<K extends RecordKind>(
  question: Question,
  kind: K,
  place: string,
  stored: Buffer | undefined,
): Promise<RecordOf<K> | undefined> {
  if (stored === undefined || blockOfOrder(place) > question.asOf.block) return undefined;
  const record = recordOf<K>(stored);
  if (blockOf(stored) <= question.asOf.block) return record;
  // It has changed since. Versions are read backwards from the newest: few records change often.
  const prefix = keys.versionsOf(kind, (record as LedgerRecord).id);
  for await (const [, older] of question.entries({ gte: prefix, lt: prefix + END, reverse: true }))
    if (blockOf(older) <= question.asOf.block) return recordOf<K>(older);
  return undefined;
}

const blockOf = (stored: Buffer): number => Number.parseInt(stored.toString('latin1', 0, BLOCK_LENGTH), 16);

function recordOf<K extends RecordKind>(stored: Buffer): RecordOf<K> {
  return JSON.parse(stored.toString('utf8', BLOCK_LENGTH)) as RecordOf<K>;
}
