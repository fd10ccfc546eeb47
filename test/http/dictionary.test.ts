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
    const reason = { zh: '请注明长度' };
    expect(await call(MANAGER, 'POST', '/data-elements/DE00002/return', { reason })).toMatchObject({
      status: 200,
      body: { status: 'returned', reason },
    });
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
