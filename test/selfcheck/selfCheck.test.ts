import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Dispute } from '@drl/chaincode/model/records/dispute';
import type { Feedback } from '@drl/chaincode/model/records/feedback';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { indicatorsOf } from '@drl/gateway/indicators/reader';
import type { ReadModel } from '@drl/gateway/readmodel/readmodel';
import { linesOf } from '@drl/gateway/report/report';
import { checkCodes } from '@drl/gateway/selfcheck/checks';
import { reportOf } from '@drl/gateway/selfcheck/report';
import { type SelfCheck, selfCheck } from '@drl/gateway/selfcheck/selfCheck';
import type { Person } from '../../scripts/bench/blocks';
import { founded, opened, scratch } from '../readmodel/source';
import { asset, changed, contest, demand, grant, household, plan, promise, right, share, social, tax } from '../readmodel/world';

/** A spring of the household office's: promises made in March, looked at in May, mended in June, and looked at again. */
const DAY = 86_400_000;
const ledger = founded();
const { dir, clean } = scratch();
const after = (stamp: { at: string }, days: number) => new Date(Date.parse(stamp.at) + days * DAY).toISOString();
const write = <R extends LedgerRecord>(by: Person, action: string, make: (stamp: Asset['updated']) => R): R => {
  let made: R | undefined;
  ledger.write({
    by,
    action,
    writes: (stamp) => {
      made = make(stamp);
      return [made];
    },
  });
  return made as R;
};
const published = (id: string, more: Partial<Asset> = {}) => {
  const registered = write(household, 'asset:register', (s) => asset(id, s, { title: { zh: id }, ...more }));
  return write(household, 'asset:publish', (s) => changed(registered, s, { status: 'published' }));
};
const csv = [{ name: 'csv', accessURL: 'file:a.csv' }];
const withheld = { name: 'personId', type: 'string' as const, shareType: 'none' as const };

let model: ReadModel;
let march: number;
let may: number;
const lost = { reachable: false, since: '2026-05-20T00:00:00.000Z', reason: 'HTTP 404' };
const look = (question: { asOfBlock?: number; sinceBlock?: number } = {}, department = 'household') =>
  selfCheck(model, { department, ...question }, { resources: ({ id }) => new Map(id === 'ast-good' ? [['csv', lost]] : []) });
const told = ({ findings }: Pick<SelfCheck, 'findings'>) =>
  findings.map(({ code, subject }) => `${code} ${subject.id}${subject.part ? ` ${subject.part}` : ''}`);

