import { run } from '@drl/gateway/cli/main';
import type { User } from '@drl/gateway/identities';
import { fsck } from '@drl/gateway/readmodel/fsck';
import { directories } from '@drl/gateway/start/directories';
import { passOnAll } from '@drl/gateway/usecases/succession';
import { type Gateway, grant, HASH, MANAGER, openGateway, population, publish, sent } from './gateway.js';

/** 机构改革 as a manager carries it out over HTTP, and what everybody sees of it afterwards. */
let gateway: Gateway;
let asset: string;
let agreed: string;
let finished: string;
let half: string;
let right: string;

const basis = { zh: '机构改革方案第三条', en: 'Reform plan, article 3' };
interface Told {
  readonly event: string;
  readonly [field: string]: unknown;
}
const lines = (text: string): Told[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const ok = async (as: string, method: string, path: string, body?: unknown) => {
  const answer = await gateway.call(as, method, path, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const merge = { kind: 'merge', successors: ['population-office'], basis };

beforeAll(async () => {
  gateway = await openGateway();
  asset = await publish(gateway, { catalogCode: 'HJ-001' });
  const claim = await ok('household-steward-1', 'POST', `/assets/${asset}/rights`, { rightType: 'ownership', role: 'producer', basis });
  right = (await ok(MANAGER, 'POST', `/rights/${claim.id}/confirm`, {})).id;
  agreed = await grant(gateway, asset, { maxCount: 3 });
  finished = (await ok('household-steward-1', 'POST', '/shares', sent(agreed, { caseRef: 'canary-case' }))).id;
  await ok('social-consumer-1', 'POST', `/shares/${finished}/acknowledge`, { payloadHash: HASH, hashAlgorithm: 'sha-256' });
  half = (await ok('household-steward-1', 'POST', '/shares', sent(agreed))).id;
  await ok(MANAGER, 'POST', '/departments', { id: 'population-office', name: { zh: '市人口管理局' }, mspId: 'AgenciesMSP' });
  const { enrol, identities } = gateway.service.services;
  for (const role of ['steward', 'consumer'] as const) {
    const user = { name: `population-${role}`, mspId: 'AgenciesMSP', department: 'population-office', roles: [role] };
    (gateway.tokens as Map<string, string>).set(user.name, (await identities.create(user, enrol as never)).token);
  }
}, 120_000);
afterAll(() => gateway.close());

test('a department gets another name; both are shown, and its records are its own', async () => {
  const name = { zh: '市税务总局', en: 'Tax Authority' };
  expect((await gateway.call('tax-steward-1', 'POST', '/departments/tax/rename', { name, basis })).body.code).toBe('ROLE_MISSING');
  expect((await gateway.call(MANAGER, 'POST', '/departments/tax/rename', { name, basis }, { 'If-Match': '"7"' })).status).toBe(412);
  const renamed = await ok(MANAGER, 'POST', '/departments/tax/rename', { name, basis });
  expect(renamed).toMatchObject({ id: 'tax', name, formerNames: [{ name: { zh: '市税务局', en: 'Tax Service' }, basis }] });
  expect((await ok('auditor-all', 'GET', '/departments/tax')).formerNames).toHaveLength(1);
  expect((await ok('tax-steward-1', 'GET', '/me')).department).toBe('tax');
});

test('a manager alone merges and splits, and names successors that are there', async () => {
  const succeed = async (as: string, body: unknown) => (await gateway.call(as, 'POST', '/departments/household/succession', body)).body;
  expect(await succeed('household-steward-1', merge)).toMatchObject({ code: 'ROLE_MISSING', status: 403 });
  expect(await succeed(MANAGER, { ...merge, successors: ['nowhere'] })).toMatchObject({ code: 'NOT_FOUND', status: 404 });
  expect(await succeed(MANAGER, { ...merge, kind: 'split', successors: ['tax', 'health'] })).toMatchObject({ code: 'INPUT_INVALID' });
  expect(await succeed(MANAGER, { ...merge, assign: { [asset]: 'tax' } })).toMatchObject({ code: 'INPUT_INVALID' });
  expect(await ok(MANAGER, 'GET', '/departments/household')).toMatchObject({ status: 'active', version: 1 });
});

test('a merge passes on what is open, tells as it goes, and is done once', async () => {
  const told = lines(await ok(MANAGER, 'POST', '/departments/household/succession', merge));
  expect(told[0]).toEqual({ event: 'dissolved', id: 'household', version: 2, successors: ['population-office'] });
  expect(new Set(told.filter(({ event }) => event === 'passed').map(({ kind, id, to }) => `${kind} ${id} ${to}`))).toEqual(
    new Set([`asset ${asset}`, `right ${right}`, `grant ${agreed}`, `share ${half}`].map((of) => `${of} population-office`)),
  );
  expect(told.at(-1)).toEqual({ event: 'summary', passed: { asset: 1, right: 1, grant: 1, share: 1 }, kept: 0, waiting: {} });
  const again = lines(await ok(MANAGER, 'POST', '/departments/household/succession', merge));
  expect(again.map(({ event }) => event)).toEqual(['dissolved', 'summary']);
  expect(again.at(-1)).toMatchObject({ passed: {}, waiting: {} });
  const other = await gateway.call(MANAGER, 'POST', '/departments/household/succession', { ...merge, successors: ['tax'] });
  expect(other.body).toMatchObject({ code: 'STATE_FORBIDS', accepted: 'merge population-office' });
});

test('both names show: on the departments, on what was passed on, and not on what had ended', async () => {
  expect(await ok('tax-steward-1', 'GET', '/departments/household')).toMatchObject({
    ...{ status: 'dissolved', succession: { kind: 'merge', successors: ['population-office'], basis }, waiting: {} },
  });
  expect(await ok('tax-steward-1', 'GET', '/departments/population-office')).toMatchObject({ predecessors: ['household'] });
  expect(await ok('tax-steward-1', 'GET', `/assets/${asset}`)).toMatchObject({
    publisher: 'population-office',
    formerly: [{ as: 'publisher', department: 'household' }],
    catalogCode: 'HJ-001',
    version: 3,
  });
  const ids = async (path: string) => (await ok('auditor-all', 'GET', path)).items.map(({ id }: { id: string }) => id);
  expect(await ids('/assets?publisher=population-office')).toEqual([asset]);
  expect(await ids('/assets?publisher=household')).toEqual([]);
  expect(await ids('/assets?formerly=household')).toEqual([asset]);
  expect(await ids('/grants?assigner=population-office')).toEqual([agreed]);
  expect(await ids('/shares?provider=population-office')).toEqual([half]);
  expect(await ids('/shares?provider=household')).toEqual([finished]);
  expect(await ids('/departments?successor=population-office')).toEqual(['household']);
});

test('its people are refused, and told who acts now', async () => {
  for (const [as, method, path, body] of [
    ['household-steward-1', 'POST', '/assets', population],
    ['household-consumer-1', 'GET', '/assets', undefined],
  ] as const)
    expect((await gateway.call(as, method, path, body)).body).toMatchObject({
      status: 403,
      code: 'DEPARTMENT_DISSOLVED',
      given: 'household',
      accepted: 'population-office',
    });
});

test('the successor goes on under the grant, to exactly its limit, and the consumer answers it', async () => {
  const [third, fourth] = await Promise.all([
    gateway.call('population-steward', 'POST', '/shares', sent(agreed)),
    gateway.call('population-steward', 'POST', '/shares', sent(agreed)),
  ]);
  expect([third.status, fourth.status].sort()).toEqual([201, 409]);
  expect([third, fourth].find(({ status }) => status === 409)?.body.code).toBe('GRANT_EXHAUSTED');
  const answer = await ok('social-consumer-1', 'POST', `/shares/${half}/acknowledge`, { payloadHash: HASH, hashAlgorithm: 'sha-256' });
  expect(answer).toMatchObject({ status: 'acknowledged', provider: 'population-office' });
  await ok('population-steward', 'POST', `/grants/${agreed}/suspend`, { reason: { en: 'Under review' } });
  await ok('population-steward', 'POST', `/assets/${asset}/suspend`, { reason: { en: 'Under review' } });
  await ok('population-steward', 'POST', `/assets/${asset}/resume`, {});
});

test('the successor sees what was its predecessor’s; others see no more than before', async () => {
  expect(await ok('population-consumer', 'GET', '/me')).toMatchObject({ predecessors: ['household'] });
  expect(await ok('population-consumer', 'GET', `/shares/${finished}`)).toMatchObject({ provider: 'household', caseRef: 'canary-case' });
  expect((await ok('population-consumer', 'GET', '/shares?provider=household')).items).toHaveLength(1);
  expect((await ok('population-steward', 'GET', `/assets/${asset}?version=1`)).publisher).toBe('household');
  const history = (await ok('population-steward', 'GET', `/assets/${asset}/history`)).items;
  expect(history.map(({ publisher }: { publisher: string }) => publisher).slice(-3)).toEqual([
    'population-office',
    'household',
    'household',
  ]);
  const trail = (await ok('population-steward', 'GET', `/audit/trail?asset=${asset}&limit=100`)).items as {
    action: string;
    department: string;
  }[];
  expect(trail.map(({ action, department }) => `${action} ${department}`)).toEqual(
    expect.arrayContaining(['asset:register household', 'department:passOn data-bureau', 'share:commit population-office']),
  );
  const trace = await ok('auditor-all', 'GET', `/audit/trace/${asset}`);
  expect(new Set(trace.shares.map(({ provider }: { provider: string }) => provider))).toEqual(new Set(['household', 'population-office']));
  expect((await gateway.call('tax-steward-1', 'GET', `/shares/${finished}`)).status).toBe(403);
});

test('what was registered before and passed on after is proven from end to end, the succession included', async () => {
  for (const [kind, id] of [
    ['asset', asset],
    ['grant', agreed],
    ['share', half],
    ['right', right],
    ['department', 'household'],
  ]) {
    const bundle = await ok('population-steward', 'GET', `/evidence/${kind}/${id}`);
    const verdict = await ok('tax-steward-1', 'POST', '/evidence/verify', bundle);
    expect({ kind, verdict: verdict.verdict, fault: verdict.fault }).toEqual({ kind, verdict: 'proven', fault: undefined });
    const reform = bundle.records.find((record: { kind: string; id: string }) => record.kind === 'department' && record.id === 'household');
    expect(reform.versions.map(({ record }: { record: { status: string } }) => record.status)).toEqual(['active', 'dissolved']);
  }
});

test('in other standards’ words both names stand too', async () => {
  const prov = JSON.stringify(await ok('population-steward', 'GET', `/evidence/asset/${asset}?format=prov`));
  for (const name of ['household', 'population-office', 'data-bureau']) expect(prov).toContain(name);
  for (const path of [`/evidence/asset/${asset}?format=dcat`, `/evidence/grant/${agreed}?format=odrl`])
    expect(JSON.stringify(await ok('population-steward', 'GET', path))).toContain('population-office');
});

test('broken off half-way, it goes on where it stopped; in a split each asset takes along what hangs on it', async () => {
  // One of them in the manager's own organisation, which has no second peer.
  for (const [id, mspId] of [
    ['housing', 'BureauMSP'],
    ['pensions', 'SocialMSP'],
  ])
    await ok(MANAGER, 'POST', '/departments', { id, name: { zh: id }, mspId });
  const own = await Promise.all(
    Array.from(
      { length: 20 },
      async (_, n) => (await ok('social-steward-1', 'POST', '/assets', { ...population, catalogCode: `S-${n}` })).id,
    ),
  );
  const assign = Object.fromEntries(own.filter((_, n) => n % 4 === 0).map((id) => [id, 'housing']));
  const split = { kind: 'split' as const, successors: ['housing', 'pensions'], default: 'pensions', assign, basis };
  // As far as a service came that was killed.
  const { services } = gateway.service;
  const user = services.identities.byName(MANAGER) as User;
  const who = { user, caller: await ok(MANAGER, 'GET', '/me') };
  let passed = 0;
  for await (const { event } of passOnAll(services, who, 'req', { id: 'social-insurance', ...split }, services.stopping))
    if (event === 'passed' && ++passed === 8) break;
  expect((await ok(MANAGER, 'GET', '/departments/social-insurance')).waiting).toEqual({ asset: 12, grant: 1, share: 1 });
  const rest = lines(await ok(MANAGER, 'POST', '/departments/social-insurance/succession', split));
  expect(rest.at(-1)).toEqual({ event: 'summary', passed: { asset: 12, grant: 1, share: 1 }, kept: 0, waiting: {} });
  for (const [n, id] of own.entries())
    expect(await ok(MANAGER, 'GET', `/assets/${id}`)).toMatchObject({
      publisher: n % 4 === 0 ? 'housing' : 'pensions',
      formerly: [{ as: 'publisher', department: 'social-insurance' }],
      version: 2,
    });
  expect(await ok(MANAGER, 'GET', `/grants/${agreed}`)).toMatchObject({ assigner: 'population-office', assignee: 'pensions' });
});

test('split and living on, a department gives away what is assigned, and keeps the rest', async () => {
  const page = await ok(MANAGER, 'GET', '/assets?publisher=pensions&limit=2');
  const [given, kept] = page.items.map(({ id }: { id: string }) => id);
  await ok(MANAGER, 'POST', '/departments', { id: 'sickness', name: { zh: '医疗保险中心' }, mspId: 'AgenciesMSP' });
  const split = { kind: 'split', successors: ['pensions', 'sickness'], assign: { [given]: 'sickness' }, basis };
  for (const passed of [{ asset: 1 }, {}]) {
    const told = lines(await ok(MANAGER, 'POST', '/departments/pensions/succession', split));
    expect(told[0]).toMatchObject({ event: 'split', id: 'pensions', version: 2 });
    expect(told.at(-1)).toEqual({ event: 'summary', passed, kept: 0, waiting: {} });
  }
  expect(await ok(MANAGER, 'GET', `/assets/${given}`)).toMatchObject({ publisher: 'sickness' });
  expect(await ok(MANAGER, 'GET', `/assets/${kept}`)).toMatchObject({ publisher: 'pensions' });
  expect(await ok(MANAGER, 'GET', '/departments/pensions')).toMatchObject({ status: 'active', predecessors: ['social-insurance'] });
  // It took nobody's place, so nobody's past is its to see.
  expect((await ok(MANAGER, 'GET', '/departments/sickness')).predecessors).toBeUndefined();
});

test('from the command line: a name, a merger, and what is not understood', async () => {
  const drl = (...args: string[]) => run([...args, '--url', gateway.address, '--token', gateway.tokens.get(MANAGER) as string]);
  const told = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  const complaints = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(await drl('department', 'rename', 'health', '--en', 'Ministry of Health', '--basis-en', 'Reform plan')).toBe(0);
  expect(await drl('department', 'rename', 'health', '--en', 'Ministry of Health')).toBe(2);
  expect(await drl('department', 'succeed', 'education', '--basis-en', 'Reform plan')).toBe(2);
  expect(await drl('department', 'succeed', 'education', '--merge-into', 'household', '--basis-en', 'Reform plan')).toBe(1);
  expect(await drl('department', 'succeed', 'education', '--merge-into', 'health', '--basis-en', 'Reform plan', '--json')).toBe(0);
  const said = told.mock.calls.map(([text]) => String(text)).join('');
  told.mockRestore();
  complaints.mockRestore();
  expect(said).toContain('{"event":"dissolved","id":"education","version":2,"successors":["health"]}');
  expect(await ok(MANAGER, 'GET', '/departments/health')).toMatchObject({
    name: { en: 'Ministry of Health' },
    predecessors: ['education'],
  });
});

test('the read model is what the blocks say', async () => {
  const { ledger, readModel } = gateway.service.services;
  // No record and no policy of a key that the contracts would not have written.
  expect(readModel.status().ignored).toBe(0);
  const { height } = await ledger.info();
  const blocks: Uint8Array[] = [];
  const stop = new AbortController();
  for await (const block of ledger.blocks(0n, stop.signal)) if (blocks.push(block) === Number(height)) break;
  stop.abort();
  await gateway.service.close();
  async function* from(): AsyncGenerator<Uint8Array> {
    yield* blocks;
  }
  expect(await fsck({ dir: directories(gateway.dir).readModel, chaincode: 'drl', blocks: from })).toMatchObject({ outcome: 'equal' });
}, 60_000);
