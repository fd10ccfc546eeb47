import { type Gateway, MANAGER, openGateway, population } from './gateway.js';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway();
});
afterAll(() => gateway.close());

const STEWARD = 'household-steward-1';
const personName = {
  id: 'DE00002',
  name: { zh: '姓名', en: 'Person name' },
  aliases: ['xm'],
  definition: { zh: '在户籍登记机关登记的人的姓氏和名字', en: 'Family and given name as registered' },
  type: 'string',
  valueDomain: { format: 'an..100' },
  standard: 'GB/T 19488.2-2008',
};
const ids = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id).sort();

describe('the life of a data element', () => {
  it('a steward proposes it under an id of its own choice, the manager returns, then adopts it', async () => {
    const { call } = gateway;
    const proposed = await call(STEWARD, 'POST', '/data-elements', personName);
    expect(proposed).toMatchObject({
      status: 201,
      body: { ...personName, kind: 'data-element', owner: 'household', status: 'proposed', version: 1 },
    });
    expect(proposed.headers.get('Location')).toBe('/api/v1/data-elements/DE00002');
    expect(await call('social-steward-1', 'POST', '/data-elements', personName)).toMatchObject({
      status: 409,
      body: { code: 'ALREADY_EXISTS' },
    });
    expect(await call(STEWARD, 'POST', '/data-elements/DE00002/adopt', {})).toMatchObject({ status: 403, body: { code: 'ROLE_MISSING' } });
    const waits = async (as: string) => {
      const { waiting } = (await call(as, 'GET', '/inbox')).body;
      return waiting.flatMap(({ kind, subject }: { kind: string; subject: { id: string } }) => (subject.id === 'DE00002' ? kind : []));
    };
    expect(await waits(MANAGER)).toEqual(['adopt-data-element']);
    const reason = { zh: '请注明长度' };
    expect(await call(MANAGER, 'POST', '/data-elements/DE00002/return', { reason })).toMatchObject({
      status: 200,
      body: { status: 'returned', reason },
    });
    expect([await waits(MANAGER), await waits(STEWARD)]).toEqual([[], ['amend-data-element']]);
    const { id, ...body } = personName;
    expect(await call(STEWARD, 'POST', `/data-elements/${id}/revise`, { ...body, valueDomain: { format: 'an..50' } })).toMatchObject({
      status: 200,
      body: { status: 'proposed', valueDomain: { format: 'an..50' } },
    });
    expect(await call(MANAGER, 'POST', `/data-elements/${id}/adopt`, {}, { 'If-Match': '"2"' })).toMatchObject({ status: 412 });
    expect(await call(MANAGER, 'POST', `/data-elements/${id}/adopt`, {}, { 'If-Match': '"3"' })).toMatchObject({
      status: 200,
      body: { status: 'adopted', edition: 1, adopted: { department: 'data-bureau' } },
    });
  });

  it('a revision waits beside what is in force; every version can be read', async () => {
    const { call } = gateway;
    const { id, ...body } = personName;
    const revised = await call(STEWARD, 'POST', `/data-elements/${id}/revise`, { ...body, aliases: ['xm', 'XingMing'] });
    expect(revised).toMatchObject({ status: 200, body: { status: 'adopted', aliases: ['xm'], revision: { aliases: ['xm', 'XingMing'] } } });
    expect(ids(await call(MANAGER, 'GET', '/data-elements?revised=true'))).toEqual([id]);
    expect(await call(MANAGER, 'POST', `/data-elements/${id}/adopt`, {})).toMatchObject({
      status: 200,
      body: { edition: 2, aliases: ['xm', 'XingMing'] },
    });
    expect(ids(await call(MANAGER, 'GET', '/data-elements?revised=true'))).toEqual([]);
    const history = await call('tax-steward-1', 'GET', `/data-elements/${id}/history`);
    expect(history.body.items.map(({ version, status }: { version: number; status: string }) => [version, status])).toEqual([
      [6, 'adopted'],
      [5, 'adopted'],
      [4, 'adopted'],
      [3, 'proposed'],
      [2, 'returned'],
      [1, 'proposed'],
    ]);
    expect((await call('tax-steward-1', 'GET', `/data-elements/${id}?version=3`)).body).toMatchObject({
      valueDomain: { format: 'an..50' },
    });
  });

  it('is found by its words in both languages, its other names, its standard; and by status, owner, type', async () => {
    const { call } = gateway;
    for (const q of ['姓名', 'person', 'xingming', '户籍登记', '19488.2', 'de00002'])
      expect({ q, found: ids(await call('tax-steward-1', 'GET', `/data-elements?q=${encodeURIComponent(q)}`)) }).toEqual({
        q,
        found: ['DE00002'],
      });
    expect(ids(await call('tax-steward-1', 'GET', '/data-elements?status=adopted&owner=household&type=string'))).toEqual(['DE00002']);
    expect(ids(await call('tax-steward-1', 'GET', '/data-elements?status=proposed'))).toEqual([]);
  });

  it('an asset’s elements are held against it, and what is at fault is named', async () => {
    const { call } = gateway;
    const bound = (type: string) => ({ ...population, elements: [{ name: 'name', type, dataElementId: 'DE00002' }] });
    expect(await call('social-steward-1', 'POST', '/assets', bound('integer'))).toMatchObject({
      status: 422,
      body: { code: 'DATA_ELEMENT_TYPE', given: 'name: integer', accepted: 'string' },
    });
    expect((await call('social-steward-1', 'POST', '/assets', bound('string'))).status).toBe(201);
  });

  it('its evidence proves itself, to every caller', async () => {
    const { call } = gateway;
    const evidence = await call('tax-steward-1', 'GET', '/evidence/data-element/DE00002');
    expect(evidence.status).toBe(200);
    const verdict = await call('tax-steward-1', 'POST', '/evidence/verify', evidence.body);
    expect(verdict.body).toMatchObject({ verdict: 'proven' });
  });
});

