import { feedbackStatus } from '@drl/chaincode/model/rules/derive';
import fc from 'fast-check';
import {
  auditor,
  city,
  granted,
  household,
  householdConsumer,
  manager,
  published,
  SHA,
  sent,
  social,
  socialConsumer,
  tax,
  zh,
} from './city';
import type { TestLedger } from './harness';

let base: TestLedger;
let asset: string;
beforeAll(async () => {
  base = await city(new Date('2026-03-02T02:00:00Z'));
  asset = (await published(base)).id;
});

const people = { household, householdConsumer, social, socialConsumer, tax, manager, auditor };
type Who = keyof typeof people;
const raise = (ledger: TestLedger, by = socialConsumer) =>
  ledger.write('feedback', 'feedback:raise', { asset, dimension: 'inaccurate', severity: 'major', description: zh('地址与实际不符') }, by);

/** DOMAIN "States", Feedback: who moves it from where to where. Written apart from the code. */
const arrows: Record<string, { by: 'publisher' | 'raiser'; from: string[]; to: string }> = {
  accept: { by: 'publisher', from: ['raised', 'contested'], to: 'accepted' },
  contest: { by: 'publisher', from: ['raised'], to: 'contested' },
  fix: { by: 'publisher', from: ['accepted'], to: 'fixed' },
  confirm: { by: 'raiser', from: ['fixed'], to: 'confirmed' },
  reopen: { by: 'raiser', from: ['fixed'], to: 'accepted' },
  withdraw: { by: 'raiser', from: ['raised', 'contested', 'accepted'], to: 'withdrawn' },
};
const ENDED = ['confirmed', 'withdrawn', 'dismissed'];

function expected(status: string, late: boolean, verb: string, who: Who, outcome: string): string {
  if (verb === 'decide') {
    if (who !== 'manager') return 'ROLE_MISSING';
    if (ENDED.includes(status)) return 'STATE_FORBIDS';
    if (!late) return 'NOT_DUE';
    return outcome === 'confirmed' && status !== 'fixed' ? 'STATE_FORBIDS' : outcome;
  }
  const { by, from, to } = arrows[verb] as (typeof arrows)[string];
  if (by === 'publisher' && who !== 'household') return who === 'householdConsumer' ? 'ROLE_MISSING' : 'NOT_YOURS';
  if (by === 'raiser' && who !== 'social' && who !== 'socialConsumer') return 'NOT_YOURS';
  return from.includes(status) ? to : 'STATE_FORBIDS';
}

test('feedback lives as the page says: each turn has its days, and past them the manager may decide', async () => {
  const command = fc.record({
    verb: fc.constantFrom(...Object.keys(arrows), 'decide'),
    who: fc.constantFrom<Who>('household', 'householdConsumer', 'social', 'socialConsumer', 'tax', 'manager', 'auditor'),
    /** Where set, whoever it waits for acts, so that walks get far. */
    apt: fc.boolean(),
    outcome: fc.constantFrom('accepted' as const, 'confirmed' as const, 'dismissed' as const),
    days: fc.constantFrom(0, 0, 1, 5, 13),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 14 }), async (commands) => {
      const ledger = base.fork();
      const { id } = await raise(ledger);
      for (const { verb, who: drawn, apt, outcome, days } of commands) {
        ledger.now = new Date(ledger.now.getTime() + days * 86_400_000 + 1000);
        const feedback = ledger.get('feedback', id);
        if (feedback === undefined) throw new Error('it is gone');
        const late = ledger.now.toISOString() > feedback.dueAt && !ENDED.includes(feedback.status);
        expect(feedbackStatus(feedback, ledger.now.toISOString())).toBe(late ? 'escalated' : feedback.status);
        const fit: Who = verb === 'decide' ? 'manager' : arrows[verb]?.by === 'publisher' ? 'household' : 'social';
        const who = apt ? fit : drawn;
        const input = { id, reason: zh('说明'), ...(verb === 'decide' ? { outcome } : {}) };
        const said = await ledger.outcome(`feedback:${verb}` as 'feedback:contest', input, people[who]);
        expect([verb, who, said]).toEqual([verb, who, expected(feedback.status, late, verb, who, outcome)]);
      }
    }),
    { numRuns: 150 },
  );
});

