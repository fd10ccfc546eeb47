import { assetContested, overruledClaims } from '@drl/chaincode/model/rules/derive';
import { city, household, manager, population, published, social, tax, zh } from './city';
import type { TestLedger } from './harness';

/** DOMAIN rule 3, 一数一源: one authoritative source for each data element, and what follows where two claim to be it. */
let base: TestLedger;
beforeAll(async () => {
  base = await city(new Date('2026-03-02T02:00:00Z'));
});

const claims = (ledger: TestLedger, by: typeof tax, ...authoritativeFor: string[]) => published(ledger, { authoritativeFor }, by);
const contested = (ledger: TestLedger, id: string) => {
  const asset = ledger.get('asset', id);
  if (asset === undefined) throw new Error('no such asset');
  return assetContested(asset, ledger.all('asset'), [], [], ledger.all('dispute'), ledger.now.toISOString());
};
const sides = (ledger: TestLedger) =>
  ledger
    .all('dispute')
    .map(({ claimant, respondent, subject }) => `${claimant} ${respondent} ${subject.kind === 'authority' ? subject.dataElement : ''}`)
    .sort();

test('a second claim stands beside the first, and opens a dispute between the two publishers', async () => {
  const ledger = base.fork();
  const first = await claims(ledger, household, 'DE01', 'DE02');
  expect(ledger.all('dispute')).toEqual([]);
  const second = await claims(ledger, social, 'DE02');
  expect([contested(ledger, first.id), contested(ledger, second.id)]).toEqual([true, true]);
  const [dispute] = ledger.all('dispute');
  expect(dispute).toMatchObject({
    claimant: 'social-insurance',
    respondent: 'household',
    subject: { kind: 'authority', dataElement: 'DE02', assets: [second.id, first.id] },
    assets: [second.id, first.id],
    status: 'opened',
    created: { name: 'social-steward-1', transactionId: second.created.transactionId },
  });
});

test('a revision that begins to claim opens one too; one that goes on claiming does not', async () => {
  const ledger = base.fork();
  await claims(ledger, household, 'DE01');
  const other = await claims(ledger, tax);
  const { id } = await ledger.write('asset', 'asset:revise', { id: other.id, changes: { authoritativeFor: ['DE01'] } }, tax);
  expect(sides(ledger)).toEqual(['tax household DE01']);
  await ledger.submit('asset:revise', { id, changes: { authoritativeFor: ['DE01', 'DE09'], theme: 'credit' } }, tax);
  expect(ledger.all('dispute')).toHaveLength(1);
});

test('one for each pair and element: a third claimant meets both, and several elements are several disputes of one transaction', async () => {
  const ledger = base.fork();
  await claims(ledger, household, 'DE01', 'DE02');
  await claims(ledger, social, 'DE01');
  await claims(ledger, tax, 'DE01', 'DE02');
  expect(sides(ledger)).toEqual([
    'social-insurance household DE01',
    'tax household DE01',
    'tax household DE02',
    'tax social-insurance DE01',
  ]);
  const ids = ledger.all('dispute').map(({ id }) => id);
  expect(new Set(ids).size).toBe(4);
});

test('neither a retired asset, nor one that gave its claim up, nor the publisher’s own is a rival', async () => {
  const ledger = base.fork();
  const retired = await claims(ledger, household, 'DE01');
  await ledger.submit('asset:retire', { id: retired.id }, household);
  const gave = await claims(ledger, household, 'DE01');
  await ledger.submit('asset:revise', { id: gave.id, changes: { authoritativeFor: [] } }, household);
  await claims(ledger, tax, 'DE01');
  await claims(ledger, tax, 'DE01');
  expect(ledger.all('dispute')).toEqual([]);
});

test('claims that come at once: one meets a phantom, and, tried again, the other’s claim', async () => {
  const ledger = base.fork();
  const input = { ...population, authoritativeFor: ['DE01'] };
  const both = [await ledger.simulate('asset:register', input, household), await ledger.simulate('asset:register', input, social)];
  expect(both.map((simulation) => ledger.commit(simulation))).toEqual(['VALID', 'PHANTOM_READ_CONFLICT']);
  await ledger.submit('asset:register', input, social);
  expect(sides(ledger)).toEqual(['social-insurance household DE01']);
});

