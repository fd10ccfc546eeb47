import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Organisation } from '../consortium.js';
import { connectCa } from './ca.js';
import { joinPeer, peerHeight } from './channel.js';
import { organisationEntry } from './configtx.js';
import { majority, organisationGroup, updateConfig } from './configUpdate.js';
import { type Context, openContext } from './context.js';
import { NetworkError } from './errors.js';
import { writeFileSafely } from './files.js';
import { enrolHolders, holdersOf } from './identities.js';
import { nextPort, planOrganisation } from './layout.js';
import { awaitChaincode, committedSequence, defineChaincode, installChaincode, writePackage } from './lifecycle.js';
import { withLock } from './lock.js';
import { runCa } from './nodes.js';
import { packChaincode, readChaincode } from './package.js';
import { paths } from './paths.js';
import { chaincodePolicy } from './policy.js';
import { preflight, refuse } from './preflight.js';
import { writeProfile } from './profile.js';
import { retry } from './run.js';
import { type ChaincodeState, type NetworkState, type OrganisationState, type PeerState, writeNetwork } from './state.js';
import { runOrganisation } from './up.js';

export interface AddOptions {
  dir: string;
  organisation: Organisation;
  progress?: (line: string) => void;
}

/**
 * Admits an organisation to the living network: its CA, identities and peers, its place in the channel's configuration (signed by a
 * majority), and a chaincode definition whose "any department" counts it. Can be run again after an interruption.
 */
export async function addOrganisation({ dir, organisation, progress }: AddOptions): Promise<NetworkState> {
  return await withLock(dir, async () => {
    const context = await openContext(dir, progress);
    const { state } = context;
    const before = { ...state.chaincode } as ChaincodeState;
    const newcomer = plan(state, organisation);
    const { joining: _, ...settled } = state;
    const wider: NetworkState = { ...settled, organisations: [...state.organisations, newcomer] };
    refuse(await preflight(dir, wider));
    writeNetwork(dir, { ...state, joining: newcomer });

    await runCa(context, newcomer.ca);
    await enrolHolders(dir, newcomer.mspId, holdersOf(dir, newcomer), () => connectCa(dir, newcomer.ca));
    await admit(context, newcomer);
    context.progress(`${newcomer.mspId}: in the configuration of ${state.channel}`);

    await runOrganisation(context, newcomer, before);
    await Promise.all(newcomer.peers.map((peer) => followPeer(context, peer)));
    context.progress(`${newcomer.mspId}: its peers hold the ledger`);
    wider.chaincode = await widen({ ...context, state: wider }, newcomer, before);
    wider.consortium = { ...state.consortium, organisations: [...state.consortium.organisations, organisation] };
    writeNetwork(dir, wider);
    writeProfile(dir, wider);
    return wider;
  });
}

/** The newcomer's place and ports: kept from an interrupted attempt, if there was one. */
function plan(state: NetworkState, organisation: Organisation): OrganisationState {
  const { mspId, role } = organisation;
  const bad = (why: string) => new NetworkError('ORGANISATION_INVALID', `${mspId}: ${why}`);
  if (role === 'manager') throw bad('a network has one manager');
  if (mspId === state.ordering.mspId || state.consortium.organisations.some((o) => o.mspId === mspId)) throw bad('it is there already');
  const departments = new Set(state.consortium.organisations.flatMap((o) => o.departments.map((d) => d.id)));
  const taken = organisation.departments.find((d) => departments.has(d.id));
  if (taken) throw bad(`department ${taken.id} is another organisation's`);
  if (state.joining?.mspId === mspId) return state.joining;
  if (state.joining) throw bad(`${state.joining.mspId} is still being added; finish that first`);
  return planOrganisation(organisation, nextPort(state.basePort, state.organisations));
}

async function admit(context: Context, newcomer: OrganisationState): Promise<void> {
  const { dir } = context;
  const file = join(paths.organisation(dir, newcomer.mspId), 'configtx.yaml');
  writeFileSafely(file, stringify({ Organizations: [organisationEntry(dir, newcomer)] }), 0o644);
  const group = await organisationGroup(context, newcomer.mspId);
  await updateConfig(context, majority(context), (config) => {
    const members = config.channel_group.groups.Application.groups;
    members[newcomer.mspId] ??= group;
    return config;
  });
}

/** Its peer starts from the genesis block and must reach what the others hold before its word counts. */
async function followPeer(context: Context, peer: PeerState): Promise<void> {
  const { dir, state } = context;
  await joinPeer(context, peer);
  const goal = (await peerHeight(dir, state, state.organisations[0]?.peers[0] as PeerState)) ?? 1;
  await retry(`${peer.name} reaches block ${goal - 1}`, 120_000, async () => {
    const height = (await peerHeight(dir, state, peer)) ?? 0;
    if (height < goal) throw new Error(`at ${height}`);
  });
}

/** The same package under a wider policy: a new sequence, which every organisation approves, the newcomer included. */
async function widen(context: Context, newcomer: OrganisationState, before: ChaincodeState): Promise<ChaincodeState> {
  const { dir, state } = context;
  const packed = packChaincode(before.name, readChaincode(before.path));
  if (packed.packageId !== before.packageId)
    throw new NetworkError('ORGANISATION_INVALID', 'the chaincode changed since it was approved; `drl network upgrade` first');
  const file = writePackage(dir, packed);
  if (newcomer.endorses) await Promise.all(newcomer.peers.map((p) => installChaincode(context, p, file)));
  const sequence = (await committedSequence(context, state.organisations[0]?.peers[0] as PeerState, before.name)) + 1;
  const wider = { ...before, sequence, policy: chaincodePolicy(state.organisations) };
  await defineChaincode(context, wider);
  await awaitChaincode(context, before.name);
  return wider;
}
