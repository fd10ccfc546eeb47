import type { Consortium, Organisation } from '../consortium.js';
import { HOST } from './paths.js';
import type { NetworkState, OrganisationState, PeerState } from './state.js';

export const DEFAULT_BASE_PORT = 17_000;

/** An organisation's ports lie together: its CA, then five for each peer. */
const PORTS_OF_PEER = 5;
const ORGANISATIONS_FROM = 30;

export function portsUsed(organisations: OrganisationState[]): number[] {
  return organisations.flatMap((o) => [o.ca.port, ...o.peers.flatMap(portsOfPeer)]);
}

export const portsOfPeer = (p: PeerState): number[] => [p.port, p.chaincodeListenPort, p.operationsPort, ...p.chaincodePorts];

export function planOrganisation(organisation: Organisation, firstPort: number): OrganisationState {
  const { mspId, role } = organisation;
  const peers = Array.from({ length: organisation.peers }, (_, i): PeerState => {
    const port = firstPort + 1 + i * PORTS_OF_PEER;
    return {
      name: `peer${i}-${mspId}`,
      mspId,
      port,
      chaincodeListenPort: port + 1,
      operationsPort: port + 2,
      chaincodePorts: [port + 3, port + 4],
    };
  });
  return { mspId, role, endorses: role !== 'auditor', ca: { name: `ca-${mspId}`, mspId, port: firstPort }, peers };
}

/** The first free port behind the organisations that are there. */
export function nextPort(basePort: number, organisations: OrganisationState[]): number {
  return Math.max(basePort + ORGANISATIONS_FROM, ...portsUsed(organisations).map((p) => p + 1));
}

/** Every node with its ports, from the consortium file alone: the same file and base port always give the same network. */
export function planNetwork(consortium: Consortium, basePort: number): NetworkState {
  const { mspId, nodes } = consortium.ordering;
  const organisations: OrganisationState[] = [];
  for (const o of consortium.organisations) organisations.push(planOrganisation(o, nextPort(basePort, organisations)));
  return {
    format: 1,
    host: HOST,
    basePort,
    channel: consortium.channel,
    consortium,
    ordering: {
      mspId,
      ca: { name: `ca-${mspId}`, mspId, port: basePort },
      nodes: Array.from({ length: nodes }, (_, i) => {
        const port = basePort + 1 + 3 * i;
        return { name: `orderer${i}`, mspId, port, adminPort: port + 1, operationsPort: port + 2 };
      }),
    },
    organisations,
    steps: [],
  };
}
