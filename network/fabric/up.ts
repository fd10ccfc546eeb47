import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Consortium } from '../consortium.js';
import { updateBatch } from './batch.js';
import { reportBinaries, requireBinaries } from './binaries.js';
import { connectCa } from './ca.js';
import { awaitLeader, joinOrderers, joinPeer } from './channel.js';
import { makeGenesis } from './configtx.js';
import type { Context } from './context.js';
import { NetworkError } from './errors.js';
import { enrolHolders, holdersOf, ordererHolders } from './identities.js';
import { DEFAULT_BASE_PORT, planNetwork } from './layout.js';
import { awaitChaincode, defineChaincode, endorsingPeers, installChaincode, writePackage } from './lifecycle.js';
import { withLock } from './lock.js';
import { runCa, runChaincode, runOrderer, runPeer } from './nodes.js';
import { type ChaincodePackage, ownChaincode, packChaincode, readChaincode } from './package.js';
import { chaincodePolicy } from './policy.js';
import { preflight, refuse } from './preflight.js';
import { adoptProcesses } from './processes.js';
import { type ConnectionProfile, writeProfile } from './profile.js';
import { type ChaincodeState, type NetworkState, networkExists, type OrganisationState, readNetwork, writeNetwork } from './state.js';

export interface UpOptions {
  consortium: Consortium;
  /** Keys, ledgers, logs and pids all lie under it. */
  dir: string;
  /** Another chaincode than the project's own: a folder whose package.json names the file that exports `contracts`. */
  chaincode?: { path: string };
  progress?: (line: string) => void;
  /** The first of at most a hundred ports; counts on the first bring-up only. */
  basePort?: number;
}

export interface RunningNetwork {
  dir: string;
  state: NetworkState;
  profile: ConnectionProfile;
  warnings: string[];
  /** How long each part took, in order. */
  timings: { part: string; ms: number }[];
}

/** Brings the network up, from nothing or from what is there. What lives is left alone, what is done is not done again. */
export async function networkUp(options: UpOptions): Promise<RunningNetwork> {
  const dir = resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  return await withLock(dir, () => bringUp({ ...options, dir }));
}

async function bringUp({
  consortium,
  dir,
  chaincode,
  progress = () => undefined,
  basePort = DEFAULT_BASE_PORT,
}: UpOptions): Promise<RunningNetwork> {
  const clock = stopwatch(progress);
  const report = reportBinaries();
  const binaries = requireBinaries(report);
  const state = networkExists(dir) ? fitting(readNetwork(dir), consortium) : planNetwork(consortium, basePort);
  const context: Context = { dir, state, binaries, progress };
  const packed = packChaincode(state.consortium.chaincode, readChaincode(chaincode?.path ?? state.chaincode?.path ?? ownChaincode()));
  const warnings = [...report.warnings, ...chooseChaincode(state, packed, chaincode?.path)];
  adoptProcesses(dir);
  refuse(await preflight(dir, state));
  writeNetwork(dir, state);
  clock('checked');

  await Promise.all([state.ordering.ca, ...state.organisations.map((o) => o.ca)].map((ca) => runCa(context, ca)));
  clock('certificate authorities');
  const service = state.chaincode as ChaincodeState;
  await Promise.all([runOrdering(context), ...state.organisations.map((o) => runOrganisation(context, o, service))]);
  clock('identities and nodes');
  if (!state.steps.includes('joined')) {
    await makeGenesis(context);
    await Promise.all([joinOrderers(context), ...state.organisations.flatMap((o) => o.peers.map((p) => joinPeer(context, p)))]);
    done(context, 'joined');
    clock(`channel ${state.channel}`);
  }
  await awaitLeader(context);
  if (!state.steps.includes('defined')) {
    const file = writePackage(dir, packed);
    await Promise.all(endorsingPeers(state).map((p) => installChaincode(context, p, file)));
    clock('chaincode installed');
    await defineChaincode(context, service);
    done(context, 'defined');
    clock('chaincode committed');
  }
  if (!isDeepStrictEqual(state.consortium.ordering, consortium.ordering)) {
    await updateBatch(context, consortium.ordering);
    state.consortium.ordering = consortium.ordering;
    writeNetwork(dir, state);
    clock('batch settings');
  }
  await awaitChaincode(context, service.name);
  clock('chaincode answers');
  return { dir, state, profile: writeProfile(dir, state), warnings, timings: clock.timings };
}

