import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, call, type Gateway, grant, openGateway, population, publish, sent } from './gateway.js';

const STEWARD = 'household-steward-1';
const key = (value: string) => ({ 'Idempotency-Key': value });

describe('one key, one write', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway();
  });
  afterAll(() => gateway.close());

  const same = (a: Answer, b: Answer) => {
    expect(b.status).toBe(a.status);
    expect(b.body).toEqual(a.body);
    for (const header of ['Ledger-Transaction-Id', 'Ledger-Block', 'Location', 'ETag'])
      expect(b.headers.get(header)).toBe(a.headers.get(header));
  };

  it('answers the same result without a second transaction, on every POST', async () => {
    const { call } = gateway;
    const first = await call(STEWARD, 'POST', '/assets', population, key('register'));
    same(first, await call(STEWARD, 'POST', '/assets', population, key('register')));
    const published = await call(STEWARD, 'POST', `/assets/${first.body.id}/publish`, {}, key('publish'));
    expect(published.status).toBe(200);
    const { height } = (await call(STEWARD, 'GET', '/ledger')).body;
    // Stale by now, and the state forbids it: still the same answer.
    same(published, await call(STEWARD, 'POST', `/assets/${first.body.id}/publish`, {}, key('publish')));
    expect((await call(STEWARD, 'GET', '/ledger')).body.height).toBe(height);
  });

  it('the order of members is not another body, another body or address is', async () => {
    const { call } = gateway;
    const reversed = Object.fromEntries(Object.entries(population).reverse());
    expect((await call(STEWARD, 'POST', '/assets', reversed, key('register'))).status).toBe(201);
    expect(await call(STEWARD, 'POST', '/assets', { ...population, theme: 'health' }, key('register'))).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect((await call(STEWARD, 'POST', '/assets/ast-x/publish', {}, key('register'))).status).toBe(422);
  });

  it('a key is its caller’s own', async () => {
    const other = await gateway.call('social-steward-1', 'POST', '/assets', population, key('register'));
    expect(other).toMatchObject({ status: 201, body: { publisher: 'social-insurance' } });
  });

  it('a refusal that the ledger recorded is replayed; one that left nothing is not', async () => {
    const { call } = gateway;
    const agreed = await grant(gateway, await publish(gateway), { maxRows: 5 });
    const refused = await call(STEWARD, 'POST', '/shares', sent(agreed), key('too-many'));
    expect(refused).toMatchObject({ status: 409, body: { code: 'ROWS_EXCEEDED' } });
    same(refused, await call(STEWARD, 'POST', '/shares', sent(agreed), key('too-many')));
    const asset = (await call(STEWARD, 'POST', '/assets', population)).body.id;
    const early = await call(
      'social-consumer-1',
      'POST',
      '/grants',
      { asset, elements: ['name'], purpose: 'dpv:ServiceProvision', legalBasis: { en: 'x' } },
      key('ask'),
    );
    expect(early.status).toBeGreaterThanOrEqual(400);
    await call(STEWARD, 'POST', `/assets/${asset}/publish`);
    const later = await call(
      'social-consumer-1',
      'POST',
      '/grants',
      { asset, elements: ['name'], purpose: 'dpv:ServiceProvision', legalBasis: { en: 'x' } },
      key('ask'),
    );
    expect(later.status).toBe(201);
  });

  it('many at once make one transaction; who comes meanwhile is told where to look', async () => {
    const { call } = gateway;
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => call(STEWARD, 'POST', '/assets', { ...population, catalogCode: 'ONE' }, key('at-once'))),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    for (const status of statuses) expect([201, 202]).toContain(status);
    const made = answers.find(({ status }) => status === 201) as Answer;
    const id = made.headers.get('Ledger-Transaction-Id');
    for (const { status, headers } of answers) if (status === 202) expect(headers.get('Location')).toBe(`/api/v1/transactions/${id}`);
    expect((await call(STEWARD, 'GET', '/assets?catalogCode=ONE')).body.items).toHaveLength(1);
    same(made, await call(STEWARD, 'POST', '/assets', { ...population, catalogCode: 'ONE' }, key('at-once')));
  });

  it('an asynchronous answer and its key lead to the same transaction', async () => {
    const { call } = gateway;
    const headers = { ...key('later'), Prefer: 'respond-async' };
    const accepted = await call(STEWARD, 'POST', '/assets', { ...population, catalogCode: 'LATER' }, headers);
    expect(accepted.status).toBe(202);
    const address = accepted.headers.get('Location');
    let answer = accepted;
    while (answer.status === 202) {
      expect(answer.headers.get('Location')).toBe(address);
      answer = await call(STEWARD, 'POST', '/assets', { ...population, catalogCode: 'LATER' }, headers);
    }
    expect(answer).toMatchObject({ status: 201, body: { catalogCode: 'LATER' } });
    expect(address).toContain(answer.headers.get('Ledger-Transaction-Id'));
  });
});

describe('through kill −9', () => {
  const main = join(__dirname, '..', '..', 'gateway', 'dist', 'main.js');
  let dir: string;
  let child: ChildProcess;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'drl-kill-'));
  });
  afterEach(async () => {
    await kill();
    rmSync(dir, { recursive: true });
  });

  async function startChild(): Promise<string> {
    child = spawn(process.execPath, [main], {
      env: { ...process.env, DATA_DIR: dir, PORT: '0', DEMO: '0', LOG_LEVEL: 'error' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return new Promise((resolve, reject) => {
      let text = '';
      child.stdout?.on('data', (part: Buffer) => {
        text += part;
        const address = /ready at (\S+)/.exec(text)?.[1];
        if (address) resolve(address);
      });
      child.once('exit', () => reject(new Error(`it ended: ${text}`)));
    });
  }

  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  it('every key stands for one transaction, acknowledged or not, whenever the blow falls', async () => {
    let address = await startChild();
    const token = JSON.parse(readFileSync(join(dir, 'initial-manager.json'), 'utf8'))[0].token as string;
    const admit = (n: number) =>
      call(
        `${address}/api/v1/departments`,
        token,
        'POST',
        { id: `office-${n}`, name: { en: `Office ${n}` }, mspId: 'AgenciesMSP' },
        key(`admit-${n}`),
      ).catch(() => undefined);
    const acknowledged = new Map<number, Answer>();
    for (let round = 0; round < 3; round += 1) {
      const numbers = Array.from({ length: 20 }, (_, i) => round * 20 + i);
      let answered = 0;
      const sending = numbers.map(async (n) => {
        const answer = await admit(n);
        if (answer?.status === 201) acknowledged.set(n, answer);
        answered += 1;
      });
      // The blow falls when some have been answered and others have not.
      while (answered < 1 + round * 3) await new Promise((resolve) => setTimeout(resolve, 1));
      await kill();
      await Promise.all(sending);
      address = await startChild();
    }
    for (let n = 0; n < 60; n += 1) {
      let answer = await admit(n);
      while (answer?.status === 202 || answer?.status === 503) answer = await admit(n);
      // Not ALREADY_EXISTS: who asks again under the same key is answered as if nothing had happened.
      expect(answer).toMatchObject({ status: 201, body: { id: `office-${n}`, version: 1 } });
      const before = acknowledged.get(n);
      if (before) expect(answer?.headers.get('Ledger-Transaction-Id')).toBe(before.headers.get('Ledger-Transaction-Id'));
    }
    const ready = await (await fetch(`${address}/readyz`)).json();
    expect(ready).toMatchObject({ ready: true });
  }, 180_000);
});
