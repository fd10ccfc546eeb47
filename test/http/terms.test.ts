import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { canonical } from '@drl/chaincode/model/canonical';
import { termsCommitment } from '@drl/chaincode/model/commitment';
import { verifyTerms } from '@drl/gateway/evidence/terms';
import { readTrust } from '@drl/gateway/evidence/trust';
import { verifyEvidence } from '@drl/gateway/evidence/verify';
import { directories } from '@drl/gateway/start/directories';
import { offerTerms } from '@drl/gateway/usecases/offerTerms';
import type { Services } from '@drl/gateway/usecases/services';
import type { Submitter } from '@drl/gateway/usecases/submit';
import { Level } from 'level';
import { pino } from 'pino';
import { holdersIn } from '../embedded/holders.js';
import { type Gateway, grant, MANAGER, openGateway, publish, wish } from './gateway.js';

const CANARY = 'c4n4ry7e51d8';
const terms = {
  price: { amount: '1250.50', currency: 'CNY', per: 'month', note: { zh: `${CANARY} 优惠` } },
  contacts: [{ name: `${CANARY} 王`, phone: '138 1234 5678', email: `${CANARY}@example.org` }],
  text: { zh: `双方约定：${CANARY}`, en: `Agreed: ${CANARY}` },
  elements: [{ name: 'name', detail: { en: `${CANARY} as in the family register` } }],
};

let gateway: Gateway;
let asset: string;
const lines: string[] = [];
beforeAll(async () => {
  gateway = await openGateway({}, pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }));
  asset = await publish(gateway);
});
afterAll(() => gateway.close());

type Call = Gateway['call'];
const call: Call = (...args) => gateway.call(...args);
const at = (id: string, verb = '') => `/grants/${id}/terms${verb}`;
const height = async () => (await gateway.service.services.ledger.info()).height;
/** Looks at terms, newest first, in words. */
const looks = async () =>
  (await call('auditor-all', 'GET', '/audit/queries')).body.items
    .filter(({ action }: { action: string }) => action === 'terms')
    .map(({ outcome, resultCount, question }: Record<string, unknown>) => ({ outcome, resultCount, question }));

