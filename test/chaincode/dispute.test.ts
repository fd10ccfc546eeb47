import { disputeOverdue, disputeStatus, isFrozen } from '@drl/chaincode/model/rules/derive';
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
  taxConsumer,
  zh,
} from './city';
import type { TestLedger } from './harness';

let base: TestLedger;
let asset: string;
let grant: string;
beforeAll(async () => {
  base = await city(new Date('2026-03-02T02:00:00Z'));
  asset = (await published(base)).id;
  grant = (await granted(base, {}, asset)).id;
});

const people = { household, householdConsumer, social, socialConsumer, tax, manager, auditor };
type Who = keyof typeof people;
const side: Partial<Record<Who, 'claimant' | 'respondent'>> = {
  social: 'claimant',
  socialConsumer: 'claimant',
  household: 'respondent',
  householdConsumer: 'respondent',
};
const open = (ledger: TestLedger, freeze = false) =>
  ledger.write('dispute', 'dispute:open', { subject: { kind: 'grant', id: grant }, claim: zh('数据与约定不符'), freeze }, socialConsumer);

/** DOMAIN "States", Dispute, written apart from the code: who may, from which states, and to which. */
const arrows: Record<string, { by: string[]; from: string[]; to?: string }> = {
  answer: { by: ['respondent'], from: ['opened'], to: 'negotiation' },
  submit: { by: ['claimant', 'respondent'], from: ['opened', 'negotiation', 'mediation'] },
  escalate: { by: ['claimant', 'respondent'], from: ['opened', 'negotiation'], to: 'mediation' },
  decide: { by: ['manager'], from: ['mediation'], to: 'decided' },
  close: { by: ['claimant'], from: ['opened', 'negotiation', 'mediation', 'decided'], to: 'closed' },
};

test('a dispute lives as the page says: negotiated, mediated by time or asked for, decided by the manager alone, ended by the claimant', async () => {
  const command = fc.record({
    verb: fc.constantFrom(...Object.keys(arrows)),
    who: fc.constantFrom<Who>('household', 'householdConsumer', 'social', 'socialConsumer', 'tax', 'manager', 'auditor'),
    apt: fc.boolean(),
    days: fc.constantFrom(0, 0, 2, 14),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12 }), async (commands) => {
      const ledger = base.fork();
      const { id, dueAt } = await open(ledger);
      let state = 'opened';
      let due = dueAt;
      for (const { verb, who: drawn, apt, days } of commands) {
        ledger.now = new Date(ledger.now.getTime() + days * 86_400_000 + 1000);
        const at = ledger.now.toISOString();
        const known = ledger.get('dispute', id);
        if (known === undefined) throw new Error('it is gone');
        const effective = ['opened', 'negotiation'].includes(state) && at > due ? 'mediation' : state;
        expect(disputeStatus(known, at)).toBe(effective);
        const arrow = arrows[verb] as (typeof arrows)[string];
        const fit: Who = arrow.by.includes('manager') ? 'manager' : arrow.by.includes('claimant') ? 'social' : 'household';
        const who = apt ? fit : drawn;
        // What the manager has decided it may also close.
        const role = who === 'manager' ? 'manager' : side[who];
        const may = arrow.by.includes(role ?? '') || (verb === 'close' && who === 'manager' && state === 'decided');
        const input = {
          id,
          ...(verb === 'decide' ? { outcome: 'upheld', ruling: zh('理由') } : {}),
          ...(verb === 'answer' || verb === 'submit' ? { text: zh('陈述') } : {}),
        };
        const said = await ledger.outcome(`dispute:${verb}` as 'dispute:escalate', input, people[who]);
        const before = known.statements;
        const after = ledger.get('dispute', id)?.statements ?? [];
        expect(after.slice(0, before.length)).toEqual(before);
        if (!may) expect(['NOT_YOURS', 'ROLE_MISSING']).toContain(said);
        else if (!arrow.from.includes(effective)) expect(said).toBe('STATE_FORBIDS');
        else {
          state = arrow.to ?? state;
          expect(said).toBe(state);
          due = ledger.get('dispute', id)?.dueAt ?? due;
        }
      }
    }),
    { numRuns: 150 },
  );
});

