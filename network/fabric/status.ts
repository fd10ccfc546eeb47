import { type CertificateStatus, certificatesOf } from './certificates.js';
import { slotProcess } from './chaincodeService.js';
import { ordererChannel, peerHeight } from './channel.js';
import { processPorts } from './preflight.js';
import { boundLog, type LiveProcess, livingProcess, logFile } from './processes.js';
import { type ChaincodeState, type NetworkState, readNetwork } from './state.js';

export interface NodeStatus {
  name: string;
  kind: 'ca' | 'orderer' | 'peer' | 'chaincode';
  mspId: string;
  ports: number[];
  alive: boolean;
  pid?: number;
  /** Held by SIGSTOP: it lives, and answers nobody. */
  frozen?: boolean;
  /** Blocks that an orderer or a peer holds, when it answers. */
  height?: number;
  log: string;
}

export interface NetworkStatus {
  dir: string;
  channel: string;
  chaincode?: ChaincodeState;
  nodes: NodeStatus[];
  certificates: CertificateStatus[];
}

/** What lives, on which port, at which height, and when each certificate runs out. */
export async function networkStatus(dir: string, now = new Date()): Promise<NetworkStatus> {
  const state = readNetwork(dir);
  const ports = processPorts(state);
  const nodes = await Promise.all(parts(dir, state).map((part) => statusOf(dir, part, ports.get(part.name) ?? [])));
  const { channel, chaincode } = state;
  return { dir, channel, ...(chaincode ? { chaincode } : {}), nodes, certificates: certificatesOf(dir, state, now) };
}

interface Part {
  name: string;
  kind: NodeStatus['kind'];
  mspId: string;
  height?: () => Promise<number | undefined>;
}

function parts(dir: string, state: NetworkState): Part[] {
  const { ordering, organisations } = state;
  const slot = state.chaincode?.slot ?? 0;
  return [
    ...[ordering.ca, ...organisations.map((o) => o.ca)].map(({ name, mspId }): Part => ({ name, mspId, kind: 'ca' })),
    ...ordering.nodes.map(
      (n): Part => ({ name: n.name, mspId: n.mspId, kind: 'orderer', height: async () => (await ordererChannel(dir, state, n))?.height }),
    ),
    ...organisations.flatMap((o) =>
      o.peers.map((p): Part => ({ name: p.name, mspId: p.mspId, kind: 'peer', height: () => peerHeight(dir, state, p) })),
    ),
    ...organisations
      .filter((o) => o.endorses)
      .flatMap((o) => o.peers.map((p): Part => ({ name: slotProcess(p.name, slot), mspId: p.mspId, kind: 'chaincode' }))),
  ];
}

async function statusOf(dir: string, { name, kind, mspId, height }: Part, ports: number[]): Promise<NodeStatus> {
  boundLog(dir, name);
  const live: LiveProcess | undefined = livingProcess(dir, name);
  const blocks = live && !live.frozen ? await height?.().catch(() => undefined) : undefined;
  return {
    ...{ name, kind, mspId, ports, alive: live !== undefined, log: logFile(dir, name) },
    ...(live ? { pid: live.pid, frozen: live.frozen } : {}),
    ...(blocks === undefined ? {} : { height: blocks }),
  };
}