beforeAll(async () => {
  const stale = published('ast-stale', { accrualPeriodicity: 'P1M', distributions: csv, contentHash: 'aa'.repeat(32) });
  published('ast-good', { distributions: csv, accrualPeriodicity: 'P1Y' });
  const bare = published('ast-bare');
  published('ast-secret', { elements: [withheld], distributions: csv });
  published('ast-none', { shareType: 'none', shareBasis: { zh: '依据' } });
  published('ast-claim', { distributions: csv, authoritativeFor: ['DE-1'] });
  write(tax, 'asset:register', (s) => asset('ast-rival', s, { authoritativeFor: ['DE-1'] }));
  write(household, 'plan:make', (s) =>
    plan('household', 2026, s, {
      items: [promise(after(s, 20), { name: 'done', asset: 'ast-good' }), promise(after(s, 20), { name: 'not done', asset: 'ast-draft' })],
    }),
  );
  write(social, 'grant:request', (s) => grant('grn-late', stale, s, { dueAt: after(s, 14) }));
  const asked = write(social, 'grant:request', (s) => grant('grn-1', stale, s, { dueAt: after(s, 14) }));
  const agreed = write(household, 'grant:approve', (s) => changed(asked, s, { status: 'active', decided: s }));
  const sent = write(household, 'share:commit', (s) => share('shr-sent', agreed, s));
  write(household, 'share:commit', (s) => {
    const { payloadHash, hashAlgorithm, bytes, rows, providerCommitment, ...open } = share('shr-open', agreed, s);
    return { ...open, status: 'opened' as const };
  });
  const wrong = write(household, 'share:commit', (s) => share('shr-wrong', agreed, s));
  write(social, 'share:acknowledge', (s) =>
    changed(wrong, s, { status: 'mismatched', consumerCommitment: { payloadHash: 'cd'.repeat(32), hashAlgorithm: 'sha-256', stamp: s } }),
  );
  const need = write(social, 'demand:file', (s) => demand('dmd-1', s, { neededBy: after(s, 30) }));
  write(household, 'demand:match', (s) =>
    changed(need, s, { status: 'matched', match: { asset: 'ast-bare', owner: 'household', stamp: s } }),
  );
  const fault = write(
    social,
    'feedback:raise',
    (s): Feedback => ({
      ...{
        kind: 'feedback',
        id: 'fbk-1',
        version: 1,
        created: s,
        updated: s,
        asset: stale.id,
        assetVersion: 1,
        publisher: 'household',
        by: social.department,
      },
      ...{ dimension: 'stale', severity: 'major', description: { zh: '数据陈旧' }, dueAt: after(s, 10), status: 'raised' },
    }),
  );
  const claimed = write(household, 'right:claim', (s) => right('rgt-1', bare.id, s));
  write(tax, 'right:contest', (s) => contest('cts-1', claimed, s));
  write(
    tax,
    'dispute:open',
    (s): Dispute => ({
      ...{ kind: 'dispute', id: 'dsp-1', version: 1, created: s, updated: s, claimant: 'tax', respondent: 'household', assets: [bare.id] },
      ...{
        subject: { kind: 'asset', id: bare.id },
        claim: { zh: '归属' },
        statements: [],
        freezes: [],
        tier: 'negotiation',
        status: 'opened',
      },
      ...{ dueAt: after(s, 10), mediationDueAt: after(s, 30) },
    }),
  );
  march = ledger.blocks.length - 1;
  ledger.tick(70 * DAY);
  write(tax, 'asset:register', (s) => asset('ast-later', s));
  may = ledger.blocks.length - 1;
  ledger.tick(20 * DAY);
  // Mended: the content, the answer to the feedback, the receipt; and a date that was only touched on another.
  const renewed = write(household, 'asset:revise', (s) => changed(stale, s, { contentHash: 'bb'.repeat(32) }));
  write(household, 'asset:attach', (s) => changed(bare, s, { distributions: csv }));
  const accepted = write(household, 'feedback:accept', (s) => changed(fault, s, { status: 'accepted', dueAt: after(s, 10) }));
  write(household, 'feedback:fix', (s) => changed(accepted, s, { status: 'fixed', fixedIn: renewed.version, dueAt: after(s, 10) }));
  write(social, 'share:acknowledge', (s) =>
    changed(sent, s, { status: 'acknowledged', consumerCommitment: { payloadHash: 'ab'.repeat(32), hashAlgorithm: 'sha-256', stamp: s } }),
  );
  model = await opened(ledger, dir, { now: () => ledger.now });
  expect(model.status()).toMatchObject({ ignored: 0, invalid: 0 });
});
afterAll(async () => {
  await model.close();
  clean();
});

const always = ['withheld-without-basis ast-secret', 'contested ast-bare', 'contested ast-claim'];

test('in March: what was left open, and nothing whose day has not come', async () => {
  const check = await look({ asOfBlock: march });
  expect(told(check).sort()).toEqual(
    [...always, 'no-resource ast-bare', 'share-mismatched shr-wrong', 'feedback-open fbk-1', 'dispute-open dsp-1'].sort(),
  );
  expect(check.since).toBeUndefined();
  expect(check.findings.every(({ standing }) => standing === undefined)).toBe(true);
});

