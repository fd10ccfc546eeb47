import type { Asset } from '@drl/chaincode/model/records/asset';
import { contentSince, renewalDue } from '@drl/gateway/indicators/entries';
import { middle, ratio } from '@drl/gateway/indicators/figure';
import fc from 'fast-check';
import { asset, changed, household } from '../readmodel/world';

const DAY = 86_400_000;
const START = Date.parse('2026-01-01T00:00:00Z');
const time = (day: number) => new Date(START + day * DAY).toISOString();
const stamp = (day: number): Asset['updated'] => {
  const { department, mspId, name } = household;
  return { at: time(day), transactionId: 'ab'.repeat(32), department, mspId, name };
};

/** What a steward may do to an entry on a day: bring other content, say another date, or change something else. */
const act = fc.record({
  days: fc.integer({ min: 1, max: 40 }),
  hash: fc.option(fc.constantFrom('aa', 'bb', 'cc'), { nil: undefined }),
  modified: fc.option(fc.integer({ min: -400, max: 400 }), { nil: undefined }),
  title: fc.string(),
});
const first = fc.record({
  hash: fc.option(fc.constantFrom('aa', 'bb'), { nil: undefined }),
  modified: fc.option(fc.integer({ min: -400, max: 400 }), { nil: undefined }),
});
type Act = { readonly hash?: string | undefined; readonly modified?: number | undefined };

const said = ({ hash, modified }: Act): Partial<Asset> => ({
  ...(hash === undefined ? {} : { contentHash: hash.repeat(32) }),
  ...(modified === undefined ? {} : { contentModified: time(modified) }),
});
function versionsOf(begun: Act, acts: readonly (Act & { days: number; title: string })[]): Asset[] {
  const versions = [asset('ast-1', stamp(0), said(begun))];
  let day = 0;
  for (const one of acts) {
    day += one.days;
    versions.push(changed(versions.at(-1) as Asset, stamp(day), { ...said(one), title: { en: one.title } }));
  }
  return versions;
}

test('only another hash renews content; dates that are typed in move nothing', () => {
  fc.assert(
    fc.property(first, fc.array(act, { maxLength: 12 }), (begun, acts) => {
      const versions = versionsOf(begun, acts);
      // Read off the acts: the day of the last one that brought a hash unlike the one before it.
      let [hash, since, day] = [begun.hash as string | undefined, Math.min(0, begun.modified ?? 0), 0];
      for (const one of acts) {
        day += one.days;
        if (one.hash !== undefined && one.hash !== hash) [hash, since] = [one.hash, day];
      }
      expect(contentSince(versions)).toBe(time(since));
      const touched = versionsOf(
        begun,
        acts.map((one) => ({ ...one, modified: 399 })),
      );
      expect(contentSince(touched)).toBe(contentSince(versions));
    }),
  );
});

test('a period that is none, or is realtime, can not pass', () => {
  const of = (accrualPeriodicity?: string) =>
    renewalDue(asset('ast-1', stamp(0), accrualPeriodicity === undefined ? {} : { accrualPeriodicity }), time(0));
  expect([of(), of('realtime'), of('P1M'), of('P1D')]).toEqual([undefined, undefined, time(31), time(1)]);
});

test('a figure of nothing is no number, and a median is the middle one', () => {
  expect(ratio('attachment-rate', 0, 0)).toMatchObject({ value: null, numerator: 0, denominator: 0 });
  expect(ratio('attachment-rate', 726, 1640)).toMatchObject({ value: 44.3, comparison: { value: 53 } });
  expect([middle([]), middle([3]), middle([10, 1, 2]), middle([4, 1, 2, 10])]).toEqual([null, 3, 2, 3]);
});
