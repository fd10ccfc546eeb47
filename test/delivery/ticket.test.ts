import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ticket } from '@drl/chaincode/model/records/ticket';
import { type LetterContent, writeLetter } from '@drl/gateway/delivery/ticket/letter';
import type { Identity } from '@drl/gateway/ledger/ledger';
import { writeRecord } from '@drl/gateway/usecases/writeRecord';
import { CompactSign } from 'jose';
import { type Answer, call, type Gateway, openGateway, publish } from '../http/gateway.js';
import { attach, type Download, download } from './download.js';
import { secondGateway } from './secondGateway.js';

/** The provider's gateway, the consumer's, and one that has been told of something else in the provider's place. */
let provider: Gateway;
let consumer: Awaited<ReturnType<typeof secondGateway>>;
let misled: Awaited<ReturnType<typeof secondGateway>>;
let impostor: Server;
let answerWith: RequestListener = (_, response) => response.end();
const root = mkdtempSync(join(tmpdir(), 'drl-ticket-'));
const consumerUser = { name: 'social-consumer-9', mspId: 'SocialMSP', department: 'social-insurance', roles: ['consumer'] } as const;
const other = { name: 'social-consumer-8', mspId: 'SocialMSP', department: 'social-insurance', roles: ['consumer', 'steward'] } as const;

beforeAll(async () => {
  provider = await openGateway({ FILE_ROOTS: `household=${root}` });
  consumer = await secondGateway(provider, [consumerUser, other], { household: provider.address });
  impostor = createServer((request, response) => answerWith(request, response));
  await new Promise<void>((done) => impostor.listen(0, '127.0.0.1', done));
  misled = await secondGateway(provider, [{ ...consumerUser, name: 'social-consumer-7' }], {
    household: `http://127.0.0.1:${(impostor.address() as AddressInfo).port}`,
  });
});
afterAll(async () => {
  await consumer.close();
  await misled.close();
  await provider.close();
  impostor.closeAllConnections();
  impostor.close();
  rmSync(root, { recursive: true });
});

const people = 'personId,name,birthYear\n1,李,1980\n2,王,1990\n3,赵,2000\n';
const elements = [
  { name: 'personId', type: 'string', shareType: 'none', identifies: true },
  { name: 'name', type: 'string' },
  { name: 'birthYear', type: 'integer' },
];
async function granted(shareMethod = 'file', constraints: object = {}): Promise<string> {
  writeFileSync(join(root, 'people.csv'), people);
  const asset = await publish(provider, { shareMethod, elements });
  await attach(provider, asset, { accessURL: 'file:people.csv' });
  const wish = { asset, elements: ['name', 'birthYear'], purpose: 'dpv:IdentityVerification', legalBasis: { en: 'Act' }, constraints };
  const { body } = await consumer.call(consumerUser.name, 'POST', '/grants', wish);
  expect((await provider.call('household-steward-1', 'POST', `/grants/${body.id}/approve`, {})).status).toBe(200);
  return body.id;
}
const fetched = (grant: string, wish: object = {}, options: object = {}) =>
  download(consumer, grant, wish, { as: consumerUser.name, ...options });
const share = async (id: unknown) => (await provider.call('auditor-all', 'GET', `/shares/${id}`)).body;
const identity = (name: string): Identity => {
  const found = consumer.services.identities.byName(name)?.identity;
  if (!found) throw new Error(name);
  return found;
};

/** A ticket as the consumer's gateway writes one, and what belongs into its letter. */
async function ticketFor(grant: string, changes: object = {}): Promise<{ readonly ticket: Ticket; readonly content: LetterContent }> {
  const user = consumer.services.identities.byName(consumerUser.name);
  if (!user) throw new Error('no user');
  const caller = { department: user.department, mspId: 'SocialMSP', name: consumerUser.name, roles: user.roles };
  const input = { grant, purpose: 'dpv:IdentityVerification', elements: ['name'], seconds: 60, ...changes };
  const written = await writeRecord(consumer.services, { user, caller }, { name: 'ticket:issue', input, requestId: 'test' });
  if (written.state === 'open') throw new Error('open');
  const ticket = written.record as Ticket;
  return { ticket, content: { ticket: ticket.id, provider: 'household', block: written.block, hashAlgorithm: 'sha-256' } };
}
const show = (ticket: string, letter: string, what = 'deliveries'): Promise<Answer> =>
  call(`${provider.address}/api/v1/tickets/${ticket}/${what}`, '', 'POST', { letter });

