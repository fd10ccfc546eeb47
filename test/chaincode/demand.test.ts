import type { Demand } from '@drl/chaincode/model/records/demand';
import { demandStatus } from '@drl/chaincode/model/rules/derive';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import fc from 'fast-check';
import {
  ask,
  city,
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

const NEEDED_BY = '2026-03-10T02:00:00.000Z';
const need: TransactionInput<'demand:file'> = {
  want: zh('需要核验参保人身份'),
  elements: [{ name: 'name', type: 'string' }],
  purpose: 'dpv:IdentityVerification',
  legalBasis: zh('社会保险法第七十四条'),
  neededBy: NEEDED_BY,
};
const join = { purpose: need.purpose, legalBasis: need.legalBasis, neededBy: NEEDED_BY };

let base: TestLedger;
let household1: string;
let household2: string;
let tax1: string;
beforeAll(async () => {
  base = await city();
  household1 = (await published(base)).id;
  household2 = (await published(base)).id;
  tax1 = (await published(base, {}, tax)).id;
});

const filed = (ledger: TestLedger) => ledger.write('demand', 'demand:file', need, socialConsumer);
const acknowledge = (ledger: TestLedger, id: string, by = socialConsumer, payload = 'a') =>
  ledger.submit('share:acknowledge', { id, payloadHash: SHA(payload), hashAlgorithm: 'sha-256' }, by);
const answered = async (ledger: TestLedger, demand: string | undefined, by = socialConsumer, asset = household1) => {
  const grant = await ledger.write('grant', 'grant:request', { ...ask(asset), ...(demand ? { demand } : {}) }, by);
  await ledger.submit('grant:approve', { id: grant.id }, household);
  return ledger.write('share', 'share:commit', sent(grant.id), household);
};

const people = { socialConsumer, social, household, householdConsumer, tax, taxConsumer, manager };
type Who = keyof typeof people;
const stewardOf: Partial<Record<Who, string>> = { household: 'household', tax: 'tax', social: 'social-insurance' };

interface Page {
  status: Demand['status'];
  owner?: string;
}

/** What the page in DOMAIN lets happen, as a clerk would judge it. */
function judged(page: Page, verb: string, who: Who, owner: string, expired: boolean): Page | undefined {
  const status = expired && (page.status === 'open' || page.status === 'matched') ? 'expired' : page.status;
  const manages = who === 'manager';
  if (verb === 'withdraw')
    return who === 'socialConsumer' && ['open', 'matched'].includes(page.status) ? { ...page, status: 'withdrawn' } : undefined;
  if (verb === 'reject') {
    const mine = status === 'matched' && stewardOf[who] === page.owner;
    return mine || (manages && (status === 'open' || status === 'matched')) ? { ...page, status: 'rejected' } : undefined;
  }
  const free = status === 'open' || status === 'rejected';
  return (manages && (free || status === 'matched')) || (free && stewardOf[who] === owner) ? { status: 'matched', owner } : undefined;
}

test('a demand lives as the page says: who puts it where, who says no, what time brings', async () => {
  const command = fc.record({
    verb: fc.constantFrom('match', 'match', 'reject', 'reject', 'withdraw', 'wait'),
    who: fc.constantFrom<Who>('manager', 'manager', 'household', 'tax', 'social', 'socialConsumer', 'householdConsumer', 'taxConsumer'),
    asset: fc.constantFrom('household1', 'household2', 'tax1'),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 12, size: 'max' }), async (commands) => {
      const ledger = base.fork();
      const { id } = await filed(ledger);
      let page: Page = { status: 'open' };
      for (const { verb, who, asset } of commands) {
        ledger.now = new Date(ledger.now.getTime() + (verb === 'wait' ? 3 * 86_400_000 : 1000));
        if (verb === 'wait') continue;
        const expired = ledger.now.getTime() > Date.parse(NEEDED_BY);
        const owner = asset === 'tax1' ? 'tax' : 'household';
        const next = judged(page, verb, who, owner, expired);
        const input = { id, asset: { household1, household2, tax1 }[asset] as string, reason: zh('理由') };
        const { asset: to, reason } = input;
        const outcome =
          verb === 'match'
            ? await ledger.outcome('demand:match', { id, asset: to }, people[who])
            : await ledger.outcome(verb === 'reject' ? 'demand:reject' : 'demand:withdraw', { id, reason }, people[who]);
        if (next === undefined) expect(['NOT_YOURS', 'ROLE_MISSING', 'STATE_FORBIDS']).toContain(outcome);
        else expect(outcome).toBe(next.status);
        page = next ?? page;
        const demand = ledger.get('demand', id) as Demand;
        expect(demand).toMatchObject({ status: page.status, ...(page.owner ? { match: { owner: page.owner } } : {}) });
        expect(demandStatus(demand, ledger.now.toISOString()) === 'expired').toBe(expired && ['open', 'matched'].includes(page.status));
      }
    }),
  );
});

