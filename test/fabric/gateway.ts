import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@drl/gateway/config';
import { enrolFor, start } from '@drl/gateway/main';
import { INITIAL_MANAGER } from '@drl/gateway/start/firstStart';
import { pino } from 'pino';
import { call, type Gateway, users } from '../http/gateway';

/** The real service on a real network that runs, with the same users as on the embedded ledger. */
export async function openFabricGateway(networkDir: string): Promise<Gateway> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-gateway-'));
  const config = readConfig({ LEDGER: 'fabric', NETWORK_DIR: networkDir, DATA_DIR: dir, PORT: '0', DEMO: '0', PROBE_HOURS: '0' });
  const { address, service } = await start(config, pino({ level: process.env.TEST_LOG ?? 'silent' }));
  const { consortium, identities } = service.services;
  const tokens = new Map<string, string>();
  const enrolled = users.map(async (user) => tokens.set(user.name, (await identities.create(user, enrolFor(config, consortium))).token));
  await Promise.all(enrolled);
  for (const { name, token } of JSON.parse(readFileSync(join(dir, INITIAL_MANAGER), 'utf8'))) tokens.set(name, token);
  return {
    address,
    dir,
    service,
    tokens,
    call: (as, method, path, body, headers) => call(`${address}/api/v1${path}`, tokens.get(as) ?? '', method, body, headers),
    close: async () => {
      await service.close();
      rmSync(dir, { recursive: true });
    },
  };
}
