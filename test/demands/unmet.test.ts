import type { Demand } from '@drl/chaincode/model/records/demand';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { Share } from '@drl/chaincode/model/records/share';
import { toldToOthers, unmetBecause, unmetCodes, unmetTexts } from '@drl/gateway/demands/unmet';
import { asset, demand, grant, share } from '../readmodel/world';

/** The steps of one demand, from filing to the receipt, each with who is waited for. */
const AT = '2026-03-02T09:00:00.000Z';
const stamp = (department: string, at = AT) => ({ at, transactionId: 'ab'.repeat(32), department, mspId: 'XMSP', name: `${department}-1` });
const filed = demand('dmd-1', stamp('tax'));
const source = asset('ast-1', stamp('household'));
const matched: Demand = { ...filed, status: 'matched', match: { asset: 'ast-1', owner: 'household', stamp: stamp('data-bureau') } };
const asked = (changes: Partial<Grant> = {}): Grant => grant('grn-1', source, stamp('tax'), { dueAt: '2026-03-03T00:00:00Z', ...changes });
const sent = (status: Share['status']): Share => share('shr-1', asked(), stamp('household'), { status });
const later = '2026-03-03T12:00:00.000Z';

const step = (of: Demand, grants: Grant[] = [], shares: Share[] = [], { hasCandidate = false, at = AT } = {}) =>
  unmetBecause({ demand: of, grants, shares, hasCandidate }, at).map(({ code, department }) => `${code} ${department ?? ''}`.trim());

test.each([
  ['nobody has it', step(filed), ['no-asset']],
  ['somebody may have it', step(filed, [], [], { hasCandidate: true }), ['not-routed']],
  ['the owner said no', step({ ...matched, status: 'rejected', updated: stamp('household') }), ['rejected household']],
  ['the requester has not asked', step(matched), ['not-requested tax']],
  ['asked', step(matched, [asked()]), ['not-decided household']],
  ['asked, and past its time', step(matched, [asked()], [], { at: later }), ['overdue household']],
  ['returned', step(matched, [asked({ status: 'returned' })]), ['returned tax']],
  ['refused', step(matched, [asked({ status: 'refused', updated: stamp('household') })]), ['refused household']],
  ['taken back by the requester', step(matched, [asked({ status: 'withdrawn' })]), ['not-requested tax']],
  ['revoked', step(matched, [asked({ status: 'revoked' })]), ['grant-ended household']],
  ['granted', step(matched, [asked({ status: 'active' })]), ['nothing-delivered household']],
  ['run out', step(matched, [asked({ status: 'active', constraints: { validTo: AT } })], [], { at: later }), ['grant-ended household']],
  ['sent', step(matched, [asked({ status: 'active' })], [sent('committed')]), ['not-acknowledged tax']],
  ['received, and named nowhere', step(matched, [asked({ status: 'active' })], [sent('acknowledged')]), ['not-closed tax']],
  [
    'one refused, another granted',
    step(matched, [asked({ status: 'refused' }), asked({ status: 'active' })]),
    ['nothing-delivered household'],
  ],
  ['its day has passed', step(matched, [], [], { at: '2026-03-09T00:00:00Z' }), ['not-requested tax', 'needed-by-passed']],
  ['met', step({ ...matched, status: 'fulfilled', resolvedBy: 'shr-1' }), []],
  ['taken back', step({ ...filed, status: 'withdrawn' }), []],
])('%s', (_case, told, expected) => expect(told).toEqual(expected));

test('others hear that it was asked for, and nothing of the grant', () => {
  const [own] = unmetBecause(
    { demand: matched, grants: [asked({ status: 'refused', reason: { en: 'why' } })], shares: [], hasCandidate: false },
    AT,
  );
  expect(own).toMatchObject({ code: 'refused', grant: 'grn-1', reason: { en: 'why' } });
  expect(own && toldToOthers(own)).toEqual({ code: 'asked', since: AT });
  const [open] = unmetBecause({ demand: filed, grants: [], shares: [], hasCandidate: false }, AT);
  expect(open && toldToOthers(open)).toEqual(open);
});

test('every code has its words', () => {
  for (const code of unmetCodes) expect([unmetTexts[code].zh, unmetTexts[code].en].every(Boolean)).toBe(true);
});
