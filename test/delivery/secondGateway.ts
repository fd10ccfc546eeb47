import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authenticator } from '@drl/gateway/auth/authenticate';
import { createApp } from '@drl/gateway/http/app';
import { metricsOf } from '@drl/gateway/http/metrics';
import { Identities, type NewIdentity } from '@drl/gateway/identities';
import type { Services } from '@drl/gateway/usecases/services';
import { callerLookup } from '@drl/gateway/usecases/who';
import { pino } from 'pino';
import { call, type Gateway } from '../http/gateway.js';

/** Another department's gateway on the same embedded ledger: it holds these identities and no others, and asks `peers` for what it cannot sign. */
export async function secondGateway(
  first: Gateway,
  users: readonly NewIdentity[],
  peers: Readonly<Record<string, string>>,
): Promise<Gateway & { readonly services: Services }> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-second-'));
  const identities = new Identities(dir, Buffer.alloc(32, 7));
  const { services } = first.service;
  if (!services.enrol) throw new Error('the embedded ledger enrols');
  const tokens = new Map<string, string>();
  for (const user of users) tokens.set(user.name, (await identities.create(user, services.enrol)).token);
  const own: Services = { ...services, identities, peers: { addressOf: (department) => peers[department], authorities: [] } };
  const zero = () => 0;
  const { app, close } = createApp({
    services: own,
    authenticate: authenticator(identities),
    callerOf: callerLookup(services.ledger, services.readModel),
    metrics: metricsOf({
      ...{ inFlight: zero, readModelHeight: zero, ignored: zero, invalid: zero, certificateSeconds: zero },
      ledgerHeight: async () => 0,
    }),
    readiness: async () => ({ ready: true, readModelHeight: 0 }),
    log: pino({ level: 'silent' }),
    limits: { requests: 1000, refusals: 1000 },
    trustProxy: 0,
  });
  const server = createServer(app);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ address, dir, tokens, service: first.service, services: own },
    call: (as, method, path, body, headers) => call(`${address}/api/v1${path}`, tokens.get(as) ?? '', method, body, headers),
    close: async () => {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
      close();
      rmSync(dir, { recursive: true });
    },
  };
}
