import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '@drl/gateway/config';
import { Identities } from '@drl/gateway/identities';
import { consortiumOf, enrolFor } from '@drl/gateway/main';
import { walletKey } from '@drl/gateway/wallet';
import { pino } from 'pino';
import { call, type Gateway, openGateway, population } from './gateway.js';

let gateway: Gateway;
const lines: string[] = [];
beforeAll(async () => {
  gateway = await openGateway({}, pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }));
});
afterAll(() => gateway.close());

/** As `drl identity` does it: from the files alone, beside the running service. */
function fromOutside() {
  const config = readConfig({ DATA_DIR: gateway.dir });
  return { identities: new Identities(gateway.dir, walletKey(gateway.dir)), enrol: enrolFor(config, consortiumOf(config)) };
}

test('an identity added beside the running service is known at once, and writes', async () => {
  const { identities, enrol } = fromOutside();
  const { token } = await identities.create({ name: 'tax-steward-2', mspId: 'AgenciesMSP', department: 'tax', roles: ['steward'] }, enrol);
  expect(await call(`${gateway.address}/api/v1/assets`, token, 'POST', population)).toMatchObject({
    status: 201,
    body: { publisher: 'tax' },
  });
  expect(identities.list().map(({ name }) => name)).toContain('tax-steward-2');
  await expect(
    identities.create({ name: 'tax-steward-2', mspId: 'AgenciesMSP', department: 'tax', roles: ['steward'] }, enrol),
  ).rejects.toThrow(/exists/);
});

test('revoked, it has no access here at once, and soon its signature counts for nothing on the ledger', async () => {
  const { identities, enrol } = fromOutside();
  const { token, user } = await identities.create(
    { name: 'tax-steward-3', mspId: 'AgenciesMSP', department: 'tax', roles: ['steward'] },
    enrol,
  );
  const me = async () => (await call(`${gateway.address}/api/v1/me`, token, 'GET')).status;
  expect(await me()).toBe(200);
  identities.revoke('tax-steward-3');
  expect(await me()).toBe(401);
  const { ledger } = gateway.service.services;
  const register = () =>
    ledger.endorse({ name: 'asset:register', input: population as never, endorsers: ['BureauMSP', 'AgenciesMSP'] }, user.identity);
  for (;;) {
    const refused = await register().then(
      () => false,
      () => true,
    );
    if (refused) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  expect(fromOutside().identities.unlisted()).toEqual([]);
});

test('what lies at rest is for its owner alone, and holds no key or token in the clear', async () => {
  const tokens = [...gateway.tokens.values()];
  for (const file of readdirSync(join(gateway.dir, 'wallet'))) {
    const path = join(gateway.dir, 'wallet', file);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'latin1');
    expect(text).not.toMatch(/PRIVATE KEY|drl_/);
    for (const token of tokens) expect(text).not.toContain(token);
  }
  for (const file of ['wallet.key', 'initial-manager.json', 'headers/data-bureau-manager-1'])
    expect(statSync(join(gateway.dir, file)).mode & 0o777).toBe(0o600);
});

test('the log finds its way to the ledger’s record, and holds no token, key, question or body', async () => {
  const canary = 'canary-4711';
  await gateway.call(
    'household-steward-1',
    'POST',
    '/assets',
    { ...population, description: { en: canary } },
    { 'X-Request-Id': 'log-1', 'Idempotency-Key': canary },
  );
  await gateway.call('auditor-all', 'GET', `/audit/trail?purpose=${canary}`);
  await gateway.call('household-steward-1', 'POST', '/assets', `{"${canary}":`, { 'Content-Type': 'application/json' });
  await call(`${gateway.address}/api/v1/assets?q=${canary}`, `drl_${'0'.repeat(16)}_${'C'.repeat(43)}`, 'GET');
  const log = lines.join('');
  expect(lines.map((line) => JSON.parse(line)).find(({ requestId }) => requestId === 'log-1')).toMatchObject({
    ...{ method: 'POST', route: '/assets', caller: 'household-steward-1', res: { statusCode: 201 } },
  });
  expect(log).not.toContain(canary);
  expect(log).not.toMatch(/drl_|PRIVATE KEY|Bearer/i);
  for (const token of gateway.tokens.values()) expect(log).not.toContain(token);
});
