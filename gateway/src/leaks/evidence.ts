import type { Canary } from './canaries.js';
import { WINDOW } from './marker.js';
import type { Match } from './match.js';

/**
 * How improbable it is that a sample shows a delivery's marks without having come from it. Both bounds hold whatever the sample is, as long as whoever
 * made it did not know the delivery's key: they count only what was drawn with that key.
 */
export interface MarkEvidence {
  readonly canaries?: {
    readonly found: number;
    readonly of: number;
    /** What a part of the delivery as large as the sample holds on average. */
    readonly expected: number;
  };
  readonly order?: { readonly pairs: number; readonly agreeing: number };
  /** Of one delivery, before it is counted how many were asked. */
  readonly chance: number;
  /** Rows of the sample that are canaries of this delivery. */
  readonly canaryRows: readonly number[];
}

/**
 * Canaries: each is hit by a given row with 2^-bits at most, so k different ones are by chance with λ^k / k! at most, where λ is the sum over
 * canaries and rows (the expected number of k-sets that are all hit; their draws are independent).
 */
export function canaryEvidence(
  canaries: readonly Canary[],
  places: readonly number[],
  match: Match,
  rows: number,
): Pick<MarkEvidence, 'canaries' | 'chance' | 'canaryRows'> {
  const made = new Map(canaries.map((canary) => [canary.row, canary]));
  const canaryRows = [...match.first.keys()].filter((row) => match.several[row] === 0 && made.has(match.first[row] as number));
  const bits = ({ bits }: Canary) => places.reduce((sum, place) => sum + (bits[place] ?? 0), 0);
  const hits = (canary: Canary) => match.first.length * 2 ** -bits(canary);
  const counted = mostTelling(canaries, hits, Math.min(1, match.first.length / Math.max(1, rows)));
  const lambda = counted.reduce((sum, canary) => sum + hits(canary), 0);
  const hit = new Set(canaryRows.map((row) => match.first[row]));
  const found = hit.size;
  const telling = counted.filter(({ row }) => hit.has(row)).length;
  const data = Math.max(1, rows - canaries.length);
  const expected = (canaries.length * Math.min(data, match.found - canaryRows.length)) / data;
  return { canaries: { found, of: canaries.length, expected }, chance: poissonTerm(lambda, telling), canaryRows };
}

/**
 * In few columns some canaries are nearly rows of the data, and one such would outweigh all the others. Those are counted that would tell most, if the sample
 * were a part of the delivery as large as it is: chosen by what was drawn and by the sample's size, never by what was found, so the bound holds.
 */
function mostTelling(canaries: readonly Canary[], hits: (canary: Canary) => number, part: number): readonly Canary[] {
  const strongest = [...canaries].sort((a, b) => hits(a) - hits(b));
  let [lambda, least, count] = [0, 1, strongest.length];
  for (const [i, canary] of strongest.entries()) {
    lambda += hits(canary);
    const chance = poissonTerm(lambda, Math.floor((i + 1) * part));
    if (chance <= least) [least, count] = [chance, i + 1];
  }
  return strongest.slice(0, count);
}

/**
 * Order: rows of one window were put into an order drawn with the key, so of two of them, either comes first in the delivery with the same chance. Of
 * pairs that have no row in common each is a toss of its own; how many agree with the sample is held against the binomial.
 */
export function orderEvidence(
  match: Match,
  order: readonly number[],
): { readonly pairs: number; readonly agreeing: number; readonly chance: number } {
  const tries = [firstOf(order), firstOf([...order].reverse()).reverse()].map((rows) => tossesIn(match, rows));
  // A mixture may hold a row twice, in the order of either: both are looked at, and the chance of either is twice that of one.
  const [best] = tries
    .map(({ pairs, agreeing }) => ({ pairs, agreeing, chance: Math.min(1, 2 * binomialTail(pairs, agreeing)) }))
    .sort((a, b) => a.chance - b.chance);
  return best as { pairs: number; agreeing: number; chance: number };
}

/** Fisher: the chance that two independent chances multiply to so little. */
export function together(a: number, b: number): number {
  const product = a * b;
  return product <= 0 ? 0 : Math.min(1, product * (1 - Math.log(product)));
}

function firstOf(order: readonly number[]): number[] {
  return [...new Set(order)];
}

function tossesIn({ first, several }: Match, rows: readonly number[]): { pairs: number; agreeing: number } {
  /** By window, the row that still has no partner. */
  const waiting = new Map<number, number>();
  let [pairs, agreeing] = [0, 0];
  for (const row of rows) {
    const place = first[row] as number;
    if (place === -1 || several[row] === 1) continue;
    const window = Math.floor(place / WINDOW);
    const earlier = waiting.get(window);
    if (earlier === undefined) waiting.set(window, place);
    else {
      waiting.delete(window);
      pairs += 1;
      if (earlier < place) agreeing += 1;
    }
  }
  return { pairs, agreeing };
}

export function poissonTerm(lambda: number, k: number): number {
  if (k === 0) return 1;
  let log = k * Math.log(lambda);
  for (let i = 2; i <= k; i += 1) log -= Math.log(i);
  return Math.min(1, Math.exp(log));
}

/** That of n tosses k or more agree. */
export function binomialTail(n: number, k: number): number {
  if (k <= n / 2) return 1;
  let log = -n * Math.LN2;
  let sum = 0;
  // From n downwards: the terms grow, so that the sum is exact where it is small.
  for (let i = n; i >= k; i -= 1) {
    sum += Math.exp(log);
    log += Math.log(i) - Math.log(n - i + 1);
  }
  return Math.min(1, sum);
}
