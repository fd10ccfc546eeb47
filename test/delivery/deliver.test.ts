import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gateway, grant, openGateway, publish } from '../http/gateway.js';
import { attach, download } from './download.js';

let gateway: Gateway;
let root: string;
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'drl-files-'));
  gateway = await openGateway({ FILE_ROOTS: `household=${root}` });
});
afterAll(async () => {
  await gateway.close();
  rmSync(root, { recursive: true });
});

const people = 'personId,name,birthYear\n1,"Wang, ""Xiao""",1980\r\n2,李四,1990\n3,,2000\n';

async function asset(file: string, content: string | Buffer, mediaType?: string, changes: Record<string, unknown> = {}): Promise<string> {
  writeFileSync(join(root, file), content);
  const id = await publish(gateway, changes);
  await attach(gateway, id, { accessURL: `file:${file}`, ...(mediaType ? { mediaType } : {}) });
  return id;
}
const share = async (id: string) => (await gateway.call('auditor-all', 'GET', `/shares/${id}`)).body;
const opened = async (grant: string) => (await gateway.call('auditor-all', 'GET', `/shares?grant=${grant}`)).body.items;

test('a consumer receives what was granted, both sides say the same of it, and it opened before', async () => {
  const id = await grant(gateway, await asset('people.csv', people, 'text/csv'));
  const got = await download(gateway, id, { caseRef: 'SI-2026-001' });
  expect(got).toMatchObject({ status: 200, complete: true });
  expect(got.bytes.toString()).toBe('name\n"Wang, ""Xiao"""\r\n李四\n\n');
  expect(got.trailers['share-payload-hash']).toBe(got.sha256);
  const shareId = got.headers['share-id'] as string;
  expect(await share(shareId)).toMatchObject({
    ...{ status: 'committed', grant: id, provider: 'household', consumer: 'social-insurance', rows: 3, rowsReserved: 3 },
    ...{ payloadHash: got.sha256, bytes: got.bytes.length, elements: ['name'], caseRef: 'SI-2026-001', version: 2 },
  });
  expect(Number(got.headers['ledger-block'])).toBeLessThan(Number(got.trailers['share-commit-block']));
  const answer = { payloadHash: got.sha256, hashAlgorithm: 'sha-256' };
  expect((await gateway.call('social-consumer-1', 'POST', `/shares/${shareId}/acknowledge`, answer)).body.status).toBe('acknowledged');
});

test.each([
  ['text/csv', people, 'name\n"Wang, ""Xiao"""\r\n'],
  ['application/json', '[{"personId":1,"name":"A","n":12345678901234567890}, {"name":"B"}]', '[{"name":"A"}]'],
  ['application/x-ndjson', '{"name":"A","personId":1}\n\n{"name":"B"}', '{"name":"A"}\n'],
])('%s: cut to the rows that were asked for', async (mediaType, content, expected) => {
  const id = await grant(gateway, await asset('rows', content, mediaType), { maxRows: 10 });
  const got = await download(gateway, id, { rows: 1 });
  expect(got).toMatchObject({ status: 200, complete: true });
  expect(got.bytes.toString()).toBe(expected);
  expect(await share(got.headers['share-id'] as string)).toMatchObject({ status: 'committed', rows: 1, rowsReserved: 1 });
});

test('what exceeds the rows, is not granted, or is asked for another purpose is refused on the ledger, and no byte leaves', async () => {
  const id = await grant(gateway, await asset('three.csv', people, 'text/csv'), { maxRows: 2 });
  for (const [ask, clause] of [
    [{}, 'ROWS_EXCEEDED'],
    [{ elements: ['personId'] }, 'ELEMENT_NOT_GRANTED'],
    [{ purpose: 'dpv:ServiceProvision' }, 'PURPOSE_MISMATCH'],
    [{ actingFor: 'tax' }, 'RECIPIENT_NOT_GRANTED'],
  ] as const) {
    const got = await download(gateway, id, ask);
    expect(got).toMatchObject({ status: 409, body: { code: clause, transactionId: expect.any(String) } });
    expect(got.headers['ledger-transaction-id']).toBe(got.body.transactionId);
    expect(got.headers['share-id']).toBeUndefined();
    expect(got.bytes.toString()).not.toContain('Wang');
  }
  const { body } = await gateway.call('auditor-all', 'GET', `/audit/trail?grant=${id}`);
  expect(body.items.filter((one: { outcome: string }) => one.outcome === 'refused')).toHaveLength(4);
  expect(await opened(id)).toEqual([]);
});

