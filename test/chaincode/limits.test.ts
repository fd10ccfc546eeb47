import { allotmentsOf, drawRows } from '@drl/chaincode/model/allotments';
import { indexKeys } from '@drl/chaincode/model/keys';
import { findSlot, rootOf } from '@drl/chaincode/model/slots';
import fc from 'fast-check';
import { city, granted, household, published, sent } from './city';
import type { Simulation, TestLedger } from './harness';

/** Slots and marks in memory, with every question counted. */
class Slots {
  readonly taken = new Set<number>();
  readonly full = new Set<string>();
  asked = 0;

  find(max: number, seed: number) {
    const ask = async (answer: boolean) => {
      this.asked++;
      return answer;
    };
    return findSlot(max, seed, {
      taken: (slot) => ask(this.taken.has(slot)),
      full: (height, index) => ask(this.full.has(`${height}/${index}`)),
    });
  }
}

test('one after another: exactly max are given, each once, and then none', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1200 }), fc.infiniteStream(fc.nat({ max: 2 ** 48 - 1 })), async (max, seeds) => {
      const slots = new Slots();
      for (let i = 0; i < max; i++) {
        const { slot, full } = await slots.find(max, seeds.next().value);
        expect(slot).toBeGreaterThanOrEqual(1);
        expect(slot).toBeLessThanOrEqual(max);
        expect(slots.taken.has(slot as number)).toBe(false);
        slots.taken.add(slot as number);
        for (const { height, index } of full) slots.full.add(`${height}/${index}`);
      }
      const last = await slots.find(max, seeds.next().value);
      expect(last.slot).toBeUndefined();
      expect(last.full).toContainEqual(rootOf(max));
    }),
    { numRuns: 15 },
  );
});

test('a mark is only put where every slot below is taken', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 3000 }),
      fc.nat({ max: 2 ** 48 - 1 }),
      fc.double({ min: 0.9, max: 1, noNaN: true }),
      async (max, seed, share) => {
        const slots = new Slots();
        for (let slot = 1; slot <= max; slot++) if ((slot * 7919) % 1000 < share * 1000) slots.taken.add(slot);
        const { full } = await slots.find(max, seed);
        for (const { height, index } of full)
          for (let slot = index * 32 ** height + 1; slot <= Math.min(max, (index + 1) * 32 ** height); slot++)
            expect(slots.taken.has(slot)).toBe(true);
      },
    ),
    { numRuns: 60 },
  );
});

test('a million uses are found with few questions while there is room, and refused with one once the root is marked', async () => {
  const slots = new Slots();
  await slots.find(1_000_000, 123_456_789);
  expect(slots.asked).toBeLessThanOrEqual(5);
  slots.full.add('4/0');
  slots.asked = 0;
  expect((await slots.find(1_000_000, 1)).slot).toBeUndefined();
  expect(slots.asked).toBe(1);
});

test('those who come at once rarely meet', async () => {
  const slots = new Slots();
  const chosen = await Promise.all(Array.from({ length: 50 }, (_, i) => slots.find(100_000, (i * 2_654_435_761) % 2 ** 48)));
  expect(new Set(chosen.map(({ slot }) => slot)).size).toBeGreaterThan(45);
});

