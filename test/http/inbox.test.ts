import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Webhooks, type WebhooksParts } from '@drl/gateway/webhooks/webhooks';
import { type Gateway, grant, HASH, MANAGER, openGateway, population, publish, sent, wish } from './gateway';

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver as a department would write one: it answers what it is told to, and keeps what it got. */
async function receiver(answers: (n: number) => number) {
  const got: Received[] = [];
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(parts).toString() });
      response.statusCode = answers(got.length);
      response.end();
    });
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return {
    got,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/told`,
    taken: () => got.filter((_, i) => answers(i + 1) === 200).map(({ body }) => JSON.parse(body)),
    close: () => new Promise((closed) => server.close(closed)),
  };
}

async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !holds(); i++) await delay(25);
  expect(holds()).toBe(true);
}

const [provider, consumer] = ['household-steward-1', 'social-consumer-1'];

describe('the inbox of a department', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await openGateway({ FETCH_ALLOW: 'household=127.0.0.1' });
  });
  afterAll(() => gateway.close());

  const inbox = async (as: string) => (await gateway.call(as, 'GET', '/inbox')).body;
  const waitsFor = async (as: string) =>
    (await inbox(as)).waiting.map((task: { kind: string; subject: { id: string } }) => `${task.kind} ${task.subject.id}`);

  test('what is asked of it waits until it is done, and both sides are told of each other’s acts alone', async () => {
    const asset = await publish(gateway);
    const { body: asked } = await gateway.call(consumer, 'POST', '/grants', wish(asset));
    expect(await waitsFor(provider)).toContain(`decide-request ${asked.id}`);
    const [told] = (await inbox(provider)).items;
    expect(told).toMatchObject({ action: 'grant:request', by: 'social-insurance', subject: { kind: 'grant', id: asked.id }, read: false });
    expect(told.text.zh).toContain('《人口基础信息》');
    expect(told.text.en).toContain('Population register');
    const actions = async (as: string) => (await inbox(as)).items.map(({ action }: { action: string }) => action);
    expect(await actions(consumer)).toEqual(['department:admit']);

    await gateway.call(provider, 'POST', `/grants/${asked.id}/approve`, {});
    expect(await waitsFor(provider)).not.toContain(`decide-request ${asked.id}`);
    const { body: share } = await gateway.call(provider, 'POST', '/shares', sent(asked.id));
    expect(await waitsFor(consumer)).toContain(`acknowledge-share ${share.id}`);
    expect(await actions(consumer)).toEqual(['share:commit', 'grant:approve', 'department:admit']);
    await gateway.call(consumer, 'POST', `/shares/${share.id}/acknowledge`, { payloadHash: 'b'.repeat(64), hashAlgorithm: 'sha-256' });
    for (const side of [provider, consumer]) expect(await waitsFor(side)).toContain(`resolve-mismatch ${share.id}`);
    expect(await waitsFor('tax-steward-1')).toEqual([]);
  });

  test('what the manager has to settle waits for the manager', async () => {
    const asset = await publish(gateway);
    const { body: claim } = await gateway.call(provider, 'POST', `/assets/${asset}/rights`, {
      ...{ rightType: 'ownership', role: 'producer', basis: { en: 'Residence registration' } },
    });
    expect(await waitsFor(MANAGER)).toContain(`confirm-ownership ${claim.id}`);
    expect(await waitsFor(provider)).not.toContain(`confirm-ownership ${claim.id}`);
    await gateway.call(MANAGER, 'POST', `/rights/${claim.id}/confirm`, {});
    expect(await waitsFor(MANAGER)).not.toContain(`confirm-ownership ${claim.id}`);
    const { body: contest } = await gateway.call('tax-steward-1', 'POST', `/rights/${claim.id}/contest`, { reason: { en: 'Ours' } });
    expect(contest.status).toBe('open');
    expect(await waitsFor(MANAGER)).toContain(`rule-contest ${claim.id}`);
    for (const side of [provider, 'tax-steward-1']) expect(await waitsFor(side)).toContain(`contested-right ${claim.id}`);
  });

  test('a name that two departments give two types waits for both, until one has put it right', async () => {
    const element = (type: string) => ({ elements: [{ name: 'plotNumber', type }] });
    const ours = await publish(gateway, element('string'));
    const { body } = await gateway.call('tax-steward-1', 'POST', '/assets', { ...population, ...element('integer') });
    await gateway.call('tax-steward-1', 'POST', `/assets/${body.id}/publish`, {});
    expect(await waitsFor(provider)).toContain(`dictionary-finding ${ours}`);
    expect(await waitsFor('tax-steward-1')).toContain(`dictionary-finding ${body.id}`);
    await gateway.call('tax-steward-1', 'PATCH', `/assets/${body.id}`, element('string'));
    for (const side of [provider, 'tax-steward-1']) expect((await waitsFor(side)).join()).not.toContain('dictionary-finding');
  });

  test('a read mark is each user’s own and never goes back', async () => {
    const { asOf, unread } = await inbox(provider);
    expect(unread).toBeGreaterThan(0);
    const marked = await gateway.call(provider, 'POST', '/inbox/read', { through: asOf.block });
    expect(marked.body).toEqual({ readThrough: asOf.block, unread: 0 });
    expect((await gateway.call(provider, 'POST', '/inbox/read', { through: 1 })).body.readThrough).toBe(asOf.block);
    expect((await gateway.call(provider, 'POST', '/inbox/read', { through: 1e9 })).body.readThrough).toBeLessThan(1e9);
    expect((await inbox('household-consumer-1')).readThrough).toBe(-1);
    expect((await inbox(provider)).items.every(({ read }: { read: boolean }) => read)).toBe(true);
  });

  test('pages go on where they ended', async () => {
    const whole = (await inbox(provider)).items;
    const first = (await gateway.call(provider, 'GET', '/inbox?limit=1')).body;
    const second = (await gateway.call(provider, 'GET', `/inbox?limit=1&cursor=${encodeURIComponent(first.nextCursor)}`)).body;
    expect([...first.items, ...second.items]).toEqual(whole.slice(0, 2));
  });

  test('the stream tells what comes, and resumes behind the last block heard', async () => {
    const asset = await publish(gateway);
    const { block } = (await inbox(provider)).asOf;
    const { headers } = await gateway.call(consumer, 'POST', '/grants', wish(asset));
    const at = Number(headers.get('ledger-block'));
    for (const [last, expected] of [
      [block, [at]],
      [at, []],
    ] as const) {
      const stop = new AbortController();
      const heard: number[] = [];
      const stream = await fetch(`${gateway.address}/api/v1/inbox`, {
        headers: { Authorization: `Bearer ${gateway.tokens.get(provider)}`, Accept: 'text/event-stream', 'Last-Event-ID': String(last) },
        signal: stop.signal,
      });
      expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
      setTimeout(() => stop.abort(), 1500);
      try {
        for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>)
          for (const line of Buffer.from(chunk).toString().split('\n')) if (line.startsWith('id: ')) heard.push(Number(line.slice(4)));
      } catch {
        // The test itself ends the stream.
      }
      expect(heard).toEqual(expected);
    }
  });

  test('a webhook is told in order, again until it is taken, under the same id and a signature that its secret proves', async () => {
    // Twice it is down, then it is well.
    const there = await receiver((n) => (n <= 2 ? 503 : 200));
    const { body: hook, status } = await gateway.call(provider, 'POST', '/webhooks', { url: there.url });
    expect(status).toBe(201);
    expect(hook.secret).toMatch(/^whsec_/);
    expect((await gateway.call(provider, 'POST', `/webhooks/${hook.id}/test`, {})).body).toEqual({ taken: false, status: 503 });
    expect((await gateway.call(provider, 'POST', `/webhooks/${hook.id}/test`, {})).body).toEqual({ taken: false, status: 503 });
    const asset = await publish(gateway);
    const { body: first } = await gateway.call(consumer, 'POST', '/grants', wish(asset));
    await gateway.call(consumer, 'POST', `/grants/${first.id}/withdraw`, {});
    await until(() => there.taken().length >= 2);
    const [asked, withdrawn] = there.taken().map(({ type, data }) => [type, data.subject.id]);
    expect([asked, withdrawn]).toEqual([
      ['grant:request', first.id],
      ['grant:withdraw', first.id],
    ]);
    for (const { headers, body } of there.got) {
      const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
      const key = Buffer.from(hook.secret.slice('whsec_'.length), 'base64');
      expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    }
    const [listed] = (await gateway.call(provider, 'GET', '/webhooks')).body.items;
    expect(listed).toMatchObject({ id: hook.id, status: 'active' });
    expect(listed).not.toHaveProperty('secret');
    await gateway.call(provider, 'POST', `/webhooks/${hook.id}/remove`, {});
    expect((await gateway.call(provider, 'GET', '/webhooks')).body.items).toEqual([]);
    await there.close();
  });

  test('a webhook is the department’s own, kept by who speaks for it, at an address that may be reached', async () => {
    const { body: hook } = await gateway.call(provider, 'POST', '/webhooks', { url: 'https://notify.example/drl' });
    for (const step of ['test', 'resume', 'remove'])
      expect((await gateway.call('social-steward-1', 'POST', `/webhooks/${hook.id}/${step}`, {})).status).toBe(404);
    expect((await gateway.call(consumer, 'GET', '/webhooks')).body.code).toBe('ROLE_MISSING');
    for (const url of ['ftp://notify.example', 'https://a:b@notify.example', 'nowhere'])
      expect((await gateway.call(provider, 'POST', '/webhooks', { url })).body.code).toBe('RESOURCE_ADDRESS_REFUSED');
    const { body: near } = await gateway.call('social-steward-1', 'POST', '/webhooks', { url: 'http://127.0.0.1:9/' });
    const tried = await gateway.call('social-steward-1', 'POST', `/webhooks/${near.id}/test`, {});
    expect(tried.body).toEqual({ taken: false, error: 'RESOURCE_ADDRESS_REFUSED' });
    await gateway.call(provider, 'POST', `/webhooks/${hook.id}/remove`, {});
  });

  describe('its sender, by itself', () => {
    const open = (dir: string, more: Partial<WebhooksParts> = {}) =>
      Webhooks.open({
        ...{ dir: `${gateway.dir}/${dir}`, key: Buffer.alloc(32, 7), readModel: gateway.service.services.readModel },
        ranges: () => ['127.0.0.1'],
        manages: async () => false,
        onFailure: () => undefined,
        pauseMs: () => 20,
        ...more,
      });

    test('goes on after the process ended half-way, and loses nothing', async () => {
      let well = false;
      const there = await receiver(() => (well ? 200 : 500));
      const before = await open('crash', { pauseMs: () => 60_000 });
      const hook = await before.add('household', there.url, provider);
      const asset = await publish(gateway);
      const { body } = await gateway.call(consumer, 'POST', '/grants', wish(asset));
      await until(() => there.got.length === 1);
      await before.close();
      well = true;
      const after = await open('crash');
      await until(() => there.got.length === 2);
      const ids = there.got.map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).toBe(1);
      expect(JSON.parse(there.got[1]?.body as string).data.subject.id).toBe(body.id);
      expect(after.of('household').map(({ id }) => id)).toEqual([hook.id]);
      await after.close();
      await there.close();
    });

    test('stops where nobody is there any more, says so, and resumes where it ended', async () => {
      let status = 410;
      const there = await receiver(() => status);
      const failures: string[] = [];
      const webhooks = await open('gone', { onFailure: ({ stopped }) => failures.push(stopped?.error ?? '') });
      const hook = await webhooks.add('household', there.url, provider);
      const asset = await publish(gateway);
      await gateway.call(consumer, 'POST', '/grants', wish(asset));
      await until(() => failures.length === 1);
      expect(failures).toEqual(['status 410']);
      expect(webhooks.of('household')[0]).toMatchObject({ stopped: { error: 'status 410' } });
      status = 200;
      await webhooks.resume(hook.id);
      await until(() => there.got.length === 2);
      expect(JSON.parse(there.got[1]?.body as string)).toMatchObject({ type: 'grant:request', data: { asset } });
      await webhooks.close();
      await there.close();
    });

    test('reminds once of what is past its deadline', async () => {
      const there = await receiver(() => 200);
      const asset = await publish(gateway, { accrualPeriodicity: 'P1D', contentModified: '2020-01-01T00:00:00Z', contentHash: HASH });
      const webhooks = await open('late', { scanMs: 50 });
      await webhooks.add('household', there.url, provider);
      const reminders = () => there.taken().filter(({ type, data }) => type === 'task:overdue' && data.subject.id === asset);
      await until(() => reminders().length === 1);
      await delay(300);
      expect(reminders()).toHaveLength(1);
      expect(reminders()[0].data).toMatchObject({ kind: 'update-asset', text: { zh: expect.any(String), en: expect.any(String) } });
      await webhooks.close();
      await there.close();
    });
  });
});

test('an approved grant is not kept from either side', async () => {
  const gateway = await openGateway();
  const agreed = await grant(gateway, await publish(gateway), { validTo: new Date(Date.now() + 86_400_000).toISOString() });
  const { body } = await gateway.call(consumer, 'GET', '/inbox');
  expect(body.waiting).toMatchObject([{ kind: 'renew-grant', subject: { id: agreed }, urgency: 'near' }]);
  await gateway.close();
});
