import type { PlanItem } from '@drl/chaincode/model/records/plan';
import { itemStanding } from '@drl/chaincode/model/rules/plan';
import fc from 'fast-check';
import { auditor, city, household, householdConsumer, manager, social, zh } from './city';
import type { TestLedger } from './harness';

/** The city's clock stands at 2 March 2026. */
let base: TestLedger;
beforeAll(async () => {
  base = await city();
});

const item = (name: string, dueAt: string, more: Partial<PlanItem> = {}): PlanItem => ({
  name,
  kind: 'collect',
  title: zh('归集人口数据'),
  dueAt,
  ...more,
});
const day = (month: number, date = 1) => `2026-${String(month).padStart(2, '0')}-${String(date).padStart(2, '0')}T00:00:00Z`;

test('one plan for each department and year, by its steward', async () => {
  const ledger = base.fork();
  const input = { year: 2026, items: [item('1', day(6))] };
  for (const by of [householdConsumer, auditor]) expect(await ledger.outcome('plan:make', input, by)).toBe('ROLE_MISSING');
  const plan = await ledger.write('plan', 'plan:make', input, household);
  expect(plan).toMatchObject({ id: 'pln-household-2026', department: 'household', version: 1, status: 'active' });
  expect(await ledger.outcome('plan:make', input, household)).toBe('ALREADY_EXISTS');
  expect(await ledger.outcome('plan:make', input, social)).toBe('active');
  expect(await ledger.outcome('plan:make', { year: 2027, items: [item('1', '2027-01-05T00:00:00Z')] }, household)).toBe('active');
  const revised = { id: plan.id, items: [item('1', day(7))] };
  for (const by of [social, manager, auditor]) expect(await ledger.outcome('plan:revise', revised, by)).toBe('NOT_YOURS');
  expect(await ledger.outcome('plan:revise', revised, householdConsumer)).toBe('ROLE_MISSING');
  expect(await ledger.outcome('plan:revise', { ...revised, expectedVersion: 2 }, household)).toBe('VERSION_MISMATCH');
  expect(await ledger.write('plan', 'plan:revise', { ...revised, reason: zh('延期') }, household)).toMatchObject({
    version: 2,
    reason: zh('延期'),
  });
});

test('of two who make it at once one wins', async () => {
  const ledger = base.fork();
  const input = { year: 2026, items: [item('1', day(6))] };
  const [one, two] = [await ledger.simulate('plan:make', input, household), await ledger.simulate('plan:make', input, household)];
  expect([ledger.commit(one), ledger.commit(two)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
});

test.each([
  ['due before it is promised', [item('1', day(3, 1))]],
  ['due in another year', [item('1', '2027-06-01T00:00:00Z')]],
  ['named twice', [item('1', day(6)), item('1', day(7))]],
  ['a demand to collect', [item('1', day(6), { demand: 'dmd-1' })]],
  ['nothing', []],
])('no promise: %s', async (_name, items) => {
  expect(await base.fork().outcome('plan:make', { year: 2026, items }, household)).toBe('INPUT_INVALID');
});

test('the year is the channel’s own: Shanghai’s ends eight hours before UTC’s', async () => {
  const make = (dueAt: string) => base.fork().outcome('plan:make', { year: 2026, items: [item('1', dueAt)] }, household);
  expect(await make('2026-12-31T15:59:59Z')).toBe('active');
  expect(await make('2026-12-31T16:00:00Z')).toBe('INPUT_INVALID');
});

/** What was promised and has fallen due stands as it was, whatever is revised when: held against a model that keeps the first word of each. */
test('what has fallen due stays as it was, through any revisions', async () => {
  const names = ['a', 'b', 'c'] as const;
  const promise = fc.record({
    name: fc.constantFrom(...names),
    month: fc.integer({ min: 4, max: 12 }),
    asset: fc.constantFrom('ast-1', 'ast-2'),
  });
  const items = fc.uniqueArray(promise, { selector: ({ name }) => name, minLength: 1 });
  const revision = fc.record({ month: fc.integer({ min: 3, max: 12 }), items });
  await fc.assert(
    fc.asyncProperty(items, fc.array(revision, { maxLength: 6 }), async (first, revisions) => {
      const ledger = base.fork();
      const said = (all: typeof first) => all.map(({ name, month, asset }) => item(name, day(month), { asset }));
      const { id } = await ledger.write('plan', 'plan:make', { year: 2026, items: said(first) }, household);
      let stands = said(first);
      for (const { month, items: next } of [...revisions].sort((a, b) => a.month - b.month)) {
        ledger.now = new Date(day(month, 15));
        const past = (dueAt: string) => Date.parse(dueAt) < ledger.now.getTime();
        const wanted = said(next);
        const kept = stands
          .filter(({ dueAt }) => past(dueAt))
          .every((old) => wanted.some((now) => JSON.stringify(now) === JSON.stringify(old)));
        const ahead = wanted.every((now) => !past(now.dueAt) || stands.some(({ name, dueAt }) => name === now.name && dueAt === now.dueAt));
        const outcome = await ledger.outcome('plan:revise', { id, items: wanted }, household);
        expect(outcome).toBe(!kept ? 'PLAN_ITEM_DUE' : ahead ? 'active' : 'INPUT_INVALID');
        if (outcome === 'active') stands = wanted;
        expect(ledger.get('plan', id)?.items).toEqual(stands);
      }
    }),
    { numRuns: 60 },
  );
});

test('a promise is open until its day, then kept, late or missed', () => {
  const time = fc.integer({ min: 0, max: 1000 }).map((n) => new Date(n * 1000).toISOString());
  fc.assert(
    fc.property(time, fc.option(time, { nil: undefined }), time, (dueAt, doneAt, at) => {
      const done = doneAt !== undefined && doneAt <= at;
      const expected = done ? (doneAt <= dueAt ? 'kept' : 'late') : at > dueAt ? 'missed' : 'open';
      expect(itemStanding({ dueAt }, doneAt, at)).toBe(expected);
    }),
  );
});
