import { type Gateway, HASH, MANAGER, openGateway, population, publish, sent, wish } from './gateway.js';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway();
});
afterAll(() => gateway.close());

const DAY = 86_400_000;
const need = (days = 30) => ({
  purpose: 'dpv:IdentityVerification',
  legalBasis: { zh: '社会保险法第七十四条', en: 'Social Insurance Law, article 74' },
  neededBy: new Date(Date.now() + days * DAY).toISOString(),
});
const wanted = (changes: Record<string, unknown> = {}) => ({
  want: { zh: '核验参保人的户籍人口基础信息', en: 'Basic population register entries to verify insured persons' },
  elements: [
    { name: 'name', type: 'string' },
    { name: 'birthYear', type: 'integer' },
  ],
  theme: 'population',
  frequency: 'P1M',
  rows: 500,
  ...need(),
  ...changes,
});
const file = async (changes: Record<string, unknown> = {}, as = 'social-consumer-1') => {
  const filed = await gateway.call(as, 'POST', '/demands', wanted(changes));
  if (filed.status !== 201) throw new Error(JSON.stringify(filed.body));
  return filed.body.id as string;
};
const read = async (id: string, as = 'social-consumer-1') => (await gateway.call(as, 'GET', `/demands/${id}`)).body;
const codes = async (id: string, as?: string) => (await read(id, as)).unmetBecause.map(({ code }: { code: string }) => code);
const list = async (query: string, as = 'tax-steward-1') =>
  (await gateway.call(as, 'GET', `/demands?${query}`)).body.items.map(({ id }: { id: string }) => id);

