import type { Caller } from '@drl/chaincode/model/caller';
import { splitKey } from '@drl/chaincode/model/keys';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Department } from '@drl/chaincode/model/records/department';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { authorshipFault } from '@drl/chaincode/model/rules/authorship';
import { assetOf, bound, FIRST, passed, passingKinds, passings, waits } from '@drl/chaincode/model/rules/passing';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { indexedOf } from '@drl/gateway/readmodel/fields';
import fc from 'fast-check';
import { ask, city, confidential, granted, household, published, SHA, sent, social, socialConsumer, tax, taxConsumer, zh } from './city';
import type { TestLedger } from './harness';
import { person } from './people';

const basis = zh('机构改革方案');
/** Its certificate names its department, since its organisation may come to have several. */
const manager = person('BureauMSP', 'bureau-manager-2', ['manager', 'steward'], { department: 'data-bureau' });
/** A further department under an organisation that is there already, with a steward and a consumer of its own. */
async function admitted(ledger: TestLedger, id: string, mspId = 'AgenciesMSP') {
  await ledger.submit('department:admit', { id, name: zh(id), mspId }, manager);
  return {
    steward: person(mspId, `${id}-steward`, ['steward'], { department: id }),
    consumer: person(mspId, `${id}-consumer`, ['consumer'], { department: id }),
  };
}
const merge = (ledger: TestLedger, id: string, into: string) =>
  ledger.write('department', 'department:succeed', { id, kind: 'merge', successors: [into], basis }, manager);
const pass = (ledger: TestLedger, { kind, id }: Pick<LedgerRecord, 'kind' | 'id'>, from: string, to: string) =>
  ledger.submit('department:passOn', { record: kind, id, from, to }, manager);
const refused = (code: string) => expect.objectContaining({ code });

describe('a name', () => {
  test('changes, and what it was stays beside it with the time and the basis', async () => {
    const ledger = await city();
    const name = { zh: '市公安局人口管理处', en: 'Population Office' };
    const input: TransactionInput<'department:rename'> = { id: 'household', name, basis };
    await expect(ledger.submit('department:rename', input, household)).rejects.toEqual(refused('ROLE_MISSING'));
    const renamed = await ledger.write('department', 'department:rename', input, manager);
    expect(renamed).toMatchObject({
      ...{ id: 'household', version: 2, name, status: 'active' },
      formerNames: [{ name: { zh: '市公安局户政处', en: 'Household Registration Office' }, until: renamed.updated.at, basis }],
    });
    const again = await ledger.write('department', 'department:rename', { ...input, name: zh('又一名称') }, manager);
    expect(again.formerNames?.map((former) => former.name)).toEqual([{ zh: '市公安局户政处', en: 'Household Registration Office' }, name]);
    await published(ledger);
  });
});

