import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApiDocument } from '@drl/gateway/http/openapi';
import { endpoints } from '@drl/gateway/http/routes/all';

const document = openApiDocument();
const paths = document.paths ?? {};
const operationOf = (method: 'get' | 'post' | 'put' | 'patch', path: string) => {
  const operation = paths[path]?.[method];
  if (!operation) throw new Error(`${method} ${path} is not in the document`);
  return operation as { operationId: string; parameters?: { name: string }[]; responses: Record<string, unknown> };
};

test('every endpoint is in the document, each under an operation id of its own', () => {
  const ids = new Set<string>();
  for (const { method, path } of endpoints) ids.add(operationOf(method, path).operationId);
  expect(ids.size).toBe(endpoints.length);
});

test('every write says its headers, and every operation how it refuses', () => {
  for (const { method, path } of endpoints) {
    const operation = operationOf(method, path);
    expect(operation.responses).toHaveProperty('default');
    if (method !== 'get')
      expect(operation.parameters?.map(({ name }) => name)).toEqual(expect.arrayContaining(['Idempotency-Key', 'Prefer']));
  }
});

// Every name that API.md promises and that the records of the first walk stand for.
test.each([
  'GET /me',
  'GET /departments',
  'POST /departments',
  'GET /departments/{id}',
  'GET /assets',
  'POST /assets',
  'GET /assets/{id}',
  'PATCH /assets/{id}',
  'POST /assets/{id}/publish',
  'POST /assets/{id}/suspend',
  'POST /assets/{id}/resume',
  'POST /assets/{id}/retire',
  'PUT /assets/{id}/distributions/{name}',
  'GET /assets/{id}/history',
  'POST /assets:import',
  'GET /assets/{id}/rights',
  'POST /assets/{id}/rights',
  'POST /rights/{id}/confirm',
  'POST /rights/{id}/contest',
  'POST /rights/{id}/offer',
  'POST /rights/{id}/accept',
  'POST /rights/{id}/decline',
  'GET /grants',
  'POST /grants',
  'GET /grants/{id}',
  ...['approve', 'refuse', 'return', 'resubmit', 'withdraw', 'suspend', 'resume', 'revoke'].map((verb) => `POST /grants/{id}/${verb}`),
  'POST /grants/{id}/deliveries',
  'GET /shares',
  'POST /shares',
  'GET /shares/{id}',
  'POST /shares/{id}/acknowledge',
  'POST /shares/{id}/resolve',
  ...['feedback', 'ratings', 'disputes'].flatMap((plural) => [`GET /${plural}`, `POST /${plural}`, `GET /${plural}/{id}`]),
  ...['accept', 'contest', 'fix', 'confirm', 'reopen', 'withdraw', 'decide'].map((verb) => `POST /feedback/{id}/${verb}`),
  ...['answer', 'submit', 'escalate', 'decide', 'close', 'freeze', 'release'].map((verb) => `POST /disputes/{id}/${verb}`),
  'GET /audit/trail',
  'GET /audit/trace/{asset}',
  'GET /audit/refusals',
  'GET /audit/queries',
  'GET /evidence/transactions/{id}',
  ...['asset', 'right', 'grant', 'share', 'rating', 'feedback', 'dispute'].map((kind) => `GET /evidence/${kind}/{id}`),
  'POST /evidence/verify',
  'GET /vocabularies/{name}',
  'GET /ledger',
  'GET /ledger/blocks/{number}',
  'GET /transactions/{id}',
  'GET /events',
])('%s is there', (promised) => {
  const [method = '', path = ''] = promised.split(' ');
  expect(paths[path]).toHaveProperty(method.toLowerCase());
});

test('references lead somewhere, and schemas refuse unknown fields', () => {
  const text = JSON.stringify(document);
  for (const [, name] of text.matchAll(/"#\/components\/schemas\/([^"]+)"/g))
    expect(document.components?.schemas).toHaveProperty(name as string);
  expect(document.components?.schemas?.Asset).toMatchObject({ additionalProperties: false });
});

/** Whose judgement is not ours: openapi-spec-validator (Python), where it is installed. */
const validator = spawnSync('python3', ['-c', 'import openapi_spec_validator']).status === 0;
const outside = validator ? test : test.skip;
outside('an outside validator accepts the document', () => {
  const dir = mkdtempSync(join(tmpdir(), 'drl-openapi-'));
  const file = join(dir, 'openapi.json');
  writeFileSync(file, JSON.stringify(document));
  const { status, stdout } = spawnSync('python3', ['-m', 'openapi_spec_validator', file], { encoding: 'utf8' });
  rmSync(dir, { recursive: true });
  expect([status, stdout.trim()]).toEqual([0, `${file}: OK`]);
});