test('the consumer’s gateway asks the provider’s, and hands over what both sides’ word on the ledger is the digest of', async () => {
  const grant = await granted();
  const got = await fetched(grant, { caseRef: 'SI-1', rows: 2 });
  expect(got).toMatchObject({ status: 200, complete: true, headers: { 'content-type': 'text/csv; charset=utf-8' } });
  expect(got.bytes.toString()).toBe('name,birthYear\n李,1980\n王,1990\n');
  expect(got.trailers).toMatchObject({ 'share-payload-hash': got.sha256, 'share-rows': '2', 'share-bytes': String(got.bytes.length) });
  const id = got.headers['share-id'];
  const committed = await share(id);
  expect(committed).toMatchObject({
    status: 'committed',
    caseRef: 'SI-1',
    rows: 2,
    payloadHash: got.sha256,
    created: { name: 'household-steward-1' },
  });
  const ticket = (await consumer.call(consumerUser.name, 'GET', `/tickets/${committed.ticket}`)).body;
  expect(ticket).toMatchObject({
    grant,
    consumer: 'social-insurance',
    provider: 'household',
    caseRef: 'SI-1',
    created: { name: consumerUser.name },
  });
  const { raw } = new X509Certificate(identity(consumerUser.name).certificate);
  expect(ticket.certificate).toBe(createHash('sha256').update(raw).digest('hex'));
  expect(Number(got.headers['ledger-block'])).toBeGreaterThan(
    (await provider.call('auditor-all', 'GET', `/transactions/${ticket.created.transactionId}`)).body.block,
  );
  const answer = await consumer.call(consumerUser.name, 'POST', `/shares/${id}/acknowledge`, {
    payloadHash: got.sha256,
    hashAlgorithm: 'sha-256',
  });
  expect(answer.body.status).toBe('acknowledged');
  const proof = await provider.call('household-steward-1', 'GET', `/evidence/ticket/${committed.ticket}`);
  expect((await provider.call('household-steward-1', 'POST', '/evidence/verify', proof.body)).body.verdict).toBe('proven');
});

test('a query goes the same way, and is throttled where it is answered', async () => {
  const grant = await granted('query-verify');
  const ask = (birthYear: number) =>
    consumer.call(consumerUser.name, 'POST', `/grants/${grant}/queries`, { subject: { personId: '2' }, values: { name: '王', birthYear } });
  const { status, body, headers } = await ask(1990);
  expect([status, body.matches]).toEqual([200, { name: true, birthYear: true }]);
  expect(await share(headers.get('share-id'))).toMatchObject({ status: 'committed', method: 'query-verify', ticket: expect.any(String) });
  for (let year = 2000; year < 2005; year += 1) expect((await ask(year)).body.matches).toEqual({ name: true, birthYear: false });
  expect(await ask(1990)).toMatchObject({ status: 429, body: { code: 'QUERY_THROTTLED' } });
});

test('what the grant forbids is refused on the ledger, and told as here', async () => {
  const grant = await granted('file', { maxCount: 1 });
  const wrongPurpose = await fetched(grant, { purpose: 'dpv:ServiceProvision' });
  expect(wrongPurpose).toMatchObject({ status: 409, body: { code: 'PURPOSE_MISMATCH', transactionId: expect.any(String) } });
  expect(wrongPurpose.headers['ledger-transaction-id']).toBe(wrongPurpose.body.transactionId);
  expect((await fetched(grant)).status).toBe(200);
  expect((await fetched(grant)).body.code).toBe('GRANT_EXHAUSTED');
  const missing = await fetched(await granted(), { distribution: 'none' });
  expect(missing).toMatchObject({ status: 409, body: { code: 'RESOURCE_MISSING', given: 'none' } });
});

test('one key, one ticket, one share', async () => {
  const grant = await granted();
  const headers = { 'Idempotency-Key': 'remote-once' };
  expect((await fetched(grant, {}, { headers })).status).toBe(200);
  expect((await fetched(grant, {}, { headers })).body.code).toBe('TICKET_USED');
  const { items } = (await provider.call('auditor-all', 'GET', `/tickets?grant=${grant}`)).body;
  expect(items).toHaveLength(1);
});

