import type { Context } from './context.js';
import { HOST, paths } from './layout.js';
import { run } from './run.js';
import type { NetworkState, OrdererState, PeerState } from './state.js';

/** `peer …` as the administrator of the peer's organisation. The peer's own core.yaml serves; the identity and address are put over it. */
export function peerCli(
  { dir, binaries }: Pick<Context, 'dir' | 'binaries'>,
  peer: PeerState,
  args: string[],
  msp = paths.adminMsp(dir, peer.mspId),
): Promise<Buffer> {
  return run(binaries.peer, args, {
    FABRIC_CFG_PATH: paths.node(dir, peer.name),
    FABRIC_LOGGING_SPEC: 'warning',
    CORE_PEER_ADDRESS: `${HOST}:${peer.port}`,
    CORE_PEER_LOCALMSPID: peer.mspId,
    CORE_PEER_MSPCONFIGPATH: msp,
  });
}

export const ordererFlags = (dir: string, state: NetworkState, orderer: OrdererState | undefined = state.ordering.nodes[0]): string[] => [
  '--orderer',
  `${HOST}:${orderer?.port}`,
  '--tls',
  '--cafile',
  paths.caCert(dir, state.ordering.mspId),
];

export const peerFlags = (dir: string, peers: PeerState[]): string[] =>
  peers.flatMap((p) => ['--peerAddresses', `${HOST}:${p.port}`, '--tlsRootCertFiles', paths.caCert(dir, p.mspId)]);
