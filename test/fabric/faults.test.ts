import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConfig } from '@drl/gateway/config';
import { enrolFor } from '@drl/gateway/main';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { revokeUser } from '@drl/network/fabric/enrol';
import { renewCertificates } from '@drl/network/fabric/renew';
import { networkStatus } from '@drl/network/fabric/status';
import { settle } from '../../scripts/faults/city';
import { judge } from '../../scripts/faults/judge';
import { Load } from '../../scripts/faults/load';
import { ms, runFaults } from '../../scripts/faults/run';
import { type Gateway, population } from '../http/gateway';
import { describeFabric } from './availability';
import { openFabricGateway } from './gateway';
import { type TestNetwork, testNetwork } from './network';

const BUILT = resolve(__dirname, '../../gateway/dist/main.js');

describeFabric('a network that breaks', () => {
  let network: TestNetwork;

  beforeAll(async () => {
    network = await testNetwork();
  }, 180_000);

  afterAll(() => network?.end(), 60_000);

  test('keeps every acknowledged write once, and of every other its status says whether it is there', async () => {
    const workDir = mkdtempSync(join(tmpdir(), 'drl-faults-'));
    const figures = await runFaults({ networkDir: network.dir, workDir, writers: 6, holdMs: 1500, short: true, gatewayMain: BUILT });
    const { tried, acknowledged, unacknowledged, saidThere, longestStallMs, lost, doubled } = figures;
    console.log(
      `writes: ${tried} tried, ${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} doubled; of ${unacknowledged} others ` +
        `${saidThere} are there; longest stall ${ms(longestStallMs)}`,
    );
    expect(figures.faults.map(({ what }) => what)).toEqual([
      'kill -9 the Raft leader',
      'kill -9 a Raft follower',
      'kill -9 a department’s only peer',
      'kill -9 a department’s only chaincode',
      'kill -9 the gateway',
      'freeze a peer of the manager',
    ]);
    expect(figures).toMatchObject({ lost: [], doubled: [], misreported: [], brokenPromises: [], unexpected: {}, gatewayDeaths: 0 });
    // Where another can do it instead, nobody is even told.
    const noticed = figures.faults.filter(({ what, failures }) => /Raft|peer of the manager/.test(what) && failures > 0);
    expect(noticed).toEqual([]);
    expect(acknowledged).toBeGreaterThan(figures.faults.length);
    expect(acknowledged + unacknowledged).toBe(tried);
    expect(saidThere).toBeGreaterThan(0);
    expect((await networkStatus(network.dir)).nodes.filter(({ alive, frozen }) => !alive || frozen)).toEqual([]);
    rmSync(workDir, { recursive: true, force: true });
  }, 500_000);

  describe('and a gateway that stays', () => {
    let gateway: Gateway;
    const identities = () => gateway.service.services.identities;
    const config = () => readConfig({ LEDGER: 'fabric', NETWORK_DIR: network.dir, DATA_DIR: gateway.dir });

    beforeAll(async () => {
      gateway = await openFabricGateway(network.dir);
    }, 120_000);

    afterAll(() => gateway?.close(), 60_000);

    test('refuses, with the network, whom the channel’s revocation list names, and nobody else', async () => {
      const write = (as: string) => gateway.call(as, 'POST', '/assets', population);
      expect((await write('social-steward-1')).status).toBe(201);
      await revokeUser(network, 'SocialMSP', 'social-steward-1');
      const refused = await write('social-steward-1');
      expect([refused.status, refused.body.code]).toEqual([403, 'IDENTITY_REFUSED']);
      // What the ledger took a caller for is believed for some seconds; then reading is over too.
      for (;;) {
        const { status, body } = await gateway.call('social-steward-1', 'GET', '/me');
        if (status === 200) continue;
        expect([status, body.code]).toEqual([403, 'IDENTITY_REFUSED']);
        break;
      }
      expect((await write('household-steward-1')).status).toBe(201);
      expect((await gateway.call('social-consumer-1', 'GET', '/me')).status).toBe(200);
    }, 60_000);

    test('goes on while every certificate is renewed: the nodes’, its users’ and its own', async () => {
      const enrol = enrolFor(config(), gateway.service.services.consortium);
      // The test's own users have these names on the embedded ledger too; here each gets one of its own for the load.
      const enrolling = {
        url: gateway.address,
        enrol: async (user: { name: string }) => (await identities().create({ ...user, name: `${user.name}-load` } as never, enrol)).token,
      };
      const load = new Load(gateway.address, await settle(enrolling), 4);
      await load.flows(60_000);
      const certificate = (name: string) => identities().byName(name)?.identity.certificate;
      const live = identities()
        .list()
        .map(({ name }) => name)
        .filter((name) => name !== 'social-steward-1');
      const before = live.map(certificate);
      try {
        await renewCertificates({ dir: network.dir, withinDays: Number.POSITIVE_INFINITY });
        await load.flows(120_000);
        for (const name of live) await identities().renew(name, enrol);
        await load.flows(60_000);
      } finally {
        await load.stop();
      }
      expect(live.map(certificate).filter((renewed) => before.includes(renewed))).toEqual([]);
      const { lost, doubled, misreported, unexpected, acknowledged } = await judge(
        gateway.address,
        network.dir,
        identities().byName('data-bureau-manager-1')!.identity,
        load,
      );
      expect({ lost, doubled, misreported, unexpected }).toEqual({ lost: [], doubled: [], misreported: [], unexpected: {} });
      expect(acknowledged).toBeGreaterThan(0);

      const written = await gateway.call('household-steward-1', 'POST', '/assets', population);
      expect(written.status).toBe(201);
      const transaction = await creatorOf(written.headers);
      expect(transaction).toBe(certificate('household-steward-1'));
    }, 400_000);

    /** The certificate that a transaction's envelope on the ledger carries. */
    async function creatorOf(headers: Headers): Promise<string | undefined> {
      const number = BigInt(headers.get('Ledger-Block') as string);
      const stop = new AbortController();
      for await (const bytes of gateway.service.services.ledger.blocks(number, stop.signal)) {
        stop.abort();
        const envelopes = readBlock(bytes).envelopes.map((envelope) => readEnvelope(envelope));
        return envelopes.find(({ txId }) => txId === headers.get('Ledger-Transaction-Id'))?.creator.certificate;
      }
      return undefined;
    }
  });
});