test('a provider whose gateway nobody named, or that is not there', async () => {
  const grant = await granted();
  const lost = await secondGateway(provider, [{ ...consumerUser, name: 'social-consumer-6' }], {});
  expect((await download(lost, grant, {}, { as: 'social-consumer-6' })).body.code).toBe('PROVIDER_NOT_HERE');
  await lost.close();
  const closed = await secondGateway(provider, [{ ...consumerUser, name: 'social-consumer-5' }], { household: 'http://127.0.0.1:9' });
  expect(await download(closed, grant, {}, { as: 'social-consumer-5' })).toMatchObject({ status: 502, body: { code: 'PEER_UNREACHABLE' } });
  await closed.close();
});

describe('a letter', () => {
  test('carries one share, also shown twice at once', async () => {
    const { ticket, content } = await ticketFor(await granted());
    const letter = await writeLetter(identity(consumerUser.name), content);
    const both = await Promise.all([show(ticket.id, letter), show(ticket.id, letter)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(both.find(({ status }) => status === 409)?.body.code).toBe('TICKET_USED');
    expect((await show(ticket.id, letter)).body.code).toBe('TICKET_USED');
    const { items } = (await provider.call('auditor-all', 'GET', `/shares?grant=${ticket.grant}`)).body;
    expect(items).toMatchObject([{ ticket: ticket.id, status: 'committed' }]);
  });

  test('of an expired ticket is refused', async () => {
    const { ticket, content } = await ticketFor(await granted(), { seconds: 1 });
    while (Date.now() <= Date.parse(ticket.expiresAt)) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await show(ticket.id, await writeLetter(identity(consumerUser.name), content))).toMatchObject({
      status: 409,
      body: { code: 'TICKET_EXPIRED' },
    });
  });

  test('that another signed, for another, or of another form is refused, and nothing is written', async () => {
    const grant = await granted();
    const { ticket, content } = await ticketFor(grant);
    const mine = identity(consumerUser.name);
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const good = await writeLetter(mine, content);
    const [head, payload = '', signature] = good.split('.');
    const altered = Buffer.from(JSON.stringify({ ...content, rows: 1 })).toString('base64url');
    const root = readFileSync(join(provider.dir, 'trust', 'SocialMSP.pem'), 'utf8');
    const unsigned = `${Buffer.from('{"alg":"none","typ":"drl-ticket+jws"}').toString('base64url')}.${payload}.`;
    const plain = await new CompactSign(Buffer.from(JSON.stringify(content))).setProtectedHeader({ alg: 'ES256' }).sign(mine.privateKey);
    const elsewhere = await ticketFor(grant);
    const before = (await provider.call('auditor-all', 'GET', '/ledger')).body.height;
    const letters: Record<string, string> = {
      'another’s certificate of the same department': await writeLetter(identity(other.name), content),
      'its certificate and another key': await writeLetter({ ...mine, privateKey: stranger }, content),
      'the root’s certificate': await writeLetter({ ...mine, certificate: root }, content),
      'a content changed since': `${head}.${altered}.${signature}`,
      'no signature': unsigned,
      'no certificate': plain,
      'no letter': 'letter',
      'another provider’s': await writeLetter(mine, { ...content, provider: 'tax' }),
      'another ticket’s': await writeLetter(mine, elsewhere.content),
      'a ticket that is none': await writeLetter(mine, { ...content, ticket: 'tkt-none' }),
      'fields that it does not have': await writeLetter(mine, { ...content, purpose: 'dpv:ServiceProvision' } as LetterContent),
    };
    for (const [what, letter] of Object.entries(letters)) {
      const answer = await show(ticket.id, letter);
      expect([what, answer.status, answer.body.code]).toEqual([what, 401, 'TICKET_INVALID']);
    }
    expect((await show('tkt-none', await writeLetter(mine, { ...content, ticket: 'tkt-none' }))).body.code).toBe('TICKET_INVALID');
    expect((await provider.call('auditor-all', 'GET', '/ledger')).body.height).toBe(before);
    expect((await show(ticket.id, good)).status).toBe(200);
  });

  test('asks what its ticket is for, and no other question', async () => {
    const grant = await granted('query-verify');
    const { ticket, content } = await ticketFor(grant, { method: 'query-verify' });
    const question = { subject: { personId: '1' }, values: { name: '李', birthYear: '1980' } };
    const sign = (asked: object) => writeLetter(identity(consumerUser.name), { ...content, ...asked } as LetterContent);
    expect((await show(ticket.id, await sign({ question }), 'queries')).body.code).toBe('TICKET_INVALID');
    expect((await show(ticket.id, await sign({}), 'queries')).body.code).toBe('TICKET_INVALID');
    expect((await show(ticket.id, await sign({ question }))).body.code).toBe('TICKET_INVALID');
    const answered = await show(ticket.id, await sign({ question: { ...question, values: { name: '李' } } }), 'queries');
    expect([answered.status, answered.body.matches]).toEqual([200, { name: true }]);
  });
});

test('a proxy in between may drop trailers: what was committed is the ledger’s to say', async () => {
  const grant = await granted();
  answerWith = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const headers = { 'Content-Type': 'application/json' };
      const passed = await fetch(`${provider.address}${request.url}`, { method: 'POST', headers, body: Buffer.concat(chunks) });
      const kept = ['content-type', 'share-id', 'ledger-block', 'ledger-transaction-id'];
      response.writeHead(passed.status, Object.fromEntries(kept.map((name) => [name, passed.headers.get(name) ?? ''])));
      response.end(Buffer.from(await passed.arrayBuffer()));
    });
  };
  const got = await download(misled, grant, {}, { as: 'social-consumer-7' });
  expect(got).toMatchObject({ status: 200, complete: true });
  expect(got.trailers['share-payload-hash']).toBe(got.sha256);
  const { updated } = await share(got.headers['share-id']);
  expect(got.trailers['share-commit-transaction-id']).toBe(updated.transactionId);
});

