import { type Gateway, grant, MANAGER, openGateway, population, publish, sent, wish } from './gateway.js';

let gateway: Gateway;
let published: string;
let registered: string;
let agreed: string;
let share: string;

beforeAll(async () => {
  gateway = await openGateway();
  const { call } = gateway;
  published = await publish(gateway);
  registered = (await call('household-steward-1', 'POST', '/assets', population)).body.id;
  agreed = await grant(gateway, published);
  share = (await call('household-steward-1', 'POST', '/shares', sent(agreed, { caseRef: 'canary-case' }))).body.id;
});
afterAll(() => gateway.close());

const status = async (as: string, path: string) => (await gateway.call(as, 'GET', path)).status;
const ids = async (as: string, path: string): Promise<string[]> =>
  (await gateway.call(as, 'GET', path)).body.items.map(({ id }: { id: string }) => id);

test('published assets: every caller; others: their department, managers, auditors', async () => {
  for (const as of ['tax-steward-1', 'social-consumer-1', 'household-consumer-1', MANAGER, 'auditor-tax', 'auditor-all'])
    expect(await status(as, `/assets/${published}`)).toBe(200);
  for (const as of ['household-consumer-1', MANAGER, 'auditor-tax', 'auditor-all']) {
    expect(await status(as, `/assets/${registered}`)).toBe(200);
    expect(await ids(as, '/assets')).toContain(registered);
  }
  for (const as of ['tax-steward-1', 'social-consumer-1']) {
    expect(await status(as, `/assets/${registered}`)).toBe(403);
    expect(await status(as, `/assets/${registered}/history`)).toBe(403);
    expect(await status(as, `/assets/${registered}/rights`)).toBe(403);
    expect(await ids(as, '/assets')).not.toContain(registered);
    // Versions from before publication were never theirs to see.
    expect(await status(as, `/assets/${published}?version=1`)).toBe(403);
    expect((await gateway.call(as, 'GET', `/assets/${published}/history`)).body.items).toHaveLength(1);
  }
});

test('a suspended asset is its department’s again', async () => {
  const asset = await publish(gateway);
  await gateway.call('household-steward-1', 'POST', `/assets/${asset}/suspend`, { reason: { en: 'Under review' } });
  expect(await status('tax-steward-1', `/assets/${asset}`)).toBe(403);
  expect(await status('household-consumer-1', `/assets/${asset}`)).toBe(200);
});

test('grants and shares: their two parties, managers, auditors in scope', async () => {
  for (const as of ['household-consumer-1', 'social-steward-1', MANAGER, 'auditor-all']) {
    expect(await status(as, `/grants/${agreed}`)).toBe(200);
    expect(await ids(as, '/grants')).toContain(agreed);
    expect(await status(as, `/shares/${share}`)).toBe(200);
    expect(await ids(as, '/shares')).toContain(share);
  }
  for (const as of ['tax-steward-1', 'auditor-tax']) {
    expect(await status(as, `/grants/${agreed}`)).toBe(403);
    expect(await ids(as, '/grants')).toEqual([]);
    expect(await status(as, `/shares/${share}`)).toBe(403);
    expect(await ids(as, `/shares?asset=${published}`)).toEqual([]);
  }
});

test('managers see states and figures, never case references', async () => {
  for (const path of [
    `/shares/${share}`,
    '/shares',
    `/audit/trace/${published}`,
    `/evidence/share/${share}`,
    '/audit/refusals',
    '/events?from=0',
  ]) {
    const answer = path.startsWith('/events') ? undefined : await gateway.call(MANAGER, 'GET', path);
    if (answer) expect(JSON.stringify(answer.body)).not.toContain('canary-case');
  }
  expect((await gateway.call(MANAGER, 'GET', `/shares/${share}`)).body).toMatchObject({ status: 'committed', rows: 10 });
  for (const as of ['household-consumer-1', 'social-steward-1', 'auditor-all'])
    expect((await gateway.call(as, 'GET', `/shares/${share}`)).body.caseRef).toBe('canary-case');
});

test('a block’s bytes hold what every department wrote: an auditor of everything alone', async () => {
  const raw = async (as: string) =>
    (await gateway.call(as, 'GET', '/ledger/blocks/1', undefined, { Accept: 'application/octet-stream' })).status;
  expect(await raw('auditor-all')).toBe(200);
  for (const as of ['auditor-tax', MANAGER, 'household-steward-1']) expect(await raw(as)).toBe(403);
});

