import { X509Certificate } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { addOrganisation } from '@drl/network/fabric/addOrganisation';
import { setBatch } from '@drl/network/fabric/batch';
import { networkDown } from '@drl/network/fabric/down';
import { revokeUser } from '@drl/network/fabric/enrol';
import { NetworkError } from '@drl/network/fabric/errors';
import { planNetwork } from '@drl/network/fabric/layout';
import { withLock } from '@drl/network/fabric/lock';
import { mspKeyFile, tlsKeyFile } from '@drl/network/fabric/msp';
import { paths } from '@drl/network/fabric/paths';
import { preflight } from '@drl/network/fabric/preflight';
import { renewCertificates } from '@drl/network/fabric/renew';
import { readNetwork } from '@drl/network/fabric/state';
import { type NetworkStatus, networkStatus } from '@drl/network/fabric/status';
import { networkUp } from '@drl/network/fabric/up';
import { upgradeChaincode } from '@drl/network/fabric/upgrade';
import { describeFabric } from './availability';
import { type CliUser, cliUser, get, put } from './invoke';
import { consortium, networkDir, PUTGET, type TestNetwork, testNetwork } from './network';
import { replaceChaincode } from './rogue';

const FEWER = ['BureauMSP', 'PoliceMSP', 'SocialMSP', 'AuditMSP'];
const pids = (status: NetworkStatus) => new Map(status.nodes.map((n) => [n.name, n.pid]));

