import { canonical } from '@drl/chaincode/model/canonical';
import { RuleError } from '@drl/chaincode/model/errors';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { num, Reader } from '@drl/network/block/wire';
import { contractError } from './contractError.js';
import { type Commit, Commits, DUPLICATE_TXID } from './fabric/commits.js';
import { type Connections, connect } from './fabric/connect.js';
import { ask, type Call, endorse, signProposal } from './fabric/endorse.js';
import type { Endpoint } from './fabric/endpoint.js';
import { type Following, follow, pause } from './fabric/follow.js';
import { OrdererStream, SUCCESS } from './fabric/order.js';
import {
  type Attestation,
  type Identity,
  type Ledger,
  LedgerError,
  type LedgerInfo,
  type LedgerQuery,
  type LedgerTx,
  type Receipt,
  type SignedTransaction,
} from './ledger.js';

/** The port on real Hyperledger Fabric 2.5. */
export interface FabricOptions {
  /** Common connection profile (fabric-network), as an operator has it: peers, orderers, organizations. */
  readonly profile: Record<string, unknown>;
  readonly channel: string;
  readonly chaincode: string;
  /** Who reads blocks and looks transactions up. */
  readonly reader: Identity;
  /** Transactions ordered and not yet decided; beyond it OVERLOADED. More than some tens only wait longer (FABRIC measurements in network/README.md). */
  readonly maxInFlight?: number;
  /** The client's clock, in milliseconds, which dates proposals; default the machine's. */
  readonly now?: () => number;
  /** How long the outcome of a transaction is waited for before it is reported as unknown. */
  readonly commitTimeoutMs?: number;
}

const BROADCAST_MS = 1500;
const FIRST_WAIT_MS = 1500;
const RETRY_PAUSE_MS = 100;
/** How long lagging peers are waited for. */
const CATCH_UP_MS = 5000;
/** common.Status SERVICE_UNAVAILABLE: no Raft leader at the moment; anything else that is not SUCCESS is the orderer's refusal. */
const SERVICE_UNAVAILABLE = 503;

export async function openFabric(options: FabricOptions): Promise<Ledger> {
  const connections = await connect(options.profile, options.channel, options.reader);
  const ledger = new FabricLedger(options, connections);
  try {
    await ledger.start();
  } catch (error) {
    await ledger.close();
    throw error;
  }
  return ledger;
}

class FabricLedger implements Ledger {
  readonly #options: FabricOptions;
  readonly #connections: Connections;
  readonly #orderers: readonly OrdererStream[];
  readonly #stop = new AbortController();
  readonly #maxInFlight: number;
  #commits = new Commits(0n);
  #following: Promise<void> | undefined;
  #inFlight = 0;
  #turn = 0;
  /** The orderer that took the last envelope: the others only forward to the leader. */
  #orderer = 0;
  /** All peers that were asked about it had the blocks below this number. */
  #caughtUp = 0n;

  constructor(options: FabricOptions, connections: Connections) {
    this.#options = options;
    this.#connections = connections;
    this.#orderers = connections.orderers.map((orderer) => new OrdererStream(orderer));
    this.#maxInFlight = options.maxInFlight ?? 256;
  }

  async start(): Promise<void> {
    const { height } = await this.info();
    this.#commits = new Commits(height);
    const following = this.#follows(() => this.#commits.waiting > 0);
    this.#following = (async () => {
      for await (const block of follow(following, height, this.#stop.signal)) this.#commits.read(block);
    })();
    // Whoever waits for a commit runs into its deadline and looks the transaction up; nobody must crash.
    this.#following.catch(() => undefined);
  }