test('offered, read, accepted; an auditor asks a party, is handed the text, and checks it; purged when over; the proof stands', async () => {
  const id = await grant(gateway, asset);
  const offered = await call('household-steward-1', 'PUT', at(id), { terms }, { 'X-Request-Id': 'terms-1' });
  expect(offered.status).toBe(200);
  expect(offered.body).toMatchObject({
    kind: 'grant',
    status: 'active',
    version: 3,
    termsOffer: { stamp: { department: 'household', requestId: 'terms-1' } },
  });
  expect(offered.headers.get('Ledger-Transaction-Id')).toMatch(/^[0-9a-f]{64}$/);
  expect(offered.headers.get('ETag')).toBe('"3"');
  const { termsHash } = offered.body.termsOffer;

  const read = await call('social-consumer-1', 'GET', at(id));
  expect(read).toMatchObject({
    status: 200,
    body: { grant: id, termsHash, terms, standing: 'offered', salt: expect.stringMatching(/^[0-9a-f]{64}$/) },
  });
  expect(read.headers.get('Cache-Control')).toBe('no-store');
  expect(termsCommitment(read.body.salt, terms as never)).toBe(termsHash);
  expect(await call('household-steward-1', 'POST', at(id, '/accept'), { termsHash })).toMatchObject({
    status: 403,
    body: { code: 'NOT_YOURS' },
  });
  const accepted = await call('social-consumer-1', 'POST', at(id, '/accept'), { termsHash });
  expect(accepted).toMatchObject({
    status: 200,
    body: { termsHash, termsAgreed: { offered: { department: 'household' }, accepted: { department: 'social-insurance' } } },
  });
  expect(accepted.body.termsOffer).toBeUndefined();

  for (const as of ['tax-steward-1', MANAGER])
    for (const [method, verb, body] of [
      ['GET', ''],
      ['PUT', '', { terms }],
      ['POST', '/accept', { termsHash }],
      ['POST', '/purge', { termsHash }],
    ] as const)
      expect(await call(as, method, at(id, verb), body)).toMatchObject({ status: 403, body: { code: 'NOT_YOURS' } });

  const asked = await call('auditor-all', 'GET', at(id));
  expect(asked).toMatchObject({ status: 403, body: { code: 'TERMS_WITH_PARTIES', accepted: 'household, social-insurance' } });
  expect(await call('auditor-tax', 'GET', at(id))).toMatchObject({ status: 403, body: { code: 'OUT_OF_SCOPE' } });
  // The file that the party has, handed over as it is.
  const handed = (await call('social-steward-1', 'GET', at(id))).body;
  const check = (as: string, body: unknown) => call(as, 'POST', at(id, '/verify'), body);
  expect(await check('auditor-all', handed)).toMatchObject({
    status: 200,
    body: {
      verdict: 'matches',
      termsHash,
      standing: 'agreed',
      version: 4,
      offered: { department: 'household' },
      accepted: { department: 'social-insurance' },
    },
  });
  for (const altered of [
    { ...handed, terms: { ...terms, price: { ...terms.price, amount: '1250.51' } } },
    { ...handed, salt: handed.salt.replace(/^./, (digit: string) => (digit === '0' ? '1' : '0')) },
    { ...handed, termsHash: 'a'.repeat(64) },
  ])
    expect(await check('auditor-all', altered)).toMatchObject({ status: 200, body: { verdict: 'differs' } });
  expect(await check('auditor-all', { ...handed, grant: 'grn-other' })).toMatchObject({
    status: 422,
    body: { fields: [{ path: 'grant' }] },
  });
  expect(await check('auditor-tax', handed)).toMatchObject({ status: 403, body: { code: 'OUT_OF_SCOPE' } });
  expect(await check('tax-steward-1', handed)).toMatchObject({ status: 403, body: { code: 'NOT_YOURS_TO_SEE' } });
  expect(await check('household-consumer-1', handed)).toMatchObject({ body: { verdict: 'matches' } });
  const words = await looks();
  expect(words.slice(-2)).toEqual([
    { outcome: 'refused', resultCount: 0, question: { action: 'terms', asked: { grant: id } } },
    { outcome: 'refused', resultCount: 0, question: { action: 'terms', asked: { grant: id } } },
  ]);
  expect(words.filter(({ resultCount }: { resultCount: number }) => resultCount === 1)).toEqual([
    { outcome: 'answered', resultCount: 1, question: { action: 'terms', asked: { grant: id, termsHash } } },
  ]);
  expect(words).toHaveLength(7);

  expect(await call('household-steward-1', 'POST', at(id, '/purge'), { termsHash })).toMatchObject({
    status: 409,
    body: { code: 'STATE_FORBIDS' },
  });
  await call('household-steward-1', 'POST', `/grants/${id}/revoke`, { reason: { en: 'over' } });
  const purged = await call('household-steward-1', 'POST', at(id, '/purge'), { termsHash });
  expect(purged).toMatchObject({ status: 200, body: { grant: id, termsHash } });
  expect((await call('household-steward-1', 'GET', `/transactions/${purged.headers.get('Ledger-Transaction-Id')}`)).body).toMatchObject({
    action: 'terms:purge',
    status: 'committed',
  });
  const trail = (await call('auditor-all', 'GET', `/audit/trail?grant=${id}`)).body.items;
  expect(trail.map(({ action, department }: { action: string; department: string }) => `${action} ${department}`)).toEqual([
    'terms:purge household',
    'grant:revoke household',
    'grant:acceptTerms social-insurance',
    'grant:offerTerms household',
    'terms:write household',
    'grant:approve household',
    'grant:request social-insurance',
  ]);
  const told = async (as: string) => (await call(as, 'GET', `/ledger/blocks/${purged.headers.get('Ledger-Block')}`)).body.acts;
  for (const as of ['social-consumer-1', MANAGER, 'auditor-all'])
    expect(await told(as)).toMatchObject([{ action: 'terms:purge', grant: id }]);
  expect(await told('tax-steward-1')).toEqual([]);
  expect(await call('household-steward-1', 'GET', at(id))).toMatchObject({ status: 404 });
  expect((await call('social-consumer-1', 'GET', at(id))).body.terms).toEqual(terms);
  expect(await check('auditor-all', handed)).toMatchObject({ body: { verdict: 'matches', standing: 'agreed' } });
  const proof = await call('auditor-all', 'GET', `/evidence/grant/${id}`);
  const report = await verifyEvidence(Buffer.from(JSON.stringify(proof.body)), await readTrust(directories(gateway.dir).trust));
  expect(report.verdict).toBe('proven');
  expect(report.versions.filter((version) => version.id === id).map(({ action, by }) => [action, by.department])).toEqual([
    ['grant:request', 'social-insurance'],
    ['grant:approve', 'household'],
    ['grant:offerTerms', 'household'],
    ['grant:acceptTerms', 'social-insurance'],
    ['grant:revoke', 'household'],
  ]);
  const files = mkdtempSync(join(tmpdir(), 'drl-terms-'));
  const file = (name: string, text: string) => {
    writeFileSync(join(files, name), text);
    return join(files, name);
  };
  const evidence = file('grant.json', JSON.stringify(proof.body));
  const offline = (text: string, proven = evidence) => verifyTerms(proven, file('terms.json', text));
  const text = JSON.stringify(handed);
  expect(await offline(text)).toEqual({ verdict: 'matches', termsHash, standing: 'agreed', version: 5 });
  for (const [from, to] of [
    ['1250.50', '1250.51'],
    [handed.salt, '0'.repeat(64)],
    [termsHash, 'a'.repeat(64)],
    [id, 'grn-other'],
  ] as const)
    expect(await offline(text.replace(from, to))).toMatchObject({ verdict: 'differs' });
  for (const [from, to] of [
    ['"terms"', '"more":1,"terms"'],
    ['{', '{{'],
    ['"text"', '"contacts":[],"text"'],
    [handed.salt, 'short'],
  ] as const)
    expect(await offline(text.replace(from, to))).toMatchObject({ verdict: 'unreadable' });
  const other = await call('auditor-all', 'GET', `/evidence/asset/${asset}`);
  expect(await offline(text, file('asset.json', JSON.stringify(other.body)))).toMatchObject({ verdict: 'differs' });
  expect(await verifyTerms(evidence, join(files, 'none.json'))).toEqual({ verdict: 'unreadable', detail: 'ENOENT' });
  rmSync(files, { recursive: true });
});

