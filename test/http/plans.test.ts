import { type Gateway, MANAGER, openGateway } from './gateway.js';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway();
});
afterAll(() => gateway.close());

const year = new Date().getUTCFullYear() + 1;
const items = [{ name: '1', kind: 'collect', title: { zh: '归集人口数据', en: 'Collect the register' }, dueAt: `${year}-06-01T00:00:00Z` }];

test('a steward makes and revises the year’s plan, and everybody reads it', async () => {
  const { call } = gateway;
  const made = await call('household-steward-1', 'POST', '/plans', { year, items });
  expect(made).toMatchObject({ status: 201, body: { id: `pln-household-${year}`, version: 1 } });
  expect(await call('household-steward-1', 'POST', '/plans', { year, items })).toMatchObject({
    status: 409,
    body: { code: 'ALREADY_EXISTS' },
  });
  const path = `/plans/${made.body.id}`;
  const revised = await call('household-steward-1', 'POST', `${path}/revise`, { items: [...items, { ...items[0], name: '2' }] });
  expect(revised).toMatchObject({ status: 200, body: { version: 2 } });
  const stale = { 'If-Match': made.headers.get('etag') as string };
  expect((await call('household-steward-1', 'POST', `${path}/revise`, { items }, stale)).status).toBe(412);
  expect(await call('social-steward-1', 'POST', `${path}/revise`, { items })).toMatchObject({ status: 403, body: { code: 'NOT_YOURS' } });
  for (const as of ['tax-steward-1', MANAGER, 'auditor-all']) {
    expect((await call(as, 'GET', path)).body.items).toHaveLength(2);
    const list = async (query: string) => (await call(as, 'GET', `/plans?${query}`)).body.items;
    expect(await list(`department=household&year=${year}`)).toHaveLength(1);
    expect(await list(`department=household&year=${year + 1}`)).toHaveLength(0);
  }
  expect((await call('household-steward-1', 'GET', `/evidence/plan/${made.body.id}`)).status).toBe(200);
});

test('a plan that is none says where', async () => {
  const answer = await gateway.call('tax-steward-1', 'POST', '/plans', { year, items: [{ ...items[0], demand: 'dmd-1' }] });
  expect(answer).toMatchObject({ status: 422, body: { fields: [{ path: 'items.0' }] } });
});
