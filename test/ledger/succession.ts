import { createHash } from 'node:crypto';
import { endorsersFor } from '@drl/chaincode/model/endorsers';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import type { Identity } from '@drl/gateway/ledger/ledger';
import { settingsOf } from '@drl/network/consortium';
import { ENDORSEMENT_POLICY_FAILURE, VALID, type World, type Written } from './world.js';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });
const basis = { en: 'Reform plan' };

/** 机构改革 on the chain: who may, what the peers of the old and the new organisation must sign, and what goes on. */
export function successionCases(world: () => World): void {
  const bureau = (record?: LedgerRecord, leaving?: string, mspOf: Record<string, string> = {}) => {
    const context = {
      settings: settingsOf(world().harness.consortium),
      callerMspId: world().manager,
      mspOf: (id: string) => mspOf[id],
      record,
      leaving,
    };
    return { as: world().people.manager, endorsers: endorsersFor('department:passOn', context) };
  };
  const read = async <R extends LedgerRecord>(kind: R['kind'], id: string): Promise<R> =>
    JSON.parse(await world().ledger.evaluate({ name: 'record:get', input: { kind, id } }, world().people.manager)) as R;
  /** A department of its own for each case, with people. */
  const admitted = async (mspId: string) => {
    const id = `d-${world().key('x').slice(-12)}`;
    await world().write('department:admit', { id, name: { en: id }, mspId }, { as: world().people.manager });
    const enrol = (role: 'steward' | 'consumer'): Promise<Identity> =>
      world().harness.enrol({ name: `${id}-${role}`, mspId, department: id, roles: [role] });
    const [steward, consumer] = await Promise.all([enrol('steward'), enrol('consumer')]);
    return { id, mspId, steward, consumer };
  };
  type Department = Awaited<ReturnType<typeof admitted>>;
  const dissolve = (from: Department, ...to: Department[]) =>
    world().write(
      'department:succeed',
      { id: from.id, kind: to.length === 1 ? 'merge' : 'split', successors: to.map(({ id }) => id), basis },
      { as: world().people.manager, endorsers: [world().manager, from.mspId] },
    );
  const pass = async (record: Written, from: Department, to: Department, other?: Department) => {
    const mspOf = Object.fromEntries([from, to, ...(other ? [other] : [])].map(({ id, mspId }) => [id, mspId]));
    const input = { record: record.kind, id: record.id, from: from.id, to: to.id };
    return world().write('department:passOn', input, bureau(await read(record.kind as never, record.id), from.id, mspOf));
  };
  const by = ({ mspId }: Department, as: Identity) => ({ as, endorsers: [world().manager, mspId] });
  const body: TransactionInput<'asset:register'> = {
    title: { en: 'Population register' },
    shareType: 'conditional',
    shareCondition: { en: 'For identity verification' },
    shareMethod: 'file',
    elements: [{ name: 'name', type: 'string' }],
    authoritativeFor: [],
  };
  const use = { purpose: 'dpv:IdentityVerification', elements: ['name'] };
  const sent = (grant: string) => ({
    grant,
    ...use,
    payloadHash: digest('payload'),
    hashAlgorithm: 'sha-256' as const,
    bytes: 10,
    rows: 1,
  });
  const published = async (owner: Department): Promise<Written> => {
    const { record } = await world().write('asset:register', body, by(owner, owner.steward));
    return (await world().write('asset:publish', { id: record.id }, by(owner, owner.steward))).record;
  };
  const granted = async (asset: Written, provider: Department, consumer: Department): Promise<Written> => {
    const asked = { asset: asset.id, ...use, legalBasis: { en: 'Act 7' }, constraints: { maxCount: 2 } };
    const { record } = await world().write('grant:request', asked, by(consumer, consumer.consumer));
    return (await world().write('grant:approve', { id: record.id }, by(provider, provider.steward))).record;
  };

  test('a name changes with the signature of the department’s own organisation, and the old one stays', async () => {
    const { manager, police, agencies, people } = world();
    const tenant = await admitted(agencies);
    const input = { id: tenant.id, name: { en: 'Another name' }, basis };
    const elsewhere = await world().endorse('department:rename', input, { as: people.manager, endorsers: [manager, police] });
    expect((await world().submit(elsewhere)).code).toBe(ENDORSEMENT_POLICY_FAILURE);
    await expect(world().write('department:rename', input, by(tenant, tenant.steward))).rejects.toEqual(code('ROLE_MISSING'));
    const { record } = await world().write('department:rename', input, { as: people.manager, endorsers: [manager, agencies] });
    expect(record).toMatchObject({ version: 2, name: { en: 'Another name' }, formerNames: [{ name: { en: tenant.id }, basis }] });
  });

  test('a merger across organisations: the grant goes on, to exactly its limit, under the peers of who has it now', async () => {
    const { police, social, agencies, manager } = world();
    const [old, next, other] = [await admitted(police), await admitted(agencies), await admitted(social)];
    const asset = await published(old);
    const grant = await granted(asset, old, other);
    const first = (await world().write('share:commit', sent(grant.id), by(old, old.steward))).record;
    const late = await world().endorse('share:commit', sent(grant.id), by(old, old.steward));
    await expect(pass(asset, old, next)).rejects.toEqual(code('STATE_FORBIDS'));
    await dissolve(old, next);
    // What was endorsed before is not taken after: it read the department as it was.
    expect((await world().submit(late)).code).not.toBe(VALID);
    await expect(world().write('share:commit', sent(grant.id), by(old, old.steward))).rejects.toEqual(code('DEPARTMENT_DISSOLVED'));
    await expect(pass(grant, old, next, other)).rejects.toEqual(code('STATE_FORBIDS'));
    const stranger = { as: world().people.manager, endorsers: [manager, social] };
    const input = { record: 'asset', id: asset.id, from: old.id, to: next.id };
    expect((await world().submit(await world().endorse('department:passOn', input, stranger))).code).toBe(ENDORSEMENT_POLICY_FAILURE);
    const formerly = [{ as: 'publisher', department: old.id }];
    expect((await pass(asset, old, next)).record).toMatchObject({ publisher: next.id, formerly, version: 3 });
    // The old organisation's peer is not asked where the other party's will do.
    expect(bureau(await read('grant', grant.id), old.id, { [old.id]: old.mspId, [other.id]: other.mspId }).endorsers).toEqual([
      manager,
      social,
    ]);
    for (const record of [grant, first]) await pass(record, old, next, other);
    // From now on the old organisation's peer signs for nothing of it.
    const revision = { id: asset.id, changes: { theme: 'credit' } };
    const before = await world().endorse('asset:revise', revision, { as: next.steward, endorsers: [manager, police] });
    expect((await world().submit(before)).code).toBe(ENDORSEMENT_POLICY_FAILURE);
    await world().write('asset:revise', revision, by(next, next.steward));
    const kinds = await Promise.all(
      Array.from({ length: 3 }, async () => (await world().write('share:commit', sent(grant.id), by(next, next.steward))).record.kind),
    );
    expect(kinds.sort()).toEqual(['refusal', 'refusal', 'share']);
    const answer = { id: first.id, payloadHash: digest('payload'), hashAlgorithm: 'sha-256' as const };
    expect((await world().write('share:acknowledge', answer, by(other, other.consumer))).record).toMatchObject({
      ...{ status: 'acknowledged', provider: next.id, formerly: [{ as: 'provider', department: old.id }] },
    });
    await expect(pass(first, old, next, other)).rejects.toEqual(code('STATE_FORBIDS'));
  });

  test('split and living on, a department gives an asset away and keeps acting', async () => {
    const { police, agencies, manager } = world();
    const [old, part] = [await admitted(police), await admitted(agencies)];
    const [kept, given] = [await published(old), await published(old)];
    const call = { as: world().people.manager, endorsers: [manager, police] };
    const split = { id: old.id, kind: 'split' as const, successors: [old.id, part.id], basis };
    expect((await world().write('department:succeed', split, call)).record).toMatchObject({ status: 'active' });
    await pass(given, old, part);
    await world().write('asset:revise', { id: kept.id, changes: { theme: 'credit' } }, by(old, old.steward));
    await world().write('asset:revise', { id: given.id, changes: { theme: 'credit' } }, by(part, part.steward));
    const late = { id: given.id, changes: { theme: 'tax' } };
    await expect(world().write('asset:revise', late, by(old, old.steward))).rejects.toEqual(code('NOT_YOURS'));
  });

  test('a split into the manager’s own organisation and another: each asset goes where it was said, with what hangs on it', async () => {
    const { police, social, agencies, manager, people } = world();
    const [old, own, tenant] = [await admitted(social), await admitted(manager), await admitted(agencies)];
    const consumer = await admitted(police);
    const [one, two] = [await published(old), await published(old)];
    const grants = [await granted(one, old, consumer), await granted(two, old, consumer)] as const;
    await dissolve(old, own, tenant);
    await expect(pass(one, old, consumer)).rejects.toEqual(code('INPUT_INVALID'));
    await pass(one, old, own);
    await pass(two, old, tenant);
    await expect(pass(grants[0], old, tenant, consumer)).rejects.toEqual(code('INPUT_INVALID'));
    await pass(grants[0], old, own, consumer);
    await pass(grants[1], old, tenant, consumer);
    // The manager's own has no second peer: any department's signs with it, and not the one that has gone alone.
    for (const mspId of [police, agencies])
      await world().write('asset:revise', { id: one.id, changes: { theme: 'credit' } }, { as: own.steward, endorsers: [manager, mspId] });
    const alone = await world().endorse(
      'asset:revise',
      { id: one.id, changes: { theme: 'tax' } },
      { as: own.steward, endorsers: [manager] },
    );
    expect((await world().submit(alone)).code).toBe(ENDORSEMENT_POLICY_FAILURE);
    await world().write('grant:suspend', { id: grants[0].id, reason: basis }, { as: own.steward, endorsers: [manager, police] });
    await world().write('grant:suspend', { id: grants[1].id, reason: basis }, by(tenant, tenant.steward));
    await expect(
      world().write('department:succeed', { id: old.id, kind: 'merge', successors: [own.id], basis }, { as: people.manager }),
    ).rejects.toEqual(code('STATE_FORBIDS'));
  });
}
