import { type ChildProcess, execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parsePolicy, policyBytes } from '@drl/network/block/policy';
import { readBlock } from '@drl/network/block/read';
import { readConsortium } from '@drl/network/consortium';
import { type EmbeddedLedger, type EndorsedTransaction, openEmbeddedLedger } from '@drl/network/embedded/engine';
import { reportBinaries } from '@drl/network/fabric/binaries';
import { describeFabric } from '../fabric/availability.js';
import { contracts } from '../fixtures/probe/index.js';
import { environment, freePort, ordering, peerLog, startPeer, writeMsp } from './realPeer.js';

const consortium = readConsortium(resolve(__dirname, '../../network/consortium.yaml'));
const MANAGER = 'BureauMSP';
const POLICE = 'PoliceMSP';
const SOCIAL = 'SocialMSP';

/** What one finds on a channel: each code, every kind of write, a revocation, conflicts within blocks and across them. */
async function history(ledger: EmbeddedLedger): Promise<void> {
  const as = ledger.enroll({ mspId: POLICE, name: 'writer', attributes: { department: 'household', roles: 'steward' } });
  const endorse = (
    fn: string,
    input: object,
    endorsers = [MANAGER, POLICE],
    transient?: Record<string, Uint8Array>,
  ): Promise<EndorsedTransaction> => ledger.endorse({ name: `probe:${fn}`, args: [JSON.stringify({ input })], transient }, endorsers, as);
  const commit = async (...args: Parameters<typeof endorse>) => (await ledger.submit((await endorse(...args)).envelope)).code;
  const all = (transactions: readonly EndorsedTransaction[]) => Promise.all(transactions.map((t) => ledger.submit(t.envelope)));
  const scan = (prefix: string, key: string) => ({ from: `${prefix}/`, to: `${prefix}/~`, limit: 0, key, value: 'seen' });
  const many = (prefix: string, n: number) => Array.from({ length: n }, (_, i) => `${prefix}/${String(i).padStart(4, '0')}`);

  for (const n of [3, 120]) {
    await commit('put', { key: many(`r${n}`, n).join('\n'), value: many('v', n).join('\n') });
    const before = await Promise.all([endorse('scan', scan(`r${n}`, `seen${n}`)), endorse('scan', scan(`r${n}`, `again${n}`))]);
    await ledger.submit((before[0] as EndorsedTransaction).envelope);
    await commit('put', { key: `r${n}/0001a`, value: 'phantom' });
    await ledger.submit((before[1] as EndorsedTransaction).envelope);
  }
  await commit('put', { key: 'hot', value: '0' });
  await all(await Promise.all(Array.from({ length: 6 }, (_, i) => endorse('copy', { read: 'hot', key: 'hot', value: String(i) }))));
  await all(await Promise.all(Array.from({ length: 6 }, () => endorse('create', { key: 'once', value: 'v' }))));
  await commit('put', { key: 'alone', value: 'v' }, [MANAGER]);
  await commit('get', { key: 'alone' }, [POLICE]);
  await commit('setPolicy', {
    key: 'owned',
    value: 'v',
    policy: policyBytes(parsePolicy(`AND('${MANAGER}.peer', '${POLICE}.peer')`)).toString('base64'),
  });
  await commit('put', { key: 'owned', value: 'forged' }, [MANAGER, SOCIAL]);
  await commit('setPolicy', { key: 'absent', value: '', policy: policyBytes(parsePolicy(`OR('${POLICE}.peer')`)).toString('base64') });
  await all([
    ...(await Promise.all(Array.from({ length: 6 }, (_, i) => endorse('put', { key: `busy${i}`, value: 'v' })))),
    await endorse('setPolicy', { key: 'hot', value: '', policy: policyBytes(parsePolicy(`OR('${MANAGER}.peer')`)).toString('base64') }),
    await endorse('put', { key: 'hot', value: 'in one block' }),
  ]);
  await commit('remove', { key: 'owned' });
  await commit('put', { key: 'owned', value: 'anew' }, [MANAGER, SOCIAL]);
  const collection = `_implicit_org_${POLICE}`;
  await commit('putPrivate', { collection, key: 'secret' }, [POLICE], { value: Buffer.from('kept') });
  await commit('putPrivate', { collection, key: 'secret' }, [SOCIAL], { value: Buffer.from('forged') });
  await commit('purgePrivate', { collection, key: 'secret' }, [POLICE]);
  await commit('event', { key: 'told', value: 'payload' });
  const leaver = ledger.enroll({ mspId: SOCIAL, name: 'leaver', attributes: {} });
  const last = await ledger.endorse(
    { name: 'probe:put', args: [JSON.stringify({ input: { key: 'last', value: 'word' } })] },
    [MANAGER, SOCIAL],
    leaver,
  );
  await ledger.submit(last.envelope);
  await ledger.revoke(SOCIAL, 'leaver');
  await commit('put', { key: 'after', value: 'v' });
}

