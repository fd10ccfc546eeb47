import type { PageRequest } from '../readmodel/readmodel.js';
import { z } from './zod.js';

/** Query parameters: strings that must say one clear thing. A repeated one is an array to express, and so refused. */

export const MAX_LIMIT = 200;
const DEFAULT_LIMIT = 50;

export const text = z.string().min(1).max(200);
export const flag = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .openapi({ type: 'boolean' });
export const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .openapi({ type: 'integer', minimum: least, ...(most === Number.MAX_SAFE_INTEGER ? {} : { maximum: most }) });

const instant = z.union([z.iso.datetime(), z.iso.date()]);
/** A time, or a day: from its beginning, or to its end (UTC). */
export const since = instant.transform((value) => (value.length === 10 ? `${value}T00:00:00.000Z` : value)).openapi({ type: 'string' });
export const until = instant.transform((value) => (value.length === 10 ? `${value}T23:59:59.999Z` : value)).openapi({ type: 'string' });

export const paging = { limit: whole(1, MAX_LIMIT).optional(), cursor: z.string().min(1).max(2000).optional() };

export function pageOf({
  limit,
  cursor,
  asOfBlock,
}: {
  limit?: number | undefined;
  cursor?: string | undefined;
  asOfBlock?: number | undefined;
}): PageRequest {
  return { limit: limit ?? DEFAULT_LIMIT, ...(cursor === undefined ? {} : { cursor }), ...(asOfBlock === undefined ? {} : { asOfBlock }) };
}

/** What filters, without what pages. Undefined members are left out, as exact optional types ask. */
export function filterOf<Q extends Record<string, unknown>>(query: Q): { [K in Exclude<keyof Q, Reserved>]?: Exclude<Q[K], undefined> } {
  const reserved: readonly string[] = ['limit', 'cursor', 'atLeastBlock', 'asOfBlock'];
  return Object.fromEntries(Object.entries(query).filter(([name, value]) => value !== undefined && !reserved.includes(name))) as never;
}
type Reserved = 'limit' | 'cursor' | 'atLeastBlock' | 'asOfBlock';