test('it is raised by another department, on an asset that others see', async () => {
  const ledger = base.fork();
  const input = { asset, dimension: 'stale', severity: 'minor', description: zh('半年未更新') } as const;
  expect(await ledger.outcome('feedback:raise', input, household)).toBe('INPUT_INVALID');
  expect(await ledger.outcome('feedback:raise', input, auditor)).toBe('ROLE_MISSING');
  expect(await ledger.outcome('feedback:raise', { ...input, assetVersion: 9 }, social)).toBe('INPUT_INVALID');
  await ledger.submit('asset:suspend', { id: asset }, household);
  expect(await ledger.outcome('feedback:raise', { ...input, assetVersion: 2 }, social)).toBe('raised');
  await ledger.submit('asset:retire', { id: asset }, household);
  expect(await ledger.outcome('feedback:raise', input, social)).toBe('STATE_FORBIDS');
});

test('each has its own words in it, and what is fixed says in which version', async () => {
  const ledger = base.fork();
  const { id, dueAt } = await raise(ledger);
  expect(dueAt).toBe('2026-03-16T15:59:59.999Z');
  await ledger.submit('feedback:contest', { id, reason: zh('数据无误') }, household);
  ledger.now = new Date('2026-03-20T02:00:00Z');
  await ledger.submit('feedback:decide', { id, outcome: 'accepted', reason: zh('确有错误') }, manager);
  await ledger.submit('asset:revise', { id: asset, changes: { theme: 'credit' } }, household);
  await ledger.submit('feedback:fix', { id }, household);
  await ledger.submit('feedback:reopen', { id, reason: zh('仍有错误') }, social);
  await ledger.submit('feedback:fix', { id, reason: zh('已更正') }, household);
  const ended = await ledger.write('feedback', 'feedback:confirm', { id }, social);
  expect(ended).toMatchObject({
    status: 'confirmed',
    answer: zh('已更正'),
    reply: zh('仍有错误'),
    ruling: zh('确有错误'),
    fixedIn: 3,
    assetVersion: 2,
  });
});

describe('ratings', () => {
  const share = async (ledger: TestLedger, grant: string, acknowledged = true) => {
    const { id } = await ledger.write('share', 'share:commit', sent(grant), household);
    if (acknowledged) await ledger.submit('share:acknowledge', { id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, socialConsumer);
    return id;
  };
  const fresh = async (at = '2026-03-30T02:00:00Z') => {
    const ledger = base.fork();
    ledger.now = new Date(at);
    return { ledger, grant: (await granted(ledger, {}, asset)).id };
  };

  test('stand on one’s own acknowledged share', async () => {
    const { ledger, grant } = await fresh();
    const open = await share(ledger, grant, false);
    expect(await ledger.outcome('rating:give', { share: open, score: 4 }, socialConsumer)).toBe('STATE_FORBIDS');
    const answered = await share(ledger, grant);
    expect(await ledger.outcome('rating:give', { share: answered, score: 4 }, household)).toBe('NOT_YOURS');
    expect(await ledger.outcome('rating:give', { share: answered, score: 6 }, social)).toBe('INPUT_INVALID');
    const given = await ledger.write('rating', 'rating:give', { share: answered, score: 4, comment: zh('及时') }, social);
    expect(given).toMatchObject({
      asset,
      grant,
      share: answered,
      provider: 'household',
      by: 'social-insurance',
      month: '2026-03',
      score: 4,
    });
  });

  test('are one for each grant and month, as the channel’s time zone counts months', async () => {
    const { ledger, grant } = await fresh('2026-03-31T15:59:00Z');
    const first = await share(ledger, grant);
    expect(await ledger.outcome('rating:give', { share: first, score: 5 }, social)).toBe('given');
    expect(await ledger.outcome('rating:give', { share: await share(ledger, grant), score: 1 }, social)).toBe('ALREADY_EXISTS');
    // In Shanghai it is April, in UTC not yet.
    ledger.now = new Date('2026-03-31T16:00:00Z');
    expect(await ledger.outcome('rating:give', { share: first, score: 3 }, social)).toBe('given');
    expect(
      ledger
        .all('rating')
        .map(({ month }) => month)
        .sort(),
    ).toEqual(['2026-03', '2026-04']);
  });

  test('of two at once one is given', async () => {
    const { ledger, grant } = await fresh();
    const [a, b] = [await share(ledger, grant), await share(ledger, grant)];
    const both = [
      await ledger.simulate('rating:give', { share: a, score: 5 }, social),
      await ledger.simulate('rating:give', { share: b, score: 1 }, socialConsumer),
    ];
    expect(both.map((simulation) => ledger.commit(simulation))).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
    expect(await ledger.outcome('rating:give', { share: b, score: 1 }, socialConsumer)).toBe('ALREADY_EXISTS');
  });
});