test('in May: every day that has passed is told, in the order of the checks', async () => {
  const check = await look({ asOfBlock: may });
  const expected = [
    'asset-overdue ast-stale',
    'no-resource ast-bare',
    'withheld-without-basis ast-secret',
    'contested ast-bare',
    'contested ast-claim',
    'decision-late grn-late',
    'demand-unanswered dmd-1',
    'share-unfinished shr-open',
    'share-unanswered shr-sent',
    'share-mismatched shr-wrong',
    'feedback-open fbk-1',
    'dispute-open dsp-1',
    'plan-item-overdue pln-household-2026 not done',
  ];
  expect(told(check).sort()).toEqual([...expected].sort());
  const order = check.findings.map(({ code }) => checkCodes.indexOf(code));
  expect(order).toEqual([...order].sort((a, b) => a - b));
  expect(check.counts).toMatchObject({ contested: 2, 'asset-overdue': 1 });
  // The other side of the same shares.
  expect(told(await look({ asOfBlock: may }, 'social-insurance')).sort()).toEqual([
    'share-mismatched shr-wrong',
    'share-unacknowledged shr-sent',
  ]);
});

test('in June, against May: what is new, what is still there, what has gone', async () => {
  const check = await look({ sinceBlock: may });
  expect(check.gone?.map(({ key }) => key).sort()).toEqual([
    'asset-overdue ast-stale',
    'feedback-open fbk-1',
    'no-resource ast-bare',
    'share-unanswered shr-sent',
  ]);
  const standing = (of: string) => check.findings.filter((one) => one.standing === of).map(({ key }) => key);
  // The resource was lost on 20 May; the block looked back to is of 11 May.
  expect(standing('new')).toEqual(['resource-unreachable ast-good csv']);
  expect(standing('still')).toHaveLength(check.findings.length - 1);
  // Made again from the same blocks, an earlier self-check is what it was.
  const earlier = await look({ asOfBlock: may, sinceBlock: march });
  expect(earlier.gone).toEqual([]);
  expect(earlier.findings.filter((one) => one.standing === 'new').map(({ code }) => code)).toEqual([
    'asset-overdue',
    'decision-late',
    'demand-unanswered',
    'share-unfinished',
    'share-unanswered',
    'plan-item-overdue',
  ]);
});

test('every finding has its name and its remedy in both languages, and the report says them all', async () => {
  const check = await look({ sinceBlock: may });
  const { sections, columns } = reportOf(check, { zh: '户政', en: 'Household' });
  expect(columns.reduce((sum, { width }) => sum + width, 0)).toBe(100);
  expect(sections.map(({ rows }) => rows.length)).toEqual([1, check.findings.length - 1, 4]);
  for (const { rows } of sections)
    for (const row of rows) {
      expect(row).toHaveLength(columns.length);
      for (const cell of [row[0], row[4]]) {
        const [zh, en] = linesOf(cell as { zh: string; en: string });
        expect([zh, en]).toEqual([expect.stringMatching(/\p{Script=Han}/u), expect.stringMatching(/[A-Za-z]{3}/)]);
      }
    }
});

test('the figures of the same spring', async () => {
  const { figures } = await indicatorsOf(model, {});
  const figure = (id: string) => figures.find((one) => one.id === id);
  expect(figure('requests-in-time')).toMatchObject({ numerator: 1, denominator: 2, value: 50 });
  expect(figure('shares-half-open')).toMatchObject({ numerator: 1, denominator: 3 });
  expect(figure('plans-kept')).toMatchObject({ numerator: 1, denominator: 2 });
  expect(figure('feedback')).toMatchObject({ value: 1, breakdown: [{ dimension: 'stale', count: 1 }] });
  expect(figure('feedback-median-days')).toMatchObject({ value: 90, denominator: 1 });
  expect(figure('disputes')).toMatchObject({ value: 1, breakdown: [{ tier: 'mediation', count: 1 }] });
  expect(figure('demands-unmet')).toMatchObject({ value: 1, breakdown: [{ reason: 'not-requested', count: 1 }] });
  const then = await indicatorsOf(model, { asOfBlock: march });
  expect(then.figures.find(({ id }) => id === 'disputes')).toMatchObject({ breakdown: [{ tier: 'negotiation', count: 1 }] });
  expect(then.figures.find(({ id }) => id === 'timely-entries')).toMatchObject({ numerator: 2, denominator: 2 });
  const inMay = await indicatorsOf(model, { asOfBlock: may });
  expect(inMay.figures.find(({ id }) => id === 'timely-entries')).toMatchObject({ numerator: 1, denominator: 2 });
});