test('who the two sides are follows from what it is about', async () => {
  const ledger = base.fork();
  const about = (kind: 'asset' | 'right' | 'grant' | 'share' | 'feedback', id: string, by: typeof tax) =>
    ledger.outcome('dispute:open', { subject: { kind, id }, claim: zh('主张') }, by);
  const sides = () => ledger.all('dispute').map(({ claimant, respondent }) => `${claimant} ${respondent}`);
  expect(await about('grant', grant, tax)).toBe('NOT_YOURS');
  expect(await about('asset', asset, household)).toBe('NOT_YOURS');
  expect(await about('asset', asset, auditor)).toBe('ROLE_MISSING');
  expect(await about('asset', asset, tax)).toBe('opened');
  const { id: share } = await ledger.write('share', 'share:commit', sent(grant), household);
  expect(await about('share', share, taxConsumer)).toBe('NOT_YOURS');
  expect(await about('share', share, household)).toBe('opened');
  const { id: right } = await ledger.write('right', 'right:claim', { asset, rightType: 'use', role: 'user', basis: zh('依据') }, social);
  expect(await about('right', right, social)).toBe('NOT_YOURS');
  expect(await about('right', right, tax)).toBe('opened');
  const registered = await ledger.write(
    'asset',
    'asset:register',
    { title: zh('未发布'), shareType: 'unconditional', shareMethod: 'file', elements: [] },
    household,
  );
  expect(await about('asset', registered.id, tax)).toBe('NOT_YOURS');
  expect(await about('grant', 'grn-none', social)).toBe('NOT_FOUND');
  expect(sides().sort()).toEqual(['household social-insurance', 'tax household', 'tax social-insurance']);
});

test('statements and evidence are the side’s own, each side has room, and neither can take the other’s', async () => {
  const ledger = base.fork();
  const { id } = await open(ledger);
  const evidence = [{ hash: SHA('c'), note: zh('比对记录') }];
  await ledger.submit('dispute:answer', { id, text: zh('数据无误'), evidence }, household);
  expect(await ledger.outcome('dispute:submit', { id }, social)).toBe('INPUT_INVALID');
  for (let i = 0; i < 20; i++) await ledger.submit('dispute:submit', { id, text: zh(`第${i}次`) }, social);
  expect(await ledger.outcome('dispute:submit', { id, text: zh('再一次') }, social)).toBe('INPUT_INVALID');
  expect(await ledger.outcome('dispute:submit', { id, evidence }, household)).toBe('negotiation');
  const by = ledger.get('dispute', id)?.statements.map(({ stamp }) => stamp.department) ?? [];
  expect([by.length, by[0], by.at(-1)]).toEqual([22, 'household', 'household']);
});

test('deadlines of both tiers count working days; asked for early, the second begins at once', async () => {
  const ledger = base.fork();
  const dispute = await open(ledger);
  expect([dispute.dueAt, dispute.mediationDueAt]).toEqual(['2026-03-16T15:59:59.999Z', '2026-03-30T15:59:59.999Z']);
  expect([disputeOverdue(dispute, dispute.mediationDueAt), disputeOverdue(dispute, '2026-03-31T00:00:00Z')]).toEqual([false, true]);
  ledger.now = new Date('2026-03-04T02:00:00Z');
  const early = await ledger.write('dispute', 'dispute:escalate', { id: dispute.id }, household);
  expect(early).toMatchObject({ tier: 'mediation', dueAt: '2026-03-18T15:59:59.999Z', mediationDueAt: '2026-03-18T15:59:59.999Z' });
});

test('a ruling is signed by the side it favours, a freeze by the claimant’s, its end by the respondent’s', async () => {
  const ledger = base.fork();
  const { id } = await open(ledger);
  await ledger.submit('dispute:escalate', { id }, social);
  const ruling = zh('理由');
  const who = async (name: 'dispute:decide' | 'dispute:freeze' | 'dispute:release', input: object) =>
    (await ledger.simulate(name, { id, ...input } as never, manager)).endorsers[1];
  expect(await who('dispute:decide', { outcome: 'upheld', ruling })).toBe('SocialMSP');
  expect(await who('dispute:decide', { outcome: 'dismissed', ruling })).toBe('PoliceMSP');
  const items = [{ kind: 'grant', id: grant }];
  expect(await who('dispute:freeze', { items })).toBe('SocialMSP');
  await ledger.submit('dispute:freeze', { id, items: [{ kind: 'grant', id: grant }] }, manager);
  expect(await who('dispute:release', { items })).toBe('PoliceMSP');
});

