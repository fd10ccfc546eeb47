import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DemoUser, RealService } from './service';

/** The three users' main jobs over HTTP and the command line, on whichever ledger the service stands. */

type Record_ = Record<string, unknown> & { id: string; status: string; version: number };
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export function walk(name: string, open: () => Promise<RealService>, close: () => Promise<void>): void {
  describe(`a user’s walk on ${name}`, () => {
    let service: RealService;
    let steward: DemoUser;
    let consumer: DemoUser;
    let manager: DemoUser;
    let auditor: DemoUser;
    let asset: Record_;
    let grant: Record_;
    let share: Record_;
    const word = `walk${randomUUID().slice(0, 8)}`;
    const elements = [
      { name: 'name', type: 'string', personal: true },
      { name: 'income', type: 'number', shareType: 'none' },
    ];
    const use = { purpose: 'dpv:IdentityVerification', elements: ['name'], hashAlgorithm: 'sha-256', bytes: 5, rows: 2 };
    const done = async (user: DemoUser, method: string, path: string, body: unknown, status: number): Promise<Record_> => {
      const answer = await service.ask<Record_>(user, method, path, body);
      if (answer.status !== status) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer.body;
    };

    beforeAll(async () => {
      service = await open();
      steward = service.user('steward', 'household');
      consumer = service.user('consumer', 'social-insurance');
      manager = service.user('manager');
      auditor = service.user('auditor');
    }, 240_000);
    afterAll(close, 120_000);

    test('it starts ready, with users and trust anchors for those who may read them', async () => {
      expect(statSync(join(service.dataDir, 'demo-users.json')).mode & 0o777).toBe(0o600);
      for (const file of readdirSync(join(service.dataDir, 'trust')))
        expect(readFileSync(join(service.dataDir, 'trust', file), 'utf8').match(/BEGIN CERTIFICATE/g)).toHaveLength(1);
      for (const path of ['healthz', 'readyz', 'metrics']) expect((await fetch(`${service.url}/${path}`)).status).toBe(200);
      expect((await service.ask(undefined, 'GET', '/assets')).status).toBe(401);
      expect((await service.ask(steward, 'GET', '/me')).body).toMatchObject({
        name: steward.name,
        department: 'household',
        roles: ['steward'],
      });
    });

    test('a department registers, attaches, claims ownership, publishes', async () => {
      const title = { zh: '走查人口', en: `Population ${word}` };
      const registered = await service.ask<Record_>(steward, 'POST', '/assets', {
        title,
        theme: 'population',
        elements,
        shareType: 'conditional',
        shareCondition: { en: 'case by case' },
        shareMethod: 'file',
        accrualPeriodicity: 'P1M',
      });
      expect([registered.status, registered.body.status, registered.body.publisher]).toEqual([201, 'registered', 'household']);
      expect(registered.headers.get('Ledger-Transaction-Id')).toMatch(/^[0-9a-f]{64}$/);
      const path = `/assets/${registered.body.id}`;
      expect((await service.ask(consumer, 'GET', path)).status).toBe(403);
      const attachment = {
        accessURL: 'file:population.csv',
        mediaType: 'text/csv',
        checksum: { algorithm: 'sha-256', value: sha256('x') },
      };
      await done(steward, 'PUT', `${path}/distributions/csv`, attachment, 200);
      const right = await done(steward, 'POST', `${path}/rights`, { rightType: 'ownership', role: 'producer', basis: { en: 'duty' } }, 201);
      expect(right.status).toBe('claimed');
      expect((await service.ask(steward, 'POST', `/rights/${right.id}/confirm`, {})).status).toBe(403);
      expect((await done(manager, 'POST', `/rights/${right.id}/confirm`, {}, 200)).status).toBe('confirmed');
      asset = await done(steward, 'POST', `${path}/publish`, {}, 200);
      expect(asset.status).toBe('published');
    });

    test('a consumer finds it and asks; the provider approves less', async () => {
      const found = await service.ask<{ items: Record_[] }>(consumer, 'GET', `/assets?q=${word}&shareType=conditional&attached=true`);
      expect(found.body.items.map((a) => a.id)).toEqual([asset.id]);
      const wish = {
        asset: asset.id,
        elements: ['name'],
        purpose: use.purpose,
        legalBasis: { en: 'Act 74' },
        constraints: { maxCount: 9 },
      };
      expect((await service.ask(consumer, 'POST', '/grants', { ...wish, elements: ['income'] })).body).toMatchObject({
        status: 409,
        code: 'ELEMENT_WITHHELD',
      });
      grant = await done(consumer, 'POST', '/grants', wish, 201);
      expect([grant.status, typeof grant.dueAt]).toEqual(['requested', 'string']);
      expect((await service.ask(consumer, 'POST', `/grants/${grant.id}/approve`, {})).status).toBe(403);
      grant = await done(steward, 'POST', `/grants/${grant.id}/approve`, { constraints: { maxCount: 2 } }, 200);
      expect([grant.status, (grant.constraints as { maxCount: number }).maxCount]).toEqual(['active', 2]);
    });

    test('both sides count a share; a key makes it once', async () => {
      const body = { grant: grant.id, ...use, payloadHash: sha256('rows') };
      const key = { 'Idempotency-Key': `e2e-${word}` };
      const first = await service.ask<Record_>(steward, 'POST', '/shares', body, key);
      expect([first.status, first.body.status]).toEqual([201, 'committed']);
      const again = await service.ask<Record_>(steward, 'POST', '/shares', body, key);
      expect([again.body.id, again.headers.get('Ledger-Transaction-Id')]).toEqual([
        first.body.id,
        first.headers.get('Ledger-Transaction-Id'),
      ]);
      expect((await service.ask(steward, 'POST', '/shares', { ...body, rows: 3 }, key)).status).toBe(422);
      const answer = { payloadHash: sha256('rows'), hashAlgorithm: 'sha-256' };
      share = await done(consumer, 'POST', `/shares/${first.body.id}/acknowledge`, answer, 200);
      expect(share.status).toBe('acknowledged');
      const other = await done(steward, 'POST', '/shares', { ...body, payloadHash: sha256('more') }, 201);
      const unequal = await done(consumer, 'POST', `/shares/${other.id}/acknowledge`, answer, 200);
      expect([unequal.status, unequal.payloadHash]).toEqual(['mismatched', sha256('more')]);
    });

    test('what is needed is asked for, put to whoever has it, joined, and met by its receipt; the proof of it holds', async () => {
      const other = service.user('consumer', 'tax');
      const neededBy = new Date(Date.now() + 30 * 86_400_000).toISOString();
      const ground = { purpose: use.purpose, legalBasis: { en: 'Act 7' }, neededBy };
      const wanted = { want: { en: `Names in ${word}` }, elements: [{ name: 'name', type: 'string' }], theme: 'population', ...ground };
      const near = (await service.ask<Record<string, { asset: Record_ }[]>>(consumer, 'POST', '/demands:similar', wanted)).body;
      expect(near.assets?.[0]?.asset.id).toBe(asset.id);
      const demand = await done(consumer, 'POST', '/demands', wanted, 201);
      const again = await service.drl(
        ['demand', 'file', '--want', `Names in ${word}`, '--element', 'name', '--theme', 'population'],
        other,
      );
      expect(again.code).toBe(1);
      expect(again.err).toContain(demand.id);
      const joined = await done(other, 'POST', `/demands/${demand.id}/join`, ground, 201);
      await done(manager, 'POST', `/demands/${demand.id}/match`, { asset: asset.id }, 200);
      await done(steward, 'POST', `/demands/${demand.id}/reject`, { reason: { en: 'Not yet' } }, 200);
      await done(manager, 'POST', `/demands/${demand.id}/match`, { asset: asset.id }, 200);
      const request = { asset: asset.id, elements: ['name'], purpose: use.purpose, legalBasis: { en: 'Act 7' }, demand: demand.id };
      const digest = { payloadHash: sha256('rows'), hashAlgorithm: 'sha-256' };
      for (const who of [other, consumer]) {
        const asked = await done(who, 'POST', '/grants', request, 201);
        await done(steward, 'POST', `/grants/${asked.id}/approve`, {}, 200);
        const sent = await done(steward, 'POST', '/shares', { grant: asked.id, ...use, payloadHash: sha256('rows') }, 201);
        await done(who, 'POST', `/shares/${sent.id}/acknowledge`, digest, 200);
      }
      const met = (await service.ask(other, 'GET', `/demands/${demand.id}`)).body;
      expect(met).toMatchObject({ status: 'fulfilled', requesters: ['social-insurance', 'tax'], unmetBecause: [] });
      expect((await service.ask(consumer, 'GET', `/joinings/${joined.id}`)).body).toMatchObject({ status: 'fulfilled' });
      for (const [kind, { id }, who] of [
        ['demand', demand, consumer],
        ['joining', joined, other],
      ] as const) {
        const file = join(service.dir, `${kind}.json`);
        expect(await service.drl(['evidence', kind, id, '-o', file], who)).toMatchObject({ code: 0 });
        const proof = await service.drl(['verify', file, '--trust', join(service.dataDir, 'trust'), '--json']);
        expect(JSON.parse(proof.out).verdict).toBe('proven');
      }
    });

    test('what the grant forbids is refused, and the refusal is on the ledger', async () => {
      const third = await service.ask(steward, 'POST', '/shares', { grant: grant.id, ...use, payloadHash: sha256('third') });
      expect([third.status, third.body.code]).toEqual([409, 'GRANT_EXHAUSTED']);
      expect(third.headers.get('Ledger-Block')).toMatch(/^\d+$/);
      const { items } = (await service.ask<{ items: Record<string, unknown>[] }>(auditor, 'GET', '/audit/refusals?limit=5')).body;
      expect(items).toContainEqual(expect.objectContaining({ outcome: 'refused', clause: 'GRANT_EXHAUSTED', grant: grant.id }));
    });

    test('a consumer rates, complains and disputes; the manager rules; the words are read on the terminal', async () => {
      await done(consumer, 'POST', '/ratings', { share: share.id, score: 4 }, 201);
      expect(await service.drl(['feedback', asset.id, '--dimension', 'stale', '--say', `Late ${word}`], consumer)).toMatchObject({
        code: 0,
      });
      const { items } = (await service.ask<{ items: Record_[] }>(steward, 'GET', `/feedback?asset=${asset.id}`)).body;
      for (const [user, verb] of [
        [steward, 'accept'],
        [steward, 'fix'],
        [consumer, 'confirm'],
      ] as const)
        await done(user, 'POST', `/feedback/${items[0]?.id}/${verb}`, {}, 200);

      const claim = { subject: { kind: 'grant', id: grant.id }, claim: { en: `Not as agreed ${word}` }, freeze: true };
      const { id } = await done(consumer, 'POST', '/disputes', claim, 201);
      await done(steward, 'POST', `/disputes/${id}/answer`, { text: { en: 'It is' } }, 200);
      await done(consumer, 'POST', `/disputes/${id}/escalate`, {}, 200);
      await done(manager, 'POST', `/disputes/${id}/decide`, { outcome: 'dismissed', ruling: { en: `As agreed ${word}` } }, 200);
      const shown = await service.drl(['dispute', id], steward);
      for (const text of [`Not as agreed ${word}`, 'It is', `As agreed ${word}`]) expect(shown.out).toContain(text);
      await done(manager, 'POST', `/disputes/${id}/close`, {}, 200);
    });

    test('an auditor traces it, by HTTP and on the terminal', async () => {
      const trace = (await service.ask<Record<string, Record_[]>>(auditor, 'GET', `/audit/trace/${asset.id}`)).body;
      expect([trace.rights, trace.grants, trace.shares, trace.refusals].map((list) => list?.length)).toEqual([1, 3, 4, 1]);
      expect((await service.ask(consumer, 'GET', `/audit/trace/${asset.id}`)).status).toBe(403);
      const drawn = await service.drl(['trace', asset.id], auditor);
      expect(drawn).toMatchObject({ code: 0, err: '' });
      for (const word of ['ownership confirmed', 'household → social-insurance', 'acknowledged', 'mismatched', 'GRANT_EXHAUSTED'])
        expect(drawn.out).toContain(word);
      expect(JSON.parse((await service.drl(['trace', word, '--json'], auditor)).out).asset.id).toBe(asset.id);
    });

    test('the proof is taken away and holds without the service; a changed one does not', async () => {
      const file = join(service.dir, 'share.json');
      expect(await service.drl(['evidence', 'share', share.id, '-o', file], consumer)).toMatchObject({ code: 0 });
      const trust = join(service.dataDir, 'trust');
      const proven = await service.drl(['verify', file, '--trust', trust, '--json']);
      expect([proven.code, JSON.parse(proven.out).verdict]).toEqual([0, 'proven']);
      const text = readFileSync(file, 'utf8');
      writeFileSync(join(service.dir, 'changed.json'), text.replace('"rows":2', '"rows":3'));
      expect(await service.drl(['verify', join(service.dir, 'changed.json'), '--trust', trust])).toMatchObject({ code: 1 });
      writeFileSync(join(service.dir, 'torn.json'), text.slice(0, -9));
      expect(await service.drl(['verify', join(service.dir, 'torn.json'), '--trust', trust])).toMatchObject({ code: 2 });
      expect((await service.ask(steward, 'POST', '/evidence/verify', JSON.parse(text))).body).toMatchObject({ verdict: 'proven' });
    });

    test('confidential terms are agreed by two, and shown by one of them to an auditor, who needs no service to check them', async () => {
      const path = `/grants/${grant.id}/terms`;
      const terms = { price: { amount: '99.90', currency: 'CNY', per: 'month' }, text: { en: `Confidential ${word}` } };
      const { termsOffer } = (await done(steward, 'PUT', path, { terms }, 200)) as unknown as { termsOffer: { termsHash: string } };
      const { termsHash } = termsOffer;
      expect((await service.ask(consumer, 'GET', path)).body).toMatchObject({ terms, termsHash, standing: 'offered' });
      expect((await service.ask(manager, 'GET', path)).status).toBe(403);
      await done(consumer, 'POST', `${path}/accept`, { termsHash }, 200);
      const [shown, evidence] = [join(service.dir, 'terms.json'), join(service.dir, 'grant.json')];
      expect(await service.drl(['terms', grant.id, '-o', shown], auditor)).toMatchObject({
        code: 1,
        err: expect.stringContaining('TERMS_WITH_PARTIES'),
      });
      expect(await service.drl(['terms', grant.id, '-o', shown], consumer)).toMatchObject({
        code: 0,
        out: expect.stringContaining(termsHash),
      });
      expect(statSync(shown).mode & 0o777).toBe(0o600);
      expect(await service.drl(['evidence', 'grant', grant.id, '-o', evidence], auditor)).toMatchObject({ code: 0 });
      const check = async (...files: [string, string]) => {
        const { code, out } = await service.drl([
          'verify',
          files[0],
          '--trust',
          join(service.dataDir, 'trust'),
          '--terms',
          files[1],
          '--json',
        ]);
        return [code, JSON.parse(out).terms?.verdict];
      };
      expect(await check(evidence, shown)).toEqual([0, 'matches']);
      const text = readFileSync(shown, 'utf8');
      const other = join(service.dir, 'other.json');
      writeFileSync(other, text.replace('99.90', '99.91'));
      expect(await check(evidence, other)).toEqual([1, 'differs']);
      writeFileSync(other, text.replace('{', '{{'));
      expect(await check(evidence, other)).toEqual([2, 'unreadable']);
      expect(await check(join(service.dir, 'changed.json'), shown)).toEqual([1, undefined]);
      expect((await service.ask(auditor, 'POST', `${path}/verify`, JSON.parse(text))).body).toMatchObject({
        verdict: 'matches',
        standing: 'agreed',
      });
    });

    test('killed at once, it starts again with all that it had answered', async () => {
      const before = (await service.ask(auditor, 'GET', '/ledger')).body as { height: number };
      await service.end('SIGKILL');
      await service.start();
      const after = (await service.ask(auditor, 'GET', '/ledger')).body as { height: number };
      expect(after.height).toBeGreaterThanOrEqual(before.height);
      expect((await service.ask(consumer, 'GET', `/shares/${share.id}`)).body).toMatchObject({
        status: 'acknowledged',
        version: share.version,
      });
      const replayed = await service.ask<Record_>(
        steward,
        'POST',
        '/shares',
        { grant: grant.id, ...use, payloadHash: sha256('rows') },
        { 'Idempotency-Key': `e2e-${word}` },
      );
      expect(replayed.body.id).toBe(share.id);
    }, 120_000);

    test('a department brings its own catalogue in; a bad row costs only itself', async () => {
      const lines = ['code,name,type,basis', `${word}-1,One,open,`, `${word}-2,Two,withheld,`, `${word}-3,Three,withheld,Act 5`];
      const catalogue = join(service.dir, 'own.csv');
      const mapping = join(service.dir, 'own.yaml');
      writeFileSync(catalogue, `${lines.join('\n')}\n`);
      writeFileSync(
        mapping,
        'mapping: 1\nformat: csv\nlanguage: en\npublish: true\nfields:\n  catalogCode: { columns: [code] }\n  title: { columns: [name] }\n' +
          '  shareType: { columns: [type], values: { open: unconditional, withheld: none } }\n  shareBasis: { columns: [basis], whenShareType: none }\n  shareMethod: { default: api }\n',
      );
      const bring = async () =>
        (await service.drl(['import', catalogue, '--mapping', mapping, '--json'], steward)).out
          .trim()
          .split('\n')
          .map((l) => JSON.parse(l));
      const first = await bring();
      expect(first.find((e) => e.event === 'dropped')).toMatchObject({ line: 3, code: 'SHARE_TYPE_RULE', rule: '2' });
      expect(first.at(-1)).toMatchObject({ event: 'summary', rows: 3, registered: 2, dropped: 1 });
      lines[1] = `${word}-1,One and a half,open,`;
      writeFileSync(catalogue, `${lines.join('\n')}\n`);
      expect((await bring()).at(-1)).toMatchObject({ registered: 0, revised: 1, unchanged: 1, dropped: 1 });
      const listed = await service.ask<{ items: Record_[] }>(consumer, 'GET', `/assets?publisher=household&catalogCode=${word}-1`);
      expect(listed.body.items).toMatchObject([{ status: 'published', title: { en: 'One and a half' } }]);
      // Another department's rows are not its to write.
      const other = await service.ask(steward, 'POST', '/assets:import?mapping=dc&admit=true', { a: 1 });
      expect(other.status).toBe(403);
    });

    test('raw blocks leave, and prove themselves against the trust anchors alone', async () => {
      const blocks = join(service.dir, 'blocks');
      const trust = join(service.dataDir, 'trust');
      expect(await service.drl(['chain', 'export', blocks], auditor)).toMatchObject({ code: 0 });
      const proven = await service.drl(['chain', 'verify', blocks, '--trust', trust, '--json']);
      expect([proven.code, JSON.parse(proven.out).ok]).toEqual([0, true]);
      const middle = join(blocks, `block_${Math.floor(readdirSync(blocks).length / 2)}.pb`);
      const bytes = readFileSync(middle);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = (bytes[at] as number) ^ 1;
      writeFileSync(middle, bytes);
      expect((await service.drl(['chain', 'verify', blocks, '--trust', trust])).code).toBe(1);
      expect((await service.drl(['chain', 'verify', join(service.dir, 'none'), '--trust', trust])).code).toBe(2);
    }, 120_000);

    test('identities come and go while it runs', async () => {
      const added = await service.drl([
        'identity',
        'add',
        `household-${word}`,
        '--department',
        'household',
        '--roles',
        'steward',
        '--json',
      ]);
      expect(added).toMatchObject({ code: 0 });
      const user = JSON.parse(added.out) as DemoUser;
      expect((await service.ask(user, 'GET', '/me')).body).toMatchObject({ department: 'household' });
      expect((await service.drl(['identity', 'list'])).out).toContain(user.name);
      expect((await service.drl(['identity', 'list'])).out).not.toContain(user.token);
      expect(await service.drl(['identity', 'revoke', user.name])).toMatchObject({ code: 0 });
      expect((await service.ask(user, 'GET', '/me')).status).toBe(401);
    });

    test('what is not understood is said with its code', async () => {
      expect(await service.drl(['frobnicate'])).toMatchObject({ code: 2, err: expect.stringContaining('USAGE') });
      expect(await service.drl(['trace', asset.id])).toMatchObject({ code: 2, err: expect.stringContaining('NO_TOKEN') });
      expect(await service.drl(['trace', asset.id, '--as', 'nobody'])).toMatchObject({
        code: 2,
        err: expect.stringContaining('NO_SUCH_USER'),
      });
      expect(await service.drl(['trace', asset.id], consumer)).toMatchObject({ code: 1, err: expect.stringContaining('NOT_YOURS') });
      expect(await service.drl(['import', 'no.csv', '--mapping', 'dc'], steward)).toMatchObject({ code: 2 });
    });

    test('asked to end, it ends well, and its read model is what the blocks say', async () => {
      expect(await service.end('SIGTERM')).toBe(0);
      const checked = await service.drl(['fsck', '--json']);
      expect([checked.code, JSON.parse(checked.out || '{}').outcome]).toEqual([0, 'equal']);
      await service.start();
    }, 120_000);
  });
}