test('rows one after another: as a plain sum would have it, whatever the allotments', async () => {
  const sizes = fc.oneof(fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 3000, max: 100_000 }));
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.array(fc.tuple(fc.integer({ min: 0, max: 5000 }), fc.nat({ max: 2 ** 48 - 1 })), { maxLength: 80 }),
      async (max, asked) => {
        const taken = new Map<number, number>();
        let sum = 0;
        for (const [rows, seed] of asked) {
          const drawn = await drawRows(max, rows, seed, async (allotment) => taken.get(allotment) ?? 0);
          if ('left' in drawn) {
            expect([sum + rows > max, drawn.left]).toEqual([true, max - sum]);
            continue;
          }
          for (const draw of drawn.draws) taken.set(draw.allotment, draw.taken);
          sum += rows;
          expect(sum).toBeLessThanOrEqual(max);
          expect([...taken.values()].reduce((a, b) => a + b, 0)).toBe(sum);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('small shares of a large limit rarely meet: each reads one allotment', async () => {
  const read = new Set<number>();
  for (let seed = 0; seed < 64; seed++) {
    const asked: number[] = [];
    await drawRows(1_000_000, 10, seed * 2_654_435_761, async (allotment) => {
      asked.push(allotment);
      return 0;
    });
    expect(asked).toHaveLength(1);
    read.add(asked[0] as number);
  }
  expect([allotmentsOf(1_000_000), allotmentsOf(10_000), allotmentsOf(1999)]).toEqual([128, 10, 1]);
  expect(read.size).toBeGreaterThan(40);
});

/** What every engine does with a loser: a new transaction. */
async function untilDecided(ledger: TestLedger, grant: string, attempts: number): Promise<string[]> {
  const outcomes: string[] = [];
  for (let open = attempts, rounds = 0; open > 0; rounds++) {
    if (rounds > 200) throw new Error('never decided');
    const block: Simulation[] = [];
    for (let i = 0; i < open; i++) block.push(await ledger.simulate('share:commit', sent(grant), household));
    for (const simulation of block) {
      const verdict = ledger.commit(simulation);
      expect(['VALID', 'MVCC_READ_CONFLICT']).toContain(verdict);
      if (verdict !== 'VALID') continue;
      const { kind, clause } = JSON.parse(simulation.answer);
      outcomes.push(kind === 'refusal' ? clause : 'committed');
      open--;
      // No refusal by the limit before the last use is committed.
      if (clause === 'GRANT_EXHAUSTED')
        expect(outcomes.filter((outcome) => outcome === 'committed').length).toBe(ledger.get('grant', grant)?.constraints.maxCount);
    }
  }
  return outcomes;
}

let base: TestLedger;
let asset: string;
beforeAll(async () => {
  base = await city();
  asset = (await published(base)).id;
});

test('maxCount = n with K attempts in parallel: n commit, never more, and the rest are refused by the limit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 12 }), async (maxCount, attempts) => {
      const ledger = base.fork();
      const { id } = await granted(ledger, { maxCount }, asset);
      const committed = Math.min(maxCount, attempts);
      const outcomes = await untilDecided(ledger, id, attempts);
      expect(outcomes.filter((outcome) => outcome === 'committed')).toHaveLength(committed);
      expect(outcomes.filter((outcome) => outcome === 'GRANT_EXHAUSTED')).toHaveLength(attempts - committed);
      const numbers = ledger.all('share').map(({ useNumber }) => useNumber);
      expect(new Set(numbers).size).toBe(numbers.length);
      for (const number of numbers) expect(number).toBeLessThanOrEqual(maxCount);
    }),
    { numRuns: 20 },
  );
});

/** What a plain counter would have answered, had the transactions come one after another in the order of the chain. */
function plainly(limit: { maxCount?: number; maxRows?: number }, asked: readonly number[]): string[] {
  const { maxCount = Number.POSITIVE_INFINITY, maxRows = Number.POSITIVE_INFINITY } = limit;
  let [count, sum] = [0, 0];
  return asked.map((rows) => {
    if (sum + rows > maxRows) return 'ROWS_EXCEEDED';
    if (count + 1 > maxCount) return 'GRANT_EXHAUSTED';
    [count, sum] = [count + 1, sum + rows];
    return 'committed';
  });
}

test('K at once, of various sizes, under both limits: what commits, in the order of the chain, is what a plain counter would answer', async () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(
      sizes,
      fc.integer({ min: 100, max: 8000 }),
      fc.option(fc.integer({ min: 1, max: 20 })),
      async (asked, maxRows, maxCount) => {
        const ledger = base.fork();
        const limits = { maxRows, ...(maxCount === null ? {} : { maxCount }) };
        const { id } = await granted(ledger, limits, asset);
        const order: { rows: number; outcome: string }[] = [];
        for (let open = [...asked]; open.length > 0; ) {
          const block = await Promise.all(
            open.map(async (rows) => ({ rows, simulation: await ledger.simulate('share:commit', sent(id, { rows }), household) })),
          );
          open = [];
          for (const { rows, simulation } of block) {
            if (ledger.commit(simulation) !== 'VALID') {
              open.push(rows);
              continue;
            }
            const { kind, clause } = JSON.parse(simulation.answer);
            order.push({ rows, outcome: kind === 'refusal' ? clause : 'committed' });
          }
        }
        expect(order.map(({ outcome }) => outcome)).toEqual(
          plainly(
            limits,
            order.map(({ rows }) => rows),
          ),
        );
      },
    ),
    { numRuns: 25 },
  );
}, 60_000);

test('once refused, the limit is a mark: the next refusal reads no use key', async () => {
  const ledger = base.fork();
  const { id } = await granted(ledger, { maxCount: 5 }, asset);
  await untilDecided(ledger, id, 6);
  expect(ledger.state.has(indexKeys.exhausted(id))).toBe(true);
  const { reads } = await ledger.simulate('share:commit', sent(id), household);
  expect([...reads.keys()].filter((key) => key.startsWith('\u0000use\u0000'))).toEqual([]);
});