describeFabric('a real network', () => {
  let network: TestNetwork;
  let dir: string;
  let steward: CliUser;
  const again = () => networkUp({ consortium: consortium(...FEWER), dir, chaincode: { path: PUTGET } });
  const code = async (work: Promise<unknown>): Promise<string> => {
    const error = await work.then(
      () => undefined,
      (e: unknown) => e,
    );
    expect(error).toBeInstanceOf(NetworkError);
    return (error as NetworkError).code;
  };

  /** The test chaincode with another answer to both of its calls. */
  const variant = (name: string, answer: string): string => {
    const folder = join(dir, name);
    cpSync(PUTGET, folder, { recursive: true });
    if (!existsSync(join(dir, 'node_modules'))) symlinkSync(resolve(__dirname, '../../node_modules'), join(dir, 'node_modules'));
    const mark = /'(.)'/.exec(answer)?.[1];
    const source = readFileSync(join(folder, 'index.js'), 'utf8')
      .replace('return value;', answer)
      .replace('.toString();', `.toString() + '${mark}';`);
    writeFileSync(join(folder, 'index.js'), source);
    return folder;
  };

  beforeAll(async () => {
    network = await testNetwork({ consortium: consortium(...FEWER), chaincode: { path: PUTGET } });
    dir = network.dir;
    steward = await cliUser(dir, 'PoliceMSP', { name: 'household-steward-1', roles: ['steward', 'consumer'], department: 'household' });
  }, 120_000);

  afterAll(() => network?.end(), 60_000);

  test('has every node of the consortium, all at one height', async () => {
    const { nodes } = await networkStatus(dir);
    const count = (kind: string) => nodes.filter((n) => n.kind === kind && n.alive).length;
    expect([count('ca'), count('orderer'), count('peer'), count('chaincode')]).toEqual([5, 3, 5, 4]);
    const heights = new Set(nodes.filter((n) => n.kind === 'peer' || n.kind === 'orderer').map((n) => n.height));
    expect(heights.size).toBe(1);
    expect([...heights][0]).toBeGreaterThan(1);
  });

  test('has certificates from its own CAs only, with a host name where they serve, and private keys for its owner alone', async () => {
    const { certificates } = await networkStatus(dir);
    for (const { file, mspId, use, holder } of certificates) {
      const certificate = new X509Certificate(readFileSync(file));
      const root = new X509Certificate(readFileSync(paths.caCert(dir, mspId)));
      expect(certificate.checkIssued(root) && certificate.verify(root.publicKey)).toBe(true);
      if (use === 'tls') expect([holder, certificate.checkHost('localhost')]).toEqual([holder, 'localhost']);
    }
    const keys = network.state.organisations.flatMap((o) =>
      o.peers.flatMap((p) => [mspKeyFile(paths.nodeMsp(dir, p.name)), tlsKeyFile(paths.nodeTls(dir, p.name))]),
    );
    for (const key of keys) expect(statSync(key).mode & 0o077).toBe(0);
  });

  test('enrols users with the attributes that the ledger reads', () => {
    const text = new X509Certificate(steward.certificate).raw.toString('latin1');
    expect(text).toContain('"department":"household"');
    expect(text).toContain('"roles":"steward,consumer"');
    expect(new X509Certificate(steward.certificate).subject).toMatch(/CN=household-steward-1/);
  });

  test('says no to an id that is a person, a role that is none, and an unknown organisation', async () => {
    const user = { name: 'a-1', roles: ['steward' as const], department: 'household' };
    expect(await code(cliUser(dir, 'PoliceMSP', { ...user, name: 'Wang Fang' }))).toBe('IDENTITY_INVALID');
    expect(await code(cliUser(dir, 'PoliceMSP', { ...user, roles: ['king' as 'steward'] }))).toBe('IDENTITY_INVALID');
    expect(await code(cliUser(dir, 'NobodyMSP', user))).toBe('BAD_ARGUMENT');
  });

  test('commits what the manager and a department endorse', async () => {
    await put(dir, steward, 'first', 'one', ['BureauMSP', 'PoliceMSP']);
    await put(dir, steward, 'second', 'two', ['BureauMSP', 'SocialMSP']);
    expect(await get(dir, steward, 'first')).toBe('one');
    expect(await get(dir, steward, 'second')).toBe('two');
  });

  test.each([[['PoliceMSP']], [['BureauMSP']], [['PoliceMSP', 'SocialMSP']]])(
    'refuses what %j alone endorse, with code 10',
    async (endorsers) => {
      await expect(put(dir, steward, 'forged', 'x', endorsers)).rejects.toThrow('ENDORSEMENT_POLICY_FAILURE');
      expect(await get(dir, steward, 'forged')).toBe('');
    },
  );

  test('brought up twice, leaves what lives alone', async () => {
    const before = await networkStatus(dir);
    await again();
    expect(pids(await networkStatus(dir))).toEqual(pids(before));
  });

  test('brought up with other batch settings, puts them into the channel', async () => {
    const height = async () => (await networkStatus(dir)).nodes.find((n) => n.kind === 'orderer')?.height as number;
    const before = await height();
    const wanted = consortium(...FEWER);
    const slower = { ...wanted, ordering: { ...wanted.ordering, batchTimeoutMs: 30 } };
    await networkUp({ consortium: slower, dir });
    expect(readNetwork(dir).consortium.ordering.batchTimeoutMs).toBe(30);
    expect(await height()).toBe(before + 1);
    expect(await setBatch(dir, slower.ordering)).toBe(false);
    expect(await setBatch(dir, wanted.ordering)).toBe(true);
    expect(await height()).toBe(before + 2);
  });

  test('after a kill of an orderer, a peer, a chaincode and a CA, starts those four and no other', async () => {
    const before = pids(await networkStatus(dir));
    const victims = ['orderer1', 'peer0-PoliceMSP', 'chaincode-peer0-SocialMSP', 'ca-PoliceMSP'];
    for (const name of victims) process.kill(before.get(name) as number, 'SIGKILL');
    const dead = async () => (await networkStatus(dir)).nodes.filter((n) => !n.alive).map((n) => n.name);
    while ((await dead()).length < victims.length);
    expect((await dead()).sort()).toEqual([...victims].sort());
    await again();
    const after = pids(await networkStatus(dir));
    expect(
      [...after]
        .filter(([name, pid]) => before.get(name) !== pid)
        .map(([name]) => name)
        .sort(),
    ).toEqual([...victims].sort());
    await put(dir, steward, 'third', 'three', ['BureauMSP', 'SocialMSP']);
    expect(await get(dir, steward, 'third')).toBe('three');
  });

  test('thaws what was frozen', async () => {
    const pid = pids(await networkStatus(dir)).get('peer0-SocialMSP') as number;
    process.kill(pid, 'SIGSTOP');
    const frozen = async () => (await networkStatus(dir)).nodes.filter((n) => n.frozen).map((n) => n.name);
    while ((await frozen()).length === 0);
    expect(await frozen()).toEqual(['peer0-SocialMSP']);
    await again();
    expect(await frozen()).toEqual([]);
    expect(pids(await networkStatus(dir)).get('peer0-SocialMSP')).toBe(pid);
  });

  test('refuses a revoked user once the list is in the channel, and the CA will not enrol the name again', async () => {
    const request = { name: 'household-steward-2', roles: ['steward' as const], department: 'household' };
    const leaver = await cliUser(dir, 'PoliceMSP', request);
    await put(dir, leaver, 'leaver', 'still here', ['BureauMSP', 'PoliceMSP']);
    await revokeUser({ dir }, 'PoliceMSP', leaver.name);
    await expect(put(dir, leaver, 'leaver', 'gone', ['BureauMSP', 'PoliceMSP'])).rejects.toThrow(/creator|access denied/i);
    await put(dir, steward, 'stayer', 'here', ['BureauMSP', 'PoliceMSP']);
    expect(await get(dir, steward, 'leaver')).toBe('still here');
    expect(await code(cliUser(dir, 'PoliceMSP', request))).toBe('CA_REFUSED');
  });

  test('refuses what a peer with other code endorses, since the results differ', async () => {
    const tampered = variant('test-tampered', "return value + '?';");
    await replaceChaincode(dir, 'peer0-PoliceMSP', tampered);
    await expect(put(dir, steward, 'tampered', 'x', ['BureauMSP', 'PoliceMSP'])).rejects.toThrow(/payloads do not match/i);
    await put(dir, steward, 'untampered', 'x', ['BureauMSP', 'SocialMSP']);
    await replaceChaincode(dir, 'peer0-PoliceMSP', PUTGET);
    await put(dir, steward, 'tampered', 'y', ['BureauMSP', 'PoliceMSP']);
  });

  test('upgrades the chaincode beside the running one, keeping the state', async () => {
    const next = variant('test-next', "return value + '!';");
    const source = readFileSync(join(next, 'index.js'), 'utf8');
    const before = readNetwork(dir).chaincode;
    const now = await upgradeChaincode({ dir, path: next });
    expect(now.packageId).not.toBe(before?.packageId);
    expect(now.sequence).toBe(2);
    expect(await get(dir, steward, 'first')).toBe('one!');
    await put(dir, steward, 'fourth', 'four', ['BureauMSP', 'PoliceMSP']);
    expect(await upgradeChaincode({ dir, path: next })).toEqual(now);
    const services = (await networkStatus(dir)).nodes.filter((n) => n.kind === 'chaincode');
    expect(services.map((n) => n.alive)).toEqual([true, true, true, true]);
    appendFileSync(join(next, 'index.js'), '// changed after approval\n');
    const { warnings } = await networkUp({ consortium: consortium(...FEWER), dir });
    expect(warnings).toEqual([expect.stringContaining(now.packageId)]);
    writeFileSync(join(next, 'index.js'), source);
  });

  test('admits an organisation, whose peer then holds the ledger and whose endorsement counts', async () => {
    const newcomer = consortium().organisations.find((o) => o.mspId === 'AgenciesMSP');
    if (!newcomer) throw new Error('the consortium file has no AgenciesMSP');
    const lines: string[] = [];
    const state = await addOrganisation({ dir, organisation: newcomer, progress: (line) => lines.push(line) });
    expect(lines.length).toBeGreaterThan(2);
    expect(state.chaincode?.policy).toContain("'AgenciesMSP.peer'");
    expect(state.chaincode?.sequence).toBe(3);
    const clerk = await cliUser(dir, 'AgenciesMSP', { name: 'tax-steward-1', roles: ['steward'], department: 'tax' });
    expect(await get(dir, clerk, 'first')).toBe('one!');
    await put(dir, clerk, 'fifth', 'five', ['BureauMSP', 'AgenciesMSP']);
    expect(await code(addOrganisation({ dir, organisation: newcomer }))).toBe('ORGANISATION_INVALID');
    expect(await code(addOrganisation({ dir, organisation: { ...newcomer, mspId: 'SecondMSP', role: 'manager' } }))).toBe(
      'ORGANISATION_INVALID',
    );
    expect(await code(addOrganisation({ dir, organisation: { ...newcomer, mspId: 'SecondMSP' } }))).toBe('ORGANISATION_INVALID');
  });

  test('renews every certificate, one node after another, and the channel goes on', async () => {
    const serials = async () =>
      new Map((await networkStatus(dir)).certificates.map((c) => [c.file, new X509Certificate(readFileSync(c.file)).serialNumber]));
    const before = await serials();
    expect(await renewCertificates({ dir, withinDays: 1 })).toEqual([]);
    const renewed = await renewCertificates({ dir, withinDays: Number.POSITIVE_INFINITY });
    const after = await serials();
    expect(renewed.length).toBeGreaterThan(20);
    for (const { file } of renewed) expect(after.get(file)).not.toBe(before.get(file));
    await put(dir, steward, 'sixth', 'six', ['BureauMSP', 'PoliceMSP']);
    expect((await networkStatus(dir)).nodes.filter((n) => !n.alive)).toEqual([]);
  }, 120_000);

  test('goes down, takes new certificates while it is down, and comes up again with everything it held', async () => {
    const living = (await networkStatus(dir)).nodes.filter((n) => n.alive).map((n) => n.name);
    const { stopped } = await networkDown(dir);
    expect([...stopped].sort()).toEqual(living.sort());
    expect(stopped.length).toBeGreaterThanOrEqual(17);
    expect((await networkStatus(dir)).nodes.filter((n) => n.alive)).toEqual([]);
    expect((await networkDown(dir)).stopped).toEqual([]);
    await renewCertificates({ dir, withinDays: Number.POSITIVE_INFINITY });
    expect((await networkStatus(dir)).nodes.filter((n) => n.alive && n.kind !== 'ca')).toEqual([]);
    await networkUp({ consortium: consortium(...FEWER), dir });
    expect(await get(dir, steward, 'first')).toMatch(/^one/);
    await put(dir, steward, 'seventh', 'seven', ['BureauMSP', 'PoliceMSP']);
  });

  test('tells, before anything starts, what has run out and who holds its ports', async () => {
    const state = readNetwork(dir);
    const inTwoYears = new Date(Date.now() + 2 * 365 * 86_400_000);
    const over = await preflight(dir, state, inTwoYears);
    expect(new Set(over.map((p) => p.code))).toEqual(new Set(['CERTIFICATE_EXPIRED']));

    const elsewhere = networkDir();
    const wanted = { consortium: consortium(...FEWER), dir: elsewhere, chaincode: { path: PUTGET } };
    expect(await code(networkUp({ ...wanted, basePort: state.basePort }))).toBe('STALE_PROCESS');

    const server = createServer();
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as { port: number };
    const problems = await preflight(elsewhere, planNetwork(wanted.consortium, port));
    server.close();
    expect(problems.map((p) => [p.code, p.detail])).toContainEqual(['PORT_IN_USE', expect.stringContaining(`pid ${process.pid}`)]);
    await networkDown(elsewhere, { purge: true });
  });

  test('works for one command at a time, and for the consortium that it was made for', async () => {
    expect(await withLock(dir, () => code(networkDown(dir)))).toBe('NETWORK_BUSY');
    expect(await code(networkUp({ consortium: consortium('BureauMSP', 'SocialMSP'), dir }))).toBe('CONSORTIUM_CHANGED');
  });

  test('purges its own files and nobody else’s', async () => {
    const foreign = join(dir, 'notes.txt');
    writeFileSync(foreign, 'mine');
    expect((await networkDown(dir, { purge: true })).purged).toBe(true);
    expect(readFileSync(foreign, 'utf8')).toBe('mine');
    expect(await code(networkStatus(dir))).toBe('NETWORK_ABSENT');
    mkdirSync(join(dir, 'other'));
    expect(await code(networkDown(dir, { purge: true }))).toBe('NETWORK_ABSENT');
  });
});