  /**
   * Peers may lag behind the block that this gateway has seen last: what they refuse or differ about is asked again once they have caught up,
   * so that whoever was told of a commit finds it in the next transaction. Nothing has been sent, so asking again costs only time.
   */
  async endorse(tx: LedgerTx, as: Identity): Promise<SignedTransaction> {
    const argument = canonical({ input: tx.input, requestId: tx.requestId });
    const deadline = Date.now() + CATCH_UP_MS;
    for (;;) {
      const seen = this.#commits.next;
      const call = { ...this.#call(tx.name, argument), ...(tx.transient ? { transient: tx.transient } : {}) };
      try {
        return await endorse(this.#connections.peers, tx.endorsers, call, as, this.#turn++);
      } catch (error) {
        const differ = error instanceof LedgerError && error.code === 'ENDORSEMENTS_DIFFER';
        const stale = error instanceof RuleError && this.#commits.quietMs < CATCH_UP_MS && this.#caughtUp < seen;
        if ((!differ && !stale) || Date.now() > deadline) throw error;
        if (!(await this.#catchUp(tx.endorsers, seen, deadline))) throw error;
      }
    }
  }

  /** Waits until every peer of these organisations has the blocks below `height`; false: the time is up. */
  async #catchUp(organisations: readonly string[], height: bigint, deadline: number): Promise<boolean> {
    const peers = this.#connections.peers.filter(({ mspId }) => organisations.includes(mspId));
    while (Date.now() < deadline) {
      const heights = await Promise.all(peers.map((peer) => this.#heightOf(peer).catch(() => 0n)));
      if (heights.every((has) => has >= height)) {
        if (height > this.#caughtUp) this.#caughtUp = height;
        return true;
      }
      await pause(RETRY_PAUSE_MS);
    }
    return false;
  }

  async submit(signed: SignedTransaction): Promise<Receipt> {
    if (this.#inFlight >= this.#maxInFlight) throw new LedgerError('OVERLOADED', { stage: 'submit', transactionId: signed.transactionId });
    this.#inFlight += 1;
    let stopWaiting = () => {};
    try {
      const decided = new Promise<Commit>((resolve) => {
        stopWaiting = this.#commits.wait(signed.transactionId, resolve);
      });
      const commit = await this.#orderUntilDecided(signed, decided);
      if (commit !== undefined && commit.code !== DUPLICATE_TXID)
        return { ...commit, transactionId: signed.transactionId, result: signed.result };
      const found = await this.lookup(signed.transactionId);
      if (found === undefined) throw new LedgerError('OUTCOME_UNKNOWN', { stage: 'commit', transactionId: signed.transactionId });
      return found;
    } finally {
      stopWaiting();
      this.#inFlight -= 1;
    }
  }

  /**
   * Sends the same envelope to one orderer after another, with short deadlines, until its id is in a block: a leader that dies may have
   * ordered it or not, and a second copy commits as DUPLICATE_TXID and changes nothing. Undefined: the time is up.
   */
  async #orderUntilDecided({ envelope, transactionId }: SignedTransaction, decided: Promise<Commit>): Promise<Commit | undefined> {
    const deadline = Date.now() + (this.#options.commitTimeoutMs ?? 30_000);
    const bytes = Buffer.from(envelope);
    let accepted = false;
    for (let wait = FIRST_WAIT_MS; Date.now() < deadline; ) {
      const stream = this.#orderers[this.#orderer % this.#orderers.length] as OrdererStream;
      const answer = await Promise.race([decided, stream.send(bytes, BROADCAST_MS).catch((error: unknown) => error)]);
      if (isCommit(answer)) return answer;
      if (isStatus(answer) && answer.status === SUCCESS) {
        accepted = true;
        const commit = await Promise.race([decided, pause(Math.min(wait, deadline - Date.now()))]);
        if (commit !== undefined) return commit;
        wait = Math.min(wait * 2, 5000);
      } else if (isStatus(answer) && answer.status !== SERVICE_UNAVAILABLE && !accepted) {
        throw new LedgerError('REJECTED', {
          stage: 'submit',
          transactionId,
          peer: stream.orderer.name,
          reason: `${answer.status} ${answer.info}`,
        });
      } else await pause(RETRY_PAUSE_MS);
      this.#orderer += 1;
    }
    return undefined;
  }

  /** Asks every reachable peer, since one that lags does not know a transaction that another has. */
  async lookup(transactionId: string): Promise<Receipt | undefined> {
    const { reader, channel } = this.#options;
    let unreachable: unknown;
    let answered = 0;
    for (const peer of this.#connections.peers) {
      try {
        const signed = await signProposal(this.#system('qscc', ['GetBlockByTxID', channel, transactionId]), reader);
        const answer = await ask([peer], peer.mspId, signed, 0);
        answered += 1;
        if (answer.status === SUCCESS) return receipt(answer.result, transactionId);
      } catch (error) {
        unreachable = error;
      }
    }
    if (answered === 0) throw unreachable;
    return undefined;
  }

  async evaluate(query: LedgerQuery, as: Identity): Promise<string> {
    await this.#catchUp([as.mspId], this.#commits.next, Date.now() + CATCH_UP_MS);
    const signed = await signProposal(this.#call(query.name, canonical({ input: query.input })), as);
    let failure: unknown;
    // The caller's own organisation first; one that runs no chaincode (an auditor's) has others answer for it.
    for (const mspId of this.#organisations(as.mspId)) {
      try {
        const { status, message, peer, result } = await ask(this.#connections.peers, mspId, signed, this.#turn++);
        if (status < 400) return result.toString('utf8');
        failure = contractError(message, { mspId, peer: peer.name });
      } catch (error) {
        failure = error;
      }
      if (failure instanceof RuleError) break;
    }
    throw failure;
  }

  async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const both = AbortSignal.any([signal, this.#stop.signal]);
    for await (const block of follow(
      this.#follows((next) => this.#commits.next > next),
      from,
      both,
    ))
      yield block.bytes;
  }

  async attest(transactionId: string, count: number, as: Identity): Promise<Attestation[]> {
    const attestations: Attestation[] = [];
    const organisations = [...new Set(this.#connections.peers.map(({ mspId }) => mspId))];
    for (const mspId of organisations) {
      if (attestations.length >= count) break;
      const signed = await signProposal(this.#system('qscc', ['GetTransactionByID', this.#options.channel, transactionId]), as);
      const answer = await ask(this.#connections.peers, mspId, signed, 0).catch(() => undefined);
      if (answer?.status === SUCCESS) attestations.push({ mspId, proposal: signed.proposal.bytes, response: answer.bytes });
    }
    if (attestations.length < count)
      throw new LedgerError('UNAVAILABLE', {
        stage: 'evaluate',
        transactionId,
        reason: `${attestations.length} of ${count} organisations attest`,
      });
    return attestations;
  }

  async info(): Promise<LedgerInfo> {
    const { channel } = this.#options;
    let failure: unknown;
    for (const peer of this.#connections.peers) {
      try {
        return { engine: 'fabric', channel, height: await this.#heightOf(peer) };
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #heightOf(peer: Endpoint): Promise<bigint> {
    const { channel, reader } = this.#options;
    const signed = await signProposal(this.#system('qscc', ['GetChainInfo', channel]), reader);
    const answer = await ask([peer], peer.mspId, signed, 0);
    if (answer.status !== SUCCESS)
      throw new LedgerError('UNAVAILABLE', { stage: 'evaluate', mspId: peer.mspId, peer: peer.name, reason: answer.message });
    return heightOf(answer.result);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following?.catch(() => undefined);
    for (const orderer of this.#orderers) orderer.close();
    this.#connections.close();
  }

  #organisations(first: string): string[] {
    return [...new Set([first, ...this.#connections.peers.map(({ mspId }) => mspId)])].filter((mspId) =>
      this.#connections.peers.some((peer) => peer.mspId === mspId),
    );
  }

  #call(name: string, argument: string): Call {
    const { channel, chaincode, now = Date.now } = this.#options;
    return { channel, chaincode, args: [name, argument], timestamp: new Date(now()) };
  }

  #system(chaincode: 'qscc', args: readonly string[]): Call {
    return { channel: this.#options.channel, chaincode, args, timestamp: new Date() };
  }

  #follows(expects: Following['expects']): Following {
    return { peers: this.#connections.peers, channel: this.#options.channel, reader: this.#options.reader, expects };
  }
}

function isCommit(value: unknown): value is Commit {
  return typeof value === 'object' && value !== null && 'block' in value;
}

function isStatus(value: unknown): value is { status: number; info: string } {
  return typeof value === 'object' && value !== null && 'status' in value && 'info' in value;
}

function receipt(blockBytes: Buffer, transactionId: string): Receipt | undefined {
  const block = readBlock(blockBytes);
  for (const [index, bytes] of block.envelopes.entries()) {
    const envelope = readEnvelope(bytes);
    const code = block.codes[index] ?? 255;
    if (envelope.txId !== transactionId || code === DUPLICATE_TXID) continue;
    return { transactionId, block: block.number, code, result: envelope.actions[0]?.response.payload.toString('utf8') ?? '' };
  }
  return undefined;
}

/** common.BlockchainInfo.height. */
function heightOf(bytes: Buffer): bigint {
  const reader = new Reader(bytes);
  let height = 0n;
  while (reader.next()) if (reader.tag === num(1)) height = reader.uint64();
  return height;
}