test('terms that were superseded are past, and match as such', async () => {
  const id = await grant(gateway, asset);
  const agree = async (amount: string) => {
    const { body } = await call('social-consumer-1', 'PUT', at(id), { terms: { price: { amount, currency: 'CNY' } } });
    expect((await call('household-steward-1', 'POST', at(id, '/accept'), { termsHash: body.termsOffer.termsHash })).status).toBe(200);
    return (await call('household-steward-1', 'GET', at(id))).body;
  };
  const [first, second] = [await agree('1'), await agree('2')];
  expect([first.standing, second.standing]).toEqual(['agreed', 'agreed']);
  expect((await call('household-steward-1', 'GET', at(id, `?termsHash=${first.termsHash}`))).body).toMatchObject({
    ...first,
    standing: 'past',
  });
  expect((await call('auditor-all', 'POST', at(id, '/verify'), first)).body).toMatchObject({
    verdict: 'matches',
    standing: 'past',
    // The last in which it was in force: the second was offered beside it.
    version: 5,
  });
  const offered = (await call('household-steward-1', 'PUT', at(id), { terms: { price: { amount: '3', currency: 'CNY' } } })).body
    .termsOffer;
  expect((await call('social-consumer-1', 'GET', at(id, `?termsHash=${offered.termsHash}`))).body.standing).toBe('offered');
  expect((await call('social-consumer-1', 'POST', at(id, '/decline'), { termsHash: offered.termsHash })).body).toMatchObject({
    termsHash: second.termsHash,
  });
  expect(await call('social-consumer-1', 'POST', at(id, '/purge'), { termsHash: first.termsHash })).toMatchObject({ status: 200 });
});