describe('from a need to its receipt', () => {
  let asset: string;
  let demand: string;
  let grant: string;

  it('before filing, what may answer it and who asks for the same are shown, and nothing is written', async () => {
    expect((await gateway.call('social-consumer-1', 'POST', '/demands:similar', wanted())).body).toMatchObject({ demands: [], assets: [] });
    asset = await publish(gateway);
    await publish(gateway, {
      title: { zh: '公交站点', en: 'Bus stops' },
      theme: 'transport',
      elements: [{ name: 'stop', type: 'string' }],
    });
    const height = async () => (await gateway.call('tax-steward-1', 'GET', '/ledger')).body.height;
    const before = await height();
    const { status, body } = await gateway.call('social-consumer-1', 'POST', '/demands:similar', { want: { zh: '户籍人口基础信息' } });
    expect(status).toBe(200);
    expect(body.assets).toEqual([
      {
        score: expect.any(Number),
        likely: expect.any(Boolean),
        because: { elements: [], words: ['人口基础信息'], theme: false },
        asset: {
          id: asset,
          title: population.title,
          publisher: 'household',
          theme: 'population',
          shareType: 'conditional',
          status: 'published',
        },
      },
    ]);
    expect((await gateway.call('social-consumer-1', 'POST', '/demands:similar', {})).status).toBe(422);
    expect(await height()).toBe(before);
  });

  it('it is filed, and every department sees it and why it is not met', async () => {
    const filed = await gateway.call('social-consumer-1', 'POST', '/demands', wanted());
    expect(filed).toMatchObject({ status: 201, body: { status: 'open', by: 'social-insurance', requesters: ['social-insurance'] } });
    demand = filed.body.id;
    expect(filed.headers.get('Location')).toBe(`/api/v1/demands/${demand}`);
    for (const as of ['tax-steward-1', 'household-consumer-1', MANAGER, 'auditor-tax'])
      expect(await read(demand, as)).toMatchObject({ id: demand, unmetBecause: [{ code: 'not-routed' }] });
    expect(await list('status=open&q=%E5%8F%82%E4%BF%9D&theme=population&element=birthYear')).toEqual([demand]);
    expect(await list('status=matched')).toEqual([]);
  });

  it('another department is told of it before it files the same, and joins', async () => {
    const { body } = await gateway.call('tax-steward-1', 'POST', '/demands:similar', {
      want: { zh: '参保人户籍人口信息核验' },
      elements: [
        { name: '姓名', title: { en: 'name' } },
        { name: 'birthYear', type: 'string' },
      ],
    });
    expect(body.demands[0]).toMatchObject({
      demand: { id: demand, by: 'social-insurance' },
      likely: true,
      because: {
        elements: [
          { wanted: '姓名', found: 'name', by: 'title' },
          { found: 'birthYear', by: 'name', typeDiffers: true },
        ],
      },
    });
    expect(body.demands[0].score).toBeGreaterThan(0.5);
    const joined = await gateway.call('tax-steward-1', 'POST', `/demands/${demand}/join`, need());
    expect(joined).toMatchObject({ status: 201, body: { kind: 'joining', by: 'tax', demand, status: 'open' } });
    const before = (await gateway.call('tax-steward-1', 'GET', `/demands/${demand}`)).headers.get('ETag');
    expect(before).toContain('tax');
    expect((await read(demand)).requesters).toEqual(['social-insurance', 'tax']);
    expect((await gateway.call('social-consumer-1', 'GET', `/joinings?demand=${demand}`)).body.items).toHaveLength(1);
  });

  it('the manager finds who may have it, and puts it to them', async () => {
    const { body } = await gateway.call(MANAGER, 'GET', `/demands/${demand}/similar`);
    expect(body.assets[0]).toMatchObject({ asset: { id: asset }, because: { theme: true } });
    expect(body.demands).toEqual([]);
    expect((await gateway.call('tax-steward-1', 'POST', `/demands/${demand}/match`, { asset })).body.code).toBe('ROLE_MISSING');
    const matched = await gateway.call(MANAGER, 'POST', `/demands/${demand}/match`, { asset });
    expect(matched).toMatchObject({ status: 200, body: { status: 'matched', match: { asset, owner: 'household' } } });
    expect(await list('owner=household')).toEqual([demand]);
    expect(await list(`asset=${asset}&status=matched`)).toEqual([demand]);
    expect(await codes(demand)).toEqual(['not-requested']);
  });

  it('what comes of the request is told to its two parties; others hear that it was asked', async () => {
    const requested = await gateway.call('social-consumer-1', 'POST', '/grants', { ...wish(asset), demand });
    grant = requested.body.id;
    expect(requested.body).toMatchObject({ status: 'requested', demand });
    expect((await read(demand)).unmetBecause).toEqual([{ code: 'not-decided', since: expect.any(String), department: 'household', grant }]);
    expect((await read(demand, 'tax-steward-1')).unmetBecause).toEqual([{ code: 'asked', since: expect.any(String) }]);
    expect(await codes(demand, MANAGER)).toEqual(['not-decided']);
    await gateway.call('household-steward-1', 'POST', `/grants/${grant}/approve`, {});
    expect(await codes(demand, 'household-consumer-1')).toEqual(['nothing-delivered']);
    expect((await gateway.call('social-consumer-1', 'GET', `/grants?demand=${demand}`)).body.items).toHaveLength(1);
  });

  it('the receipt fulfils it', async () => {
    const { body: share } = await gateway.call('household-steward-1', 'POST', '/shares', sent(grant));
    expect(share).toMatchObject({ demand });
    expect(await codes(demand)).toEqual(['not-acknowledged']);
    const answer = { payloadHash: HASH, hashAlgorithm: 'sha-256' };
    const acknowledged = await gateway.call('social-consumer-1', 'POST', `/shares/${share.id}/acknowledge`, answer);
    expect(acknowledged.body).toMatchObject({ kind: 'share', status: 'acknowledged' });
    const met = await read(demand, 'tax-steward-1');
    expect(met).toMatchObject({ status: 'fulfilled', resolvedBy: share.id, unmetBecause: [], requesters: ['social-insurance', 'tax'] });
    expect(met.updated.transactionId).toBe(acknowledged.headers.get('Ledger-Transaction-Id'));
  });

  it('its proof holds, from filing to receipt', async () => {
    const proof = await gateway.call('household-steward-1', 'GET', `/evidence/demand/${demand}`);
    const verdict = await gateway.call('tax-steward-1', 'POST', '/evidence/verify', proof.body);
    expect(verdict.body).toMatchObject({ verdict: 'proven' });
    expect((await gateway.call('tax-steward-1', 'GET', `/evidence/demand/${demand}`)).status).toBe(403);
    const { body } = await gateway.call('auditor-all', 'GET', `/audit/trail?asset=${asset}`);
    expect(body.items.map(({ action }: { action: string }) => action)).toContain('demand:match');
  });
});