describe('the same thing has the same name', () => {
  const elements = (...named: Record<string, unknown>[]) => ({
    ...population,
    shareType: 'unconditional',
    shareCondition: undefined,
    elements: named,
  });
  const put = async (as: string, body: object): Promise<string> => {
    const { body: made } = await gateway.call(as, 'POST', '/assets', body);
    expect(await gateway.call(as, 'POST', `/assets/${made.id}/publish`, {})).toMatchObject({ status: 200 });
    return made.id;
  };
  interface Told {
    readonly id: string;
    readonly kind: string;
    readonly name?: string;
    readonly departments: string[];
    readonly uses: { department: string; assets: string[] }[];
  }
  const findings = async (as: string, query = ''): Promise<Told[]> => {
    const { status, body } = await gateway.call(as, 'GET', `/data-elements/findings?limit=200${query}`);
    expect(status).toBe(200);
    return body.items;
  };
  let ours: string;
  let theirs: string;

  it('a search speaks the dictionary’s words: what is bound to a data element is found by every name of it', async () => {
    const { call } = gateway;
    ours = await put(STEWARD, { ...elements({ name: 'holder', type: 'string', dataElementId: 'DE00002' }), title: { en: 'Permits' } });
    for (const q of ['姓名', 'XINGMING', 'permits 姓名', 'person name'])
      expect({ q, found: ids(await call('tax-steward-1', 'GET', `/assets?q=${encodeURIComponent(q)}`)) }).toEqual({ q, found: [ours] });
    expect(ids(await call('tax-steward-1', 'GET', `/assets?q=${encodeURIComponent('permits 出生')}`))).toEqual([]);
    expect(ids(await call('tax-steward-1', 'GET', '/assets?element=DE00002&status=published'))).toEqual([ours]);
  });

  it('both owners are told of one name with two types, of one element under two names, of what is named like it and not bound', async () => {
    theirs = await put(
      'tax-steward-1',
      elements(
        { name: 'taxpayer', type: 'string', dataElementId: 'DE00002' },
        { name: 'district', type: 'code' },
        { name: '姓名', type: 'integer' },
      ),
    );
    await put('social-steward-1', elements({ name: 'District', type: 'string' }));
    const told = Object.fromEntries((await findings('tax-steward-1')).map((finding) => [finding.id, finding.departments]));
    expect(told).toEqual({
      'name-conflict.element.DE00002': ['household', 'tax'],
      'type-conflict.name.district': ['social-insurance', 'tax'],
      'type-conflict.name.姓名': ['household', 'tax'],
      'unbound.name.姓名': ['household', 'tax'],
    });
    // Its own asset that nobody else sees yet counts for itself.
    expect((await findings('social-steward-1')).map(({ id, departments }) => [id, departments])).toEqual([
      ['name-conflict.element.DE00002', ['household', 'social-insurance', 'tax']],
      ['type-conflict.name.district', ['social-insurance', 'tax']],
    ]);
    expect((await findings(STEWARD)).map(({ id }) => id)).toEqual([
      'name-conflict.element.DE00002',
      'type-conflict.name.姓名',
      'unbound.name.姓名',
    ]);
    const [unbound] = await findings(STEWARD, '&kind=unbound');
    expect(unbound).toMatchObject({
      name: '姓名',
      dataElements: [{ id: 'DE00002', name: { zh: '姓名', en: 'Person name' }, type: 'string', owner: 'household', status: 'adopted' }],
      uses: [{ department: 'tax', name: '姓名', type: 'integer', published: true, assets: [theirs], more: false }],
    });
  });

  it('what a department has not published is nobody else’s to know, nor is what concerns others', async () => {
    const { call } = gateway;
    await call('social-steward-1', 'POST', '/assets', elements({ name: 'taxNumber', type: 'integer' }));
    await put('tax-steward-1', elements({ name: 'tax_number', type: 'string' }));
    const about = (all: Told[]) => all.filter(({ id }) => id.endsWith('taxnumber')).map(({ kind }) => kind);
    expect(about(await findings('tax-steward-1'))).toEqual([]);
    expect(about(await findings('social-steward-1'))).toEqual(['type-conflict']);
    expect(about(await findings(MANAGER))).toEqual(['type-conflict']);
    expect(about(await findings(MANAGER, '&department=household'))).toEqual([]);
    expect(about(await findings('auditor-all', '&department=tax'))).toEqual(['type-conflict']);
    expect(await call('tax-steward-1', 'GET', '/data-elements/findings?department=household')).toMatchObject({ status: 403 });
  });

  it('an asset’s own are asked for by its id; what is put right goes, and a past block still says it', async () => {
    const { call } = gateway;
    expect((await findings('tax-steward-1', `&asset=${theirs}`)).map(({ kind }) => kind)).toEqual([
      'name-conflict',
      'type-conflict',
      'type-conflict',
      'unbound',
    ]);
    const before = (await call('tax-steward-1', 'GET', '/data-elements/findings')).body.asOf.block;
    const mended = [
      { name: 'name', type: 'string', dataElementId: 'DE00002' },
      { name: 'district', type: 'string' },
    ];
    expect(await call('tax-steward-1', 'PATCH', `/assets/${theirs}`, { elements: mended })).toMatchObject({ status: 200 });
    expect((await findings('tax-steward-1', `&asset=${theirs}`)).map(({ id }) => id)).toEqual(['name-conflict.element.DE00002']);
    expect(await findings('tax-steward-1', `&asset=${theirs}&asOfBlock=${before}`)).toHaveLength(4);
  });

  it('what is bound to a retired one is told', async () => {
    const { call } = gateway;
    expect(await call(MANAGER, 'POST', '/data-elements/DE00002/retire', { reason: { zh: '并入新标准' } })).toMatchObject({ status: 200 });
    const [told] = await findings(STEWARD, '&kind=not-in-force');
    expect(told).toMatchObject({
      dataElementId: 'DE00002',
      dataElements: [{ status: 'retired' }],
      departments: ['household', 'tax'],
    });
  });
});
