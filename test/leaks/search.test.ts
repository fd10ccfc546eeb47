import { binomialTail, orderEvidence, poissonTerm, together } from '@drl/gateway/leaks/evidence';
import { Draws } from '@drl/gateway/leaks/keys';
import { THRESHOLD, verdictsOn } from '@drl/gateway/leaks/verdict';
import fc from 'fast-check';
import { benchLeaks } from '../../scripts/bench/leaks';
import { residents } from '../../scripts/bench/residents';

test('of many who received the same, whoever leaked is named and nobody else, and nobody for what was never delivered', async () => {
  const setting = { resource: residents(6000), kept: ['code', 'street'], recipients: 8, leaks: 2 };
  const figures = await benchLeaks({ ...setting, marks: ['order', 'canaries'] });
  expect(figures.map(({ wronglyNamed, precision }) => [wronglyNamed, precision])).toEqual(figures.map(() => [0, 1]));
  // Some 210 canaries among 6,000 rows: of 5 % there are ten on average, so that a leak is missed once in 20,000.
  expect(figures.map(({ scenario, recall }) => [scenario, recall])).toEqual(figures.map(({ scenario }) => [scenario, 1]));
}, 240_000);

test('by order alone, a part that is still in it; without marks, nobody', async () => {
  const setting = { resource: residents(3000), kept: ['code', 'street'], recipients: 4, leaks: 1 };
  const [whole, part, reordered] = await benchLeaks({ ...setting, marks: ['order'] });
  expect([whole?.recall, part?.recall, reordered?.recall]).toEqual([1, 1, 0]);
  for (const { wronglyNamed, recall, scenario } of await benchLeaks({ ...setting, marks: [] })) {
    expect(wronglyNamed).toBe(0);
    expect([scenario, recall]).toEqual([scenario, scenario.includes('never') ? 1 : 0]);
  }
}, 240_000);

test('the bounds are those of the tosses that were drawn', () => {
  expect(binomialTail(10, 10)).toBeCloseTo(2 ** -10, 12);
  expect(binomialTail(10, 8)).toBeCloseTo(56 / 1024, 12);
  expect(poissonTerm(0.1, 2)).toBeCloseTo(0.005, 12);
  expect(poissonTerm(5, 0)).toBe(1);
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1, noNaN: true }), fc.double({ min: 1e-9, max: 1, noNaN: true }), (a, b) => {
      expect(together(a, b)).toBeGreaterThanOrEqual(a * b);
      expect(together(a, b)).toBeLessThanOrEqual(1);
    }),
  );
  // Put into an order of its own, a delivery agrees with one that has nothing to do with it as often as not.
  const draws = new Draws(Buffer.alloc(32, 5), 'order');
  const first = Int32Array.from({ length: 640 }, (_, i) => i);
  for (let i = 639; i > 0; i -= 1) {
    const other = i - draws.below((i % 64) + 1);
    [first[i], first[other]] = [first[other] as number, first[i] as number];
  }
  const sent = [...first.keys()].sort((a, b) => (first[a] as number) - (first[b] as number));
  const chance = (order: readonly number[]) => orderEvidence({ first, several: new Uint8Array(640), found: 640 }, order).chance;
  expect(chance([...first.keys()])).toBeGreaterThan(THRESHOLD);
  expect(chance(sent)).toBeLessThan(1e-90);
});

describe('verdicts', () => {
  const rows = (from: number, to: number) => new Set(Array.from({ length: to - from }, (_, i) => from + i));
  const holds = (id: string, found: ReadonlySet<number>) => ({ id, found, telling: found.size });
  const told = (...given: Parameters<typeof verdictsOn>) =>
    Object.fromEntries(verdictsOn(...given).map((v) => [v.id, [v.finding, v.confidence]]));

  test('who holds all of it goes before who holds a part; two parts are two sources', () => {
    expect(told([holds('all', rows(0, 100)), holds('part', rows(0, 60))], 100, 2)).toEqual({
      all: ['only-recipient', 1],
      part: ['contains', 0],
    });
    expect(told([holds('one', rows(0, 50)), holds('two', rows(50, 100))], 100, 2)).toEqual({
      one: ['only-recipient', 1],
      two: ['only-recipient', 1],
    });
    expect(told([holds('one', rows(0, 50)), holds('two', rows(50, 90)), holds('twin', rows(50, 90))], 90, 3)).toEqual({
      one: ['only-recipient', 1],
      two: ['indistinguishable', 0.5],
      twin: ['indistinguishable', 0.5],
    });
  });

  test('rows that are mostly not delivered, or tell nothing, accuse nobody', () => {
    expect(told([holds('one', rows(0, 50))], 100, 1)).toEqual({ one: ['contains', 0] });
    expect(told([{ ...holds('one', rows(0, 100)), telling: 3 }], 100, 1)).toEqual({ one: ['contains', 0] });
  });

  test('a chance counts as often as deliveries were asked, and who should show marks and does not is not the source', () => {
    const marks = { chance: 1e-8, canaryRows: [1] };
    expect(told([{ ...holds('one', rows(0, 100)), marks }], 100, 50)).toMatchObject({ one: ['identified', 1 - 5e-7] });
    expect(told([{ ...holds('one', rows(0, 100)), marks }], 100, 200)).toMatchObject({ one: ['only-recipient', 1] });
    const missing = { chance: 1, canaryRows: [], canaries: { found: 0, of: 100, expected: 20 } };
    expect(told([{ ...holds('one', rows(0, 100)), marks: missing }], 100, 1)).toEqual({ one: ['contains', 0] });
  });
});