test('a claim given up while another is made: one of the two is tried again, and no dispute stands on nothing', async () => {
  const ledger = base.fork();
  const { id } = await claims(ledger, household, 'DE01');
  const claim = await ledger.simulate('asset:register', { ...population, authoritativeFor: ['DE01'] }, social);
  const leave = await ledger.simulate('asset:revise', { id, changes: { authoritativeFor: [] } }, household);
  expect([ledger.commit(leave), ledger.commit(claim)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
});

describe('the ruling', () => {
  async function disputed() {
    const ledger = base.fork();
    const first = await claims(ledger, household, 'DE01');
    const second = await claims(ledger, social, 'DE01', 'DE02');
    const [dispute] = ledger.all('dispute');
    if (dispute === undefined) throw new Error('no dispute');
    return { ledger, first: first.id, second: second.id, id: dispute.id };
  }

  test('names the source; the other claim counts no longer, without its publisher’s signature', async () => {
    const { ledger, first, second, id } = await disputed();
    await ledger.submit('dispute:escalate', { id }, household);
    expect(await ledger.outcome('dispute:decide', { id, outcome: 'upheld', ruling: zh('理由') }, manager)).toBe('INPUT_INVALID');
    expect(await ledger.outcome('dispute:decide', { id, authoritative: 'ast-other', ruling: zh('理由') }, manager)).toBe('INPUT_INVALID');
    const ruled = await ledger.simulate('dispute:decide', { id, authoritative: first, ruling: zh('户籍以公安为准') }, manager);
    expect(ruled.endorsers).toEqual(['BureauMSP', 'PoliceMSP']);
    expect(ledger.commit(ruled)).toBe('VALID');
    expect(ledger.get('dispute', id)).toMatchObject({ status: 'decided', outcome: 'dismissed', authoritative: first });
    expect([contested(ledger, first), contested(ledger, second)]).toEqual([false, false]);
    const lost = (asset: string) => overruledClaims(ledger.get('asset', asset) as never, ledger.all('asset'), ledger.all('dispute'));
    expect([lost(first), lost(second)]).toEqual([[], ['DE01']]);
    // Claimed once more, the ruling stands: no new dispute, and no new clash.
    await ledger.submit('asset:revise', { id: second, changes: { authoritativeFor: [] } }, social);
    await ledger.submit('asset:revise', { id: second, changes: { authoritativeFor: ['DE01'] } }, social);
    expect(ledger.all('dispute')).toHaveLength(1);
    expect(contested(ledger, second)).toBe(false);
    // Where the source retires, nothing stands against the other.
    await ledger.submit('asset:retire', { id: first }, household);
    expect(lost(second)).toEqual([]);
  });

  test('for the claimant is signed by the claimant’s peer', async () => {
    const { ledger, second, id } = await disputed();
    await ledger.submit('dispute:escalate', { id }, social);
    const ruled = await ledger.simulate('dispute:decide', { id, authoritative: second, ruling: zh('理由') }, manager);
    expect([ruled.endorsers, JSON.parse(ruled.answer).outcome]).toEqual([['BureauMSP', 'SocialMSP'], 'upheld']);
  });

  test('is not needed where one gives its claim up; without either nobody closes it', async () => {
    const { ledger, first, second, id } = await disputed();
    expect(await ledger.outcome('dispute:close', { id }, social)).toBe('STATE_FORBIDS');
    expect(await ledger.outcome('dispute:close', { id }, tax)).toBe('NOT_YOURS');
    await ledger.submit('asset:revise', { id: first, changes: { authoritativeFor: [] } }, household);
    expect(contested(ledger, second)).toBe(false);
    expect(await ledger.outcome('dispute:close', { id }, household)).toBe('closed');
    // A later clash of the same two is a new dispute.
    await ledger.submit('asset:revise', { id: first, changes: { authoritativeFor: ['DE01'] } }, household);
    expect(ledger.all('dispute').filter(({ status }) => status === 'opened')).toHaveLength(1);
  });

  test('a dispute by hand is for a clash that none speaks for yet', async () => {
    const { ledger, first, second } = await disputed();
    const subject = { kind: 'authority', dataElement: 'DE01', assets: [first, second] } as {
      kind: 'authority';
      dataElement: string;
      assets: [string, string];
    };
    expect(await ledger.outcome('dispute:open', { subject, claim: zh('主张') }, household)).toBe('ALREADY_EXISTS');
    expect(await ledger.outcome('dispute:open', { subject, claim: zh('主张') }, social)).toBe('NOT_YOURS');
    expect(await ledger.outcome('dispute:open', { subject: { ...subject, dataElement: 'DE02' }, claim: zh('主张') }, household)).toBe(
      'NOT_YOURS',
    );
  });
});
