import { IndicatorReader, indicatorsOf } from '@drl/gateway/indicators/reader';
import type { ReadModel } from '@drl/gateway/readmodel/readmodel';
import { selfCheck } from '@drl/gateway/selfcheck/selfCheck';
import fc from 'fast-check';
import { History, type Step } from '../readmodel/history';
import { founded, opened, scratch, TestLedger } from '../readmodel/source';
import { asset, household } from '../readmodel/world';

const step: fc.Arbitrary<Step> = fc.record({
  op: fc.nat(40),
  pick: fc.nat(1000),
  actor: fc.nat(2),
  flaw: fc.constant(19),
  wait: fc.integer({ min: 0, max: 3 * 86_400_000 }),
  seal: fc.boolean(),
});
const nothingSeen = { resources: () => new Map() };

/** The same ledger, as it was when that block was its last. */
function endingAt(blocks: readonly Buffer[], last: number): TestLedger {
  const ledger = new TestLedger();
  for (const block of blocks.slice(0, last + 1)) ledger.add(block);
  return ledger;
}

test('what is said of a block is what was said when it was the last one, whatever came after it', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 100 }), fc.nat(), async (steps, seed) => {
      const { ledger, last } = new History(steps);
      const block = 3 + (seed % Math.max(1, last - 3));
      const [whole, part] = [scratch(), scratch()];
      const later = await opened(ledger, whole.dir);
      const then = await opened(endingAt(ledger.blocks, block), part.dir);
      try {
        for (const department of [undefined, 'household', 'tax']) {
          const asked = { asOfBlock: block, ...(department === undefined ? {} : { department }) };
          expect(await indicatorsOf(later, asked)).toEqual(await indicatorsOf(then, asked));
        }
        const check = (model: ReadModel) => selfCheck(model, { department: 'household', asOfBlock: block }, nothingSeen);
        expect(await check(later)).toEqual(await check(then));
      } finally {
        await later.close();
        await then.close();
        whole.clean();
        part.clean();
      }
    }),
    { numRuns: 8 },
  );
}, 120_000);

test('one question asked by many is answered once; what has come since is answered anew', async () => {
  const ledger = founded();
  const { dir, clean } = scratch();
  ledger.write({ by: household, action: 'asset:register', writes: (s) => [asset('ast-1', s)] });
  const model = await opened(ledger, dir);
  let surveys = 0;
  const counted: ReadModel = {
    ...model,
    survey: (options, work) => {
      surveys += 1;
      return model.survey(options, work);
    },
  };
  const reader = new IndicatorReader(counted, () => new Map());
  const entries = async (asOfBlock?: number) => {
    const { figures } = await reader.read(asOfBlock === undefined ? {} : { asOfBlock });
    return figures.find(({ id }) => id === 'entries')?.value;
  };
  expect(await Promise.all([entries(3), entries(3), entries(3)])).toEqual([1, 1, 1]);
  expect(await entries(3)).toBe(1);
  expect(surveys).toBe(1);
  expect(await entries()).toBe(1);
  ledger.write({ by: household, action: 'asset:register', writes: (s) => [asset('ast-2', s)] });
  await model.reached(4);
  expect([await entries(), await entries(3)]).toEqual([2, 1]);
  await expect(reader.read({ asOfBlock: 99 })).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' });
  const rush = Array.from({ length: 20 }, async (_, i) => reader.read({ asOfBlock: 3, from: `2026-01-${10 + i}T00:00:00Z` }));
  const told = await Promise.allSettled(rush);
  expect(told.filter(({ status }) => status === 'fulfilled')).toHaveLength(16);
  for (const one of told) if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'SURVEYS_EXHAUSTED' });
  // A question that failed does not hold up those after it.
  expect(await entries(4)).toBe(2);
  await model.close();
  clean();
});
