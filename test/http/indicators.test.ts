import { type Gateway, grant, HASH, MANAGER, openGateway, population, publish, sent, wish } from './gateway.js';

/** The figures of a small city, counted by hand. */
let gateway: Gateway;
type Figure = { id: string; value: number | null; numerator?: number; denominator?: number; breakdown?: Record<string, unknown>[] };

const read = async (as: string, query = '') =>
  (await gateway.call(as, 'GET', `/indicators?${query}`)).body as { asOf: { block: number }; figures: Figure[] };
const of = ({ figures }: { figures: Figure[] }, id: string) => figures.find((figure) => figure.id === id) as Figure;
const figure = async (id: string, query = '', as = MANAGER) => of(await read(as, query), id);

beforeAll(async () => {
  gateway = await openGateway();
});
afterAll(() => gateway.close());

test('each figure stands beside what it means, what was counted, and where the rule is', async () => {
  const { figures } = (await gateway.call(MANAGER, 'GET', '/indicators')).body;
  for (const { name, definition, unit, source, value, denominator } of figures) {
    for (const text of [name, definition, source])
      expect([text.zh, text.en]).toEqual([expect.stringMatching(/\p{Script=Han}/u), expect.stringMatching(/[a-z]/)]);
    expect(['percent', 'count', 'rows', 'days', 'score']).toContain(unit);
    if (unit === 'percent') expect(value === null).toBe(denominator === 0);
  }
  expect(of({ figures }, 'timely-departments')).toMatchObject({ comparison: { value: 51 } });
  expect(of({ figures }, 'attachment-rate')).toMatchObject({ comparison: { value: 53 } });
  expect(of({ figures }, 'demands-unmet')).toMatchObject({ comparison: { value: 166 } });
});

test('the catalogue: attached, withheld with and without a basis, and only other content renews', async () => {
  const { call } = gateway;
  const old = '2020-01-01T00:00:00Z';
  const yearly = { accrualPeriodicity: 'P1Y', contentModified: old, contentHash: 'a'.repeat(64) };
  const stale = await publish(gateway, yearly);
  await publish(gateway, { shareType: 'none', shareBasis: { en: 'Statute' } });
  await call('tax-steward-1', 'POST', '/assets', { ...population, elements: [{ name: 'a', type: 'string' }], accrualPeriodicity: 'P1Y' });
  await call('household-steward-1', 'PUT', `/assets/${stale}/distributions/csv`, { accessURL: 'file:population.csv' });
  expect(await figure('entries')).toMatchObject({ value: 3 });
  expect(await figure('attachment-rate')).toMatchObject({ value: 33.3, numerator: 1, denominator: 3 });
  expect(await figure('withheld-rate')).toMatchObject({ value: 33.3, numerator: 1, denominator: 3 });
  // The population register withholds personId and says no basis.
  expect(await figure('withheld-without-basis')).toMatchObject({ value: 50, numerator: 1, denominator: 2 });
  expect(await figure('timely-entries')).toMatchObject({ numerator: 1, denominator: 2 });
  expect(await figure('timely-departments')).toMatchObject({ value: 50, numerator: 1, denominator: 2 });

  const today = new Date().toISOString();
  await call('household-steward-1', 'PATCH', `/assets/${stale}`, { contentModified: today });
  expect((await call('household-steward-1', 'GET', `/assets/${stale}`)).body.overdue).toBe(false);
  expect(await figure('timely-entries')).toMatchObject({ numerator: 1, denominator: 2 });
  await call('household-steward-1', 'PATCH', `/assets/${stale}`, { contentHash: 'b'.repeat(64) });
  expect(await figure('timely-entries')).toMatchObject({ numerator: 2, denominator: 2, value: 100 });
  expect((await figure('timely-entries', 'department=tax')).breakdown).toEqual([
    { department: 'tax', numerator: 1, denominator: 1, value: 100 },
  ]);
});

test('requests, shares and rows by pair; what is void does not count', async () => {
  const { call } = gateway;
  const asset = await publish(gateway);
  const agreed = await grant(gateway, asset);
  await call('tax-steward-1', 'POST', '/grants', wish(asset));
  const shares = await Promise.all([3, 4, 5].map((rows) => call('household-steward-1', 'POST', '/shares', sent(agreed, { rows }))));
  const answer = (i: number, payloadHash: string) =>
    call('social-consumer-1', 'POST', `/shares/${shares[i]?.body.id}/acknowledge`, { payloadHash, hashAlgorithm: 'sha-256' });
  await answer(0, HASH);
  await answer(1, 'b'.repeat(64));
  expect(await figure('requests-in-time')).toMatchObject({ value: 100, numerator: 1, denominator: 1 });
  expect(await figure('shares')).toMatchObject({
    value: 3,
    breakdown: [{ provider: 'household', consumer: 'social-insurance', shares: 3, rows: 12, acknowledged: 1, halfOpen: 0, mismatched: 1 }],
  });
  expect(await figure('shares-mismatched')).toMatchObject({ numerator: 1, denominator: 3 });
  await call('household-steward-1', 'POST', `/shares/${shares[1]?.body.id}/void`, { reason: { en: 'Sent again' } });
  expect(await figure('shares')).toMatchObject({ value: 2 });
  expect(await figure('shares', 'to=2020-01-01')).toMatchObject({ value: 0, breakdown: [] });
  expect(await figure('shares', 'department=tax')).toMatchObject({ value: 0 });
  expect(await figure('shares', 'department=social-insurance&from=2020-01-01')).toMatchObject({
    value: 2,
  });
});