describe('what is frozen', () => {
  const share = (ledger: TestLedger) => ledger.outcome('share:commit', sent(grant), household);

  test('gives nothing while the dispute stands, and its refusal is recorded with a clause of its own', async () => {
    const ledger = base.fork();
    const { id } = await open(ledger, true);
    expect(await share(ledger)).toBe('refusal GRANT_FROZEN');
    await ledger.submit('dispute:escalate', { id }, social);
    expect(await share(ledger)).toBe('refusal GRANT_FROZEN');
    await ledger.submit('dispute:decide', { id, outcome: 'upheld', ruling: zh('理由'), remedy: zh('更正后再共享') }, manager);
    // Until its remedy is carried out.
    expect(await share(ledger)).toBe('refusal GRANT_FROZEN');
    await ledger.submit('dispute:close', { id }, social);
    expect(await share(ledger)).toBe('committed');
  });

  test('is free again where the claim is dismissed, withdrawn or the freeze released; another dispute’s freeze holds on', async () => {
    for (const end of ['dismissed', 'withdrawn', 'released'] as const) {
      const ledger = base.fork();
      const { id } = await open(ledger, true);
      const other = await ledger.write('dispute', 'dispute:open', { subject: { kind: 'asset', id: asset }, claim: zh('主张') }, tax);
      const items = [{ kind: 'grant' as const, id: grant }];
      await ledger.submit('dispute:freeze', { id: other.id, items }, manager);
      if (end === 'dismissed') {
        await ledger.submit('dispute:escalate', { id }, household);
        await ledger.submit('dispute:decide', { id, outcome: 'dismissed', ruling: zh('理由') }, manager);
      } else if (end === 'withdrawn') await ledger.submit('dispute:close', { id }, social);
      else await ledger.submit('dispute:release', { id, items }, social);
      expect(await share(ledger)).toBe('refusal GRANT_FROZEN');
      await ledger.submit('dispute:close', { id: other.id }, tax);
      expect(await share(ledger)).toBe('committed');
    }
  });

  test('an opened delivery is not completed, and a share endorsed before the freeze does not commit', async () => {
    const ledger = base.fork();
    const opened = await ledger.write(
      'share',
      'share:open',
      { grant, purpose: 'dpv:IdentityVerification', elements: ['name'], rows: 3 },
      household,
    );
    const before = await ledger.simulate('share:commit', sent(grant), household);
    await open(ledger, true);
    expect(ledger.commit(before)).toBe('MVCC_READ_CONFLICT');
    expect(await ledger.outcome('share:commit', sent(grant, { share: opened.id, rows: 3 }), household)).toBe('refusal GRANT_FROZEN');
  });

  test('costs a share one key more', async () => {
    const ledger = base.fork();
    const { reads } = await ledger.simulate('share:commit', sent(grant), household);
    const kinds = [...reads.keys()].map((key) => key.split('\u0000')[1]).filter((kind) => !kind?.endsWith('department'));
    expect(kinds.sort()).toEqual(['asset', 'frozen', 'grant', 'settings']);
  });

  test('is one’s own grant at once, else what the manager orders of the assets in dispute', async () => {
    const ledger = base.fork();
    const claim = zh('主张');
    expect(await ledger.outcome('dispute:open', { subject: { kind: 'asset', id: asset }, claim, freeze: true }, tax)).toBe('INPUT_INVALID');
    const { id } = await ledger.write('dispute', 'dispute:open', { subject: { kind: 'asset', id: asset }, claim }, tax);
    const items = [{ kind: 'grant' as const, id: grant }];
    expect(await ledger.outcome('dispute:freeze', { id, items }, tax)).toBe('ROLE_MISSING');
    const elsewhere = await granted(ledger);
    expect(await ledger.outcome('dispute:freeze', { id, items: [{ kind: 'grant', id: elsewhere.id }] }, manager)).toBe('INPUT_INVALID');
    expect(await ledger.outcome('dispute:freeze', { id, items }, manager)).toBe('opened');
    expect(await ledger.outcome('dispute:release', { id, items }, household)).toBe('NOT_YOURS');
    expect(isFrozen(items[0] as { kind: 'grant'; id: string }, ledger.all('dispute'))).toBe(true);
  });

  test('a frozen right is neither confirmed nor passed on, and its owner confirms nothing', async () => {
    const ledger = base.fork();
    const claim = (rightType: 'ownership' | 'use', by: typeof tax) =>
      ledger.write('right', 'right:claim', { asset, rightType, role: 'user', basis: zh('依据') }, by);
    const owned = await claim('ownership', household);
    await ledger.submit('right:confirm', { id: owned.id }, manager);
    await ledger.submit('right:offer', { id: owned.id, to: 'social-insurance' }, household);
    const use = await claim('use', tax);
    const { id } = await ledger.write('dispute', 'dispute:open', { subject: { kind: 'right', id: owned.id }, claim: zh('主张') }, tax);
    await ledger.submit('dispute:freeze', { id, items: [{ kind: 'right', id: owned.id }] }, manager);
    expect(await ledger.outcome('right:accept', { id: owned.id }, social)).toBe('RIGHT_FROZEN');
    expect(await ledger.outcome('right:confirm', { id: use.id }, household)).toBe('RIGHT_FROZEN');
    await ledger.submit('dispute:close', { id }, tax);
    expect(await ledger.outcome('right:confirm', { id: use.id }, household)).toBe('confirmed');
    expect(await ledger.outcome('right:accept', { id: owned.id }, social)).toBe('confirmed');
  });
});
