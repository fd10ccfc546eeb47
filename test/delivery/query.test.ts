import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { run } from '@drl/gateway/cli/main';
import { GUESSES } from '@drl/gateway/delivery/query/guesses';
import { pino } from 'pino';
import { type Answer, type Gateway, grant, openGateway, publish } from '../http/gateway.js';
import { attach, download } from './download.js';

let gateway: Gateway;
let root: string;
let log = '';
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'drl-query-'));
  const sink = new Writable({
    write: (chunk, _, done) => {
      log += chunk;
      done();
    },
  });
  gateway = await openGateway({ FILE_ROOTS: `household=${root}` }, pino({ level: 'trace' }, sink));
});
afterAll(async () => {
  await gateway.close();
  rmSync(root, { recursive: true });
});

const elements = [
  { name: 'personId', type: 'string', shareType: 'none', personal: true, identifies: true },
  { name: 'name', type: 'string', personal: true },
  { name: 'birthYear', type: 'integer' },
  { name: 'valid', type: 'boolean' },
];
const people = 'personId,name,birthYear,valid\n1,"Wang, ""Xiao""",1980,true\r\n２,李四,1990,false\n3,,2000,\n4,A,1,x\n4,B,2,x\n';

/** A grant on an asset that answers queries, from a file with this content. */
async function asked(
  content: string | Buffer = people,
  file = 'people.csv',
  constraints: Record<string, unknown> = {},
): Promise<{ readonly id: string; readonly asset: string }> {
  const asset = await publish(gateway, { shareMethod: 'query-verify', elements });
  writeFileSync(join(root, file), content);
  await attach(gateway, asset, { accessURL: `file:${file}` });
  const wish = {
    asset,
    elements: ['name', 'birthYear', 'valid'],
    purpose: 'dpv:IdentityVerification',
    legalBasis: { en: 'Act' },
    constraints,
  };
  const { body } = await gateway.call('social-consumer-1', 'POST', '/grants', wish);
  expect((await gateway.call('household-steward-1', 'POST', `/grants/${body.id}/approve`, {})).status).toBe(200);
  return { id: body.id, asset };
}
const query = (id: string, subject: object, values: object, more: object = {}, headers = {}): Promise<Answer> =>
  gateway.call('social-consumer-1', 'POST', `/grants/${id}/queries`, { subject, values, ...more }, headers);