test('the requester’s first receipt fulfils it, in the transaction that gives it; another’s does not, nor a mismatch', async () => {
  const ledger = base.fork();
  const { id } = await filed(ledger);
  await expect(ledger.submit('grant:request', { ...ask(household1), demand: id }, taxConsumer)).rejects.toMatchObject({
    code: 'NOT_YOURS',
  });
  const grant = await ledger.write('grant', 'grant:request', { ...ask(household1), demand: id }, socialConsumer);
  await ledger.submit('grant:approve', { id: grant.id }, household);
  const [first, second, third] = await Promise.all([1, 2, 3].map(() => ledger.write('share', 'share:commit', sent(grant.id), household)));
  expect(first).toMatchObject({ demand: id });
  await acknowledge(ledger, first?.id as string, socialConsumer, 'b');
  expect(ledger.get('demand', id)).toMatchObject({ status: 'open' });
  await acknowledge(ledger, second?.id as string);
  expect(ledger.get('demand', id)).toMatchObject({ status: 'fulfilled', resolvedBy: second?.id, version: 2 });
  expect(ledger.get('demand', id)?.updated).toEqual(ledger.get('share', second?.id as string)?.updated);
  await acknowledge(ledger, third?.id as string);
  expect(ledger.get('demand', id)).toMatchObject({ status: 'fulfilled', resolvedBy: second?.id, version: 2 });
});

