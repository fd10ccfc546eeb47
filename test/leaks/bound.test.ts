import { createHash } from 'node:crypto';
import { type Canary, CanaryMaker } from '@drl/gateway/leaks/canaries';
import { canaryEvidence, orderEvidence, together } from '@drl/gateway/leaks/evidence';
import { Draws } from '@drl/gateway/leaks/keys';

/**
 * The bound on naming somebody wrongly, held against what happens: one sample, made without knowing any key, against thousands of deliveries each with
 * a key of its own. Keys are fixed, so that the outcome is. Columns say little, so that canaries are hit by chance all the time.
 */
const KEYS = 3000;
const keyOf = (n: number) => createHash('sha256').update(`key ${n}`).digest();
const rows = Array.from({ length: 96 }, (_, i) => [['男', '女'][i % 2] as string, `${1 + ((i * 7) % 5)}`, `${i % 10}${(i * 3) % 10}`]);
const sample = Array.from({ length: 40 }, (_, i) => [['男', '女'][i % 2] as string, `${1 + (i % 5)}`, `${(i * 3) % 10}${(i * 7) % 10}`]);
const unique = [...new Map(sample.map((row) => [row.join(), row])).values()];

function canaryChance(key: Buffer): number {
  const draws = new Draws(key, 'canaries');
  const maker = new CanaryMaker(draws);
  const canaries: Canary[] = [];
  for (const [i, row] of rows.entries()) {
    maker.learn(row);
    const made = i % 16 === 15 ? maker.make() : undefined;
    if (made) canaries.push({ row: canaries.length, ...made });
  }
  const first = Int32Array.from(unique, (row) => canaries.findIndex(({ values }) => values.join() === row.join()));
  const found = first.filter((at) => at !== -1).length;
  return canaryEvidence(canaries, [0, 1, 2], { first, several: new Uint8Array(unique.length), found }, 1000).chance;
}

function orderChance(key: Buffer): number {
  const draws = new Draws(key, 'order');
  const first = Int32Array.from({ length: 192 }, (_, i) => i);
  for (let i = 191; i > 0; i -= 1) {
    const other = i - draws.below((i % 64) + 1);
    [first[i], first[other]] = [first[other] as number, first[i] as number];
  }
  return orderEvidence({ first, several: new Uint8Array(192), found: 192 }, [...first.keys()]).chance;
}

test.each([
  ['canaries', canaryChance],
  ['order', orderChance],
  ['both', (key: Buffer) => together(canaryChance(key), orderChance(key))],
])('%s: a chance of at most a comes no more often than a', (_, chanceOf) => {
  const chances = Array.from({ length: KEYS }, (_, n) => chanceOf(keyOf(n)));
  // Hits do happen, else this would show nothing.
  expect(chances.some((chance) => chance < 1)).toBe(true);
  for (const a of [0.3, 0.1, 0.03, 0.01]) {
    const times = chances.filter((chance) => chance <= a).length;
    expect([a, times]).toEqual([a, Math.min(times, KEYS * a + 4 * Math.sqrt(KEYS * a))]);
  }
});