const raw = async (id: string, body: object) => {
  const answer = await fetch(`${gateway.address}/api/v1/grants/${id}/queries`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${gateway.tokens.get('social-consumer-1')}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { headers: answer.headers, bytes: Buffer.from(await answer.arrayBuffer()) };
};

test('match or no match for each value, and a receipt that both sides’ word on the ledger is the digest of', async () => {
  const { id } = await asked();
  const values = { name: 'Wang, "Xiao"', birthYear: 1981 };
  const { headers, bytes } = await raw(id, { subject: { personId: '1' }, values, caseRef: 'SI-7' });
  const receipt = JSON.parse(bytes.toString());
  expect(receipt).toEqual({
    ...{ grant: id, subject: { personId: '1' }, values: { name: 'Wang, "Xiao"', birthYear: '1981' } },
    ...{ matches: { name: true, birthYear: false }, salt: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  const payloadHash = createHash('sha256').update(bytes).digest('hex');
  expect(headers.get('share-payload-hash')).toBe(payloadHash);
  const share = headers.get('share-id') as string;
  const answer = await gateway.call('social-consumer-1', 'POST', `/shares/${share}/acknowledge`, { payloadHash, hashAlgorithm: 'sha-256' });
  expect(answer.body).toMatchObject({
    ...{ status: 'acknowledged', method: 'query-verify', rows: 1, bytes: bytes.length, caseRef: 'SI-7' },
    elements: ['name', 'birthYear'],
  });
});

test.each([
  ['CSV', 'a.csv', people],
  [
    'CSV in GB 18030',
    'gb.csv',
    Buffer.concat([Buffer.from('personId,name,birthYear,valid\n2,'), Buffer.from([0xc0, 0xee, 0xcb, 0xc4]), Buffer.from(',1990,false\n')]),
  ],
  ['JSON', 'a.json', '[{"valid":null,"x":{"name":1}}, {\n "personId":2,"birthYear":1990,"valid":false,"name":"\\u674e四"}]'],
  ['NDJSON', 'a.ndjson', '{"personId":"2","name":"李四","birthYear":1990,"valid":false}\n{"personId":{"a":2}}\n'],
])('%s: values are compared as text, in NFKC', async (_, file, content) => {
  const { id } = await asked(content, file);
  const { body } = await query(id, { personId: '2' }, { name: ' 李四', birthYear: '１９９０', valid: false });
  expect(body.matches).toEqual({ name: true, birthYear: true, valid: true });
  expect((await query(id, { personId: '2' }, { name: '李', valid: 'f' })).body.matches).toEqual({ name: false, valid: false });
});

test('nobody in the register, somebody with nothing there, and two rows of one subject', async () => {
  const { id } = await asked();
  const wrong = await query(id, { personId: '1' }, { name: 'Nobody' });
  const absent = await query(id, { personId: '999' }, { name: 'Nobody' });
  expect([absent.status, absent.body.matches]).toEqual([wrong.status, wrong.body.matches]);
  expect(Object.keys(absent.body)).toEqual(Object.keys(wrong.body));
  expect((await query(id, { personId: '3' }, { name: 'x', valid: 'true' })).body.matches).toEqual({ name: false, valid: false });
  expect((await query(id, { personId: '4' }, { name: 'A', birthYear: 2 })).body.matches).toEqual({ name: true, birthYear: false });
  expect((await query(id, { personId: '4' }, { name: 'B', birthYear: 2 })).body.matches).toEqual({ name: true, birthYear: true });
});

test('who is asked about is said by the elements that identify, all of them and no others', async () => {
  const { id } = await asked();
  for (const subject of [{ name: 'A' }, { personId: '1', name: 'A' }])
    expect(await query(id, subject, { birthYear: 1 })).toMatchObject({ status: 422, body: { code: 'INPUT_INVALID' } });
  for (const [subject, values] of [
    [{}, { name: 'A' }],
    [{ personId: '1' }, {}],
    [{ personId: ' ' }, { name: 'A' }],
  ] as const)
    expect((await query(id, subject, values)).status).toBe(422);
  const plain = await publish(gateway, { shareMethod: 'query-verify' });
  await attach(gateway, plain, { accessURL: 'file:people.csv' });
  expect(await query(await grant(gateway, plain), { personId: '1' }, { name: 'A' })).toMatchObject({
    status: 409,
    body: { code: 'QUERY_NO_SUBJECT' },
  });
});

test('data is not delivered from what answers queries, nor answers from what is delivered: the ledger refuses and records it', async () => {
  const { id } = await asked();
  const data = await download(gateway, id);
  expect(data).toMatchObject({ status: 409, body: { code: 'METHOD_NOT_SHARED', transactionId: expect.any(String) } });
  const file = await publish(gateway, { elements });
  await attach(gateway, file, { accessURL: 'file:people.csv' });
  const other = await query(await grant(gateway, file), { personId: '1' }, { name: 'A' });
  expect(other).toMatchObject({ status: 409, body: { code: 'METHOD_NOT_SHARED', accepted: 'file' } });
  const withheld = await query(id, { personId: '1' }, { personId: '1' });
  expect(withheld).toMatchObject({ status: 409, body: { code: 'ELEMENT_NOT_GRANTED' } });
});

test('a provider’s steward and strangers get no answers', async () => {
  const { id } = await asked();
  const body = { subject: { personId: '1' }, values: { name: 'A' } };
  for (const as of ['household-steward-1', 'tax-steward-1', 'auditor-all'])
    expect((await gateway.call(as, 'POST', `/grants/${id}/queries`, body)).status).toBe(403);
});

test('each answer is a use of the grant', async () => {
  const { id } = await asked(people, 'people.csv', { maxCount: 2, maxRows: 5 });
  const all = await Promise.all(Array.from({ length: 4 }, () => query(id, { personId: '1' }, { birthYear: 1980 })));
  expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409]);
  for (const { status, body } of all) if (status === 409) expect(body.code).toBe('GRANT_EXHAUSTED');
});

test('one key: the same question, the same receipt and one use', async () => {
  const { id } = await asked(people, 'keyed.csv', { maxCount: 1 });
  const headers = { 'Idempotency-Key': 'once' };
  const first = await query(id, { personId: '1' }, { birthYear: 1980 }, {}, headers);
  const again = await query(id, { personId: '1' }, { birthYear: 1980 }, {}, headers);
  expect(again).toMatchObject({ status: 200, body: first.body });
  expect(again.headers.get('share-id')).toBe(first.headers.get('share-id'));
  expect((await query(id, { personId: '1' }, { birthYear: 1981 }, {}, headers)).body.code).toBe('IDEMPOTENCY_KEY_REUSED');
  writeFileSync(join(root, 'keyed.csv'), 'personId,name,birthYear,valid\n1,A,1999,x\n');
  expect((await query(id, { personId: '1' }, { birthYear: 1980 }, {}, headers)).body.code).toBe('DELIVERY_OVER');
});

describe('guessing', () => {
  test('after a few answers without a match about one subject there are no more, however many are tried at once; matches cost nothing', async () => {
    const { id } = await asked();
    for (let n = 0; n < 8; n += 1) expect((await query(id, { personId: '1' }, { birthYear: 1980 })).status).toBe(200);
    const years = Array.from({ length: 12 }, (_, n) => query(id, { personId: '1' }, { birthYear: 1960 + n }));
    const all = await Promise.all(years);
    expect(all.filter(({ status }) => status === 200)).toHaveLength(GUESSES.subject.most);
    for (const { status, body } of all) if (status !== 200) expect([status, body.code]).toEqual([429, 'QUERY_THROTTLED']);
    expect((await query(id, { personId: ' １' }, { birthYear: 1980 })).status).toBe(429);
    expect((await query(id, { personId: '2' }, { birthYear: 1990 })).status).toBe(200);
  });

  test('another grant on the same asset is no way around', async () => {
    const { id, asset } = await asked();
    for (let n = 0; n < GUESSES.subject.most; n += 1) await query(id, { personId: '1' }, { birthYear: n });
    const wish = { asset, elements: ['birthYear'], purpose: 'dpv:IdentityVerification', legalBasis: { en: 'Act' } };
    const { body } = await gateway.call('social-consumer-1', 'POST', '/grants', wish);
    await gateway.call('household-steward-1', 'POST', `/grants/${body.id}/approve`, {});
    expect((await query(body.id, { personId: '1' }, { birthYear: 1980 })).status).toBe(429);
  });
});

test('neither the ledger nor the log nor the gateway’s directories hold a value', async () => {
  const { id } = await asked('personId,name,birthYear,valid\nQQ-4711-ZZ,Unmistakable,1,x\n', 'secret.csv');
  const headers = { 'Idempotency-Key': 'secret' };
  const { status, body } = await query(id, { personId: 'QQ-4711-ZZ' }, { name: 'Unmistakeable' }, {}, headers);
  expect([status, body.matches]).toEqual([200, { name: false }]);
  const blocks: Buffer[] = [];
  const { height } = await gateway.service.services.ledger.info();
  for await (const block of gateway.service.services.ledger.blocks(0n, AbortSignal.timeout(20_000))) {
    blocks.push(Buffer.from(block));
    if (BigInt(blocks.length) === height) break;
  }
  const files = await import('node:fs/promises').then(async ({ readdir, readFile }) => {
    const found = await readdir(gateway.dir, { recursive: true, withFileTypes: true });
    return Promise.all(found.filter((one) => one.isFile()).map((one) => readFile(join(one.parentPath ?? one.path, one.name))));
  });
  expect(files.length).toBeGreaterThan(5);
  for (const text of ['QQ-4711-ZZ', 'Unmistak']) {
    expect(log.includes(text)).toBe(false);
    for (const bytes of [...blocks, ...files]) expect(bytes.includes(text)).toBe(false);
  }
  expect(log).toContain('/grants/{id}/queries');
});

test('drl ask: the answer, the receipt in a file of one’s own, acknowledged', async () => {
  const { id } = await asked();
  const question = join(root, 'question.json');
  const receipt = join(root, 'receipt.json');
  writeFileSync(question, JSON.stringify({ subject: { personId: '1' }, values: { birthYear: 1980, name: 'X' } }));
  let written = '';
  const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  const token = gateway.tokens.get('social-consumer-1') as string;
  const code = await run(['ask', id, question, '-o', receipt, '--url', gateway.address, '--token', token, '--json']);
  spy.mockRestore();
  expect(code).toBe(0);
  const said = JSON.parse(written);
  expect(said).toMatchObject({ status: 'acknowledged', matches: { birthYear: true, name: false } });
  expect(createHash('sha256').update(readFileSync(receipt)).digest('hex')).toBe(said.payloadHash);
  expect(statSync(receipt).mode & 0o077).toBe(0);
});
