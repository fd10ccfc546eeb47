import type { TransactionInput } from '@drl/chaincode/model/transactions';
import type { Call, World } from './world.js';

const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });
const HASH = 'd'.repeat(64);

/** Demands, with the organisations that endorsersFor names: each act is signed by the manager's peer and one other. */
export function demandCases(world: () => World): void {
  const asks = (): Call => ({ as: world().people.consumer, endorsers: [world().manager, world().social] });
  const tax = (): Call => ({ as: world().people.tax, endorsers: [world().manager, world().agencies] });
  const rules = (): Call => ({ as: world().people.manager, endorsers: [world().manager, world().social] });
  const need = () => ({
    purpose: 'dpv:IdentityVerification',
    legalBasis: { en: 'Act 7' },
    neededBy: new Date(Date.now() + 86_400_000).toISOString(),
  });
  const wanted = (): TransactionInput<'demand:file'> => ({
    want: { zh: '参保人姓名' },
    elements: [{ name: 'name', type: 'string' }],
    ...need(),
  });
  const filed = async () => (await world().write('demand:file', wanted(), asks())).record.id;
  const get = async (kind: string, id: string) =>
    JSON.parse(await world().ledger.evaluate({ name: 'record:get', input: { kind, id } } as never, world().people.household)) as object;

  const published = async (call: Call = {}): Promise<string> => {
    const { record } = await world().write(
      'asset:register',
      { title: { zh: '人口登记' }, shareType: 'unconditional', shareMethod: 'file', elements: [{ name: 'name', type: 'string' }] },
      call,
    );
    await world().write('asset:publish', { id: record.id }, call);
    return record.id;
  };
  /** Asked for and delivered: the share, committed and not yet acknowledged. */
  const delivered = async (asset: string, by: Call, demand?: string): Promise<string> => {
    const { purpose, legalBasis } = need();
    const request = { asset, elements: ['name'], purpose, legalBasis, ...(demand === undefined ? {} : { demand }) };
    const grant = (await world().write('grant:request', request, by)).record.id;
    const sent = { grant, purpose, elements: ['name'], payloadHash: HASH, hashAlgorithm: 'sha-256' as const, bytes: 8, rows: 1 };
    return (await world().write('share:commit', sent)).record.id;
  };
  const acknowledge = (id: string, by: Call, payloadHash = HASH) =>
    world().write('share:acknowledge', { id, payloadHash, hashAlgorithm: 'sha-256' }, by);

  test('a demand is put to an owner, who may say no, and then elsewhere', async () => {
    const [id, asset, other] = [await filed(), await published(), await published(tax())];
    await expect(world().write('demand:match', { id, asset }, asks())).rejects.toEqual(code('ROLE_MISSING'));
    await world().write('demand:match', { id, asset }, rules());
    await expect(world().write('demand:reject', { id, reason: { en: 'No' } }, tax())).rejects.toEqual(code('NOT_YOURS'));
    expect((await world().write('demand:reject', { id, reason: { zh: '无此数据项' } })).record.status).toBe('rejected');
    await world().write('demand:match', { id, asset: other }, rules());
    expect(await get('demand', id)).toMatchObject({ status: 'matched', match: { asset: other, owner: 'tax' } });
  });

  test('once it is put elsewhere, the former owner’s peer signs nothing of it any more', async () => {
    const [id, asset, other] = [await filed(), await published(), await published(tax())];
    await world().write('demand:match', { id, asset }, rules());
    await world().write('demand:match', { id, asset: other }, rules());
    const call = { as: world().people.manager, endorsers: [world().manager, world().police] };
    const receipt = await world().submit(await world().endorse('demand:reject', { id, reason: { en: 'No' } }, call));
    expect(receipt.code).not.toBe(0);
    expect(await get('demand', id)).toMatchObject({ status: 'matched' });
  });

  test('the receipt fulfils the demand in its own transaction; an unequal one does not', async () => {
    const [id, asset] = [await filed(), await published()];
    const wrong = await delivered(asset, asks(), id);
    await acknowledge(wrong, asks(), 'e'.repeat(64));
    expect(await get('demand', id)).toMatchObject({ status: 'open' });
    const share = await delivered(asset, asks(), id);
    const { receipt } = await acknowledge(share, asks());
    expect(await get('demand', id)).toMatchObject({
      status: 'fulfilled',
      resolvedBy: share,
      updated: { transactionId: receipt.transactionId, department: 'social-insurance' },
    });
  });

  test('two receipts at once are both taken, and one of them fulfils it', async () => {
    const [id, asset] = [await filed(), await published()];
    const shares = await Promise.all([delivered(asset, asks(), id), delivered(asset, asks(), id)]);
    const all = await Promise.all(shares.map((share) => acknowledge(share, asks())));
    expect(all.map(({ record }) => record.status)).toEqual(['acknowledged', 'acknowledged']);
    const demand = (await get('demand', id)) as { resolvedBy: string; version: number };
    expect(demand).toMatchObject({ status: 'fulfilled', version: 2 });
    expect(shares).toContain(demand.resolvedBy);
  });

  test('whoever joins has a record of its own, and its own receipt', async () => {
    const [id, asset] = [await filed(), await published()];
    const joined = (await world().write('demand:join', { id, ...need() }, tax())).record;
    await expect(world().write('demand:join', { id, ...need() }, tax())).rejects.toEqual(code('ALREADY_EXISTS'));
    await expect(world().write('joining:withdraw', { id: joined.id }, asks())).rejects.toEqual(code('NOT_YOURS'));
    const share = await delivered(asset, tax(), id);
    await acknowledge(share, tax());
    expect(await get('joining', joined.id)).toMatchObject({ status: 'fulfilled', resolvedBy: share });
    expect(await get('demand', id)).toMatchObject({ status: 'open', version: 1 });
  });

  test('a share that names no demand closes one of its asset, and no other share does', async () => {
    const [id, asset, other] = [await filed(), await published(), await published()];
    await world().write('demand:match', { id, asset }, rules());
    const share = await delivered(asset, asks());
    const elsewhere = await delivered(other, asks());
    await expect(world().write('demand:fulfil', { id, share }, asks())).rejects.toEqual(code('NOT_AN_ANSWER'));
    for (const one of [share, elsewhere]) await acknowledge(one, asks());
    await expect(world().write('demand:fulfil', { id, share: elsewhere }, asks())).rejects.toEqual(code('NOT_AN_ANSWER'));
    expect((await world().write('demand:fulfil', { id, share }, asks())).record.status).toBe('fulfilled');
  });
}
