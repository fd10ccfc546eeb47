import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@drl/gateway/config';
import type { NewIdentity } from '@drl/gateway/identities';
import { start } from '@drl/gateway/main';
import { INITIAL_MANAGER } from '@drl/gateway/start/firstStart';
import type { Service } from '@drl/gateway/start/service';
import { type Logger, pino } from 'pino';

/** The real service on a real embedded ledger, in a directory of its own, reached over HTTP. */

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is what it is; the tests say what it should be.
  readonly body: any;
}

export interface Gateway {
  readonly address: string;
  readonly dir: string;
  readonly service: Service;
  readonly tokens: ReadonlyMap<string, string>;
  readonly call: (as: string, method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;
  readonly close: () => Promise<void>;
}

export const users: readonly NewIdentity[] = [
  { name: 'household-steward-1', mspId: 'PoliceMSP', department: 'household', roles: ['steward'] },
  { name: 'household-consumer-1', mspId: 'PoliceMSP', department: 'household', roles: ['consumer'] },
  { name: 'social-steward-1', mspId: 'SocialMSP', department: 'social-insurance', roles: ['steward'] },
  { name: 'social-consumer-1', mspId: 'SocialMSP', department: 'social-insurance', roles: ['consumer'] },
  { name: 'tax-steward-1', mspId: 'AgenciesMSP', department: 'tax', roles: ['steward', 'consumer'] },
  { name: 'auditor-all', mspId: 'AuditMSP', department: 'audit-office', roles: ['auditor'], auditScope: 'all' },
  { name: 'auditor-tax', mspId: 'AuditMSP', department: 'audit-office', roles: ['auditor'], auditScope: ['tax'] },
];
export const MANAGER = 'data-bureau-manager-1';

export async function openGateway(env: Record<string, string> = {}, log: Logger = pino({ level: 'silent' })): Promise<Gateway> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-gateway-'));
  const config = readConfig({ DATA_DIR: dir, PORT: '0', DEMO: '0', PROBE_HOURS: '0', ...env });
  const { address, service } = await start(config, log);
  const tokens = new Map<string, string>();
  const { enrol, identities } = service.services;
  if (!enrol) throw new Error('the embedded ledger enrols');
  for (const user of users) tokens.set(user.name, (await identities.create(user, enrol)).token);
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

export async function call(
  url: string,
  token: string,
  method: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const json = body !== undefined && typeof body !== 'string' && !(body instanceof Uint8Array);
  const answer = await fetch(url, {
    method,
    redirect: 'manual',
    headers: { Authorization: `Bearer ${token}`, ...(json ? { 'Content-Type': 'application/json' } : {}), ...headers },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as string) }),
  });
  const text = await answer.text();
  const isJson = /json/.test(answer.headers.get('content-type') ?? '') && !/ndjson/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, body: isJson ? JSON.parse(text) : text };
}

export const population = {
  title: { zh: '人口基础信息', en: 'Population register' },
  theme: 'population',
  shareType: 'conditional',
  shareCondition: { en: 'For verifying identity' },
  shareMethod: 'file',
  elements: [
    { name: 'personId', type: 'string', shareType: 'none', personal: true },
    { name: 'name', type: 'string', personal: true },
    { name: 'birthYear', type: 'integer' },
  ],
  authoritativeFor: [],
};

/** A published asset of the household office. */
export async function publish({ call }: Gateway, changes: Record<string, unknown> = {}): Promise<string> {
  const { body } = await call('household-steward-1', 'POST', '/assets', { ...population, ...changes });
  const published = await call('household-steward-1', 'POST', `/assets/${body.id}/publish`, {});
  if (published.status !== 200) throw new Error(JSON.stringify(published.body));
  return body.id;
}

export const wish = (asset: string) => ({
  asset,
  elements: ['name'],
  purpose: 'dpv:IdentityVerification',
  legalBasis: { en: 'Social Insurance Law, article 58' },
});

/** A grant to the social insurance centre, approved. */
export async function grant({ call }: Gateway, asset: string, constraints: Record<string, unknown> = {}): Promise<string> {
  const { body } = await call('social-consumer-1', 'POST', '/grants', { ...wish(asset), constraints });
  const approved = await call('household-steward-1', 'POST', `/grants/${body.id}/approve`, {});
  if (approved.status !== 200) throw new Error(JSON.stringify(approved.body));
  return body.id;
}

export const HASH = 'a'.repeat(64);
export const sent = (grant: string, changes: Record<string, unknown> = {}) => ({
  grant,
  purpose: 'dpv:IdentityVerification',
  elements: ['name'],
  payloadHash: HASH,
  hashAlgorithm: 'sha-256',
  bytes: 2048,
  rows: 10,
  ...changes,
});
