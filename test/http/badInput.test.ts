import { connect } from 'node:net';
import { ruleCodes } from '@drl/chaincode/model/errors';
import { serviceCodes } from '@drl/gateway/errors';
import fc from 'fast-check';
import { type Gateway, MANAGER, openGateway, population, publish, sent, wish } from './gateway.js';

let gateway: Gateway;
let asset: string;
beforeAll(async () => {
  gateway = await openGateway({ REFUSAL_RATE_LIMIT: '100000' });
  asset = await publish(gateway);
});
afterAll(() => gateway.close());

const STEWARD = 'household-steward-1';

describe('bodies', () => {
  it('every field at fault is named, unknown ones too, in the caller’s language', async () => {
    const bad = { ...population, title: {}, colour: 1, elements: [{ name: 'x', type: 'nothing', extra: true }] };
    const { status, body } = await gateway.call(STEWARD, 'POST', '/assets', bad, { 'Accept-Language': 'zh' });
    expect(status).toBe(422);
    expect(body.code).toBe('INPUT_INVALID');
    expect(body.fields.map(({ path }: { path: string }) => path).sort()).toEqual([
      'colour',
      'elements.0.extra',
      'elements.0.type',
      'title',
    ]);
    expect(body.title).toBe(ruleCodes.INPUT_INVALID.zh);
  });

  it.each([
    ['{"title":', 400, 'BODY_MALFORMED'],
    ['[]', 422, 'INPUT_INVALID'],
    ['"text"', 400, 'BODY_MALFORMED'],
    ['null', 400, 'BODY_MALFORMED'],
    [`{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 422, 'INPUT_INVALID'],
    ['{"__proto__":{"x":1}}', 422, 'INPUT_INVALID'],
    ['{"title":{"en":"\\ud800"},"elements":[],"shareType":"unconditional","shareMethod":"api"}', 422, 'INPUT_INVALID'],
  ])('%.40s is refused', async (body, status, code) => {
    const answer = await gateway.call(STEWARD, 'POST', '/assets', body, { 'Content-Type': 'application/json' });
    expect(answer).toMatchObject({ status, body: { code } });
  });

  it('bytes that are not UTF-8 are refused, not mended', async () => {
    const answer = await gateway.call(STEWARD, 'POST', '/assets', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), {
      'Content-Type': 'application/json',
    });
    expect(answer).toMatchObject({ status: 400, body: { code: 'BODY_MALFORMED' } });
  });

  it('more than 1 MiB is 413, also when it is said to be less', async () => {
    const big = { ...population, description: { en: 'x'.repeat(1024 * 1024) } };
    expect(await gateway.call(STEWARD, 'POST', '/assets', big)).toMatchObject({ status: 413, body: { code: 'BODY_TOO_LARGE' } });
  });

  it.each(['text/plain', 'application/xml', 'application/jsonp', 'multipart/form-data; boundary=x'])('%s is 415', async (type) => {
    expect(await gateway.call(STEWARD, 'POST', '/assets', '{}', { 'Content-Type': type })).toMatchObject({
      status: 415,
      body: { code: 'MEDIA_TYPE_UNSUPPORTED' },
    });
  });

  it('another charset is 415', async () => {
    expect((await gateway.call(STEWARD, 'POST', '/assets', '{}', { 'Content-Type': 'application/json; charset=latin1' })).status).toBe(415);
  });

  it('personal numbers in free text are refused', async () => {
    const bad = { ...population, description: { zh: '联系 13912345678' } };
    expect(await gateway.call(STEWARD, 'POST', '/assets', bad)).toMatchObject({ status: 422, body: { code: 'PERSONAL_DATA' } });
  });

  it('whatever JSON is sent to whatever step, the answer is a problem of the closed list and no 500', async () => {
    const codes = new Set([...Object.keys(ruleCodes), ...Object.keys(serviceCodes)]);
    const paths = [
      '/assets',
      `/assets/${asset}/publish`,
      '/grants',
      '/grants/grn-x/approve',
      '/shares',
      '/shares/shr-x/acknowledge',
      '/rights/rgt-x/offer',
      `/assets/${asset}/rights`,
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        fc.json({ maxDepth: 3 }),
        fc.constantFrom(STEWARD, 'social-consumer-1', MANAGER),
        async (path, body, as) => {
          const answer = await gateway.call(as, 'POST', path, body, { 'Content-Type': 'application/json' });
          if (answer.status < 400) return;
          expect(answer.status).toBeLessThan(500);
          expect(codes).toContain(answer.body.code);
          expect(answer.headers.get('Content-Type')).toContain('application/problem+json');
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('addresses and questions', () => {
  it.each([
    'limit=0',
    'limit=201',
    'limit=ten',
    'limit=5&limit=6',
    'colour=red',
    'status=sold',
    'attached=yes',
    'q=',
    'atLeastBlock=-1',
    'cursor=',
  ])('GET /assets?%s is 422', async (query) => {
    const answer = await gateway.call(STEWARD, 'GET', `/assets?${query}`);
    expect(answer).toMatchObject({ status: 422, body: { code: 'INPUT_INVALID', fields: [{ path: query.split('=')[0] }] } });
  });

  it('a cursor of another question, or of nobody, is refused', async () => {
    await publish(gateway);
    const { body } = await gateway.call(STEWARD, 'GET', '/assets?limit=1');
    const other = await gateway.call(STEWARD, 'GET', `/assets?limit=1&status=retired&cursor=${encodeURIComponent(body.nextCursor)}`);
    expect(other).toMatchObject({ status: 422, body: { code: 'CURSOR_INVALID' } });
    expect((await gateway.call(STEWARD, 'GET', '/assets?cursor=AAAA')).status).toBe(422);
  });

  it.each([
    '/nothing',
    '/assets/x/y/z',
    '/nothing',
    '/vocabularies/colours',
    '/assets/ast-none',
    '/grants/..%2f..%2fetc',
    '/ledger/blocks/x',
    '/assets/%F0%9F',
  ])('GET %s is a 4xx problem', async (path) => {
    const { status, body } = await gateway.call(STEWARD, 'GET', path);
    expect([400, 404]).toContain(status);
    expect(body.code).toEqual(expect.any(String));
  });

  it('another method on a known address is 405 and says which', async () => {
    const answer = await gateway.call(STEWARD, 'DELETE', `/assets/${asset}`);
    expect(answer).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(answer.headers.get('Allow')).toBe('GET, PATCH');
  });

  it.each(['', 'a b', 'ü', 'x'.repeat(256)])('the idempotency key %j is refused', async (key) => {
    const bytes = Buffer.from(key, 'utf8').toString('latin1');
    const answer = await gateway.call(STEWARD, 'POST', '/assets', population, { 'Idempotency-Key': bytes });
    expect(answer).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_INVALID' } });
  });

  it('a request id of another form is replaced, not repeated', async () => {
    const { headers } = await gateway.call(STEWARD, 'GET', '/me', undefined, { 'X-Request-Id': 'x"; drop' });
    expect(headers.get('X-Request-Id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('credentials', () => {
  it.each([
    ['none', undefined],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['a token of nobody', `Bearer drl_${'0'.repeat(16)}_${'A'.repeat(43)}`],
    ['nonsense', 'Bearer ∞'.normalize('NFD').replace(/[^\x20-\x7e]/g, '?')],
    ['a JWT where no issuer is configured', 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9.'],
  ])('%s is 401', async (_, authorization) => {
    const answer = await fetch(`${gateway.address}/api/v1/me`, { headers: authorization ? { Authorization: authorization } : {} });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('WWW-Authenticate')).toContain('Bearer');
    expect(await answer.json()).toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it('a key is known by its secret, not by its id', async () => {
    const token = gateway.tokens.get(STEWARD) as string;
    const forged = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    expect((await fetch(`${gateway.address}/api/v1/me`, { headers: { Authorization: `Bearer ${forged}` } })).status).toBe(401);
  });

  it('a revoked identity is refused at once', async () => {
    const { identities, enrol } = gateway.service.services;
    const { token } = await identities.create({ name: 'gone-1', mspId: 'PoliceMSP', department: 'household', roles: ['consumer'] }, enrol!);
    const me = () => fetch(`${gateway.address}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } });
    expect((await me()).status).toBe(200);
    identities.revoke('gone-1');
    expect((await me()).status).toBe(401);
  });

  it('a certificate of a department that the ledger does not know is 403', async () => {
    const { identities, enrol } = gateway.service.services;
    const { token } = await identities.create(
      { name: 'stranger-1', mspId: 'PoliceMSP', department: 'secret-service', roles: ['steward'] },
      enrol!,
    );
    const answer = await fetch(`${gateway.address}/api/v1/me`, { headers: { Authorization: `Bearer ${token}` } });
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'CALLER_UNKNOWN' });
  });
});

test('requests that are no HTTP get a short answer and harm nobody', async () => {
  const { port } = new URL(gateway.address);
  for (const bytes of [
    'GET / HTTP/9.9\r\n\r\n',
    '\0\0\0\0\r\n\r\n',
    `GET /api/v1/me HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(70_000)}\r\n\r\n`,
  ]) {
    const heard = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(Number(port), '127.0.0.1', () => socket.write(bytes));
      socket.on('data', (part) => (text += part));
      socket.on('close', () => resolve(text));
      socket.on('error', () => resolve(text));
    });
    expect(heard).toMatch(/^(HTTP\/1\.1 4|$)/);
  }
  expect((await gateway.call(STEWARD, 'GET', '/me')).status).toBe(200);
});

test('nothing that was refused has left a record', async () => {
  const { body } = await gateway.call('auditor-all', 'GET', '/audit/refusals');
  expect(body.items).toEqual([]);
  expect(await gateway.call('social-consumer-1', 'POST', '/grants', wish('ast-none'))).toMatchObject({ status: 404 });
  expect(await gateway.call(STEWARD, 'POST', '/shares', sent('grn-none'))).toMatchObject({ status: 404 });
});
