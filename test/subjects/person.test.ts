import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leafHash, rootBy } from '@drl/gateway/leaks/tree';
import { attach, download } from '../delivery/download';
import { type Gateway, MANAGER, openGateway, publish, wish } from '../http/gateway';

/** Two persons whose rows are delivered: resident id numbers of the form that GB 11643 gives them, of nobody. */
const ZHANG = '11010519900307123X';
const LI = '110105198807064321';
const rows = `personId,name,birthYear\n${ZHANG},张三,1990\n${LI},李四,1988\n`;

let gateway: Gateway;
let files: string;
beforeAll(async () => {
  files = mkdtempSync(join(tmpdir(), 'drl-files-'));
  gateway = await openGateway({ FILE_ROOTS: `household=${files}` });
});
afterAll(async () => {
  await gateway.close();
  rmSync(files, { recursive: true });
});

const elements = [
  { name: 'personId', type: 'string', shareType: 'none', personal: true, identifies: true },
  { name: 'name', type: 'string', personal: true },
  { name: 'birthYear', type: 'integer' },
];

async function register(content = rows, mediaType = 'text/csv', changes: Record<string, unknown> = {}): Promise<string> {
  const name = `r${Math.random().toString(36).slice(2)}`;
  writeFileSync(join(files, name), content);
  const id = await publish(gateway, { elements, ...changes });
  await attach(gateway, id, { accessURL: `file:${name}`, mediaType });
  return id;
}

async function agreed(asset: string, more: Record<string, unknown> = {}): Promise<string> {
  const { body } = await gateway.call('social-consumer-1', 'POST', '/grants', { ...wish(asset), ...more });
  if (body.status === 'requested') await gateway.call('household-steward-1', 'POST', `/grants/${body.id}/approve`, {});
  return body.id;
}

async function delivered(asset: string, more: Record<string, unknown> = {}, ask: Record<string, unknown> = {}): Promise<string> {
  const got = await download(gateway, await agreed(asset, more), ask);
  expect(got).toMatchObject({ status: 200, complete: true });
  return got.headers['share-id'] as string;
}

const ask = (as: string, personId: string, department = 'household') =>
  gateway.call(as, 'POST', '/audit/persons', { department, subject: { personId } });
interface Proof {
  readonly root: string;
  readonly leaf: string;
  readonly index: number;
  readonly count: number;
  readonly path: readonly string[];
}
const uses = async (personId: string, as = 'household-steward-1') =>
  (await ask(as, personId)).body.items as { share: string; proof?: Proof }[];
const soon = () => new Date(Date.now() + 3_600_000).toISOString();

test('who is in the rows finds the use, though what identifies them was withheld from the consumer; who is not finds nothing', async () => {
  const share = await delivered(await register());
  const [use] = await uses(ZHANG);
  expect(use).toMatchObject({ share, consumer: 'social-insurance', purpose: 'dpv:IdentityVerification', elements: ['name'] });
  expect(await uses(' 11010519900307123Ｘ ')).toEqual(await uses(ZHANG));
  expect(await uses('110105197701011234')).toEqual([]);
  const { body } = await gateway.call('auditor-all', 'GET', `/shares/${share}`);
  expect(body.subjects).toMatchObject({ count: 2 });
});

test('the person is shown a proof against what the provider committed to on the ledger', async () => {
  const share = await delivered(await register());
  for (const person of [ZHANG, LI]) {
    const [proof] = (await uses(person)).flatMap((use) => (use.share === share && use.proof ? [use.proof] : []));
    const { root, leaf, index, count, path } = proof as Proof;
    const onLedger = (await gateway.call('auditor-all', 'GET', `/shares/${share}`)).body.subjects;
    expect({ root, count }).toEqual(onLedger);
    const proven = rootBy(
      path.map((hash) => Buffer.from(hash, 'hex')),
      leafHash(Buffer.from(leaf, 'hex')),
      index,
      count,
    );
    expect(proven?.toString('hex')).toBe(root);
  }
});

test.each([
  ['application/json', `[{"personId":"${ZHANG}","name":"A"}]`],
  ['application/x-ndjson', `{"personId":"${ZHANG}","name":"A"}\n`],
])('rows of %s too, those that did not leave excepted', async (mediaType, content) => {
  const share = await delivered(await register(content, mediaType));
  expect((await uses(ZHANG)).map((use) => use.share)).toContain(share);
  const first = await delivered(await register(), {}, { rows: 1 });
  expect((await uses(ZHANG)).map((use) => use.share)).toContain(first);
  expect((await uses(LI)).map((use) => use.share)).not.toContain(first);
});

