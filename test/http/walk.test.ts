import { get } from 'node:http';
import { readBlock } from '@drl/network/block/read';
import { type Gateway, grant, HASH, MANAGER, openGateway, population, publish, sent, wish } from './gateway.js';

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway();
});
afterAll(() => gateway.close());

const LEDGER_ID = /^[0-9a-f]{64}$/;

describe('the main walk', () => {
  let asset: string;
  let agreed: string;
  let share: string;

  it('a steward registers, attaches, publishes', async () => {
    const { call } = gateway;
    const registered = await call('household-steward-1', 'POST', '/assets', population, { 'X-Request-Id': 'walk-1' });
    expect(registered.status).toBe(201);
    expect(registered.body).toMatchObject({
      version: 1,
      status: 'registered',
      publisher: 'household',
      kind: 'asset',
      overdue: false,
      contested: false,
    });
    expect(registered.body.created).toMatchObject({ name: 'household-steward-1', mspId: 'PoliceMSP', requestId: 'walk-1' });
    expect(registered.headers.get('Ledger-Transaction-Id')).toMatch(LEDGER_ID);
    expect(Number(registered.headers.get('Ledger-Block'))).toBeGreaterThan(0);
    expect(registered.headers.get('ETag')).toBe('"1"');
    expect(registered.headers.get('X-Request-Id')).toBe('walk-1');
    asset = registered.body.id;
    expect(registered.headers.get('Location')).toBe(`/api/v1/assets/${asset}`);
    const attached = await call('household-steward-1', 'PUT', `/assets/${asset}/distributions/csv`, {
      accessURL: 'file:population.csv',
      mediaType: 'text/csv',
    });
    expect(attached).toMatchObject({
      status: 200,
      body: { version: 2, distributions: [{ name: 'csv', accessURL: 'file:population.csv' }] },
    });
    const published = await call('household-steward-1', 'POST', `/assets/${asset}/publish`, {});
    expect(published).toMatchObject({ status: 200, body: { version: 3, status: 'published' } });
  });

  it('who writes finds it in every list at once', async () => {
    const { body } = await gateway.call('tax-steward-1', 'GET', '/assets?theme=population&attached=true&q=register');
    expect(body.items.map(({ id }: { id: string }) => id)).toContain(asset);
    expect(body).toMatchObject({ nextCursor: null, asOf: { block: expect.any(Number), headerHash: expect.stringMatching(LEDGER_ID) } });
    const chinese = await gateway.call('tax-steward-1', 'GET', `/assets?q=${encodeURIComponent('人口')}`);
    expect(chinese.body.items).toHaveLength(1);
  });

  it('ownership is claimed, confirmed by a manager; another right by the owner; a transfer takes two', async () => {
    const { call } = gateway;
    const basis = { en: 'City regulation on data, article 7' };
    const claimed = await call('household-steward-1', 'POST', `/assets/${asset}/rights`, {
      rightType: 'ownership',
      role: 'producer',
      basis,
    });
    expect(claimed).toMatchObject({ status: 201, body: { status: 'claimed', holder: 'household', contested: false } });
    const self = await call('household-steward-1', 'POST', `/rights/${claimed.body.id}/confirm`, {});
    expect(self).toMatchObject({ status: 403, body: { code: 'ROLE_MISSING' } });
    expect(await call(MANAGER, 'POST', `/rights/${claimed.body.id}/confirm`, {})).toMatchObject({
      status: 200,
      body: { status: 'confirmed' },
    });
    const use = await call('social-consumer-1', 'POST', `/assets/${asset}/rights`, { rightType: 'use', role: 'user', basis });
    expect(await call('household-steward-1', 'POST', `/rights/${use.body.id}/confirm`)).toMatchObject({
      status: 200,
      body: { status: 'confirmed' },
    });
    expect(await call('social-steward-1', 'POST', `/rights/${use.body.id}/offer`, { to: 'tax' })).toMatchObject({
      status: 200,
      body: { offeredTo: 'tax' },
    });
    const accepted = await call('tax-steward-1', 'POST', `/rights/${use.body.id}/accept`, {});
    expect(accepted).toMatchObject({ status: 200, body: { holder: 'tax', transferredFrom: use.body.id } });
    const contested = await call('social-steward-1', 'POST', `/rights/${accepted.body.id}/contest`, {
      reason: { en: 'It was promised to us' },
    });
    expect(contested).toMatchObject({ status: 200, body: { kind: 'contest', status: 'open', by: 'social-insurance' } });
    const { body } = await call('tax-steward-1', 'GET', `/assets/${asset}/rights`);
    expect(body.items).toHaveLength(3);
    expect(body.items.find(({ id }: { id: string }) => id === accepted.body.id)).toMatchObject({ status: 'contested', contested: true });
    expect((await call('tax-steward-1', 'GET', `/assets/${asset}`)).body.contested).toBe(true);
    expect((await call('tax-steward-1', 'GET', `/rights/${accepted.body.id}`)).headers.get('ETag')).toBe('"1+contested"');
  });

  it('a consumer asks, the provider decides narrower', async () => {
    const { call } = gateway;
    const asked = await call('social-consumer-1', 'POST', '/grants', { ...wish(asset), constraints: { maxCount: 2 } });
    expect(asked).toMatchObject({
      status: 201,
      body: { status: 'requested', assigner: 'household', assignee: 'social-insurance', overdue: false },
    });
    expect(asked.body.dueAt > asked.body.requestedAt).toBe(true);
    agreed = asked.body.id;
    const wider = await call('household-steward-1', 'POST', `/grants/${agreed}/approve`, { constraints: { maxCount: 5 } });
    expect(wider).toMatchObject({ status: 422, body: { code: 'WIDER_THAN_ASKED' } });
    const approved = await call('household-steward-1', 'POST', `/grants/${agreed}/approve`, {
      reason: { zh: '同意' },
      constraints: { maxCount: 1 },
    });
    expect(approved).toMatchObject({ status: 200, body: { status: 'active', constraints: { maxCount: 1 } } });
  });

  it('the provider commits, the consumer acknowledges what it received', async () => {
    const { call } = gateway;
    const committed = await call('household-steward-1', 'POST', '/shares', sent(agreed, { caseRef: 'case-7' }));
    expect(committed).toMatchObject({
      status: 201,
      body: { status: 'committed', provider: 'household', consumer: 'social-insurance', halfOpen: false },
    });
    share = committed.body.id;
    const acknowledged = await call('social-consumer-1', 'POST', `/shares/${share}/acknowledge`, {
      payloadHash: HASH,
      hashAlgorithm: 'sha-256',
    });
    expect(acknowledged).toMatchObject({ status: 200, body: { status: 'acknowledged' } });
    expect((await call('social-consumer-1', 'GET', `/grants/${agreed}`)).body.status).toBe('exhausted');
  });

  it('what the grant’s limit forbids is refused, and the refusal is on the ledger', async () => {
    const { call } = gateway;
    const refused = await call('household-steward-1', 'POST', '/shares', sent(agreed), { 'Accept-Language': 'zh-CN,zh;q=0.9' });
    expect(refused.status).toBe(409);
    expect(refused.headers.get('Content-Type')).toContain('application/problem+json');
    expect(refused.headers.get('Content-Language')).toBe('zh');
    expect(refused.body).toMatchObject({
      code: 'GRANT_EXHAUSTED',
      title: '授权次数已用尽',
      rule: '6',
      transactionId: refused.headers.get('Ledger-Transaction-Id'),
    });
    expect(Number(refused.headers.get('Ledger-Block'))).toBeGreaterThan(0);
    const { body } = await call('auditor-all', 'GET', '/audit/refusals?outcome=refused');
    expect(body.items[0]).toMatchObject({
      transactionId: refused.body.transactionId,
      clause: 'GRANT_EXHAUSTED',
      outcome: 'refused',
      grant: agreed,
    });
  });

  it('unequal digests are a mismatch with both values kept, and can be resolved', async () => {
    const { call } = gateway;
    const other = await grant(gateway, asset);
    const { body } = await call('household-steward-1', 'POST', '/shares', sent(other));
    const answered = await call('social-consumer-1', 'POST', `/shares/${body.id}/acknowledge`, {
      payloadHash: 'b'.repeat(64),
      hashAlgorithm: 'sha-256',
    });
    expect(answered).toMatchObject({
      status: 200,
      body: { status: 'mismatched', providerCommitment: { payloadHash: HASH }, consumerCommitment: { payloadHash: 'b'.repeat(64) } },
    });
    const resolved = await call('social-consumer-1', 'POST', `/shares/${body.id}/resolve`, { resolution: { en: 'Sent again' } });
    expect(resolved).toMatchObject({ status: 200, body: { status: 'resolved' } });
  });

  it('an auditor traces; the look is on the ledger first, its words only with the auditors', async () => {
    const { call } = gateway;
    const before = (await call('auditor-all', 'GET', '/audit/queries')).body.items.length;
    const traced = await call('auditor-all', 'GET', `/audit/trace/${asset}`);
    expect(traced.status).toBe(200);
    expect(Object.keys(traced.body).sort()).toEqual([
      'asOf',
      'asset',
      'derivations',
      'grants',
      'nextCursor',
      'refusals',
      'rights',
      'shares',
    ]);
    expect(traced.body.shares.map(({ id }: { id: string }) => id)).toContain(share);
    expect(traced.body.refusals).toHaveLength(1);
    const { body } = await call('auditor-all', 'GET', '/audit/queries');
    expect(body.items).toHaveLength(before + 1);
    expect(body.items[0]).toMatchObject({ action: 'trace', outcome: 'answered', by: 'audit-office', question: { asked: { asset } } });
    expect(body.items[0].asOfBlock).toBe(traced.body.asOf.block);
    const raw = await call('auditor-all', 'GET', `/ledger/blocks/${body.asOf.block}`, undefined, { Accept: 'application/octet-stream' });
    expect(raw.body).not.toContain(asset);
  });

  it('the trail has one line an act, and pages', async () => {
    const { call } = gateway;
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await call(
        'household-steward-1',
        'GET',
        `/audit/trail?asset=${asset}&limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      expect(body.items.length).toBeLessThanOrEqual(3);
      for (const item of body.items) {
        expect(item).toMatchObject({
          at: expect.any(String),
          block: expect.any(Number),
          actor: { name: expect.any(String) },
          outcome: expect.any(String),
        });
        seen.push(item.action);
      }
      cursor = body.nextCursor;
    } while (cursor);
    expect(seen).toEqual(
      expect.arrayContaining(['asset:register', 'asset:attach', 'asset:publish', 'grant:approve', 'share:commit', 'share:acknowledge']),
    );
    expect(seen.at(-1)).toBe('asset:register');
  });

  it('the proof is taken away and holds; altered, it does not', async () => {
    const { call } = gateway;
    const file = await call('auditor-all', 'GET', `/evidence/share/${share}`);
    expect(file.status).toBe(200);
    expect(file.headers.get('Content-Disposition')).toContain('attachment');
    expect(await call('tax-steward-1', 'POST', '/evidence/verify', file.body)).toMatchObject({
      status: 200,
      body: { verdict: 'proven', subject: { kind: 'share', id: share } },
    });
    const altered = JSON.parse(JSON.stringify(file.body).replaceAll('"rows":10', '"rows":11'));
    expect(await call('tax-steward-1', 'POST', '/evidence/verify', altered)).toMatchObject({
      status: 200,
      body: { verdict: 'not-proven' },
    });
    expect(await call('tax-steward-1', 'POST', '/evidence/verify', { no: 'format' })).toMatchObject({
      status: 200,
      body: { verdict: 'unreadable' },
    });
    const id = (await call('household-steward-1', 'GET', `/shares/${share}`)).body.created.transactionId;
    expect((await call('household-steward-1', 'GET', `/evidence/transactions/${id}`)).status).toBe(200);
  });

  it('history shows every version, newest first, and any one of them can be asked for', async () => {
    const { call } = gateway;
    const { body } = await call('household-steward-1', 'GET', `/assets/${asset}/history`);
    expect(body.items.map(({ version }: { version: number }) => version)).toEqual([3, 2, 1]);
    expect((await call('household-steward-1', 'GET', `/assets/${asset}?version=1`)).body).toMatchObject({
      version: 1,
      status: 'registered',
    });
    expect((await call('household-steward-1', 'GET', `/assets/${asset}?version=9`)).status).toBe(404);
  });
});

describe('the ledger itself', () => {
  it('says its height and last header hash, and gives blocks raw and decoded', async () => {
    const { call } = gateway;
    const { body } = await call('tax-steward-1', 'GET', '/ledger');
    expect(body).toMatchObject({ engine: 'embedded', channel: 'data-rights', height: expect.any(Number) });
    const last = body.height - 1;
    const answer = await fetch(`${gateway.address}/api/v1/ledger/blocks/${last}`, {
      headers: { Authorization: `Bearer ${gateway.tokens.get('auditor-all')}`, Accept: 'application/octet-stream' },
    });
    const view = readBlock(Buffer.from(await answer.arrayBuffer()));
    expect(view.headerHash.toString('hex')).toBe(body.headerHash);
    const decoded = await call('tax-steward-1', 'GET', `/ledger/blocks/${last}`);
    expect(decoded.body).toMatchObject({ number: last, headerHash: body.headerHash, previousHash: view.previousHash.toString('hex') });
    expect(decoded.body.transactions[0].endorsers).toContain('BureauMSP');
    expect((await call('tax-steward-1', 'GET', `/ledger/blocks/${body.height + 5}`)).status).toBe(404);
  });

  it('streams what happens, one event a block, and goes on behind the last one heard', async () => {
    const { call } = gateway;
    const from = (await call('household-steward-1', 'GET', '/ledger')).body.height;
    const listen = async (headers: Record<string, string>, path: string, count: number) => {
      const stop = new AbortController();
      const answer = await fetch(`${gateway.address}/api/v1${path}`, {
        headers: { Authorization: `Bearer ${gateway.tokens.get('household-steward-1')}`, ...headers },
        signal: stop.signal,
      });
      expect(answer.headers.get('Content-Type')).toContain('text/event-stream');
      let text = '';
      for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
        text += Buffer.from(part).toString('utf8');
        if (text.split('\n\n').length > count) break;
      }
      stop.abort();
      return [...text.matchAll(/^id: (\d+)\nevent: block\ndata: (.*)$/gm)].map(([, id, data]) => ({
        id: Number(id),
        data: JSON.parse(data as string),
      }));
    };
    const heard = listen({}, `/events?from=${from}`, 2);
    await publish(gateway);
    const events = await heard;
    expect(events[0]?.id).toBe(from);
    expect(events.flatMap(({ data }) => data.acts.map(({ action }: { action: string }) => action))).toEqual([
      'asset:register',
      'asset:publish',
    ]);
    const again = await listen({ 'Last-Event-ID': String(from) }, '/events', 1);
    expect(again[0]?.id).toBe(from + 1);
  });

  it('tells what became of a transaction', async () => {
    const { call } = gateway;
    const { headers, body } = await call('household-steward-1', 'POST', '/assets', population);
    const id = headers.get('Ledger-Transaction-Id');
    expect(await call('household-steward-1', 'GET', `/transactions/${id}`)).toMatchObject({
      status: 200,
      body: {
        transactionId: id,
        status: 'committed',
        code: 'VALID',
        action: 'asset:register',
        writes: [{ kind: 'asset', id: body.id, version: 1 }],
      },
    });
    expect((await call('tax-steward-1', 'GET', `/transactions/${id}`)).status).toBe(403);
    expect((await call('tax-steward-1', 'GET', `/transactions/${'0'.repeat(64)}`)).status).toBe(404);
  });
});

describe('habits', () => {
  it('says who one is, from the certificate', async () => {
    expect((await gateway.call('auditor-tax', 'GET', '/me')).body).toMatchObject({
      department: 'audit-office',
      mspId: 'AuditMSP',
      roles: ['auditor'],
      name: 'auditor-tax',
      auditScope: ['tax'],
    });
  });

  it('If-Match guards a change, whatever the contract takes', async () => {
    const { call } = gateway;
    const asset = await publish(gateway);
    const { body } = await call('social-consumer-1', 'POST', '/grants', wish(asset));
    const stale = await call('household-steward-1', 'POST', `/grants/${body.id}/approve`, {}, { 'If-Match': '"7"' });
    expect(stale).toMatchObject({ status: 412, body: { code: 'VERSION_MISMATCH', given: '7', accepted: '1' } });
    expect((await call('household-steward-1', 'POST', `/grants/${body.id}/approve`, {}, { 'If-Match': '"1"' })).status).toBe(200);
    expect((await call('household-steward-1', 'PATCH', `/assets/${asset}`, { title: { en: 'New' } }, { 'If-Match': '"1"' })).status).toBe(
      412,
    );
    const patched = await call(
      'household-steward-1',
      'PATCH',
      `/assets/${asset}`,
      { title: { en: 'New' }, theme: null },
      { 'If-Match': '"2"' },
    );
    expect(patched).toMatchObject({ status: 200, body: { version: 3, title: { en: 'New' } } });
    expect(patched.body).not.toHaveProperty('theme');
    // Stale and forbidden at once: the caller hears that they are stale.
    expect((await call('household-steward-1', 'POST', `/assets/${asset}/publish`, {}, { 'If-Match': '"1"' })).status).toBe(412);
    expect((await call('household-steward-1', 'POST', `/assets/${asset}/publish`, {}, { 'If-Match': 'W/"3"' })).status).toBe(422);
  });

  it('answers 304 to who has the present version', async () => {
    const asset = await publish(gateway);
    const { headers } = await gateway.call('tax-steward-1', 'GET', `/assets/${asset}`);
    // fetch would add Cache-Control: no-cache, which asks for the whole answer.
    const status = await new Promise((resolve) => {
      const token = gateway.tokens.get('tax-steward-1');
      get(
        `${gateway.address}/api/v1/assets/${asset}`,
        { headers: { Authorization: `Bearer ${token}`, 'If-None-Match': headers.get('ETag') as string } },
        (answer) => resolve(answer.resume().statusCode),
      );
    });
    expect(status).toBe(304);
  });

  it('answers at once where asked to, and tells later', async () => {
    const { call } = gateway;
    const accepted = await call('household-steward-1', 'POST', '/assets', population, { Prefer: 'respond-async' });
    expect(accepted.status).toBe(202);
    const address = accepted.headers.get('Location') as string;
    expect(address).toMatch(/^\/api\/v1\/transactions\/[0-9a-f]{64}$/);
    for (;;) {
      const { status, body } = await call('household-steward-1', 'GET', address.slice('/api/v1'.length));
      expect(status).toBe(200);
      if (body.status === 'pending') continue;
      expect(body).toMatchObject({ status: 'committed', writes: [{ kind: 'asset', version: 1 }] });
      break;
    }
  });

  it('waits for a block that is asked for, and says so if it does not come', async () => {
    const { call } = gateway;
    const { body } = await call('tax-steward-1', 'GET', '/ledger');
    expect((await call('tax-steward-1', 'GET', `/assets?atLeastBlock=${body.height - 1}`)).status).toBe(200);
    const late = await call('tax-steward-1', 'GET', `/assets?atLeastBlock=${body.height + 100}`);
    expect(late).toMatchObject({ status: 503, body: { code: 'READ_MODEL_BEHIND' } });
    expect(late.headers.get('Retry-After')).toBe('1');
  });

  it.each(['themes', 'purposes', 'element-types', 'regions'])('has the vocabulary of %s in both languages', async (name) => {
    const { body } = await gateway.call('tax-steward-1', 'GET', `/vocabularies/${name}`);
    expect(body.items.length).toBeGreaterThan(5);
    for (const term of body.items) expect(term).toEqual({ id: expect.any(String), zh: expect.any(String), en: expect.any(String) });
  });

  it('serves its own documentation, probes and figures without a credential', async () => {
    const get = async (path: string) => (await fetch(`${gateway.address}${path}`)).text();
    expect(await get('/docs')).toContain('swagger-ui');
    expect((await get('/docs/swagger-ui-bundle.js')).length).toBeGreaterThan(100_000);
    expect(JSON.parse(await get('/healthz'))).toEqual({ status: 'alive' });
    expect(JSON.parse(await get('/readyz'))).toMatchObject({ ready: true, lag: 0 });
    expect(await get('/metrics')).toMatch(/drl_http_request_seconds_count\{method="POST",route="\/assets",status="201"\}/);
    expect(JSON.parse(await get('/api/v1/openapi.json')).openapi).toBe('3.1.0');
  });

  it('a department is admitted by a manager alone', async () => {
    const { call } = gateway;
    const forestry = { id: 'forestry', name: { en: 'Forestry' }, mspId: 'AgenciesMSP' };
    expect((await call('tax-steward-1', 'POST', '/departments', forestry)).status).toBe(403);
    expect(await call(MANAGER, 'POST', '/departments', forestry)).toMatchObject({
      status: 201,
      body: { id: 'forestry', status: 'active' },
    });
    expect((await call('tax-steward-1', 'GET', '/departments/forestry')).body.name).toEqual({ en: 'Forestry' });
    expect((await call('tax-steward-1', 'GET', '/departments?mspId=AgenciesMSP')).body.items.length).toBeGreaterThan(5);
  });
});