test('parallel deliveries commit exactly as many as are granted', async () => {
  const id = await grant(gateway, await asset('parallel.csv', people, 'text/csv'), { maxCount: 3 });
  const all = await Promise.all(Array.from({ length: 12 }, () => download(gateway, id)));
  expect(all.map(({ status }) => status).sort()).toEqual([...Array(3).fill(200), ...Array(9).fill(409)]);
  for (const { status, body } of all) if (status === 409) expect(body.code).toBe('GRANT_EXHAUSTED');
  const shares = await opened(id);
  expect(shares.map((one: { status: string }) => one.status)).toEqual(['committed', 'committed', 'committed']);
});

test('one key takes one use: cut off it may be fetched again, delivered it may not', async () => {
  const id = await grant(gateway, await asset('big.csv', `name,personId\n${'某某,1\n'.repeat(900_000)}`, 'text/csv'), { maxCount: 1 });
  const headers = { 'Idempotency-Key': 'once' };
  const cut = await download(gateway, id, {}, { headers, stopAfter: 100_000, discard: true });
  expect(cut.complete).toBe(false);
  const shareId = cut.headers['share-id'] as string;
  const { body } = await gateway.call('social-consumer-1', 'GET', '/shares?status=opened');
  expect(body.items.map((one: { id: string }) => one.id)).toContain(shareId);
  const trace = await gateway.call('auditor-all', 'GET', `/audit/trace/${body.items[0].asset}`);
  expect(trace.body.shares).toEqual([expect.objectContaining({ id: shareId, status: 'opened' })]);
  expect((await download(gateway, id)).body.code).toBe('GRANT_EXHAUSTED');

  const again = await retried(() => download(gateway, id, {}, { headers, discard: true }));
  expect(again).toMatchObject({ status: 200, complete: true });
  expect(again.headers['share-id']).toBe(shareId);
  expect(await share(shareId)).toMatchObject({ status: 'committed', rows: 900_000, payloadHash: again.sha256 });
  expect(await download(gateway, id, {}, { headers })).toMatchObject({ status: 409, body: { code: 'DELIVERY_OVER' } });
  expect(await download(gateway, id, { rows: 1 }, { headers })).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
});

/** The gateway learns a little later than the client that the client has gone. */
async function retried<T extends { readonly body: { readonly code?: string } | undefined }>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    const result = await attempt();
    if (result.body?.code !== 'DELIVERY_RUNNING') return result;
  }
}

test('a share that opened is not delivered once its grant is revoked', async () => {
  const id = await grant(gateway, await asset('revoked.csv', `name,personId\n${'A,1\n'.repeat(1_500_000)}`, 'text/csv'));
  const headers = { 'Idempotency-Key': 'revoked' };
  const cut = await download(gateway, id, {}, { headers, stopAfter: 1, discard: true });
  expect(cut.complete).toBe(false);
  await gateway.call('household-steward-1', 'POST', `/grants/${id}/revoke`, { reason: { en: 'over' } });
  const again = await retried(() => download(gateway, id, {}, { headers }));
  expect(again).toMatchObject({ status: 409, body: { code: 'GRANT_NOT_ACTIVE' } });
  expect(again.bytes.toString()).not.toContain('A\n');
  expect((await share(cut.headers['share-id'] as string)).status).toBe('opened');
});

test('who may: the two parties in their roles', async () => {
  const id = await grant(gateway, await asset('who.csv', people, 'text/csv'));
  expect(await download(gateway, id, {}, { as: 'household-steward-1' })).toMatchObject({ status: 200, complete: true });
  expect((await download(gateway, id, {}, { as: 'social-steward-1' })).body).toMatchObject({ code: 'ROLE_MISSING' });
  expect((await download(gateway, id, {}, { as: 'household-consumer-1' })).body).toMatchObject({ code: 'ROLE_MISSING' });
  expect((await download(gateway, id, {}, { as: 'tax-steward-1' })).status).toBe(403);
  expect((await download(gateway, id, {}, { as: 'auditor-all' })).body).toMatchObject({ code: 'NOT_YOURS' });
  expect((await download(gateway, 'nothing', {})).status).toBe(404);
});

