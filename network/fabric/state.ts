import { existsSync } from 'node:fs';
import type { Consortium } from '../consortium.js';
import { NetworkError } from './errors.js';
import { readJson, writeFileSafely } from './files.js';
import { paths } from './paths.js';

export interface CaState {
  name: string;
  mspId: string;
  port: number;
}

export interface OrdererState {
  name: string;
  mspId: string;
  port: number;
  /** The channel participation API. */
  adminPort: number;
  operationsPort: number;
}

export interface PeerState {
  name: string;
  mspId: string;
  port: number;
  chaincodeListenPort: number;
  operationsPort: number;
  /** Two, since an upgrade starts the new chaincode beside the old one. */
  chaincodePorts: [number, number];
}

export interface OrganisationState {
  mspId: string;
  role: Consortium['organisations'][number]['role'];
  /** An auditor's peers hold the ledger and run no chaincode. */
  endorses: boolean;
  ca: CaState;
  peers: PeerState[];
}

/** The definition committed on the channel, and what runs for it. */
export interface ChaincodeState {
  name: string;
  /** Folder whose package.json names the contracts' entry. */
  path: string;
  version: string;
  sequence: number;
  label: string;
  packageId: string;
  policy: string;
  /** Which of a peer's two chaincode ports the running processes listen on. */
  slot: 0 | 1;
}

/** `network.json`: what the gateway needs to know of a network that runs here. Pids lie beside it, in `run/`, since they change with every start. */
export interface NetworkState {
  format: 1;
  host: string;
  basePort: number;
  channel: string;
  /** The consortium as it stands, organisations added since included. */
  consortium: Consortium;
  ordering: { mspId: string; ca: CaState; nodes: OrdererState[] };
  organisations: OrganisationState[];
  /** An organisation whose admission has begun: it counts once all is done. */
  joining?: OrganisationState;
  chaincode?: ChaincodeState;
  /** What of the first bring-up is done; it goes on from there after an interruption. */
  steps: string[];
}

export const networkExists = (dir: string): boolean => existsSync(paths.state(dir));

export function readNetwork(dir: string): NetworkState {
  if (!networkExists(dir)) throw new NetworkError('NETWORK_ABSENT', dir);
  let state: NetworkState;
  try {
    state = readJson<NetworkState>(paths.state(dir));
  } catch (e) {
    throw new NetworkError('NETWORK_UNREADABLE', `${paths.state(dir)}: ${(e as Error).message}`);
  }
  if (state.format !== 1) throw new NetworkError('NETWORK_UNREADABLE', `${paths.state(dir)}: format ${String(state.format)}, 1 is known`);
  return state;
}

export function writeNetwork(dir: string, state: NetworkState): void {
  writeFileSafely(paths.state(dir), `${JSON.stringify(state, null, 2)}\n`);
}

export function organisationOf(state: NetworkState, mspId: string): OrganisationState {
  const found = state.organisations.find((o) => o.mspId === mspId);
  if (!found) throw new NetworkError('BAD_ARGUMENT', `${mspId} is not an organisation of this network`);
  return found;
}

export function caOf(state: NetworkState, mspId: string): CaState {
  return mspId === state.ordering.mspId ? state.ordering.ca : organisationOf(state, mspId).ca;
}
