import { createHash } from 'node:crypto';
import type { RuleError } from '@drl/chaincode/model/errors';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { VALID, type World } from './world.js';

const digest = (text: string) => createHash('sha256').update(text).digest('hex');
const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });

export function ruleCases(world: () => World): void {
  const asset = (): TransactionInput<'asset:register'> => ({
    title: { en: 'Population register' },
    theme: 'population',
    shareType: 'conditional',
    shareCondition: { en: 'For identity verification' },
    shareMethod: 'file',
    elements: [{ name: 'name', type: 'string' }],
    authoritativeFor: [],
  });
  const published = async (): Promise<string> => {
    const { record } = await world().write('asset:register', asset());
    await world().write('asset:publish', { id: record.id });
    return record.id;
  };
  const parties = () => ({ as: world().people.consumer, endorsers: [world().manager, world().social] });
  const granted = async (constraints: TransactionInput<'grant:request'>['constraints'] = {}): Promise<string> => {
    const input = {
      asset: await published(),
      elements: ['name'],
      purpose: 'dpv:IdentityVerification',
      legalBasis: { en: 'Act 7' },
      constraints,
    };
    const { record } = await world().write('grant:request', input, parties());
    await world().write('grant:approve', { id: record.id });
    return record.id;
  };
  const share = (grant: string, rows = 1): TransactionInput<'share:commit'> => ({
    grant,
    purpose: 'dpv:IdentityVerification',
    elements: ['name'],
    payloadHash: digest('payload'),
    hashAlgorithm: 'sha-256',
    bytes: 10,
    rows,
  });

  test('the ledger takes a caller for what the certificate says', async () => {
    const told = JSON.parse(await world().ledger.evaluate({ name: 'caller:whoami', input: {} }, world().people.tax)) as object;
    expect(told).toMatchObject({ department: 'tax', mspId: world().agencies, name: 'tax-steward-1' });
  });

  test('a record is read by its kind and id', async () => {
    const { record } = await world().write('asset:register', asset());
    const read = JSON.parse(
      await world().ledger.evaluate({ name: 'record:get', input: { kind: 'asset', id: record.id } }, world().people.household),
    ) as object;
    expect(read).toEqual(record);
  });

  test('what is concealed from the persons it is about waits for consent, and the side that asked, or the manager, discloses it, once', async () => {
    const concealed = { until: new Date(Date.now() + 3_600_000).toISOString(), reason: { en: 'An inspection' } };
    const open = await world().write('asset:register', { ...asset(), shareType: 'unconditional', shareCondition: undefined });
    await world().write('asset:publish', { id: open.record.id });
    const wish = { asset: open.record.id, elements: ['name'], purpose: 'dpv:IdentityVerification', legalBasis: { en: 'Act 7' } };
    expect((await world().write('grant:request', wish, parties())).record.status).toBe('active');
    const { record } = await world().write('grant:request', { ...wish, concealed }, parties());
    expect(record.status).toBe('requested');
    await world().write('grant:approve', { id: record.id });
    const subjects = { root: digest('root'), count: 2 };
    expect((await world().write('share:commit', { ...share(record.id, 2), subjects })).record).toMatchObject({ subjects });
    await expect(world().write('grant:disclose', { id: record.id })).rejects.toEqual(code('NOT_YOURS'));
    const disclosed = await world().write('grant:disclose', { id: record.id }, parties());
    expect(disclosed.record).toMatchObject({ status: 'active', concealed, disclosed: { department: 'social-insurance' } });
    await expect(world().write('grant:disclose', { id: record.id }, parties())).rejects.toEqual(code('STATE_FORBIDS'));
  });

  test('unknown fields are refused on the chain as well', async () => {
    await expect(world().write('asset:register', { ...asset(), publisher: 'tax' } as never)).rejects.toEqual(code('INPUT_INVALID'));
    await expect(world().write('asset:register', { ...asset(), catalogCode: 'a\u0000b' })).rejects.toEqual(code('INPUT_INVALID'));
  });

  test('a department writes only what is its own', async () => {
    const id = await published();
    const other = { as: world().people.social, endorsers: [world().manager, world().police] };
    await expect(world().write('asset:retire', { id, reason: { en: 'mine now' } }, other)).rejects.toEqual(code('NOT_YOURS'));
    await expect(world().write('asset:revise', { id, changes: { theme: 'tax' } }, other)).rejects.toEqual(code('NOT_YOURS'));
  });

  test('of two departments on one organisation each has its own', async () => {
    const health = await world().harness.enrol({
      name: `health-steward-${Date.now()}`,
      mspId: world().agencies,
      department: 'health',
      roles: ['steward'],
    });
    const own = { as: world().people.tax, endorsers: [world().manager, world().agencies] };
    const { record } = await world().write('asset:register', asset(), own);
    await expect(world().write('asset:publish', { id: record.id }, { ...own, as: health })).rejects.toEqual(code('NOT_YOURS'));
    await world().write('asset:publish', { id: record.id }, own);
  });

  test('an auditor changes no record', async () => {
    const call = { as: world().people.auditor };
    for (const attempt of [
      () => world().write('asset:register', asset(), call),
      () => world().write('department:admit', { id: 'shadow', name: { en: 'Shadow' }, mspId: world().agencies }, call),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ name: 'RuleError' });
    }
  });

  test('a role that the certificate lacks is not taken from anywhere else', async () => {
    await expect(world().write('asset:register', asset(), parties())).rejects.toEqual(code('ROLE_MISSING'));
    await expect(world().write('department:admit', { id: 'shadow', name: { en: 'Shadow' }, mspId: world().agencies })).rejects.toEqual(
      code('ROLE_MISSING'),
    );
  });

  test('an organisation that is none of the channel’s may not call a role its own', async () => {
    const forged = await world().harness.enrol({
      name: `forged-${Date.now()}`,
      mspId: world().police,
      department: 'household',
      roles: ['manager', 'auditor'],
    });
    await expect(
      world().write('department:admit', { id: 'shadow', name: { en: 'Shadow' }, mspId: world().agencies }, { as: forged }),
    ).rejects.toMatchObject({ name: 'RuleError' });
  });

  test('of several who register one catalogue code one wins, and the others are told', async () => {
    const input = { ...asset(), catalogCode: `code-${Date.now()}` };
    const all = await Promise.allSettled(Array.from({ length: 5 }, () => world().write('asset:register', input)));
    expect(all.filter((a) => a.status === 'fulfilled')).toHaveLength(1);
    for (const lost of all.filter((a) => a.status === 'rejected')) expect(lost.reason).toEqual(code('ALREADY_EXISTS'));
  });

  test('a proposal whose time lies too far off is refused', async () => {
    const skew = (world().harness.consortium.rules.maxClockSkewSeconds + 30) * 1000;
    for (const ms of [skew, -skew]) {
      await expect(world().harness.skewed(ms, () => world().endorse('asset:register', asset()))).rejects.toEqual(code('CLOCK_SKEW'));
    }
    await world().write('asset:register', asset());
  });

  test('a grant for n shares gives n, however many are tried at once; what is refused leaves its trace', async () => {
    const grant = await granted({ maxCount: 3 });
    const all = await Promise.all(Array.from({ length: 8 }, () => world().write('share:commit', share(grant))));
    const kinds = all.map(({ record }) => record.kind).sort();
    expect(kinds).toEqual([...Array(5).fill('refusal'), ...Array(3).fill('share')]);
    expect(all.filter(({ record }) => record.kind === 'refusal').map(({ record }) => record.clause)).toEqual(
      Array(5).fill('GRANT_EXHAUSTED'),
    );
  });

  test('rows are counted over the whole grant', async () => {
    const grant = await granted({ maxRows: 10 });
    const all = await Promise.all([4, 4, 4].map((rows) => world().write('share:commit', share(grant, rows))));
    expect(all.map(({ record }) => record.kind).sort()).toEqual(['refusal', 'share', 'share']);
  });

  test('a delivery’s fingerprint stands in its share, with the marks that the grant allows and no others', async () => {
    const grant = await granted({ marks: ['order'] });
    const fingerprint = { algorithm: 'aes-cmac-rows-1' as const, root: digest('rows'), rows: 1 };
    const { record } = await world().write('share:commit', { ...share(grant), fingerprint: { ...fingerprint, marks: ['order'] } });
    expect(record).toMatchObject({ kind: 'share', fingerprint: { root: digest('rows'), marks: ['order'] } });
    await expect(
      world().write('share:commit', { ...share(grant), fingerprint: { ...fingerprint, marks: ['canaries'], rows: 2, canaries: 1 } }),
    ).rejects.toEqual(code('INPUT_INVALID'));
    const { record: opened } = await world().write('share:open', {
      ...{ grant, purpose: 'dpv:IdentityVerification', elements: ['name'], rows: 1 },
    });
    const { record: committed } = await world().write('share:commit', { ...share(grant), share: opened.id, fingerprint });
    expect(committed).toMatchObject({ status: 'committed', fingerprint });
  });

  test('a revoked grant gives nothing more, not even to what was endorsed before', async () => {
    const grant = await granted();
    const before = await world().endorse('share:commit', share(grant));
    await world().write('grant:revoke', { id: grant, reason: { en: 'misuse' } });
    expect((await world().submit(before)).code).not.toBe(VALID);
    const { record } = await world().write('share:commit', share(grant));
    expect(record).toMatchObject({ kind: 'refusal', clause: 'GRANT_NOT_ACTIVE' });
  });

  test('a revocation and a share in one block do not both count', async () => {
    const grant = await granted();
    const [sharing, revoking] = await Promise.all([
      world().endorse('share:commit', share(grant)),
      world().endorse('grant:revoke', { id: grant, reason: { en: 'misuse' } }),
    ]);
    const [revoked, shared] = await Promise.all([world().submit(revoking), world().submit(sharing)]);
    if (revoked.code === VALID && (revoked.block < shared.block || revoked.block === shared.block)) {
      const order = revoked.block < shared.block ? shared.code : Math.max(revoked.code, shared.code);
      expect(order).not.toBe(VALID);
    } else expect(shared.code).toBe(VALID);
  });

  test('what answers queries hands over no data, and an answer is about one subject', async () => {
    const grant = await granted();
    const query = { ...share(grant), method: 'query-verify' as const };
    expect((await world().write('share:commit', query)).record).toMatchObject({ kind: 'refusal', clause: 'METHOD_NOT_SHARED' });
    const { asset: id } = JSON.parse(
      await world().ledger.evaluate({ name: 'record:get', input: { kind: 'grant', id: grant } }, world().people.household),
    ) as { asset: string };
    await world().write('asset:revise', { id, changes: { shareMethod: 'query-verify' } });
    expect((await world().write('share:commit', share(grant))).record).toMatchObject({ kind: 'refusal', clause: 'METHOD_NOT_SHARED' });
    await expect(world().write('share:commit', { ...query, rows: 2 })).rejects.toEqual(code('INPUT_INVALID'));
    expect((await world().write('share:commit', query)).record).toMatchObject({ kind: 'share', method: 'query-verify' });
  });

  test('an expired grant gives nothing more', async () => {
    const validTo = new Date(Date.now() + 4000);
    const grant = await granted({ validTo: validTo.toISOString() });
    while (Date.now() <= validTo.getTime()) await new Promise((resolve) => setTimeout(resolve, 50));
    const { record } = await world().write('share:commit', share(grant));
    expect(record).toMatchObject({ kind: 'refusal', clause: 'GRANT_EXPIRED' });
  });

  test('both sides’ word stands on the chain: unequal digests are a mismatch', async () => {
    const grant = await granted();
    const [one, two] = await Promise.all([world().write('share:commit', share(grant)), world().write('share:commit', share(grant))]);
    const answer = (id: string, payload: string) =>
      world().write('share:acknowledge', { id, payloadHash: digest(payload), hashAlgorithm: 'sha-256' }, parties());
    expect((await answer(one.record.id, 'payload')).record.status).toBe('acknowledged');
    expect((await answer(two.record.id, 'another')).record.status).toBe('mismatched');
    await expect(
      world().write('share:acknowledge', { id: one.record.id, payloadHash: digest('payload'), hashAlgorithm: 'sha-256' }),
    ).rejects.toMatchObject({ name: 'RuleError' });
  });

  test('an error says what rule, what was given and what would do', async () => {
    const error = (await world()
      .write('share:commit', share('grn-000000000000000000000000'))
      .catch((e: unknown) => e)) as RuleError;
    expect(error).toEqual(code('NOT_FOUND'));
  });
}