test('what cannot be cut goes whole, where every element is granted, or not at all', async () => {
  const content = Buffer.from([1, 2, 3, 0, 255]);
  const part = await grant(gateway, await asset('part.pdf', content, 'application/pdf'));
  expect((await download(gateway, part)).body).toMatchObject({ code: 'RESOURCE_NOT_CUTTABLE' });
  expect(await opened(part)).toEqual([]);
  const open = await asset('whole.pdf', content, 'application/pdf', { elements: [{ name: 'name', type: 'string' }] });
  const all = await grant(gateway, open);
  const got = await download(gateway, all);
  expect([got.status, got.bytes]).toEqual([200, content]);
  const limited = await grant(gateway, open, { maxRows: 5 });
  expect((await download(gateway, limited)).body).toMatchObject({ code: 'RESOURCE_NOT_CUTTABLE' });
});

test.each([
  ['RESOURCE_ELEMENT_MISSING', 'text/csv', 'id,born\n1,2\n'],
  ['RESOURCE_MALFORMED', 'text/csv', 'personId,name\n330100,Wang, Xiao\n'],
  ['RESOURCE_MALFORMED', 'application/json', '[{"name":"A"},3]'],
  ['RESOURCE_MALFORMED', 'application/x-ndjson', '{"name":"A"}\n{"name":'],
])('%s of %s takes nothing from the grant', async (code, mediaType, content) => {
  const id = await grant(gateway, await asset('bad', content, mediaType), { maxCount: 1 });
  expect(await download(gateway, id)).toMatchObject({ body: { code } });
  expect(await opened(id)).toEqual([]);
});

test('a resource that is not what the ledger’s checksum says does not go', async () => {
  const id = await publish(gateway);
  writeFileSync(join(root, 'sum.csv'), people);
  await attach(gateway, id, {
    accessURL: 'file:sum.csv',
    mediaType: 'text/csv',
    checksum: { algorithm: 'sha-256', value: '0'.repeat(64) },
  });
  const of = await grant(gateway, id);
  expect((await download(gateway, of)).body).toMatchObject({ code: 'RESOURCE_CHANGED' });
  expect(await opened(of)).toEqual([]);
});

test('a digest by SM3', async () => {
  const id = await grant(gateway, await asset('sm3.csv', 'name\nabc', 'text/csv'));
  const got = await download(gateway, id, { hashAlgorithm: 'sm3' });
  expect(got.headers['share-hash-algorithm']).toBe('sm3');
  expect(await share(got.headers['share-id'] as string)).toMatchObject({
    hashAlgorithm: 'sm3',
    payloadHash: got.trailers['share-payload-hash'],
  });
});

test('an asset without resource, or with several and none named', async () => {
  const id = await publish(gateway);
  const of = await grant(gateway, id);
  expect((await download(gateway, of)).body).toMatchObject({ code: 'RESOURCE_MISSING' });
  await attach(gateway, id, { accessURL: 'file:sum.csv' }, 'one');
  await attach(gateway, id, { accessURL: 'file:sum.csv' }, 'two');
  expect((await download(gateway, of)).body).toMatchObject({ code: 'RESOURCE_MISSING', accepted: 'one, two' });
  expect((await download(gateway, of, { distribution: 'two' })).status).toBe(200);
});

test('a provider that this gateway holds no steward of', async () => {
  const id = await grant(gateway, await asset('away.csv', people, 'text/csv'));
  const { identities, enrol } = gateway.service.services;
  identities.revoke('household-steward-1');
  expect((await download(gateway, id)).body).toMatchObject({ code: 'PROVIDER_NOT_HERE' });
  if (!enrol) throw new Error('the embedded ledger enrols');
  const { token } = await identities.create(
    { name: 'household-steward-2', mspId: 'PoliceMSP', department: 'household', roles: ['steward'] },
    enrol,
  );
  expect(token).toBeDefined();
  expect((await download(gateway, id)).status).toBe(200);
});