describeFabric('a real peer on the embedded ledger’s blocks', () => {
  const dir = mkdtempSync(join(tmpdir(), 'drl-real-peer-'));
  let ledger: EmbeddedLedger;
  let peer: ChildProcess | undefined;
  let server: Awaited<ReturnType<typeof ordering>> | undefined;

  afterAll(async () => {
    peer?.kill('SIGKILL');
    server?.close();
    await ledger?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  test('gives every transaction the same code, and comes to the same commit hash', async () => {
    const program = reportBinaries().binaries.find((b) => b.name === 'peer')?.path as string;
    ledger = await openEmbeddedLedger({ dir: join(dir, 'ledger'), consortium, contracts });
    await history(ledger);
    const stop = new AbortController();
    const own: Uint8Array[] = [];
    for await (const block of ledger.blocks(0n, stop.signal)) if (own.push(block) === Number(ledger.height())) stop.abort();

    const root = ledger.trust().get(POLICE) as string;
    const node = (name: string) => ({
      certificate: readFileSync(join(dir, 'ledger', 'nodes', POLICE, `${name}.pem`), 'utf8'),
      key: readFileSync(join(dir, 'ledger', 'nodes', POLICE, `${name}.key.pem`), 'utf8'),
    });
    writeMsp(join(dir, 'msp'), { mspId: POLICE, root, ...node('peer0') });
    writeMsp(join(dir, 'admin'), { mspId: POLICE, root, ...node('admin') });
    writeFileSync(join(dir, 'genesis.pb'), own[0] as Uint8Array);
    server = await ordering((from, signal) => ledger.blocks(from, signal));
    const port = await freePort();
    peer = startPeer(program, dir, POLICE, port, await freePort(), server.port);
    const env = {
      ...environment(dir),
      CORE_PEER_ADDRESS: `localhost:${port}`,
      CORE_PEER_LOCALMSPID: POLICE,
      CORE_PEER_MSPCONFIGPATH: join(dir, 'admin'),
    };
    // Not waited for in place: the peer draws its blocks from this process meanwhile.
    const ask = async (...args: string[]): Promise<string> => (await promisify(execFile)(program, args, { env })).stdout;
    await until(async () => {
      if (peer?.exitCode !== null) throw new Error(`panic: ${peerLog(dir).slice(-3000)}`);
      await ask('channel', 'join', '-b', join(dir, 'genesis.pb'));
    });
    await until(async () => {
      if (peer?.exitCode !== null) throw new Error(peerLog(dir).slice(-3000));
      const { height } = JSON.parse(
        /Blockchain info: (.*)/.exec(await ask('channel', 'getinfo', '-c', consortium.channel))?.[1] ?? '{}',
      ) as {
        height?: number;
      };
      if (height !== own.length) throw new Error(`at ${height} of ${own.length}\n${peerLog(dir).slice(-3000)}`);
    });

    const codes = new Set<number>();
    for (const [n, bytes] of own.entries()) {
      await ask('channel', 'fetch', String(n), join(dir, 'block.pb'), '-c', consortium.channel);
      const [ours, theirs] = [readBlock(bytes), readBlock(readFileSync(join(dir, 'block.pb')))];
      expect({ n, codes: [...theirs.codes] }).toEqual({ n, codes: [...ours.codes] });
      expect(theirs.headerHash.equals(ours.headerHash)).toBe(true);
      expect({ n, hash: theirs.metadata[4]?.toString('hex') }).toEqual({ n, hash: ours.metadata[4]?.toString('hex') });
      for (const code of ours.codes) codes.add(code);
    }
    expect([...codes].sort((a, b) => a - b)).toEqual([0, 10, 11, 12]);
  }, 180_000);
});

/** A peer takes a moment to listen, and to draw its blocks. */
async function until(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 60 || String(error).includes('panic')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