test('of a decoded block each sees their own', async () => {
  const { body } = await gateway.call('household-steward-1', 'GET', `/shares/${share}`);
  const block = (await gateway.call('household-steward-1', 'GET', `/transactions/${body.created.transactionId}`)).body.block;
  const acts = async (as: string) =>
    (await gateway.call(as, 'GET', `/ledger/blocks/${block}`)).body.acts.map(({ action }: { action: string }) => action);
  expect(await acts('social-consumer-1')).toContain('share:commit');
  expect(await acts('tax-steward-1')).not.toContain('share:commit');
});

test('traces and trails: auditors in scope, a department for its own assets; refused looks are recorded too', async () => {
  expect(await status('household-consumer-1', `/audit/trace/${published}`)).toBe(200);
  expect(await status('social-consumer-1', `/audit/trace/${published}`)).toBe(403);
  expect(await status('auditor-all', `/audit/trace/${published}`)).toBe(200);
  const refused = await gateway.call('auditor-tax', 'GET', `/audit/trace/${published}`);
  expect(refused).toMatchObject({ status: 403, body: { code: 'OUT_OF_SCOPE', accepted: 'tax' } });
  expect(await status('auditor-tax', '/audit/trail?department=household')).toBe(403);
  expect(await status('auditor-tax', `/audit/trail?asset=${published}`)).toBe(403);
  expect(await status('auditor-tax', `/audit/trail?grant=${agreed}`)).toBe(403);
  const { body } = await gateway.call('auditor-tax', 'GET', '/audit/queries');
  expect(body.items.slice(0, 4).map(({ outcome }: { outcome: string }) => outcome)).toEqual(['refused', 'refused', 'refused', 'refused']);
  expect(await status('household-steward-1', '/audit/queries')).toBe(403);
  const trail = await gateway.call('auditor-tax', 'GET', '/audit/trail');
  for (const { department } of trail.body.items) expect(['tax', 'audit-office']).toContain(department);
});

test('a trail without a filter is what one did, and what was done with one’s assets', async () => {
  const mine = (await gateway.call('social-consumer-1', 'GET', '/audit/trail?limit=200')).body.items;
  for (const entry of mine) expect(entry.department).toBe('social-insurance');
  const theirs = (await gateway.call('household-steward-1', 'GET', `/audit/trail?limit=200`)).body.items;
  expect(theirs.map(({ action }: { action: string }) => action)).toContain('grant:request');
});

test('evidence: the parties and auditors in scope; the look is recorded', async () => {
  const looks = async () =>
    (await gateway.call('auditor-all', 'GET', '/audit/queries')).body.items.filter(
      ({ action }: { action: string }) => action === 'evidence',
    ).length;
  const before = await looks();
  for (const as of ['tax-steward-1', MANAGER]) expect(await status(as, `/evidence/share/${share}`)).toBe(403);
  expect(await status('auditor-tax', `/evidence/share/${share}`)).toBe(403);
  expect(await status('social-consumer-1', `/evidence/share/${share}`)).toBe(200);
  expect(await status('auditor-all', `/evidence/share/${share}`)).toBe(200);
  expect(await looks()).toBe(before + 2);
});

test('writing: a department only what is its own, an auditor nothing', async () => {
  const { call } = gateway;
  expect(await call('tax-steward-1', 'POST', `/assets/${published}/retire`, { reason: { en: 'x' } })).toMatchObject({
    status: 403,
    body: { code: 'NOT_YOURS' },
  });
  expect((await call('tax-steward-1', 'POST', `/grants/${agreed}/revoke`, { reason: { en: 'x' } })).status).toBe(403);
  expect(
    (await call('tax-steward-1', 'POST', `/shares/${share}/acknowledge`, { payloadHash: 'c'.repeat(64), hashAlgorithm: 'sha-256' })).status,
  ).toBe(403);
  expect((await call('auditor-all', 'POST', '/assets', population)).status).toBe(403);
  expect((await call('auditor-all', 'POST', '/grants', wish(published))).status).toBe(403);
  expect((await call('household-consumer-1', 'POST', '/assets', population)).status).toBe(403);
});
