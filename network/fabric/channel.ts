import { readFileSync } from 'node:fs';
import type { Context } from './context.js';
import { NetworkError } from './errors.js';
import { askNode, gauge } from './httpsNode.js';
import { paths } from './paths.js';
import { peerCli } from './peerCli.js';
import { livingProcess } from './processes.js';
import { retry } from './run.js';
import type { NetworkState, OrdererState, PeerState } from './state.js';

const CHANNELS = '/participation/v1/channels';

export interface OrdererChannel {
  height: number;
  status: string;
}

/** What an orderer knows of the channel, or nothing when it has not joined. */
export async function ordererChannel(dir: string, state: NetworkState, orderer: OrdererState): Promise<OrdererChannel | undefined> {
  const { status, body } = await askNode(dir, { mspId: orderer.mspId, port: orderer.adminPort, path: `${CHANNELS}/${state.channel}` });
  return status === 200 ? (JSON.parse(body) as OrdererChannel) : undefined;
}

/** The channel participation API's join: one part, named config-block (orderer/common/channelparticipation/restapi.go). */
async function joinOrderer({ dir, state }: Context, orderer: OrdererState): Promise<void> {
  if (await ordererChannel(dir, state, orderer)) return;
  const boundary = 'drl-config-block';
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="config-block"; filename="config.block"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), readFileSync(paths.genesis(dir, state.channel)), Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const headers = { 'Content-Type': `multipart/form-data; boundary=${boundary}`, 'Content-Length': String(body.length) };
  const answer = await askNode(dir, { mspId: orderer.mspId, port: orderer.adminPort, path: CHANNELS, method: 'POST', headers, body });
  if (answer.status !== 201) throw new NetworkError('NODE_FAILED', `${orderer.name} did not join ${state.channel}: ${answer.body.trim()}`);
}

export const joinOrderers = (context: Context): Promise<unknown> =>
  Promise.all(
    context.state.ordering.nodes.map((node) => retry(`${node.name} joins`, 20_000, () => joinOrderer(context, node), notYetListening)),
  );

const notYetListening = (e: unknown): boolean => ['ECONNREFUSED', 'ECONNRESET'].includes((e as NodeJS.ErrnoException).code ?? '');

/** A peer joins from the genesis block and draws the rest from the ordering service. */
export async function joinPeer(context: Context, peer: PeerState): Promise<void> {
  const { dir, state } = context;
  const joined = (await peerCli(context, peer, ['channel', 'list'])).toString().split('\n').includes(state.channel);
  if (!joined) await peerCli(context, peer, ['channel', 'join', '-b', paths.genesis(dir, state.channel)]);
}

export const peerHeight = (dir: string, state: NetworkState, peer: PeerState): Promise<number | undefined> =>
  gauge(dir, peer, 'ledger_blockchain_height', state.channel);

/** Waits until every peer that lives has the blocks that the ordering service has now. */
export async function awaitPeers({ dir, state }: Context): Promise<void> {
  const lives = ({ name }: { name: string }): boolean => livingProcess(dir, name)?.frozen === false;
  const heights = state.ordering.nodes.filter(lives).map((n) => ordererChannel(dir, state, n).catch(() => undefined));
  const goal = Math.max(0, ...(await Promise.all(heights)).map((seen) => seen?.height ?? 0));
  const peers = state.organisations.flatMap((o) => o.peers).filter(lives);
  await Promise.all(
    peers.map((peer) =>
      retry(`${peer.name} holds ${goal} blocks`, 30_000, async () => {
        const height = (await peerHeight(dir, state, peer)) ?? 0;
        if (height < goal && lives(peer)) throw new Error(`at ${height}`);
      }),
    ),
  );
}

/** Until Raft has a leader every submission fails with SERVICE_UNAVAILABLE. */
export async function awaitLeader({ dir, state }: Context): Promise<OrdererState> {
  return await retry('the ordering service has a leader', 30_000, async () => {
    const leads = await Promise.all(
      state.ordering.nodes.map((n) => gauge(dir, n, 'consensus_etcdraft_is_leader', state.channel).catch(() => undefined)),
    );
    const leader = state.ordering.nodes[leads.indexOf(1)];
    if (!leader) throw new Error('no leader yet');
    return leader;
  });
}