test('an acknowledgement that no demand waits for reads no more than before', async () => {
  const ledger = base.fork();
  const share = await answered(ledger, undefined);
  const { reads } = await ledger.simulate(
    'share:acknowledge',
    { id: share.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' },
    socialConsumer,
  );
  expect(reads.size).toBe(4); // the settings, two keys for who the caller is, the share
});

test('late is met all the same; withdrawn, a receipt is taken and the demand stays as it is', async () => {
  const late = base.fork();
  const expired = await filed(late);
  const share = await answered(late, expired.id);
  late.now = new Date('2026-03-11T02:00:00Z');
  await acknowledge(late, share.id);
  expect(late.get('demand', expired.id)).toMatchObject({ status: 'fulfilled' });

  const ledger = base.fork();
  const { id } = await filed(ledger);
  const other = await answered(ledger, id);
  await ledger.submit('demand:withdraw', { id }, socialConsumer);
  expect(await acknowledge(ledger, other.id)).toMatchObject({ status: 'acknowledged' });
  expect(ledger.get('demand', id)).toMatchObject({ status: 'withdrawn' });
  await expect(ledger.submit('grant:request', { ...ask(household1), demand: id }, socialConsumer)).rejects.toMatchObject({
    code: 'STATE_FORBIDS',
  });
});

test('a receipt under a grant that names no demand closes it where it is of the matched asset, by the requester’s word alone', async () => {
  const ledger = base.fork();
  const before = await answered(ledger, undefined);
  await acknowledge(ledger, before.id);
  ledger.now = new Date(ledger.now.getTime() + 60_000);
  const { id } = await filed(ledger);
  const share = await answered(ledger, undefined);
  const close = (which: string, by = socialConsumer) => ledger.outcome('demand:fulfil', { id, share: which }, by);
  expect(await close(share.id)).toBe('NOT_AN_ANSWER'); // not acknowledged
  await acknowledge(ledger, share.id);
  expect(await close(share.id)).toBe('NOT_AN_ANSWER'); // not matched
  await ledger.submit('demand:match', { id, asset: household2 }, household);
  expect(await close(share.id)).toBe('NOT_AN_ANSWER'); // of another asset
  await ledger.submit('demand:match', { id, asset: household1 }, manager);
  expect(await close(before.id)).toBe('NOT_AN_ANSWER'); // older than the demand
  expect(await close(share.id, taxConsumer)).toBe('NOT_YOURS');
  expect(await close(share.id, household)).toBe('NOT_YOURS');
  expect(await close(share.id)).toBe('fulfilled');
  expect(ledger.get('demand', id)).toMatchObject({ resolvedBy: share.id });
});

test('others join by a record of their own, once each, and each is fulfilled by its own receipt', async () => {
  const ledger = base.fork();
  const { id } = await filed(ledger);
  await expect(ledger.submit('demand:join', { id, ...join }, socialConsumer)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  const joined = await ledger.write('joining', 'demand:join', { id, ...join }, taxConsumer);
  expect(joined).toMatchObject({ by: 'tax', demand: id, status: 'open' });
  await expect(ledger.submit('demand:join', { id, ...join }, taxConsumer)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(ledger.get('demand', id)).toMatchObject({ version: 1 });
  await expect(ledger.submit('joining:withdraw', { id: joined.id }, socialConsumer)).rejects.toMatchObject({ code: 'NOT_YOURS' });
  await ledger.submit('joining:withdraw', { id: joined.id }, taxConsumer);
  const again = await ledger.write('joining', 'demand:join', { id, ...join }, taxConsumer);

  const share = await answered(ledger, id, taxConsumer);
  await acknowledge(ledger, share.id, taxConsumer);
  expect(ledger.get('joining', again.id)).toMatchObject({ status: 'fulfilled', resolvedBy: share.id });
  expect(ledger.get('demand', id)).toMatchObject({ status: 'open' });
  const own = await answered(ledger, id);
  await acknowledge(ledger, own.id);
  expect(ledger.get('demand', id)).toMatchObject({ status: 'fulfilled', resolvedBy: own.id });

  const more = await filed(ledger);
  await ledger.submit('demand:match', { id: more.id, asset: household1 }, manager);
  const third = await ledger.write('joining', 'demand:join', { id: more.id, ...join }, taxConsumer);
  const plain = await answered(ledger, undefined, taxConsumer);
  await acknowledge(ledger, plain.id, taxConsumer);
  expect(await ledger.outcome('joining:fulfil', { id: third.id, share: plain.id }, taxConsumer)).toBe('fulfilled');
});

test('it is put to what may be shared, and to another department’s', async () => {
  const ledger = base.fork();
  const { id } = await filed(ledger);
  const withheld = await published(ledger, { shareType: 'none', shareBasis: zh('依法不予共享') });
  expect(await ledger.outcome('demand:match', { id, asset: withheld.id }, manager)).toBe('WITHHELD');
  const own = await published(ledger, {}, social);
  expect(await ledger.outcome('demand:match', { id, asset: own.id }, manager)).toBe('INPUT_INVALID');
  await ledger.submit('asset:suspend', { id: household2 }, household);
  expect(await ledger.outcome('demand:match', { id, asset: household2 }, manager)).toBe('ASSET_NOT_SHARED');
});

test('a demand says what it wants, why, and by when', async () => {
  const ledger = base.fork();
  const file = (changes: Partial<TransactionInput<'demand:file'>>, by = socialConsumer) =>
    ledger.outcome('demand:file', { ...need, ...changes }, by);
  expect(await file({}, social)).toBe('ROLE_MISSING');
  expect(await file({ elements: [] })).toBe('INPUT_INVALID');
  expect(await file({ elements: [{ name: 'a' }, { name: 'a' }] })).toBe('INPUT_INVALID');
  expect(await file({ neededBy: '2026-03-01T00:00:00Z' })).toBe('INPUT_INVALID');
  expect(await file({ want: zh('联系人 13812345678') })).toBe('PERSONAL_DATA');
});

test('whose peers sign: the owner’s no needs no word of the requester’s, the receipt none of the owner’s', async () => {
  const ledger = base.fork();
  const { id } = await filed(ledger);
  const matching = await ledger.simulate('demand:match', { id, asset: household1 }, manager);
  expect(matching.endorsers).toEqual(['BureauMSP', 'SocialMSP']);
  expect(ledger.commit(matching)).toBe('VALID');
  const rejecting = await ledger.simulate('demand:reject', { id, reason: zh('无此数据项') }, household);
  expect(rejecting.endorsers).toEqual(['BureauMSP', 'PoliceMSP']);
  expect(ledger.commit(rejecting)).toBe('VALID');
  const elsewhere = await ledger.simulate('demand:match', { id, asset: tax1 }, manager);
  expect(elsewhere.endorsers).toEqual(['BureauMSP', 'SocialMSP']);
  expect(ledger.commit(elsewhere)).toBe('VALID');
  const stale = await ledger.simulate('demand:reject', { id, reason: zh('伪造') }, manager, { endorsers: ['BureauMSP', 'PoliceMSP'] });
  expect(ledger.commit(stale)).toBe('ENDORSEMENT_POLICY_FAILURE');
  const joining = await ledger.simulate('demand:join', { id, ...join }, taxConsumer);
  expect(joining.endorsers).toEqual(['BureauMSP', 'AgenciesMSP']);
  expect(ledger.commit(joining)).toBe('VALID');
});
