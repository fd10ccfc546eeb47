import type { Asset } from '@drl/chaincode/model/records/asset';
import type { RecordOf } from '@drl/chaincode/model/records/index';
import { assetContested, assetOverdue, authorityClash, grantOverdue, grantStatus, shareHalfOpen } from '@drl/chaincode/model/rules/derive';
import { elementTypes, purposes, themes } from '@drl/chaincode/model/vocabularies';
import { ask, city, granted, household, manager, population, published, sent, social, socialConsumer, zh } from './city';

test('what time brings about is asked at a time, and is never in the record', async () => {
  const ledger = await city();
  const asset = await published(ledger, { accrualPeriodicity: 'P1M', contentModified: '2026-03-01T00:00:00Z' });
  expect(assetOverdue(asset, '2026-04-01T00:00:00.000Z')).toBe(false);
  expect(assetOverdue(asset, '2026-04-01T00:00:00.001Z')).toBe(true);
  expect(assetOverdue({ ...asset, accrualPeriodicity: 'realtime' }, '2036-04-01T00:00:00Z')).toBe(false);
  expect(assetOverdue({ ...asset, status: 'suspended' }, '2036-04-01T00:00:00Z')).toBe(false);

  const request = await ledger.write('grant', 'grant:request', ask(asset.id), socialConsumer);
  expect([grantStatus(request, request.dueAt as string), grantOverdue(request, request.dueAt as string)]).toEqual(['requested', false]);
  expect([grantStatus(request, '2026-03-16T16:00:00Z'), grantOverdue(request, '2026-03-16T16:00:00Z')]).toEqual(['escalated', true]);

  const grant = await granted(ledger, { validTo: '2026-06-30T00:00:00Z', maxCount: 2 }, asset.id);
  expect([0, 1, 2].map((uses) => grantStatus(grant, '2026-06-30T00:00:00Z', uses))).toEqual(['active', 'active', 'exhausted']);
  expect(grantStatus(grant, '2026-06-30T00:00:00.001Z', 2)).toBe('expired');
  expect(grantStatus({ ...grant, status: 'suspended' }, '2026-07-01T00:00:00Z')).toBe('expired');
  expect(grantStatus({ ...grant, status: 'revoked' }, '2026-07-01T00:00:00Z')).toBe('revoked');

  const share = await ledger.write('share', 'share:commit', sent(grant.id), household);
  expect(shareHalfOpen(share, share.answerDueAt)).toBe(false);
  expect(shareHalfOpen(share, '2026-03-10T00:00:00Z')).toBe(true);
  expect(shareHalfOpen({ ...share, status: 'acknowledged' }, '2026-03-10T00:00:00Z')).toBe(false);
});

test('一数一源: two that claim the same element are both contested, until one claims it no more', async () => {
  const ledger = await city();
  const a = await published(ledger, { authoritativeFor: ['DE01', 'DE02'] });
  const b = await published(ledger, { authoritativeFor: ['DE02'] }, social);
  const at = '2026-03-03T00:00:00Z';
  const contested = (asset: Asset, others: Asset[]) => assetContested(asset, others, [], [], [], at);
  expect([authorityClash(a, b), authorityClash(a, a)]).toEqual([['DE02'], []]);
  expect([contested(a, [b]), contested(b, [a]), contested(a, [a])]).toEqual([true, true, false]);
  expect(contested(a, [{ ...b, authoritativeFor: [] }])).toBe(false);
  expect(contested(a, [{ ...b, status: 'retired' }])).toBe(false);
});

test('an asset with a contested right is contested, until the manager rules', async () => {
  const ledger = await city();
  const asset = await published(ledger);
  const claim = { asset: asset.id, rightType: 'ownership', role: 'producer', basis: zh('职责') } as const;
  const { id } = await ledger.write('right', 'right:claim', claim, household);
  const now = () => assetContested(asset, [], ledger.all('right'), ledger.all('contest'), [], '2026-03-03T00:00:00Z');
  expect(now()).toBe(false);
  await ledger.submit('right:contest', { id, reason: zh('异议') }, social);
  expect(now()).toBe(true);
  await ledger.submit('right:confirm', { id, reason: zh('成立') }, manager);
  expect(now()).toBe(false);
  expect((ledger.all('contest')[0] as RecordOf<'contest'>).ruling).toEqual(zh('成立'));
});

test('vocabularies hold what clients rely on, each term once, in both languages', () => {
  expect(themes.map(({ id }) => id)).toContain('population');
  const ids = purposes.map(({ id }) => id);
  for (const id of ['IdentityVerification', 'ServiceProvision', 'PublicBenefit', 'FraudPreventionAndDetection', 'ResearchAndDevelopment'])
    expect(ids).toContain(`dpv:${id}`);
  for (const terms of [themes, purposes, elementTypes]) {
    expect(new Set(terms.map(({ id }) => id)).size).toBe(terms.length);
    for (const { zh: chinese, en } of terms) expect([/\p{Script=Han}/u.test(chinese), /^[A-Z]/.test(en)]).toEqual([true, true]);
  }
  expect(themes.some(({ id }) => id === population.theme)).toBe(true);
});
