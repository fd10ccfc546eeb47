import { join } from 'node:path';
import type { Context } from './context.js';
import { NetworkError } from './errors.js';
import { writeFileSafely } from './files.js';
import type { ChaincodePackage } from './package.js';
import { paths } from './paths.js';
import { ordererFlags, peerCli, peerFlags } from './peerCli.js';
import { retry } from './run.js';
import type { ChaincodeState, NetworkState, OrganisationState, PeerState } from './state.js';

export const endorsingPeers = (state: NetworkState): PeerState[] => state.organisations.filter((o) => o.endorses).flatMap((o) => o.peers);

const says = (e: unknown, text: RegExp): boolean => e instanceof NetworkError && text.test(e.detail);

export function writePackage(dir: string, packed: ChaincodePackage): string {
  const file = join(paths.packages(dir), `${packed.label}.tar.gz`);
  writeFileSafely(file, packed.bytes, 0o644);
  return file;
}

export async function installChaincode(context: Context, peer: PeerState, file: string): Promise<void> {
  try {
    await peerCli(context, peer, ['lifecycle', 'chaincode', 'install', file]);
  } catch (e) {
    if (!says(e, /already successfully installed/)) throw e;
  }
}

const definition = ({ channel }: NetworkState, c: ChaincodeState): string[] => [
  ...['--channelID', channel, '--name', c.name, '--version', c.version],
  ...['--sequence', String(c.sequence), '--signature-policy', c.policy],
];

/** Just after a start, or a leader's death, there is nobody to order: worth a bounded wait. */
const noLeader = (e: unknown): boolean => says(e, /SERVICE_UNAVAILABLE|no Raft leader|failed to send transaction|connection refused/i);

/** An auditor approves the definition too, without a package: it runs no chaincode. */
async function approve(context: Context, organisation: OrganisationState, chaincode: ChaincodeState): Promise<void> {
  const { dir, state } = context;
  const peer = organisation.peers[0] as PeerState;
  const packaged = organisation.endorses ? ['--package-id', chaincode.packageId] : [];
  const args = ['lifecycle', 'chaincode', 'approveformyorg', ...ordererFlags(dir, state), ...definition(state, chaincode), ...packaged];
  try {
    await retry(`${organisation.mspId} approves`, 30_000, () => peerCli(context, peer, args), noLeader);
  } catch (e) {
    if (!says(e, /unchanged content/)) throw e;
  }
}

export async function committedSequence(context: Context, peer: PeerState, name: string): Promise<number> {
  const args = ['lifecycle', 'chaincode', 'querycommitted', '--channelID', context.state.channel, '--output', 'json'];
  const answer = JSON.parse((await peerCli(context, peer, args)).toString()) as {
    chaincode_definitions?: { name: string; sequence: number }[];
  };
  return answer.chaincode_definitions?.find((d) => d.name === name)?.sequence ?? 0;
}

/** Every organisation approves; then the definition is committed, endorsed by one peer of each, and seen by all of them. */
export async function defineChaincode(context: Context, chaincode: ChaincodeState): Promise<void> {
  const { dir, state, progress } = context;
  const first = state.organisations.map((o) => o.peers[0] as PeerState);
  const manager = first[0] as PeerState;
  if ((await committedSequence(context, manager, chaincode.name)) >= chaincode.sequence) return;
  await Promise.all(state.organisations.map((o) => approve(context, o, chaincode)));
  progress(`${chaincode.name} ${chaincode.version}: approved by ${state.organisations.length} organisations`);
  const args = ['lifecycle', 'chaincode', 'commit', ...ordererFlags(dir, state), ...definition(state, chaincode), ...peerFlags(dir, first)];
  await retry('the definition is committed', 30_000, () => peerCli(context, manager, args), noLeader);
}

/**
 * Asks each peer's chaincode for a contract that none has: its own "no" has gone the whole way, peer to service and back, under TLS.
 * (The metadata transaction that every contract has fails in fabric-contract-api 2.5.8 for want of classToPlain.)
 */
export async function awaitChaincode(context: Context, name: string): Promise<void> {
  const call = ['chaincode', 'query', '--channelID', context.state.channel, '--name', name, '-c', '{"Args":["drl.reachable:ask"]}'];
  const reach = async (peer: PeerState): Promise<void> => {
    try {
      await peerCli(context, peer, call);
    } catch (e) {
      if (!says(e, /Contract name is not known/)) throw e;
    }
  };
  await Promise.all(endorsingPeers(context.state).map((p) => retry(`${p.name} reaches its chaincode`, 30_000, () => reach(p))));
}
