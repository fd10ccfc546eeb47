import { type Calendar, workingDaysAfter } from '@drl/chaincode/model/calendar';
import { addDuration } from '@drl/chaincode/model/duration';
import fc from 'fast-check';
import { settings } from './city';

const day = (instant: number, timeZone: string) => new Date(instant).toLocaleDateString('en-CA', { timeZone });
const next = (date: string) => new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);

/** Counted as a clerk would: day by day on the wall calendar, with every holiday written out. */
function oracle(at: string, days: number, { timeZone, holidays, makeUpDays }: Calendar): string {
  const off = new Set<string>();
  for (const span of holidays) {
    const [from = '', to = from] = span.split('..');
    for (let date = from; date <= to; date = next(date)) off.add(date);
  }
  let date = day(Date.parse(at), timeZone);
  for (let left = days; left > 0; ) {
    date = next(date);
    const weekend = [0, 6].includes(new Date(`${date}T12:00:00Z`).getUTCDay());
    if (makeUpDays.includes(date) || (!weekend && !off.has(date))) left--;
  }
  return date;
}

const zone = fc.constantFrom(
  'Asia/Shanghai',
  'UTC',
  'America/New_York',
  'Australia/Sydney',
  'America/Sao_Paulo',
  'Asia/Kolkata',
  'Pacific/Chatham',
  'America/Havana',
);
const instant = fc
  .date({ min: new Date('2010-01-01'), max: new Date('2030-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());
const date = fc
  .date({ min: new Date('2010-01-01'), max: new Date('2030-06-01'), noInvalidDate: true })
  .map((d) => d.toISOString().slice(0, 10));
const calendar: fc.Arbitrary<Calendar> = fc.record({
  timeZone: zone,
  holidays: fc.array(
    fc.tuple(date, fc.nat({ max: 9 })).map(([from, more]) => {
      const to = new Date(Date.parse(from) + more * 86_400_000).toISOString().slice(0, 10);
      return more === 0 ? from : `${from}..${to}`;
    }),
    { maxLength: 30 },
  ),
  makeUpDays: fc.array(date, { maxLength: 30 }),
});

test('ends with the last millisecond of the working day that a clerk would name, in any zone', () => {
  fc.assert(
    fc.property(instant, fc.integer({ min: 1, max: 40 }), calendar, (at, days, rules) => {
      const due = workingDaysAfter(at, days, rules);
      expect(day(Date.parse(due), rules.timeZone)).toBe(oracle(at, days, rules));
      expect(day(Date.parse(due) + 1, rules.timeZone)).toBe(next(oracle(at, days, rules)));
    }),
  );
});

test('every day of years with every kind of clock change: at midnight, around it, forward and back', () => {
  for (const timeZone of [
    'America/Sao_Paulo',
    'America/Havana',
    'Australia/Sydney',
    'America/New_York',
    'Pacific/Chatham',
    'Asia/Shanghai',
  ])
    for (let date = '2018-01-01'; date < '2019-01-01'; date = next(date)) {
      const rules = { timeZone, holidays: [], makeUpDays: [next(date)] };
      // Ten in UTC is that same day in each of these zones.
      const start = `${date}T10:00:00Z`;
      const due = Date.parse(workingDaysAfter(start, 1, rules));
      expect([timeZone, day(due, timeZone), day(due + 1, timeZone)]).toEqual([
        timeZone,
        oracle(start, 1, rules),
        next(oracle(start, 1, rules)),
      ]);
    }
});

test('the city’s 2026: Spring Festival and its make-up days', () => {
  const after = (at: string, days: number) => workingDaysAfter(at, days, settings);
  // Friday 13 February; Saturday 14 is worked, the 15th to 23rd are not.
  expect(after('2026-02-13T02:00:00Z', 1)).toBe('2026-02-14T15:59:59.999Z');
  expect(after('2026-02-13T02:00:00Z', 2)).toBe('2026-02-24T15:59:59.999Z');
  // Half past midnight in Shanghai is the day before in UTC.
  expect(after('2026-03-01T16:30:00Z', 1)).toBe('2026-03-03T15:59:59.999Z');
});

test('a calendar without working days is a mistake, not an endless count', () => {
  const never = { timeZone: 'UTC', holidays: ['2026-01-01..2046-01-01'], makeUpDays: [] };
  expect(() => workingDaysAfter('2026-01-01T00:00:00Z', 1, never)).toThrow(RangeError);
});

test.each([
  ['2026-01-31T08:00:00Z', 'P1M', '2026-02-28T08:00:00.000Z'],
  ['2028-02-29T00:00:00Z', 'P1Y', '2029-02-28T00:00:00.000Z'],
  ['2026-12-31T23:00:00Z', 'PT2H', '2027-01-01T01:00:00.000Z'],
  ['2026-01-01T00:00:00Z', 'P1Y2M1W3DT4H5M6S', '2027-03-11T04:05:06.000Z'],
])('%s and %s', (time, duration, sum) => expect(addDuration(time, duration)).toBe(sum));

test('a duration that leads out of the calendar leads nowhere', () => {
  expect(addDuration('2026-01-01T00:00:00Z', `P${'9'.repeat(30)}Y`)).toBeUndefined();
  expect(addDuration('2026-01-01T00:00:00Z', 'realtime')).toBeUndefined();
});