test('a demand is unmet at the step where it stands, until its requester’s receipt meets it', async () => {
  const { call } = gateway;
  const asset = await publish(gateway);
  const need = { purpose: 'dpv:IdentityVerification', legalBasis: { en: 'Act 7' }, neededBy: '2100-01-01T00:00:00Z' };
  const file = async () =>
    (await call('social-consumer-1', 'POST', '/demands', { want: { en: 'Names' }, elements: [{ name: 'name' }], ...need })).body.id;
  const [met] = [await file(), await file()];
  expect(await figure('demands-open')).toMatchObject({ value: 2 });
  expect(await figure('demands-unmet')).toMatchObject({ value: 2, breakdown: [{ reason: 'not-routed', count: 2 }] });
  await call('household-steward-1', 'POST', `/demands/${met}/match`, { asset });
  expect((await figure('demands-unmet')).breakdown).toEqual([
    { reason: 'not-requested', count: 1 },
    { reason: 'not-routed', count: 1 },
  ]);
  const asked = await call('social-consumer-1', 'POST', '/grants', { ...wish(asset), demand: met });
  await call('household-steward-1', 'POST', `/grants/${asked.body.id}/approve`, {});
  const { body: share } = await call('household-steward-1', 'POST', '/shares', sent(asked.body.id));
  await call('social-consumer-1', 'POST', `/shares/${share.id}/acknowledge`, { payloadHash: HASH, hashAlgorithm: 'sha-256' });
  expect(await figure('demands-met')).toMatchObject({ value: 50, numerator: 1, denominator: 2 });
  expect(await figure('demands-median-days')).toMatchObject({ value: 0, denominator: 1 });
});

test('a plan is kept by what the ledger shows, and by nothing that is said', async () => {
  const { call } = gateway;
  const asset = await publish(gateway);
  const draft = (await call('household-steward-1', 'POST', '/assets', population)).body.id;
  const soon = new Date(Date.now() + 1500);
  const year = Number(new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', year: 'numeric' }).format(soon));
  const item = (name: string, kind: string, about: string) => ({
    name,
    kind,
    title: { en: name },
    asset: about,
    dueAt: soon.toISOString(),
  });
  const items = [
    item('published', 'collect', asset),
    item('draft', 'collect', draft),
    item('shared', 'share', asset),
    item('received', 'apply', asset),
  ];
  const { body: plan } = await call('household-steward-1', 'POST', '/plans', { year, items });
  await grant(gateway, asset);
  while (Date.now() <= soon.getTime()) await new Promise((resolve) => setTimeout(resolve, 50));
  await call('household-steward-1', 'POST', `/assets/${draft}/publish`, {});
  const { body: progress } = await call('tax-steward-1', 'GET', `/plans/${plan.id}/progress`);
  expect(progress.items.map(({ name, standing }: { name: string; standing: string }) => [name, standing])).toEqual([
    ['published', 'kept'],
    ['draft', 'late'],
    ['shared', 'kept'],
    ['received', 'missed'],
  ]);
  expect(progress.counts).toEqual({ open: 0, kept: 2, late: 1, missed: 1 });
  expect(await figure('plans-kept')).toMatchObject({ value: 50, numerator: 2, denominator: 4 });
  expect(await figure('plans-missed')).toMatchObject({ value: 2 });
  const before = await call('tax-steward-1', 'GET', `/plans/${plan.id}/progress?asOfBlock=${progress.asOf.block - 1}`);
  expect(before.body.items[1].standing).not.toBe('late');
});

test('what was answered of a block is answered of it for ever', async () => {
  const { call } = gateway;
  const then = await read(MANAGER);
  const asset = await publish(gateway);
  await call('household-steward-1', 'PUT', `/assets/${asset}/distributions/csv`, { accessURL: 'file:population.csv' });
  await call('household-steward-1', 'POST', '/shares', sent(await grant(gateway, asset)));
  const now = await read(MANAGER);
  const again = await read(MANAGER, `asOfBlock=${then.asOf.block}`);
  const ofLedger = (figures: Figure[]) => figures.filter(({ id }) => id !== 'reachable-resources');
  expect(ofLedger(again.figures)).toEqual(ofLedger(then.figures));
  expect(again.asOf).toEqual(then.asOf);
  expect(of(now, 'shares').value).toBe((of(then, 'shares').value as number) + 1);
  expect(of(again, 'reachable-resources')).toMatchObject({ value: null, denominator: 0 });
});

test('a manager and an auditor of everything see all; others their own, or their scope', async () => {
  const status = async (as: string, query: string) => (await gateway.call(as, 'GET', `/indicators?${query}`)).status;
  expect([await status('auditor-all', ''), await status(MANAGER, 'department=tax')]).toEqual([200, 200]);
  expect(await status('tax-steward-1', 'department=household')).toBe(403);
  expect(await status('auditor-tax', '')).toBe(403);
  expect(await status('auditor-tax', 'department=tax')).toBe(200);
  expect((await gateway.call('tax-steward-1', 'GET', '/indicators')).body.department).toBe('tax');
  expect((await gateway.call(MANAGER, 'GET', '/indicators?asOfBlock=999999')).status).toBe(422);
});
