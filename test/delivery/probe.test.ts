import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Asset } from '@drl/chaincode/model/records/asset';
import { Observations } from '@drl/gateway/delivery/probe/observations';
import { Probes } from '@drl/gateway/delivery/probe/probes';
import { type Gateway, openGateway, publish } from '../http/gateway.js';
import { attach } from './download.js';

const root = mkdtempSync(join(tmpdir(), 'drl-probe-'));
afterAll(() => rmSync(root, { recursive: true }));

/** Asks until it is so: the test's own time limit says when it never is. */
async function until<T>(ask: () => Promise<T> | T, good: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (good(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('in a gateway', () => {
  let gateway: Gateway;
  let server: Server;
  let asked = 0;
  beforeAll(async () => {
    server = createServer((request, response) => {
      asked += 1;
      response.statusCode = request.url === '/there' ? 200 : 404;
      response.end('name\nA\n');
    });
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    gateway = await openGateway({ PROBE_HOURS: '24', FILE_ROOTS: `household=${root}`, FETCH_ALLOW: 'household=127.0.0.1' });
  });
  afterAll(async () => {
    await gateway.close();
    server.close();
  });
  const seen = (asset: string, name: string) =>
    until(
      async () => {
        const { body } = await gateway.call('tax-steward-1', 'GET', `/assets/${asset}`);
        return body.distributions.find((one: { name: string }) => one.name === name).reachability;
      },
      (reachability) => reachability !== undefined,
    );

  test('what is attached is looked at, found or not, and attached all the same', async () => {
    writeFileSync(join(root, 'there.csv'), 'name\nA\n');
    const asset = await publish(gateway);
    const { port } = server.address() as AddressInfo;
    await attach(gateway, asset, { accessURL: 'file:there.csv' }, 'there');
    await attach(gateway, asset, { accessURL: 'file:not-there.csv' }, 'gone');
    await attach(gateway, asset, { accessURL: `http://127.0.0.1:${port}/there` }, 'served');
    await attach(gateway, asset, { accessURL: `http://127.0.0.1:${port}/not` }, 'missing');
    await attach(gateway, asset, { accessURL: 'http://10.1.2.3/secret' }, 'inside');
    for (const name of ['there', 'served'])
      expect(await seen(asset, name)).toEqual({ reachable: true, since: expect.any(String), checkedAt: expect.any(String) });
    for (const [name, reason] of [
      ['gone', 'RESOURCE_UNREACHABLE: there is no such file'],
      ['missing', 'RESOURCE_UNREACHABLE: status 404'],
      ['inside', 'RESOURCE_ADDRESS_REFUSED: a loopback, link-local, private or reserved address'],
    ] as const)
      expect(await seen(asset, name)).toMatchObject({ reachable: false, reason });
    expect(asked).toBe(2);
    const { body } = await gateway.call('tax-steward-1', 'GET', '/assets?publisher=household');
    const listed = body.items.find((one: { id: string }) => one.id === asset);
    expect(listed.distributions.map((one: { reachability: { reachable: boolean } }) => one.reachability.reachable)).toEqual([
      ...[true, false, true, false, false],
    ]);
    const standing = gateway.service.services.probes.standing(listed);
    expect([...standing].filter(([, { reachable }]) => !reachable).map(([name]) => name)).toEqual(['gone', 'missing', 'inside']);
  });

  test('another address is another resource', async () => {
    const asset = await publish(gateway);
    await attach(gateway, asset, { accessURL: 'file:not-there.csv' });
    expect((await seen(asset, 'data')).reachable).toBe(false);
    await attach(gateway, asset, { accessURL: 'file:there.csv' });
    expect((await seen(asset, 'data')).reachable).toBe(true);
  });
});

describe('on a schedule', () => {
  const assets = Array.from({ length: 30 }, (_, n) => ({
    ...{ id: `ast-${n}`, publisher: n % 2 ? 'household' : 'elsewhere', status: n === 1 ? 'retired' : 'published' },
    distributions: [{ name: 'data', accessURL: `file:${n}.csv` }],
  })) as unknown as Asset[];
  const asset = assets[3] as Asset;
  const log = { debug: () => undefined, error: (told: unknown) => Promise.reject(told) } as never;
  const readModel = { list: async () => ({ items: assets, nextCursor: null, asOf: { block: 0, headerHash: '' } }) } as never;
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(root, 'probes-'));
  });
  const open = async (attempt: (id: string, signal: AbortSignal) => Promise<void>, hours = 1e-5) =>
    new Probes({
      ...{ readModel, log, hours },
      observations: await Observations.open(dir),
      attempt: ({ id }, _, signal) => attempt(id, signal),
      provides: (department) => department === 'household',
    });
  const at = (probes: Probes, one = asset) => probes.standing(one).get('data');

  test('each is looked at again and again, a few at once, none twice at once; what changes is since then', async () => {
    const running = new Set<string>();
    const looked = new Map<string, number>();
    let most = 0;
    let broken = true;
    const probes = await open(async (id) => {
      expect(running).not.toContain(id);
      running.add(id);
      most = Math.max(most, running.size);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running.delete(id);
      looked.set(id, (looked.get(id) ?? 0) + 1);
      if (broken && id === asset.id) throw new Error('ssh://admin:hunter2@10.0.0.1');
    });
    probes.start();
    const gone = await until(
      () => at(probes),
      (seen) => seen !== undefined,
    );
    expect(gone).toMatchObject({ reachable: false, reason: 'RESOURCE_UNREACHABLE', since: gone?.checkedAt });
    await until(
      () => looked.get(asset.id) ?? 0,
      (n) => n >= 3,
    );
    expect(at(probes)?.since).toBe(gone?.since);
    broken = false;
    const back = await until(
      () => at(probes),
      (seen) => seen?.reachable === true,
    );
    expect(back?.since).toBe(back?.checkedAt);
    expect(Date.parse(back?.since as string)).toBeGreaterThan(Date.parse(gone?.since as string));
    await probes.close();
    expect(most).toBe(4);
    expect([...looked.keys()].sort()).toEqual(
      assets.flatMap(({ id, publisher, status }) => (publisher === 'household' && status !== 'retired' ? [id] : [])).sort(),
    );

    const again = await open(async () => undefined, 24);
    expect(at(again)?.since).toBe(back?.since);
    expect(at(again, { ...asset, distributions: [{ name: 'data', accessURL: 'file:other.csv' }] })).toBeUndefined();
    await again.close();
  });

  test('told to stop, it breaks off what it asks and says nothing of it', async () => {
    let begun = 0;
    const probes = await open((_, signal) => {
      begun += 1;
      return new Promise((_resolve, fail) => signal.addEventListener('abort', () => fail(new Error('aborted'))));
    });
    probes.start();
    await until(
      () => begun,
      (n) => n === 4,
    );
    await probes.close();
    expect(begun).toBe(4);
    for (const one of assets) expect(at(probes, one)).toBeUndefined();
  });

  test('with PROBE_HOURS=0 nothing is looked at', async () => {
    let begun = 0;
    const probes = await open(async () => {
      begun += 1;
    }, 0);
    probes.start();
    probes.soon(asset);
    await probes.close();
    expect(begun).toBe(0);
  });
});