test('a request offers terms by their commitment; the text follows with the same salt', async () => {
  const salt = 'ab'.repeat(32);
  const termsHash = termsCommitment(salt, terms as never);
  const { body } = await call('social-consumer-1', 'POST', '/grants', { ...wish(asset), termsHash });
  expect(body).toMatchObject({ status: 'requested', termsOffer: { termsHash } });
  expect(await call('household-steward-1', 'POST', at(body.id, '/accept'), { termsHash })).toMatchObject({
    status: 409,
    body: { code: 'TERMS_NOT_HELD' },
  });
  expect(await call('household-steward-1', 'GET', at(body.id))).toMatchObject({ status: 404 });
  // It is offered already: the text goes, the offer stands.
  expect(await call('social-consumer-1', 'PUT', at(body.id), { terms, salt })).toMatchObject({
    status: 200,
    body: { version: 1, termsOffer: { termsHash } },
  });
  expect((await call('household-steward-1', 'GET', at(body.id))).body.terms).toEqual(terms);
  expect(await call('household-steward-1', 'POST', at(body.id, '/accept'), { termsHash })).toMatchObject({
    status: 200,
    body: { status: 'requested', termsHash },
  });
});

test('one key, one text: sent again, gone on after a break between its two transactions, refused with another body', async () => {
  const id = await grant(gateway, asset);
  const key = { 'Idempotency-Key': 'terms-key' };
  const { services } = gateway.service;
  const user = services.identities.byName('household-steward-1') as NonNullable<ReturnType<typeof services.identities.byName>>;
  const cut: Services = {
    ...services,
    submitter: {
      write: (write: Parameters<Submitter['write']>[0], once: Parameters<Submitter['write']>[1]) =>
        write.name === 'grant:offerTerms' ? Promise.reject(new Error('the process ends here')) : services.submitter.write(write, once),
    } as Submitter,
  };
  const whole = ['PUT', `/api/v1${at(id)}`, { terms }];
  const request = { grant: id, terms: terms as never, requestId: 'x', idempotencyKey: 'terms-key' };
  await expect(offerTerms(cut, { user } as never, { ...request, whole: ['PUT', at(id), { terms }] })).rejects.toThrow('ends here');
  expect((await call('household-steward-1', 'GET', `/grants/${id}`)).body.termsOffer).toBeUndefined();
  const entry = await services.journal.get('household-steward-1/terms-key');
  const { termsHash } = JSON.parse(entry?.result ?? '');
  const before = await height();
  const first = await call('household-steward-1', 'PUT', at(id), { terms }, key);
  expect(first).toMatchObject({ status: 200, body: { version: 3, termsOffer: { termsHash } } });
  expect(await height()).toBe(before + 1n);
  const again = await call('household-steward-1', 'PUT', at(id), { terms }, key);
  expect([again.status, again.body, again.headers.get('Ledger-Transaction-Id')]).toEqual([
    200,
    first.body,
    first.headers.get('Ledger-Transaction-Id'),
  ]);
  expect(await height()).toBe(before + 1n);
  expect(await call('household-steward-1', 'PUT', at(id), { terms: { ...terms, text: { en: 'other' } } }, key)).toMatchObject({
    status: 422,
    body: { code: 'IDEMPOTENCY_KEY_REUSED' },
  });
  // What the journal keeps of the body cannot be found by trying bodies.
  const guesses = [whole, ['PUT', at(id), { terms }], { terms }, terms].map((guess) =>
    createHash('sha256').update(canonical(guess)).digest('hex'),
  );
  expect(guesses).not.toContain(entry?.fingerprint);
});

