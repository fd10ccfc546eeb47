import type { Context } from './context.js';
import { HOST, paths } from './paths.js';
import { livingProcess } from './processes.js';
import { run } from './run.js';
import type { NetworkState, OrdererState, PeerState } from './state.js';

/** Who signs: an MSP folder with a key. */
export interface CliIdentity {
  mspId: string;
  msp: string;
}

export const administrator = (dir: string, mspId: string): CliIdentity => ({ mspId, msp: paths.adminMsp(dir, mspId) });

/** `peer …`, as the administrator of the peer's organisation unless told otherwise. The peer's own core.yaml serves; the identity and address are put over it. */
export function peerCli(
  { dir, binaries }: Pick<Context, 'dir' | 'binaries'>,
  peer: PeerState,
  args: string[],
  as: CliIdentity = administrator(dir, peer.mspId),
): Promise<Buffer> {
  return run(binaries.peer, args, {
    FABRIC_CFG_PATH: paths.node(dir, peer.name),
    FABRIC_LOGGING_SPEC: 'warning',
    CORE_PEER_ADDRESS: `${HOST}:${peer.port}`,
    CORE_PEER_LOCALMSPID: as.mspId,
    CORE_PEER_MSPCONFIGPATH: as.msp,
  });
}

/** An orderer whose process lives; the first where none seems to, so that the command says what it could not reach. */
const reachable = (dir: string, { ordering }: NetworkState): OrdererState | undefined =>
  ordering.nodes.find((n) => livingProcess(dir, n.name)?.frozen === false) ?? ordering.nodes[0];

export const ordererFlags = (dir: string, state: NetworkState): string[] => [
  '--orderer',
  `${HOST}:${reachable(dir, state)?.port}`,
  '--tls',
  '--cafile',
  paths.caCert(dir, state.ordering.mspId),
];

export const peerFlags = (dir: string, peers: PeerState[]): string[] =>
  peers.flatMap((p) => ['--peerAddresses', `${HOST}:${p.port}`, '--tlsRootCertFiles', paths.caCert(dir, p.mspId)]);