describe('what is not met says why', () => {
  it('no asset has it; an owner says no, and why; it goes elsewhere; it is withdrawn', async () => {
    const [mine, other] = [await publish(gateway), await publish(gateway)];
    const nothing = { want: { zh: '卫星遥感影像' }, elements: [{ name: 'raster', type: 'binary' }], theme: 'natural-resources' };
    const id = await file(nothing);
    expect(await codes(id)).toEqual(['no-asset']);
    await gateway.call('household-steward-1', 'POST', `/demands/${id}/match`, { asset: mine });
    const reason = { zh: '本局没有影像数据' };
    expect((await gateway.call('tax-steward-1', 'POST', `/demands/${id}/reject`, { reason })).body.code).toBe('NOT_YOURS');
    expect((await gateway.call('household-steward-1', 'POST', `/demands/${id}/reject`, { reason })).status).toBe(200);
    expect((await read(id, 'tax-steward-1')).unmetBecause).toEqual([
      { code: 'rejected', since: expect.any(String), department: 'household', reason },
    ]);
    expect((await gateway.call(MANAGER, 'POST', `/demands/${id}/match`, { asset: other })).body).toMatchObject({ status: 'matched' });
    expect((await gateway.call('social-consumer-1', 'POST', `/demands/${id}/withdraw`, {})).body).toMatchObject({
      status: 'withdrawn',
      unmetBecause: [],
    });
  });

  it('a refusal’s reason is the parties’', async () => {
    const asset = await publish(gateway);
    const id = await file();
    await gateway.call(MANAGER, 'POST', `/demands/${id}/match`, { asset });
    // It need not name the demand: it is of the matched asset, asked for since.
    const { body } = await gateway.call('social-consumer-1', 'POST', '/grants', wish(asset));
    const reason = { en: 'Not a purpose given by law' };
    await gateway.call('household-steward-1', 'POST', `/grants/${body.id}/refuse`, { reason });
    expect((await read(id)).unmetBecause).toMatchObject([{ code: 'refused', department: 'household', reason, grant: body.id }]);
    expect((await read(id, 'tax-steward-1')).unmetBecause).toEqual([{ code: 'asked', since: expect.any(String) }]);
  });

  it('its day passes', async () => {
    const id = await file({ neededBy: new Date(Date.now() + 1500).toISOString() });
    while ((await read(id)).status === 'open') await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await read(id)).toMatchObject({ status: 'expired', unmetBecause: [{ code: 'not-routed' }, { code: 'needed-by-passed' }] });
    expect(await list('status=expired')).toEqual([id]);
    expect(await list('status=open')).not.toContain(id);
    expect((await gateway.call(MANAGER, 'POST', `/demands/${id}/reject`, { reason: { en: 'late' } })).body).toMatchObject({
      code: 'STATE_FORBIDS',
      given: 'expired',
    });
  });
});

describe('the dictionary', () => {
  it('an element that is called as one adopted data element is, is found under whatever name it has', async () => {
    const { call } = gateway;
    const entry = { id: 'DE-RESIDENCE', name: { zh: '常住地址' }, aliases: ['住址'], definition: { zh: '实际居住的地址' }, type: 'string' };
    await call('household-steward-1', 'POST', '/data-elements', entry);
    const element = { name: 'addr_line', type: 'string', dataElementId: 'DE-RESIDENCE' };
    const draft = { want: { zh: '寄送通知书' }, elements: [{ name: '住址' }] };
    expect((await call('social-consumer-1', 'POST', '/demands:similar', draft)).body.assets).toEqual([]);
    expect((await call(MANAGER, 'POST', '/data-elements/DE-RESIDENCE/adopt', {})).status).toBe(200);
    const asset = await publish(gateway, { title: { en: 'Persons at rest' }, theme: 'housing', elements: [element] });
    const { body } = await call('social-consumer-1', 'POST', '/demands:similar', draft);
    expect(body.assets).toMatchObject([
      { asset: { id: asset }, because: { elements: [{ wanted: '住址', found: 'addr_line', by: 'dataElementId' }], words: [] } },
    ]);
  });
});