test('If-Match that is stale is told before any text is handed out', async () => {
  const id = await grant(gateway, asset);
  const before = await height();
  expect(await call('household-steward-1', 'PUT', at(id), { terms }, { 'If-Match': '"1"' })).toMatchObject({ status: 412 });
  expect(await height()).toBe(before);
  expect(await call('household-steward-1', 'PUT', at(id), { terms }, { 'If-Match': '"2"' })).toMatchObject({
    status: 200,
    body: { version: 3 },
  });
});

test('a text that will not do is refused with every field, and nothing happens', async () => {
  const id = await grant(gateway, asset);
  const before = await height();
  const put = async (body: unknown) => (await call('household-steward-1', 'PUT', at(id), body)).body;
  const paths = async (body: unknown) => (await put(body)).fields.map(({ path }: { path: string }) => path);
  expect(await paths({ terms: { price: { amount: 5, currency: 'yuan' }, text: {} } })).toEqual([
    'terms.price.amount',
    'terms.price.currency',
    'terms.text',
  ]);
  expect(await paths({ terms: {} })).toEqual(['terms']);
  expect(await paths({ terms, salt: 'short' })).toEqual(['salt']);
  // These the parties' peers say.
  expect(await paths({ terms: { elements: [{ name: 'salary', detail: { en: 'x' } }] } })).toEqual(['terms.elements.0.name']);
  expect(await paths({ terms: { text: { zh: '张三 11010519491231002X' } } })).toEqual(['terms.text.zh']);
  expect(await put({ terms: { text: { zh: '很'.repeat(10_001) } } })).toMatchObject({ code: 'INPUT_INVALID' });
  expect((await call('household-steward-1', 'PUT', at('grn-none'), { terms })).status).toBe(404);
  expect((await call('auditor-all', 'GET', at('grn-none'))).status).toBe(404);
  expect(await height()).toBe(before + 1n);
});

test('no block, no log, no file but the two parties’ private data holds a word of it', async () => {
  await call('household-steward-1', 'PUT', at('grn-none'), `{"terms": ${CANARY}`, { 'Content-Type': 'application/json' });
  await call('household-steward-1', 'PUT', at('grn-none'), { terms, [CANARY]: CANARY });
  await call('household-steward-1', 'PUT', at('grn-none'), CANARY, { 'Content-Type': 'text/plain' });
  for (let number = 0n; number < (await height()); number++) {
    const block = await fetch(`${gateway.address}/api/v1/ledger/blocks/${number}`, {
      headers: { Authorization: `Bearer ${gateway.tokens.get('auditor-all')}`, Accept: 'application/octet-stream' },
    });
    expect(Buffer.from(await block.arrayBuffer()).includes(CANARY)).toBe(false);
  }
  for (const path of [
    '/audit/trail?limit=200',
    '/audit/refusals?limit=200',
    `/audit/trace/${asset}`,
    '/grants?limit=200',
    '/audit/queries?limit=200',
  ])
    expect(JSON.stringify((await call('auditor-all', 'GET', path)).body)).not.toContain(CANARY);
  expect(await (await fetch(`${gateway.address}/metrics`)).text()).not.toContain(CANARY);
  expect(lines.length).toBeGreaterThan(100);
  expect(lines.join('')).not.toContain(CANARY);

  await gateway.service.close();
  const dirs = directories(gateway.dir);
  expect(await holdersIn(dirs.ledger, CANARY)).toEqual(['PoliceMSP', 'SocialMSP']);
  const files = readdirSync(gateway.dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const holding = files
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((file) => readFileSync(file).includes(CANARY))
    .map((file) => relative(gateway.dir, file).split('/').slice(0, 2).join('/'));
  expect([...new Set(holding)]).toEqual(['ledger/store']);
  // Level may compress what a scan of files would find.
  for (const dir of [dirs.journal, dirs.questions, dirs.readModel]) {
    const db = new Level<Buffer, Buffer>(dir, { keyEncoding: 'buffer', valueEncoding: 'buffer', createIfMissing: false });
    let entries = 0;
    for await (const entry of db.iterator()) {
      entries += 1;
      expect(entry.some((part) => part.includes(CANARY))).toBe(false);
    }
    expect(entries).toBeGreaterThan(0);
    await db.close();
  }
});