async function runOrdering(context: Context): Promise<void> {
  const { dir, state } = context;
  const { mspId, ca, nodes } = state.ordering;
  await enrolHolders(dir, mspId, ordererHolders(dir, mspId, nodes), () => connectCa(dir, ca));
  await Promise.all(nodes.map((node) => runOrderer(context, node)));
}

export async function runOrganisation(context: Context, organisation: OrganisationState, chaincode: ChaincodeState): Promise<void> {
  const { dir } = context;
  await enrolHolders(dir, organisation.mspId, holdersOf(dir, organisation), () => connectCa(dir, organisation.ca));
  const services = organisation.endorses ? organisation.peers.map((p) => runChaincode(context, p, chaincode)) : [];
  await Promise.all([...services, ...organisation.peers.map((p) => runPeer(context, organisation, p))]);
}

function done({ dir, state }: Context, step: string): void {
  state.steps.push(step);
  writeNetwork(dir, state);
}

/** On a first bring-up the chaincode that is there is the one to approve; later it must be the approved one, or be upgraded to. */
function chooseChaincode(state: NetworkState, packed: ChaincodePackage, path: string | undefined): string[] {
  const source = readChaincode(path ?? state.chaincode?.path ?? ownChaincode());
  if (!state.chaincode || !state.steps.includes('defined')) {
    const { label, packageId } = packed;
    const policy = chaincodePolicy(state.organisations);
    state.chaincode = {
      name: state.consortium.chaincode,
      path: source.path,
      version: source.version,
      sequence: 1,
      label,
      packageId,
      policy,
      slot: 0,
    };
    return [];
  }
  state.chaincode.path = source.path;
  if (state.chaincode.packageId === packed.packageId) return [];
  return [`the chaincode's code is not the one that was approved as ${state.chaincode.packageId}; \`drl network upgrade\` approves it`];
}

/**
 * Departments and rules may change in the file (they live on the ledger), and batch settings, which `up` puts into the channel; organisations, orderers and the channel are the network's own.
 * Organisations that were added to the living network need not stand in the file.
 */
function fitting(state: NetworkState, consortium: Consortium): NetworkState {
  const count = consortium.organisations.length;
  const there = frame({ ...state.consortium, organisations: state.consortium.organisations.slice(0, count) });
  const wanted = frame(consortium);
  if (!isDeepStrictEqual(there, wanted)) throw new NetworkError('CONSORTIUM_CHANGED', differences(there, wanted));
  const organisations = [...consortium.organisations, ...state.consortium.organisations.slice(count)];
  // The batch settings are recorded once the channel has them.
  return { ...state, consortium: { ...consortium, organisations, ordering: state.consortium.ordering } };
}

const frame = (c: Consortium) => ({
  channel: c.channel,
  chaincode: c.chaincode,
  ordering: { mspId: c.ordering.mspId, nodes: c.ordering.nodes },
  organisations: c.organisations.map(({ mspId, role, peers }) => ({ mspId, role, peers })),
});

function differences(there: object, wanted: object): string {
  const changed = Object.entries(wanted).filter(([key, value]) => !isDeepStrictEqual(value, (there as Record<string, unknown>)[key]));
  return changed
    .map(([key, value]) => `${key}: ${JSON.stringify((there as Record<string, unknown>)[key])} → ${JSON.stringify(value)}`)
    .join('; ');
}

type Stopwatch = ((part: string) => void) & { timings: RunningNetwork['timings'] };

function stopwatch(progress: (line: string) => void): Stopwatch {
  let last = performance.now();
  const timings: RunningNetwork['timings'] = [];
  const clock = (part: string): void => {
    const now = performance.now();
    timings.push({ part, ms: Math.round(now - last) });
    progress(`${part}: ${((now - last) / 1000).toFixed(1)} s`);
    last = now;
  };
  return Object.assign(clock, { timings });
}
