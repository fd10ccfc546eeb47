import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http2';
import { type AddressInfo, createServer as listenTcp } from 'node:net';
import { join } from 'node:path';
import { message, pair } from '@drl/network/block/action';
import { buildBlock } from '@drl/network/block/buildblock';
import { readBlock } from '@drl/network/block/read';
import { num, Reader } from '@drl/network/block/wire';
import { bytes as field } from '@drl/network/block/write';

/**
 * A real Fabric peer that draws the embedded ledger's blocks: to it, this process is the ordering service. It believes nothing: it
 * verifies the orderer's signature, validates every transaction and computes the commit hash by itself.
 */

/** orderer.AtomicBroadcast/Deliver: blocks from the number asked for, each followed by the next as it comes. gRPC by hand: HTTP/2 and a length before each message. */
export async function ordering(
  blocks: (from: bigint, signal: AbortSignal) => AsyncIterable<Uint8Array>,
): Promise<{ port: number; close(): void }> {
  const stop = new AbortController();
  const server = createServer();
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    if (headers[':path'] !== '/orderer.AtomicBroadcast/Deliver') return stream.close();
    const gone = new AbortController();
    stream.on('close', () => gone.abort());
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' });
    stream.once('data', async (asked: Buffer) => {
      const envelope = asked.subarray(5, 5 + asked.readUInt32BE(1));
      for await (const block of blocks(seekFrom(envelope), AbortSignal.any([gone.signal, stop.signal]))) {
        const answer = field(2, orderersView(block));
        const frame = Buffer.alloc(5);
        frame.writeUInt32BE(answer.length, 1);
        stream.write(Buffer.concat([frame, answer]));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () => {
      stop.abort();
      server.close();
    },
  };
}

/** SeekInfo.start: specified number, else the beginning. */
function seekFrom(envelope: Buffer): bigint {
  const seek = pair(pair(envelope).first).second;
  const r = new Reader(message(message(seek, 1), 3));
  while (r.next()) if (r.tag === num(1)) return r.uint64();
  return 0n;
}

/** The block as an orderer has it: without the codes and the commit hash, which are a peer's. */
function orderersView(bytes: Uint8Array): Buffer {
  const { number, previousHash, envelopes, metadata } = readBlock(bytes);
  let lastConfig = 0n;
  const r = new Reader(pair(metadata[1] as Buffer).first);
  while (r.next()) if (r.tag === num(1)) lastConfig = r.uint64();
  return buildBlock({ number, previousHash, envelopes, signatures: metadata[0] as Buffer, lastConfig });
}

export interface PeerFiles {
  readonly mspId: string;
  readonly root: string;
  readonly certificate: string;
  readonly key: string;
}

/** An MSP folder with NodeOUs, as a node has it. */
export function writeMsp(dir: string, { root, certificate, key }: PeerFiles): void {
  const put = (folder: string, name: string, content: string): void => {
    mkdirSync(join(dir, folder), { recursive: true });
    writeFileSync(join(dir, folder, name), content);
  };
  put('cacerts', 'root.pem', root);
  put('signcerts', 'cert.pem', certificate);
  put('keystore', 'key.pem', key);
  const unit = (name: string) => ({ OrganizationalUnitIdentifier: name });
  const nodeOus = {
    Enable: true,
    ClientOUIdentifier: unit('client'),
    PeerOUIdentifier: unit('peer'),
    AdminOUIdentifier: unit('admin'),
    OrdererOUIdentifier: unit('orderer'),
  };
  put('.', 'config.yaml', JSON.stringify({ NodeOUs: nodeOus }));
}

export async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = listenTcp().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });
}

/** Starts the peer on the channel of the genesis block; the ordering service is at another port than the channel’s configuration says. */
export function startPeer(program: string, dir: string, mspId: string, port: number, chaincodePort: number, orderer: number): ChildProcess {
  const BCCSP = { Default: 'SW', SW: { Hash: 'SHA2', Security: 256 } };
  const config = {
    peer: {
      id: 'peer0',
      networkId: 'test',
      listenAddress: `127.0.0.1:${port}`,
      address: `localhost:${port}`,
      chaincodeListenAddress: `127.0.0.1:${chaincodePort}`,
      gossip: {
        bootstrap: `localhost:${port}`,
        useLeaderElection: false,
        orgLeader: true,
        state: { enabled: false },
        pvtData: { pullRetryThreshold: '0s', reconciliationEnabled: false, transientstoreMaxBlockRetention: 1000 },
      },
      tls: { enabled: false },
      authentication: { timewindow: '15m' },
      fileSystemPath: join(dir, 'data'),
      BCCSP,
      mspConfigPath: join(dir, 'msp'),
      localMspId: mspId,
      localMspType: 'bccsp',
      client: { connTimeout: '3s' },
      deliveryclient: {
        blockGossipEnabled: false,
        reconnectTotalTimeThreshold: '3600s',
        connTimeout: '3s',
        reConnectBackoffThreshold: '500ms',
        addressOverrides: [{ from: 'localhost:7050', to: `localhost:${orderer}`, caCertsFile: join(dir, 'msp', 'cacerts', 'root.pem') }],
      },
      handlers: {
        authFilters: [{ name: 'DefaultAuth' }],
        decorators: [{ name: 'DefaultDecorator' }],
        endorsers: { escc: { name: 'DefaultEndorsement' } },
        validators: { vscc: { name: 'DefaultValidation' } },
      },
      limits: { concurrency: { endorserService: 100, deliverService: 100, gatewayService: 100 } },
    },
    vm: { endpoint: '' },
    // It runs no chaincode; it will not start without a builder.
    chaincode: {
      mode: 'net',
      externalBuilders: [{ name: 'none', path: dir }],
      system: { _lifecycle: 'enable', cscc: 'enable', lscc: 'enable', qscc: 'enable' },
    },
    ledger: {
      state: { stateDatabase: 'goleveldb' },
      history: { enableHistoryDatabase: true },
      snapshots: { rootDir: join(dir, 'data', 'snapshots') },
    },
    operations: { listenAddress: '127.0.0.1:0' },
    metrics: { provider: 'disabled' },
  };
  writeFileSync(join(dir, 'core.yaml'), JSON.stringify(config));
  const out = openSync(join(dir, 'peer.log'), 'w');
  return spawn(program, ['node', 'start'], { env: { ...environment(dir), FABRIC_LOGGING_SPEC: 'info' }, stdio: ['ignore', out, out] });
}

export function environment(dir: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: dir, FABRIC_CFG_PATH: dir, FABRIC_LOGGING_SPEC: 'error' };
}

export function peerLog(dir: string): string {
  return readFileSync(join(dir, 'peer.log'), 'utf8');
}