test('a query about one subject is found by that subject', async () => {
  const asset = await register(rows, 'text/csv', { shareMethod: 'query-verify' });
  const grant = await agreed(asset);
  const asked = await gateway.call('social-consumer-1', 'POST', `/grants/${grant}/queries`, {
    subject: { personId: LI },
    values: { name: '李四' },
  });
  expect(asked.status).toBeLessThan(300);
  const found = (await uses(LI)).filter((use) => (use as unknown as { grant: string }).grant === grant);
  expect(found).toMatchObject([{ method: 'query-verify', proof: { count: 1 } }]);
  expect((await uses(ZHANG)).filter((use) => (use as unknown as { grant: string }).grant === grant)).toEqual([]);
});

describe('what is concealed', () => {
  test('cannot be told from what never was: status, body and beat of time; auditors see it', async () => {
    const asset = await register();
    const other = '110105196001011234';
    const shape = async (personId: string) => {
      const began = performance.now();
      const { status, body, headers } = await ask('household-steward-1', personId);
      const beats = Math.floor((performance.now() - began) / 500);
      const { asOf: _, ...rest } = body;
      return { status, rest, length: headers.get('content-length'), beats };
    };
    const before = await shape(ZHANG);
    expect(before.beats).toBeGreaterThan(0);
    const never = await shape(other);
    const share = await delivered(asset, { concealed: { until: soon(), reason: { en: 'An investigation' } } });
    const after = await shape(ZHANG);
    expect(after.rest).toEqual(before.rest);
    expect({ status: after.status, length: after.length }).toEqual({ status: before.status, length: before.length });
    expect((await shape(other)).rest).toEqual(never.rest);
    const seen = await uses(ZHANG, 'auditor-all');
    expect(seen.find((use) => use.share === share)).toMatchObject({ concealedUntil: expect.any(String) });
  });

  test('appears once who asked for it, or the manager, discloses it, and to nobody else’s word', async () => {
    for (const by of ['social-consumer-1', MANAGER]) {
      const grant = await agreed(await register(), { concealed: { until: soon(), reason: { en: 'An inspection' } } });
      const got = await download(gateway, grant);
      const share = got.headers['share-id'];
      expect((await uses(ZHANG)).map((use) => use.share)).not.toContain(share);
      expect((await gateway.call('household-steward-1', 'POST', `/grants/${grant}/disclose`, {})).body.code).toBe('NOT_YOURS');
      expect((await gateway.call(by, 'POST', `/grants/${grant}/disclose`, {})).status).toBe(200);
      expect((await uses(ZHANG)).map((use) => use.share)).toContain(share);
      expect((await gateway.call(by, 'POST', `/grants/${grant}/disclose`, {})).body.code).toBe('STATE_FORBIDS');
    }
  });

  test('needs somebody’s consent, even where the data is for everybody', async () => {
    const asset = await register(rows, 'text/csv', { shareType: 'unconditional', shareCondition: undefined });
    const plain = await gateway.call('social-consumer-1', 'POST', '/grants', wish(asset));
    expect(plain.body.status).toBe('active');
    const hidden = { ...wish(asset), concealed: { until: soon(), reason: { en: 'An inspection' } } };
    expect((await gateway.call('social-consumer-1', 'POST', '/grants', hidden)).body.status).toBe('requested');
    const past = { ...hidden, concealed: { ...hidden.concealed, until: '2020-01-01T00:00:00Z' } };
    expect((await gateway.call('social-consumer-1', 'POST', '/grants', past)).body.code).toBe('INPUT_INVALID');
  });
});

test('who may ask: the department that had the data, for the person; an auditor in scope, on the record', async () => {
  expect((await ask('social-consumer-1', ZHANG)).body.code).toBe('NOT_YOURS');
  expect((await ask('household-consumer-1', ZHANG)).body.code).toBe('NOT_YOURS');
  expect((await ask('auditor-tax', ZHANG)).body.code).toBe('OUT_OF_SCOPE');
  await ask('auditor-all', ZHANG);
  const { items } = (await gateway.call('auditor-all', 'GET', '/audit/queries')).body;
  expect(items.slice(0, 2)).toMatchObject([
    {
      action: 'person',
      outcome: 'answered',
      question: { asked: { department: 'household', persons: [expect.stringMatching(/^[0-9a-f]{64}$/)] } },
    },
    { action: 'person', outcome: 'refused' },
  ]);
});

test('nothing that names a person is in any block', async () => {
  const { height } = (await gateway.call('auditor-all', 'GET', '/ledger')).body;
  for (let number = 0; number < height; number++) {
    const { body } = await gateway.call('auditor-all', 'GET', `/ledger/blocks/${number}`, undefined, {
      Accept: 'application/octet-stream',
    });
    for (const word of [ZHANG, LI, '张三', '李四']) expect(String(body).includes(word)).toBe(false);
  }
});
