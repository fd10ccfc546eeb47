import type { RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { keys } from './keys.js';
import { loadMany } from './load.js';
import type { Question } from './question.js';
import type { Near, NearKind, Sign, Visible } from './readmodel.js';

/** What more records than this have in common tells them hardly apart: it finds something only where nothing rarer does, and then the newest. */
const COMMON = 512;
/** Each sign is a range read: of a long text its beginning must do. */
const MAX_SIGNS = 160;
const CHUNK = 64;

/**
 * Records that have any of the signs, those first that have the most and the rarest: what few records have says more about them. Only
 * candidates in an order that depends on nothing but the store; how near they are is for those who know what the signs mean.
 */
export async function near<K extends NearKind>(
  question: Question,
  kind: K,
  signs: readonly Sign[],
  limit: number,
  visible: Visible = () => true,
): Promise<Near<K>> {
  const asked = signs.slice(0, MAX_SIGNS);
  const found = await Promise.all(asked.map((sign) => filedUnder(question, kind, sign)));
  const rarity = new Map(asked.map((sign, i) => [signKey(sign), rarityOf((found[i] as string[]).length)]));
  const sums = new Map<string, number>();
  for (const common of [false, true]) {
    if (common && sums.size > 0) break;
    for (const [i, places] of found.entries()) {
      if (places.length >= COMMON !== common) continue;
      const weight = rarity.get(signKey(asked[i] as Sign)) as number;
      for (const place of places) sums.set(place, (sums.get(place) ?? 0) + weight);
    }
  }
  const ranked = [...sums].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([place]) => place);
  const records: RecordOf<K>[] = [];
  for (let next = 0; next < ranked.length && records.length < limit; next += CHUNK) {
    const loaded = await loadMany(question, kind, ranked.slice(next, next + CHUNK));
    for (const record of loaded) if (record !== undefined && records.length < limit && visible(record)) records.push(record);
  }
  return { records, rarity, asOf: question.asOf };
}

export const signKey = ({ field, value }: Sign): string => `${field} ${value}`;

/** 1 for what one record has, or none, falling with the logarithm of how many do. */
function rarityOf(count: number): number {
  return 1 / (1 + Math.log2(Math.max(1, count)));
}

async function filedUnder(question: Question, kind: RecordKind, { field, value }: Sign): Promise<string[]> {
  const prefix = keys.index(kind, field, value);
  const run = question.entries({ gte: prefix, lt: `${prefix}g` });
  return (await run.nextv(COMMON)).map(([key, cluster]) => key.slice(prefix.length) + cluster.toString('latin1'));
}