describe('a provider’s gateway that lies', () => {
  const misledBy = async (listener: RequestListener): Promise<Download> => {
    answerWith = listener;
    return download(misled, await granted(), {}, { as: 'social-consumer-7' });
  };

  test('about the share: nothing is handed on', async () => {
    const earlier = await fetched(await granted());
    const known = { 'Share-Id': earlier.headers['share-id'], 'Ledger-Transaction-Id': 'a'.repeat(64), 'Ledger-Block': '1' };
    for (const headers of [{}, known, { ...known, 'Share-Id': 'shr-none' }, { 'Share-Id': 'shr-x', 'Ledger-Block': 'x' }]) {
      const got = await misledBy((_, response) => response.writeHead(200, headers as Record<string, string>).end('data'));
      expect(got).toMatchObject({ status: 502, body: { code: 'PEER_ANSWER_WRONG' } });
      expect(got.bytes.toString()).not.toContain('data,');
    }
  });

  test('about the payload: the answer breaks off', async () => {
    const grant = await granted();
    answerWith = (request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', async () => {
        const passed = await fetch(`${provider.address}${request.url}`, {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body,
        });
        await passed.text();
        const { items } = (await provider.call('auditor-all', 'GET', `/shares?grant=${grant}`)).body;
        const [{ id, updated }] = items;
        const { block } = (await provider.call('auditor-all', 'GET', `/transactions/${updated.transactionId}`)).body;
        response.writeHead(200, {
          ...{ 'Share-Id': id, 'Ledger-Transaction-Id': updated.transactionId, 'Ledger-Block': String(block), 'Content-Type': 'text/csv' },
          Trailer: 'Share-Commit-Block, Share-Commit-Transaction-Id',
        });
        response.write('name,birthYear\n李,1970\n');
        response.addTrailers({ 'Share-Commit-Block': String(block), 'Share-Commit-Transaction-Id': updated.transactionId });
        response.end();
      });
    };
    const got = await download(misled, grant, {}, { as: 'social-consumer-7' });
    expect([got.status, got.complete]).toEqual([200, false]);
  });

  test('about refusals', async () => {
    const problem = (body: unknown, headers = {}) =>
      misledBy((_, response) =>
        response.writeHead(409, { 'Content-Type': 'application/problem+json', ...headers }).end(JSON.stringify(body)),
      );
    const recorded = { code: 'GRANT_EXHAUSTED', transactionId: 'b'.repeat(64) };
    expect((await problem(recorded, { 'Ledger-Block': '1' })).body.code).toBe('PEER_ANSWER_WRONG');
    expect((await problem({ code: 'INVENTED', detail: '<script>' })).body.code).toBe('PEER_ANSWER_WRONG');
    expect((await problem('x'.repeat(100_000))).body.code).toBe('PEER_ANSWER_WRONG');
  });
});
