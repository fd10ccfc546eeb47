import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Organisation } from '@drl/network/consortium';
import { addOrganisation } from '@drl/network/fabric/addOrganisation';
import { networkDown } from '@drl/network/fabric/down';
import { paths } from '@drl/network/fabric/paths';
import { networkUp } from '@drl/network/fabric/up';
import { download } from '../delivery/download';
import { type DemoUser, RealService } from '../e2e/service';
import { type Gateway, HASH, population, sent, wish } from '../http/gateway';
import { describeFabric } from './availability';
import { consortium, type TestNetwork, testNetwork } from './network';
import { byOpenssl, mspFolder, type OperatorFiles, operatorFiles } from './operator';
import { Relay, type SentLetter } from './relay';

/** Departments that run a gateway each, on a network of which they have a profile, the roots and their own users' keys: nothing of its directory. */
describeFabric('a gateway for each department', () => {
  let network: TestNetwork;
  let scratch: string;
  let files: OperatorFiles;
  const running: RealService[] = [];
  let household: RealService;
  let social: RealService;
  let bureau: RealService;
  let steward: DemoUser;
  let consumer: DemoUser;
  let asset: string;

  let relay: Relay;

  const gateway = (more: Record<string, string> = {}): RealService => {
    const service = new RealService({ ...files.env, FILE_ROOTS: `household=${scratch}`, ...more });
    running.push(service);
    return service;
  };
  const imported = async (service: RealService, name: string, mspId: string, from: string[]): Promise<DemoUser> => {
    const { code, out, err } = await service.drl(['identity', 'import', name, '--msp', mspId, ...from, '--json']);
    if (code !== 0) throw new Error(err);
    return JSON.parse(out);
  };
  const ok = async (asked: Promise<{ status: number; body: unknown }>): Promise<{ id: string; status: string }> => {
    const { status, body } = await asked;
    if (status !== 200 && status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    return body as { id: string; status: string };
  };

  beforeAll(async () => {
    network = await testNetwork({ consortium: consortium('BureauMSP', 'PoliceMSP', 'SocialMSP', 'AuditMSP') });
    const { dir } = network;
    scratch = mkdtempSync(join(tmpdir(), 'drl-operator-'));
    files = operatorFiles(dir, scratch);
    relay = await Relay.open();
    [bureau, household, social] = [gateway(), gateway(), gateway({ PEER_GATEWAYS: `household=${relay.address}` })];
    const manager = { name: 'bureau-manager-1', roles: ['manager' as const], department: 'data-bureau' };
    await imported(bureau, 'bureau-manager-1', 'BureauMSP', ['--msp-dir', await mspFolder(dir, 'BureauMSP', manager, scratch)]);
    const own = byOpenssl(dir, 'PoliceMSP', 'household-steward-1', { roles: 'steward', department: 'household' }, scratch);
    steward = await imported(household, 'household-steward-1', 'PoliceMSP', ['--cert', own.cert, '--key', own.key]);
    // Its certificate names no department, since its organisation has but one.
    const theirs = byOpenssl(dir, 'SocialMSP', 'social-consumer-1', { roles: 'consumer' }, scratch);
    consumer = await imported(social, 'social-consumer-1', 'SocialMSP', ['--cert', theirs.cert, '--key', theirs.key]);
    await bureau.start();
    await Promise.all([household.start(), social.start()]);
    relay.target = household.url;
  }, 180_000);

  afterAll(async () => {
    for (const service of running) await service.remove();
    relay?.close();
    await network?.end();
    if (scratch) rmSync(scratch, { recursive: true, force: true });
  }, 60_000);

  test('holds the keys of its own users and no others', async () => {
    expect([steward.roles, steward.department]).toEqual([['steward'], 'household']);
    expect([consumer.roles, consumer.department]).toEqual([['consumer'], 'social-insurance']);
    for (const [service, name] of [[household, 'household-steward-1'] as const, [social, 'social-consumer-1'] as const])
      expect(JSON.parse((await service.drl(['identity', 'list', '--json'])).out).map((one: { name: string }) => one.name)).toEqual([name]);
    const strangers = await social.ask(steward, 'GET', '/me');
    expect(strangers.status).toBe(401);
  });

  test('registers and decides through one, asks and acknowledges through the other', async () => {
    asset = (await ok(household.ask(steward, 'POST', '/assets', population))).id;
    await ok(household.ask(steward, 'POST', `/assets/${asset}/publish`, {}));
    const grant = await ok(social.ask(consumer, 'POST', '/grants', wish(asset)));
    expect(grant.status).toBe('requested');
    await ok(household.ask(steward, 'POST', `/grants/${grant.id}/approve`, {}));
    const share = await ok(household.ask(steward, 'POST', '/shares', sent(grant.id)));
    const answer = { payloadHash: HASH, hashAlgorithm: 'sha-256' };
    expect((await ok(social.ask(consumer, 'POST', `/shares/${share.id}/acknowledge`, answer))).status).toBe('acknowledged');
    const height = Number((await social.ask(consumer, 'GET', '/ledger')).body.height);
    for (const [service, user] of [[household, steward] as const, [social, consumer] as const])
      expect((await service.ask(user, 'GET', `/shares/${share.id}?atLeastBlock=${height - 1}`)).body.status).toBe('acknowledged');
    const proof = await social.ask(consumer, 'GET', `/evidence/share/${share.id}`);
    const verdict = await household.ask<{ verdict: string }>(steward, 'POST', '/evidence/verify', proof.body);
    expect(verdict.body.verdict).toBe('proven');
  });

  describe('asked by another, with a ticket', () => {
    const people = 'personId,name,birthYear\n1,李,1980\n2,王,1990\n';
    const elements = [
      { name: 'personId', type: 'string', shareType: 'none', identifies: true },
      { name: 'name', type: 'string' },
    ];
    const granted = async (shareMethod: string, constraints: object = {}): Promise<string> => {
      writeFileSync(join(scratch, 'people.csv'), people);
      const { id } = await ok(household.ask(steward, 'POST', '/assets', { ...population, shareMethod, elements }));
      await ok(household.ask(steward, 'PUT', `/assets/${id}/distributions/data`, { accessURL: 'file:people.csv' }));
      await ok(household.ask(steward, 'POST', `/assets/${id}/publish`, {}));
      const grant = await ok(social.ask(consumer, 'POST', '/grants', { ...wish(id), constraints }));
      await ok(household.ask(steward, 'POST', `/grants/${grant.id}/approve`, {}));
      return grant.id;
    };
    const fetched = (grant: string) =>
      download({ address: social.url, tokens: new Map([['me', consumer.token]]) } as unknown as Gateway, grant, {}, { as: 'me' });

    test('hands over what was granted; both departments’ words are on the ledger, the ticket is the consumer’s', async () => {
      const grant = await granted('file');
      const got = await fetched(grant);
      expect([got.status, got.complete, got.bytes.toString()]).toEqual([200, true, 'name\n李\n王\n']);
      expect(got.trailers['share-payload-hash']).toBe(got.sha256);
      const id = got.headers['share-id'];
      const answer = { payloadHash: got.sha256, hashAlgorithm: 'sha-256' };
      expect((await ok(social.ask(consumer, 'POST', `/shares/${id}/acknowledge`, answer))).status).toBe('acknowledged');
      const { body: share } = await social.ask(consumer, 'GET', `/shares/${id}`);
      expect(share).toMatchObject({ created: { name: 'household-steward-1', mspId: 'PoliceMSP' } });
      const { body: ticket } = await household.ask(steward, 'GET', `/tickets/${share.ticket}`);
      expect(ticket).toMatchObject({ grant, created: { name: 'social-consumer-1', mspId: 'SocialMSP' } });
      const proof = await household.ask(steward, 'GET', `/evidence/ticket/${share.ticket}`);
      expect((await social.ask<{ verdict: string }>(consumer, 'POST', '/evidence/verify', proof.body)).body.verdict).toBe('proven');
    });

    test('answers a query, and no data', async () => {
      const grant = await granted('query-verify');
      const question = { subject: { personId: '2' }, values: { name: '王' } };
      const { status, body } = await social.ask(consumer, 'POST', `/grants/${grant}/queries`, question);
      expect([status, body.matches]).toEqual([200, { name: true }]);
      expect((await fetched(grant)).body).toMatchObject({ code: 'METHOD_NOT_SHARED', transactionId: expect.any(String) });
    });

    test('refuses on the ledger what the grant forbids, also of many at once', async () => {
      const grant = await granted('file', { maxCount: 2 });
      const all = await Promise.all(Array.from({ length: 5 }, () => fetched(grant)));
      expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409, 409]);
      for (const { status, body } of all) if (status === 409) expect(body.code).toBe('GRANT_EXHAUSTED');
    });

    test('takes a letter once, and none that was tampered with', async () => {
      const grant = await granted('file');
      expect((await fetched(grant)).status).toBe(200);
      const { path, letter } = relay.letters.at(-1) as SentLetter;
      const show = (one: string) => household.ask<{ code: string }>(undefined, 'POST', path, { letter: one });
      expect((await show(letter)).body.code).toBe('TICKET_USED');
      const [head, payload = '', signature] = letter.split('.');
      const altered = Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), rows: 1 }));
      expect(await show(`${head}.${altered.toString('base64url')}.${signature}`)).toMatchObject({
        status: 401,
        body: { code: 'TICKET_INVALID' },
      });
    });
  });

  test('refuses what is not there, not a pair, or not of this consortium, and says which file', async () => {
    const own = byOpenssl(network.dir, 'PoliceMSP', 'household-steward-2', { roles: 'steward', department: 'household' }, scratch);
    const other = byOpenssl(network.dir, 'PoliceMSP', 'household-steward-3', { roles: 'steward', department: 'household' }, scratch);
    const tried = async (...from: string[]) => {
      const { code, err } = await household.drl(['identity', 'import', 'household-steward-2', ...from]);
      return [code, err];
    };
    expect(await tried('--msp', 'PoliceMSP', '--cert', own.cert, '--key', other.key)).toEqual([1, expect.stringContaining(other.key)]);
    expect(await tried('--msp', 'PoliceMSP', '--cert', own.key, '--key', own.key)).toEqual([
      1,
      expect.stringContaining('no PEM certificate'),
    ]);
    expect(await tried('--msp', 'NobodyMSP', '--cert', own.cert, '--key', own.key)).toEqual([1, expect.stringContaining('NobodyMSP')]);
    expect(await tried('--msp', 'PoliceMSP', '--cert', own.cert)).toEqual([2, expect.stringContaining('--msp-dir')]);
    writeFileSync(join(scratch, 'half.json'), JSON.stringify({ peers: { 'peer0.police': {} } }));
    const half = new RealService({ ...files.env, FABRIC_PROFILE: join(scratch, 'half.json') });
    running.push(half);
    await expect(half.start()).rejects.toThrow(/half\.json: missing: orderers; organizations: one with an mspid that lists peer0\.police/);
    const added = await household.drl(['identity', 'add', 'household-steward-2', '--department', 'household', '--roles', 'steward']);
    expect([added.code, added.err]).toEqual([1, expect.stringContaining('identity import')]);
  });

  test('takes a new certificate for a user while it runs, whose token stays', async () => {
    const before = JSON.parse((await social.drl(['identity', 'list', '--json'])).out)[0];
    const { cert, key } = byOpenssl(network.dir, 'SocialMSP', 'social-consumer-1', { roles: 'consumer,steward' }, join(scratch, 'renewed'));
    await imported(social, 'social-consumer-1', 'SocialMSP', ['--cert', cert, '--key', key, '--replace']);
    const [after] = JSON.parse((await social.drl(['identity', 'list', '--json'])).out);
    expect([before.roles, after.roles, after.keys]).toEqual([['consumer'], ['steward', 'consumer'], 1]);
    await ok(social.ask(consumer, 'POST', '/assets', { ...population, title: { en: 'Contributions' } }));
  });

  test('comes back from its backup in another place, reading the ledger anew, with the tokens that it gave', async () => {
    await household.end('SIGTERM');
    const restored = gateway();
    const kept = readdirSync(household.dataDir).filter((name) => name !== 'readmodel');
    for (const name of kept) cpSync(join(household.dataDir, name), join(restored.dataDir, name), { recursive: true });
    household = restored;
    await household.start();
    const { status, body } = await household.ask(steward, 'GET', `/assets/${asset}`);
    expect([status, body.status]).toEqual([200, 'published']);
    relay.target = household.url;
    // It has forgotten which letters it has seen; the ledger has not.
    const { path, letter } = relay.letters.at(-1) as SentLetter;
    const replayed = await household.ask(undefined, 'POST', path, { letter });
    expect(replayed.body).toMatchObject({ code: 'TICKET_USED', transactionId: expect.any(String) });
  });

  test('of a new organisation serves its department once the manager has the new files', async () => {
    const newcomer = consortium().organisations.find((one) => one.mspId === 'AgenciesMSP') as Organisation;
    await addOrganisation({ dir: network.dir, organisation: newcomer });
    files = operatorFiles(network.dir, scratch);
    await bureau.end('SIGTERM');
    await bureau.start();
    const agencies = gateway();
    const user = { name: 'tax-steward-1', roles: ['steward' as const], department: 'tax' };
    const tax = await imported(agencies, user.name, 'AgenciesMSP', [
      '--msp-dir',
      await mspFolder(network.dir, 'AgenciesMSP', user, scratch),
    ]);
    await agencies.start();
    const theirs = await ok(agencies.ask(tax, 'POST', '/assets', { ...population, title: { en: 'Taxpayers' } }));
    await ok(agencies.ask(tax, 'POST', `/assets/${theirs.id}/publish`, {}));
    // The departments that did nothing but wait see it too, though their gateways know no peer of the newcomer yet.
    const height = Number((await agencies.ask(tax, 'GET', '/ledger')).body.height);
    const seen = await social.ask(consumer, 'GET', `/assets/${theirs.id}?atLeastBlock=${height - 1}`);
    expect([seen.status, seen.body.publisher]).toEqual([200, 'tax']);
  });

  test('has read the same as every other: each read model is what the blocks say', async () => {
    const found: unknown[] = [];
    for (const service of [household, social]) {
      await service.end('SIGTERM');
      const { code, out } = await service.drl(['fsck', '--json']);
      expect(code).toBe(0);
      found.push(JSON.parse(out));
    }
    expect(found[0]).toMatchObject({ outcome: 'equal' });
    expect(found[1]).toEqual(found[0]);
  });

  test('finds its peer again from that organisation’s own backup', async () => {
    const { dir } = network;
    const node = paths.node(dir, 'peer0-PoliceMSP');
    await networkDown(dir);
    cpSync(node, join(scratch, 'peer-backup'), { recursive: true });
    rmSync(node, { recursive: true });
    cpSync(join(scratch, 'peer-backup'), node, { recursive: true });
    await networkUp({ consortium: consortium('BureauMSP', 'PoliceMSP', 'SocialMSP', 'AuditMSP'), dir });
    await household.start();
    await ok(household.ask(steward, 'POST', `/assets/${asset}/suspend`, { reason: { en: 'after the restore' } }));
  });
});