describe('a dissolved department', () => {
  test('has successors that are departments, and is not the one that signs', async () => {
    const ledger = await city();
    const succeed = (input: Partial<TransactionInput<'department:succeed'>>) =>
      ledger.submit('department:succeed', { id: 'household', kind: 'merge', successors: ['tax'], basis, ...input }, manager);
    await expect(succeed({ successors: ['nowhere'] })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(succeed({ successors: ['household'] })).rejects.toEqual(refused('NOT_FOUND'));
    await expect(succeed({ successors: ['tax', 'health'] })).rejects.toEqual(refused('INPUT_INVALID'));
    await expect(succeed({ kind: 'split' })).rejects.toEqual(refused('INPUT_INVALID'));
    await expect(succeed({ kind: 'split', successors: ['tax', 'tax'] })).rejects.toEqual(refused('INPUT_INVALID'));
    await expect(succeed({ id: 'data-bureau' })).rejects.toEqual(refused('INPUT_INVALID'));
    await merge(ledger, 'tax', 'health');
    await expect(succeed({})).rejects.toEqual(refused('NOT_FOUND'));
    await expect(succeed({ id: 'tax', successors: ['education'] })).rejects.toEqual(refused('STATE_FORBIDS'));
    await expect(ledger.submit('department:rename', { id: 'tax', name: zh('税'), basis }, manager)).rejects.toEqual(
      refused('STATE_FORBIDS'),
    );
  });

  test('acts no more: its people are told who does', async () => {
    const ledger = await city();
    await merge(ledger, 'tax', 'health');
    await expect(published(ledger, {}, tax)).rejects.toMatchObject({
      code: 'DEPARTMENT_DISSOLVED',
      detail: { given: 'tax', accepted: 'health' },
    });
    await expect(ledger.evaluate('caller:whoami', {}, tax)).rejects.toEqual(refused('DEPARTMENT_DISSOLVED'));
    const asset = await published(ledger);
    const right = await ledger.write(
      'right',
      'right:claim',
      { asset: asset.id, rightType: 'ownership', role: 'producer', basis },
      household,
    );
    await ledger.submit('right:confirm', { id: right.id }, manager);
    await expect(ledger.submit('right:offer', { id: right.id, to: 'tax' }, household)).rejects.toEqual(refused('NOT_FOUND'));
  });
});

describe('a department that is split and lives on', () => {
  test('keeps what is not passed on, and goes on acting; what hangs on an asset goes with it', async () => {
    const ledger = await city();
    const [kept, given] = [await published(ledger, { catalogCode: 'HJ-1' }), await published(ledger, { catalogCode: 'HJ-2' })];
    const [stays, goes] = [await granted(ledger, {}, kept.id), await granted(ledger, {}, given.id)];
    const births = await admitted(ledger, 'births');
    await expect(pass(ledger, given, 'household', 'births')).rejects.toEqual(refused('STATE_FORBIDS'));
    const split = (successors: string[]) =>
      ledger.write('department', 'department:succeed', { id: 'household', kind: 'split', successors, basis }, manager);
    expect(await split(['household', 'births'])).toMatchObject({ status: 'active', succession: { successors: ['household', 'births'] } });
    await expect(pass(ledger, goes, 'household', 'births')).rejects.toMatchObject({ detail: { accepted: 'the asset first' } });
    await expect(pass(ledger, given, 'household', 'household')).rejects.toEqual(refused('INPUT_INVALID'));
    await expect(pass(ledger, given, 'household', 'tax')).rejects.toEqual(refused('INPUT_INVALID'));
    await pass(ledger, given, 'household', 'births');
    await pass(ledger, goes, 'household', 'births');
    await expect(pass(ledger, stays, 'household', 'births')).rejects.toMatchObject({ detail: { accepted: 'the asset first' } });
    await ledger.submit('asset:revise', { id: kept.id, changes: { theme: 'credit' } }, household);
    await ledger.submit('asset:revise', { id: given.id, changes: { theme: 'credit' } }, births.steward);
    await expect(ledger.submit('asset:revise', { id: given.id, changes: { theme: 'tax' } }, household)).rejects.toEqual(
      refused('NOT_YOURS'),
    );
    // Another share of its functions goes later, and what went once may come back.
    expect((await split(['household', 'tax'])).succession?.successors).toEqual(['household', 'births', 'tax']);
    await merge(ledger, 'births', 'household');
    await pass(ledger, given, 'births', 'household');
    await pass(ledger, goes, 'births', 'household');
    expect(ledger.get('grant', goes.id)).toMatchObject({
      assigner: 'household',
      formerly: [
        { as: 'assigner', department: 'household' },
        { as: 'assigner', department: 'births' },
      ],
    });
    await merge(ledger, 'household', 'health');
    for (const record of [kept, given, stays, goes]) await pass(ledger, record, 'household', 'health');
    expect(ledger.get('grant', goes.id)?.assigner).toBe('health');
    expect(ledger.get('department', 'household')).toMatchObject({
      status: 'dissolved',
      succession: { kind: 'merge', successors: ['health'] },
    });
  });

  test('is not forged: successors once named are not taken back', async () => {
    const ledger = await city();
    const input = { id: 'household', kind: 'split' as const, successors: ['household', 'tax'], basis };
    const before = await ledger.write('department', 'department:succeed', input, manager);
    const next = await ledger.write('department', 'department:succeed', { ...input, successors: ['household', 'health'] }, manager);
    const bureau = JSON.parse(await ledger.evaluate('caller:whoami', {}, manager)) as Caller;
    const with_ = (successors: string[], kind: 'merge' | 'split' = 'split') =>
      authorshipFault('department', before, { ...next, succession: { kind, successors, basis } }, bureau);
    expect(with_(['household', 'tax', 'health'])).toBeUndefined();
    expect(with_(['household', 'health'])).toBe('NOT_YOURS');
    expect(with_(['tax', 'health'])).toBe('NOT_YOURS');
    expect(with_(['household', 'tax'], 'merge')).toBe('NOT_YOURS');
  });
});

describe('passing on', () => {
  /** An asset, its ownership, a grant with a limit that has been used once, and a delivery half-way. */
  async function story() {
    const ledger = await city();
    const asset = await published(ledger, { catalogCode: 'HJ-001', authoritativeFor: ['ele-1'] });
    const claim = await ledger.write(
      'right',
      'right:claim',
      { asset: asset.id, rightType: 'ownership', role: 'producer', basis },
      household,
    );
    const right = await ledger.write('right', 'right:confirm', { id: claim.id }, manager);
    const grant = await granted(ledger, { maxCount: 2, maxRows: 15, recipients: ['tax', 'household'] }, asset.id);
    const finished = await ledger.write('share', 'share:commit', sent(grant.id), household);
    await ledger.submit('share:acknowledge', { id: finished.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, socialConsumer);
    const half = await ledger.write(
      'share',
      'share:open',
      { grant: grant.id, purpose: grant.purpose, elements: ['name'], rows: 5 },
      household,
    );
    const population = await admitted(ledger, 'population');
    return { ledger, asset, right, grant, finished, half, population };
  }

  test('names the successor, keeps who it was, and changes nothing else', async () => {
    const { ledger, asset, right, grant, half, finished } = await story();
    await expect(pass(ledger, asset, 'household', 'population')).rejects.toEqual(refused('STATE_FORBIDS'));
    await merge(ledger, 'household', 'population');
    await expect(pass(ledger, grant, 'household', 'population')).rejects.toMatchObject({
      detail: { accepted: 'the asset first' },
    });
    await expect(pass(ledger, asset, 'household', 'tax')).rejects.toEqual(refused('INPUT_INVALID'));
    await expect(pass(ledger, asset, 'population', 'tax')).rejects.toEqual(refused('STATE_FORBIDS'));
    await expect(
      ledger.submit('department:passOn', { record: 'asset', id: asset.id, from: 'household', to: 'population' }, social),
    ).rejects.toEqual(refused('ROLE_MISSING'));
    await expect(
      ledger.submit('department:passOn', { record: 'refusal', id: asset.id, from: 'household', to: 'population' }, manager),
    ).rejects.toEqual(refused('INPUT_INVALID'));
    for (const record of [asset, right, grant, half]) await pass(ledger, record, 'household', 'population');
    const { version: _v, updated: _u, publisher: _p, ...kept } = asset;
    expect(ledger.get('asset', asset.id)).toMatchObject({
      ...kept,
      version: 3,
      publisher: 'population',
      formerly: [{ as: 'publisher', department: 'household' }],
      updated: { department: 'data-bureau' },
    });
    expect(ledger.get('right', right.id)).toMatchObject({ holder: 'population', status: 'confirmed', confirmed: right.confirmed });
    expect(ledger.get('grant', grant.id)).toMatchObject({
      assigner: 'population',
      assignee: 'social-insurance',
      constraints: { recipients: ['tax', 'population'] },
      formerly: [
        { as: 'assigner', department: 'household' },
        { as: 'constraints.recipients', department: 'household' },
      ],
      decided: grant.decided,
    });
    expect(ledger.get('share', half.id)).toMatchObject({ provider: 'population', consumer: 'social-insurance' });
    await expect(pass(ledger, finished, 'household', 'population')).rejects.toEqual(refused('STATE_FORBIDS'));
    await expect(pass(ledger, asset, 'household', 'population')).rejects.toEqual(refused('STATE_FORBIDS'));
    expect(ledger.get('share', finished.id)).toMatchObject({ provider: 'household', version: 2 });
  });

  test('lets the successor go on where the other stopped: limits hold exactly, decisions are its own', async () => {
    const { ledger, asset, right, grant, half, population } = await story();
    await merge(ledger, 'household', 'population');
    for (const record of [asset, right, grant, half]) await pass(ledger, record, 'household', 'population');
    const done = await ledger.write('share', 'share:commit', { ...sent(grant.id, { rows: 5 }), share: half.id }, population.steward);
    expect(done).toMatchObject({ id: half.id, status: 'committed', useNumber: half.useNumber });
    const refusal = await ledger.write('refusal', 'share:commit', sent(grant.id, { rows: 1 }), population.steward);
    expect(refusal.clause).toBe('ROWS_EXCEEDED');
    await ledger.submit('asset:revise', { id: asset.id, changes: { theme: 'credit' } }, population.steward);
    await ledger.submit('right:offer', { id: right.id, to: 'tax' }, population.steward);
    await ledger.submit('right:decline', { id: right.id }, population.steward);
    const use = await ledger.write('right', 'right:claim', { asset: asset.id, rightType: 'use', role: 'user', basis }, social);
    await expect(ledger.submit('right:confirm', { id: use.id }, social)).rejects.toEqual(refused('NOT_YOURS'));
    expect(await ledger.submit('right:confirm', { id: use.id }, population.steward)).toMatchObject({ status: 'confirmed' });
    const next = await ledger.write('grant', 'grant:request', ask(asset.id), socialConsumer);
    expect(next).toMatchObject({ assigner: 'population', status: 'requested' });
    expect(next.formerly).toBeUndefined();
    await ledger.submit('grant:approve', { id: next.id }, population.steward);
    await ledger.submit('grant:revoke', { id: grant.id, reason: zh('期满') }, population.steward);
  });

  test('a consumer’s successor acknowledges, and is held to what was granted', async () => {
    const { ledger, grant, half } = await story();
    const centre = await admitted(ledger, 'benefits');
    await ledger.submit('share:commit', { ...sent(grant.id, { rows: 5 }), share: half.id }, household);
    await merge(ledger, 'social-insurance', 'benefits');
    await expect(
      ledger.submit('share:acknowledge', { id: half.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, socialConsumer),
    ).rejects.toEqual(refused('DEPARTMENT_DISSOLVED'));
    await pass(ledger, grant, 'social-insurance', 'benefits');
    await pass(ledger, half, 'social-insurance', 'benefits');
    expect(
      await ledger.submit('share:acknowledge', { id: half.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, centre.consumer),
    ).toMatchObject({ status: 'acknowledged' });
  });

  test('a demand goes on with its successors, as who asks and as whom it is put to', async () => {
    const { ledger, asset, population } = await story();
    const benefits = await admitted(ledger, 'benefits');
    const need = { purpose: 'dpv:IdentityVerification', legalBasis: basis, neededBy: '2026-06-01T00:00:00Z' };
    const input = { want: zh('姓名'), elements: [{ name: 'name' }], ...need };
    const demand = await ledger.write('demand', 'demand:file', input, socialConsumer);
    const theirs = await ledger.write('demand', 'demand:file', input, taxConsumer);
    const joining = await ledger.write('joining', 'demand:join', { id: theirs.id, ...need }, socialConsumer);
    await ledger.submit('demand:match', { id: demand.id, asset: asset.id }, manager);
    await merge(ledger, 'household', 'population');
    await expect(pass(ledger, demand, 'household', 'population')).rejects.toMatchObject({ detail: { accepted: 'the asset first' } });
    await pass(ledger, asset, 'household', 'population');
    await pass(ledger, demand, 'household', 'population');
    await merge(ledger, 'social-insurance', 'benefits');
    for (const record of [demand, joining]) await pass(ledger, record, 'social-insurance', 'benefits');
    expect(ledger.get('demand', demand.id)).toMatchObject({ by: 'benefits', match: { owner: 'population' }, status: 'matched' });
    for (const named of [demand.id, theirs.id]) {
      const grant = await ledger.write('grant', 'grant:request', { ...ask(asset.id), demand: named }, benefits.consumer);
      await ledger.submit('grant:approve', { id: grant.id }, population.steward);
      const share = await ledger.write('share', 'share:commit', sent(grant.id), population.steward);
      await ledger.submit('share:acknowledge', { id: share.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, benefits.consumer);
    }
    expect(ledger.get('demand', demand.id)).toMatchObject({ status: 'fulfilled' });
    expect(ledger.get('joining', joining.id)).toMatchObject({ status: 'fulfilled', by: 'benefits' });
    expect(ledger.get('demand', theirs.id)).toMatchObject({ status: 'open' });
  });

  test('a delivery on behalf of a department that was merged is finished on behalf of who took its place', async () => {
    const { ledger, grant } = await story();
    const wide = await granted(ledger, { recipients: ['tax'] }, grant.asset);
    const opening = { grant: wide.id, purpose: wide.purpose, elements: ['name'], actingFor: 'tax', rows: 3 };
    const half = await ledger.write('share', 'share:open', opening, household);
    await merge(ledger, 'tax', 'health');
    await pass(ledger, wide, 'tax', 'health');
    await pass(ledger, half, 'tax', 'health');
    const done = await ledger.write(
      'share',
      'share:commit',
      { ...sent(wide.id, { rows: 3 }), share: half.id, actingFor: 'health' },
      household,
    );
    expect(done).toMatchObject({ actingFor: 'health', formerly: [{ as: 'actingFor', department: 'tax' }], status: 'committed' });
  });

  test('a transferred right begins without the past of the one that it came from', async () => {
    const { ledger, asset, right, population } = await story();
    await merge(ledger, 'household', 'population');
    await pass(ledger, asset, 'household', 'population');
    await pass(ledger, right, 'household', 'population');
    await ledger.submit('right:offer', { id: right.id, to: 'tax' }, population.steward);
    const received = await ledger.write('right', 'right:accept', { id: right.id }, tax);
    expect(received).toMatchObject({ holder: 'tax', status: 'confirmed' });
    expect(received.formerly).toBeUndefined();
  });

  test('what hangs on a department of the dictionary and of demands goes on with its successor', async () => {
    const { ledger, asset, population } = await story();
    const body = { name: zh('姓名'), definition: zh('户籍登记的姓名'), type: 'string' as const };
    const element = await ledger.write('data-element', 'data-element:propose', { id: 'DE-1', ...body }, household);
    const demand = await ledger.write(
      'demand',
      'demand:file',
      {
        want: zh('人口'),
        elements: [{ name: 'name' }],
        purpose: 'dpv:IdentityVerification',
        legalBasis: basis,
        neededBy: '2026-12-31T00:00:00.000Z',
      },
      socialConsumer,
    );
    const matched = await ledger.write('demand', 'demand:match', { id: demand.id, asset: asset.id }, manager);
    const items = [{ name: 'i-1', kind: 'collect' as const, title: zh('归集'), dueAt: '2026-11-30T00:00:00.000Z' }];
    const plan = await ledger.write('plan', 'plan:make', { year: 2026, items }, household);
    await merge(ledger, 'household', 'population');
    await expect(pass(ledger, matched, 'household', 'population')).rejects.toMatchObject({ detail: { accepted: 'the asset first' } });
    for (const record of [asset, matched, element, plan]) await pass(ledger, record, 'household', 'population');
    expect(ledger.get('demand', demand.id)).toMatchObject({
      match: { asset: asset.id, owner: 'population', stamp: matched.match?.stamp },
      formerly: [{ as: 'match.owner', department: 'household' }],
    });
    await ledger.submit('demand:reject', { id: demand.id, reason: zh('不予提供') }, population.steward);
    const own = await ledger.write('plan', 'plan:make', { year: 2026, items }, population.steward);
    expect([own.id, plan.id]).toEqual(['pln-population-2026', 'pln-household-2026']);
    const more = [...items, { ...(items[0] as (typeof items)[number]), name: 'i-2' }];
    expect(await ledger.submit('plan:revise', { id: plan.id, items: more }, population.steward)).toMatchObject({
      ...{ id: plan.id, department: 'population', formerly: [{ as: 'department', department: 'household' }] },
    });
    await ledger.submit('data-element:return', { id: 'DE-1', reason: zh('补充') }, manager);
    await ledger.submit('data-element:propose', { id: 'DE-1', ...body }, population.steward);
    await ledger.submit('data-element:adopt', { id: 'DE-1' }, manager);
    await ledger.submit('data-element:revise', { id: 'DE-1', ...body, definition: zh('又一定义') }, population.steward);
    expect(await ledger.submit('data-element:adopt', { id: 'DE-1' }, manager)).toMatchObject({
      edition: 2,
      owner: 'population',
      formerly: [{ as: 'owner', department: 'household' }],
    });
  });

  test('a code that the successor uses already is told apart, and none comes to mean another asset', async () => {
    const { ledger, asset, population } = await story();
    const own = await published(ledger, { catalogCode: 'HJ-001' }, population.steward);
    await merge(ledger, 'household', 'population');
    expect(await pass(ledger, asset, 'household', 'population')).toMatchObject({ catalogCode: 'household/HJ-001' });
    expect(ledger.get('asset', own.id)).toMatchObject({ catalogCode: 'HJ-001', version: 2 });
    const third = await ledger.write('asset', 'asset:register', bare('other'), population.steward);
    await expect(
      ledger.submit('asset:revise', { id: third.id, changes: { catalogCode: 'household/HJ-001' } }, population.steward),
    ).rejects.toEqual(refused('ALREADY_EXISTS'));
  });

  test('an offer of confidential terms goes with the department that cannot answer it; terms agreed stay agreed', async () => {
    const { ledger, asset, grant, population } = await story();
    const agree = async (by: typeof social, answer: typeof social) => {
      const { termsHash, transient } = confidential({ price: { amount: '5', currency: 'CNY' } });
      await ledger.submit('terms:write', { grant: grant.id, termsHash }, by, { transient });
      await ledger.submit('grant:offerTerms', { id: grant.id, termsHash }, by);
      if (answer !== by) await ledger.submit('grant:acceptTerms', { id: grant.id, termsHash }, answer);
      return { termsHash, transient };
    };
    const first = await agree(household, socialConsumer);
    await agree(household, household);
    await merge(ledger, 'household', 'population');
    await pass(ledger, asset, 'household', 'population');
    const next = (await pass(ledger, grant, 'household', 'population')) as typeof grant;
    expect(next.termsOffer).toBeUndefined();
    expect(next.termsHash).toBe(first.termsHash);
    const read = () => ledger.evaluate('terms:read', { grant: grant.id }, population.steward);
    await expect(read()).rejects.toEqual(refused('NOT_FOUND'));
    // Who still holds the agreed text hands it on: its hash says that it is the same.
    await ledger.submit('terms:write', { grant: grant.id, termsHash: first.termsHash }, socialConsumer, { transient: first.transient });
    expect(JSON.parse(await read())).toMatchObject({ termsHash: first.termsHash });
  });

  test('asks the peers of who is left, not of who has gone, where either will do', async () => {
    const { ledger, grant, asset } = await story();
    await merge(ledger, 'household', 'population');
    const endorsers = async (record: LedgerRecord) => {
      const { kind, id } = record;
      const input = { record: kind, id, from: 'household', to: 'population' };
      const simulation = await ledger.simulate('department:passOn', input, manager);
      expect(ledger.commit(simulation)).toBe('VALID');
      return simulation.endorsers;
    };
    expect(await endorsers(asset)).toEqual(['BureauMSP', 'PoliceMSP']);
    expect(await endorsers(grant)).toEqual(['BureauMSP', 'SocialMSP']);
  });

  test('what goes to a department without a peer of its own is not held by the one that has gone', async () => {
    const { ledger, asset, grant } = await story();
    const statistics = await admitted(ledger, 'statistics', 'BureauMSP');
    await merge(ledger, 'household', 'statistics');
    for (const record of [asset, grant]) await pass(ledger, record, 'household', 'statistics');
    for (const mspId of ['SocialMSP', 'AgenciesMSP'])
      expect(
        await ledger.submit('asset:revise', { id: asset.id, changes: { theme: mspId.toLowerCase() } }, statistics.steward, {
          endorsers: ['BureauMSP', mspId],
        }),
      ).toMatchObject({ publisher: 'statistics' });
    await ledger.submit('asset:revise', { id: asset.id, changes: { theme: 'population' } }, statistics.steward);
    await expect(
      ledger.submit('asset:revise', { id: asset.id, changes: { theme: 'alone' } }, statistics.steward, { endorsers: ['BureauMSP'] }),
    ).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
  });
});

const bare = (title: string): TransactionInput<'asset:register'> => ({
  title: zh(title),
  shareType: 'conditional',
  shareCondition: zh('核验身份时'),
  shareMethod: 'file',
  elements: [{ name: 'name', type: 'string' }],
});

/** What a reader of blocks asks of it: a new version that somebody else made, or that says more, counts for nothing. */
describe('forged', () => {
  test('successions are told from those that the manager made', async () => {
    const ledger = await city();
    const asset = await published(ledger, { catalogCode: 'HJ-001' });
    const grant = await granted(ledger, {}, asset.id);
    const active = ledger.get('department', 'household') as Department;
    const predecessor = await ledger.write(
      'department',
      'department:succeed',
      { id: 'household', kind: 'split', successors: ['tax', 'health'], basis },
      manager,
    );
    const bureau = JSON.parse(await ledger.evaluate('caller:whoami', {}, manager)) as Caller;
    const other = JSON.parse(await ledger.evaluate('caller:whoami', {}, tax)) as Caller;
    const next = (await pass(ledger, asset, 'household', 'tax')) as Asset;
    const fault = (changes: Partial<Asset>, by: Caller = bureau, from: Department | undefined = predecessor) => {
      const { department, mspId, name } = by;
      const { custodian: _none, ...stamp } = next.updated;
      const forged = { ...next, ...changes, updated: { ...stamp, department, mspId, name } };
      return authorshipFault('asset', asset, forged, by, { predecessor: from });
    };
    expect(fault({})).toBeUndefined();
    expect(fault({ catalogCode: 'household/HJ-001' })).toBeUndefined();
    expect(fault({}, other)).toBe('NOT_YOURS');
    expect(fault({}, bureau, active)).toBe('NOT_YOURS');
    expect(fault({}, bureau, { ...predecessor, id: 'education' })).toBe('NOT_YOURS');
    expect(fault({ publisher: 'education' })).toBe('NOT_YOURS');
    expect(fault({ catalogCode: 'HJ-002' })).toBe('NOT_YOURS');
    expect(fault({ formerly: undefined as never })).toBe('NOT_YOURS');
    expect(fault({ formerly: [{ as: 'publisher', department: 'education' }] })).toBe('NOT_YOURS');
    expect(fault({ status: 'retired' })).not.toBeUndefined();
    expect(fault({ title: zh('另一资源') })).toBe('STATE_FORBIDS');

    const passedGrant = (await pass(ledger, grant, 'household', 'tax')) as Grant;
    const follows = (to: string, of: Asset | undefined) =>
      authorshipFault('grant', grant, { ...passedGrant, assigner: to }, bureau, { predecessor, asset: of });
    expect(follows('tax', next)).toBeUndefined();
    expect(follows('health', next)).toBe('NOT_YOURS');
    expect(follows('tax', asset)).toBe('NOT_YOURS');
    expect(follows('tax', undefined)).toBe('NOT_YOURS');

    const born = { ...asset, id: 'ast-000000000000000000000000', version: 1, created: asset.created, updated: asset.created };
    const registered = { ...born, status: 'registered' as const, formerly: next.formerly as never };
    const steward = JSON.parse(await ledger.evaluate('caller:whoami', {}, social)) as Caller;
    const own = { ...asset.created, department: steward.department, mspId: steward.mspId, name: steward.name };
    const mine = { ...registered, publisher: steward.department, created: own, updated: own };
    expect(authorshipFault('asset', undefined, mine, steward)).toBe('STATE_FORBIDS');
    expect(authorshipFault('asset', undefined, { ...mine, formerly: undefined as never }, steward)).toBeUndefined();

    const renamed = await ledger.write('department', 'department:rename', { id: 'tax', name: zh('税'), basis }, manager);
    const before = { ...renamed, ...{ version: 1, name: { zh: '市税务局', en: 'Tax Service' } }, updated: renamed.created };
    delete (before as { formerNames?: unknown }).formerNames;
    const rewrites = (changes: Partial<Department>) => authorshipFault('department', before, { ...renamed, ...changes }, bureau);
    expect(rewrites({})).toBeUndefined();
    expect(rewrites({ formerNames: undefined as never })).toBe('NOT_YOURS');
    expect(rewrites({ formerNames: [{ name: zh('从未有过的名称'), until: renamed.updated.at, basis }] })).toBe('NOT_YOURS');
    expect(rewrites({ mspId: 'PoliceMSP' })).toBe('STATE_FORBIDS');
  });
});

/** Random reforms over a busy city: who bears what afterwards, and what of the past has changed. */
describe('whatever is merged, split and renamed', () => {
  const ORGANISATIONS = ['PoliceMSP', 'SocialMSP', 'AgenciesMSP', 'BureauMSP'] as const;
  const reform = fc.record({
    kind: fc.constantFrom('merge', 'split', 'split, alive', 'rename'),
    who: fc.nat(),
    parts: fc.integer({ min: 2, max: 3 }),
    seed: fc.nat(),
  });

  async function busy(): Promise<TestLedger> {
    const ledger = await city();
    const own = await published(ledger);
    const taxes = await published(ledger, { catalogCode: 'T-1' }, tax);
    const claim = await ledger.write('right', 'right:claim', { asset: own.id, rightType: 'ownership', role: 'producer', basis }, household);
    await ledger.submit('right:contest', { id: claim.id, reason: zh('异议') }, tax);
    const held = await ledger.write('right', 'right:claim', { asset: taxes.id, rightType: 'ownership', role: 'producer', basis }, tax);
    await ledger.submit('right:confirm', { id: held.id }, manager);
    await ledger.submit('right:offer', { id: held.id, to: 'social-insurance' }, tax);
    const use = await ledger.write('right', 'right:claim', { asset: taxes.id, rightType: 'use', role: 'user', basis }, social);
    await ledger.submit('right:contest', { id: use.id, reason: zh('异议') }, household);
    const grant = await granted(ledger, { maxCount: 5, recipients: ['tax', 'health'] }, own.id);
    await ledger.submit('grant:request', ask(taxes.id), socialConsumer);
    const opening = { grant: grant.id, purpose: grant.purpose, elements: ['name'], rows: 5 };
    await ledger.submit('share:open', { ...opening, actingFor: 'tax' }, household);
    await ledger.submit('share:open', opening, household);
    await ledger.submit('share:commit', sent(grant.id), household);
    const done = await ledger.write('share', 'share:commit', sent(grant.id), household);
    await ledger.submit('share:acknowledge', { id: done.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' }, socialConsumer);
    const demand = (by: typeof social, name: string) =>
      ledger.write(
        'demand',
        'demand:file',
        {
          want: zh(name),
          elements: [{ name: 'name' }],
          purpose: 'dpv:IdentityVerification',
          legalBasis: basis,
          neededBy: '2026-12-31T00:00:00.000Z',
        },
        by,
      );
    await demand(taxConsumer, '人口');
    const put = await demand(socialConsumer, '姓名');
    await ledger.submit('demand:match', { id: put.id, asset: own.id }, manager);
    const need = { purpose: 'dpv:IdentityVerification', legalBasis: basis, neededBy: '2026-12-31T00:00:00.000Z' };
    await ledger.submit('demand:join', { id: put.id, ...need }, taxConsumer);
    await ledger.submit('data-element:propose', { id: 'DE-1', name: zh('姓名'), definition: zh('姓名'), type: 'string' }, household);
    const fault = { dimension: 'stale' as const, severity: 'minor' as const, description: zh('数据陈旧') };
    await ledger.submit('feedback:raise', { asset: own.id, ...fault }, socialConsumer);
    await ledger.submit('feedback:raise', { asset: taxes.id, ...fault }, household);
    await ledger.submit('dispute:open', { subject: { kind: 'grant', id: grant.id }, claim: zh('异议'), freeze: true }, socialConsumer);
    const items = [{ name: 'i-1', kind: 'collect' as const, title: zh('归集'), dueAt: '2026-11-30T00:00:00.000Z' }];
    await ledger.submit('plan:make', { year: 2026, items }, social);
    await ledger.submit('asset:retire', { id: (await published(ledger)).id, reason: zh('停用') }, household);
    for (const [asset, by] of [
      [own.id, social],
      [taxes.id, household],
    ] as const) {
      await ledger.submit('feedback:raise', { asset, dimension: 'stale', severity: 'minor', description: zh('未更新') }, by);
      await ledger.submit('dispute:open', { subject: { kind: 'asset', id: asset }, claim: zh('主张') }, by);
    }
    return ledger;
  }

  const records = (ledger: TestLedger) => passingKinds.flatMap((kind): LedgerRecord[] => ledger.all(kind));
  const living = (ledger: TestLedger) =>
    ledger.all('department').filter(({ id, status }) => status === 'active' && id !== 'data-bureau' && id !== 'audit-office');
  /** Whoever was named a successor, in any version: one that lived through a split and is merged later names others then. */
  type Heirs = Map<string, Set<string>>;

  function reachable(heirs: Heirs, from: string): Set<string> {
    const found = new Set([from]);
    for (const id of found) for (const next of heirs.get(id) ?? []) found.add(next);
    return found;
  }

  /** The values of the members that name who bears a record. */
  function bearers(record: LedgerRecord): Map<string, string[]> {
    return new Map(
      passings[record.kind as keyof typeof passings].bearers.map((path) => {
        const value = path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], record);
        return [path, value === undefined ? [] : Array.isArray(value) ? value : [value as string]];
      }),
    );
  }

  async function carryOut(
    ledger: TestLedger,
    { kind, who, parts, seed }: { kind: string; who: number; parts: number; seed: number },
    n: number,
  ) {
    const candidates = living(ledger);
    const department = candidates[who % candidates.length] as Department;
    if (kind === 'rename') {
      await ledger.submit('department:rename', { id: department.id, name: zh(`新名${n}`), basis }, manager);
      return;
    }
    const successors: string[] = [];
    for (let part = 0; part < (kind === 'merge' ? 1 : parts); part++) {
      const others = candidates.filter(({ id }) => id !== department.id && !successors.includes(id));
      if ((seed + part) % 2 === 0 && others.length > 0) successors.push((others[(seed + part) % others.length] as Department).id);
      else {
        const id = `new-${n}-${part}`;
        await admitted(ledger, id, ORGANISATIONS[(seed + part) % ORGANISATIONS.length]);
        successors.push(id);
      }
    }
    const alive = kind === 'split, alive';
    if (alive) successors.push(department.id);
    const split = { id: department.id, kind: kind === 'merge' ? ('merge' as const) : ('split' as const), successors, basis };
    await ledger.submit('department:succeed', split, manager);
    let turn = seed;
    for (const passing of passingKinds)
      for (const { id } of ledger.all(passing)) {
        const record = ledger.get(passing, id) as LedgerRecord;
        if (!waits(record, department.id)) continue;
        const about = assetOf(record);
        const only = bound(record, department.id, about === undefined ? undefined : ledger.get('asset', about));
        const to = only ?? (successors[turn++ % successors.length] as string);
        if (alive && (only === FIRST || to === department.id)) continue;
        await pass(ledger, record, department.id, to);
      }
  }

  test('every right, grant and duty has exactly one living department for each part, and no version of before has changed', async () => {
    const base = await busy();
    await fc.assert(
      fc.asyncProperty(fc.array(reform, { minLength: 1, maxLength: 4 }), async (reforms) => {
        const ledger = base.fork();
        const before = new Map(records(ledger).map((record) => [`${record.kind} ${record.id}`, record]));
        const versions = new Map<string, string>();
        const heirs: Heirs = new Map();
        const remember = () => {
          for (const { id, succession } of ledger.all('department'))
            heirs.set(id, new Set([...(heirs.get(id) ?? []), ...(succession?.successors ?? [])]));
          for (const [key, { value }] of ledger.state) {
            const [kind, id] = splitKey(key) as [string, string];
            const { version } = JSON.parse(value.startsWith('{') ? value : '{}') as { version?: number };
            if (version === undefined) continue;
            const name = `${kind} ${id} ${version}`;
            expect(versions.get(name) ?? value).toBe(value);
            versions.set(name, value);
          }
        };
        remember();
        for (const [n, one] of reforms.entries()) {
          await carryOut(ledger, one, n);
          remember();
        }
        const alive = new Set(ledger.all('department').flatMap(({ id, status }) => (status === 'active' ? [id] : [])));
        for (const record of records(ledger)) {
          const first = before.get(`${record.kind} ${record.id}`) as LedgerRecord;
          const open = (passings[record.kind as keyof typeof passings].states as string[]).includes(record.status);
          if (!open) expect(record).toEqual(first);
          const then = bearers(first);
          for (const [path, now] of bearers(record)) {
            const were = then.get(path) as string[];
            // No part is lost or made; two recipients may have become one.
            if (path.includes('.')) expect(now.length).toBeLessThanOrEqual(were.length);
            else expect(now).toHaveLength(were.length);
            if (!open) continue;
            for (const id of now) {
              expect(alive).toContain(id);
              expect(were.some((was) => reachable(heirs, was).has(id))).toBe(true);
            }
            for (const was of were) expect(now.filter((id) => reachable(heirs, was).has(id)).length).toBeGreaterThan(0);
          }
          // Who hands data over is who publishes it, as long as it is published.
          if (open && (record.kind === 'grant' || record.kind === 'share')) {
            const asset = ledger.get('asset', record.asset);
            if (asset?.status === 'published') expect(record.kind === 'grant' ? record.assigner : record.provider).toBe(asset.publisher);
          }
        }
      }),
      { numRuns: 60 },
    );
  }, 240_000);

  test('what waits is found by the read model’s indexes, whatever its kind and whoever bears it', async () => {
    const all = records(await busy());
    expect(new Set(all.map(({ kind }) => kind))).toEqual(new Set(passingKinds));
    const found = new Set<string>();
    for (const record of all)
      for (const [path, departments] of bearers(record))
        for (const department of departments) {
          expect(indexedOf(record)).toContainEqual([path.split('.').at(-1), department]);
          found.add(`${record.kind} ${path}`);
        }
    const every = passingKinds.flatMap((kind) => passings[kind].bearers.map((path) => `${kind} ${path}`));
    expect(every.filter((path) => !found.has(path))).toEqual([]);
  });

  test('passing on is a function of the record alone, and undoes nothing', () => {
    fc.assert(
      fc.property(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('d', 'e'), fc.constantFrom('a', 'b', 'c'), (from, to, other) => {
        const grant = {
          kind: 'grant',
          id: 'g',
          status: 'active',
          assigner: from,
          assignee: other,
          constraints: { recipients: [other, to] },
        };
        const next = passed(grant as never, from, to) as unknown as typeof grant & { formerly: { as: string; department: string }[] };
        expect(waits(next as never, from)).toBe(false);
        expect(next.assigner).toBe(to);
        expect(next.formerly.every(({ department }) => department === from)).toBe(true);
        expect(new Set(next.constraints.recipients).size).toBe(next.constraints.recipients.length);
        expect(grant).toMatchObject({ assigner: from, assignee: other });
      }),
    );
  });
});
