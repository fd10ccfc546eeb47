import { setMaxListeners } from 'node:events';
import { canonical } from '@drl/chaincode/model/canonical';
import { RuleError } from '@drl/chaincode/model/errors';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { num, Reader } from '@drl/network/block/wire';
import { contractError } from './contractError.js';
import { type Commit, Commits, DUPLICATE_TXID } from './fabric/commits.js';
import { type Connections, connect } from './fabric/connect.js';
import { refuseUnknownOrdering } from './fabric/consensus.js';
import { type Answer, ask, type Call, endorse, signProposal, wellFirst } from './fabric/endorse.js';
import type { Endpoint } from './fabric/endpoint.js';
import { type Following, follow, pause } from './fabric/follow.js';
import { Ordering, SUCCESS } from './fabric/order.js';
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
  /** Who reads blocks and looks transactions up; a function, where the certificate may be renewed meanwhile. */
  readonly reader: Identity | (() => Identity);
  /** Transactions ordered and not yet decided; beyond it OVERLOADED. More than some tens only wait longer (FABRIC measurements in network/README.md). */
  readonly maxInFlight?: number;
  /** The client's clock, in milliseconds, which dates proposals; default the machine's. */
  readonly now?: () => number;
  /** How long the outcome of a transaction is waited for before it is reported as unknown. */
  readonly commitTimeoutMs?: number;
}

const COMMIT_MS = 30_000;
const RETRY_PAUSE_MS = 100;
/** How long lagging peers are waited for. */
const CATCH_UP_MS = 5000;
/** Blocks of other gateways come in between: who differs as often as this does so for another reason. */
const MOST_DIFFERING = 4;
/** A question to a peer's own system chaincode, which costs it nothing. */
const SYSTEM_MS = 2000;
/** How often a quiet channel is asked whether it is really quiet. */
const LISTEN_MS = 5000;

export async function openFabric(options: FabricOptions): Promise<Ledger> {
  const connections = await connect(options.profile, options.channel, readerOf(options));
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
  readonly #ordering: Ordering;
  readonly #stop = new AbortController();
  readonly #maxInFlight: number;
  #commits = new Commits(0n);
  #following: Promise<void> | undefined;
  #inFlight = 0;
  #turn = 0;
  /** Blocks that some peer said to have. */
  #heard = 0n;
  /** Blocks that a peer said to have, when it was asked last. */
  readonly #heights = new Map<Endpoint, bigint>();

  constructor(options: FabricOptions, connections: Connections) {
    this.#options = options;
    this.#connections = connections;
    this.#ordering = new Ordering(connections.orderers, this.#stop.signal);
    this.#maxInFlight = options.maxInFlight ?? 256;
    // Whoever waits for something listens for the end too.
    setMaxListeners(0, this.#stop.signal);
  }

  async start(): Promise<void> {
    const height = await this.#anyHeight();
    refuseUnknownOrdering(await this.#fromAny(async (peer) => (await this.#mustAnswer(peer, 'cscc', 'GetConfigBlock')).result));
    this.#commits = new Commits(height);
    const following = this.#follows((next) => this.#commits.waiting > 0 || this.#heard > next);
    this.#following = (async () => {
      for await (const block of follow(following, height, this.#stop.signal)) this.#commits.read(block);
    })();
    // Whoever waits for a commit runs into its deadline and looks the transaction up; nobody must crash.
    this.#following.catch(() => undefined);
    void this.#listen();
  }

  /** A frozen peer and a quiet channel sound the same: another peer tells which it is. */
  async #listen(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await pause(LISTEN_MS, this.#stop.signal);
      const peer = this.#connections.peers[this.#turn++ % this.#connections.peers.length] as Endpoint;
      if (this.#commits.quietMs > LISTEN_MS && !this.#stop.signal.aborted) await this.#heightOf(peer).catch(() => undefined);
    }
  }

  /**
   * Peers may lag behind the block that this gateway has seen last: what they refuse or differ about is asked again once they have caught up,
   * so that whoever was told of a commit finds it in the next transaction. Nothing has been sent, so asking again costs only time.
   */
  async endorse(tx: LedgerTx, as: Identity): Promise<SignedTransaction> {
    const argument = canonical({ input: tx.input, requestId: tx.requestId });
    const deadline = Date.now() + CATCH_UP_MS;
    for (let attempt = 1; ; attempt += 1) {
      const seen = this.#commits.next;
      const call = { ...this.#call(tx.name, argument), ...(tx.transient ? { transient: tx.transient } : {}) };
      try {
        return await endorse(this.#connections.peers, tx.endorsers, call, as, this.#turn++);
      } catch (error) {
        const differ = error instanceof LedgerError && error.code === 'ENDORSEMENTS_DIFFER' && attempt < MOST_DIFFERING;
        const stale = error instanceof RuleError && this.#commits.quietMs < CATCH_UP_MS && this.#behind(tx.endorsers, seen).length > 0;
        if ((!differ && !stale) || Date.now() > deadline) throw error;
        if (!(await this.#catchUp(tx.endorsers, seen, deadline))) throw error;
      }
    }
  }

  /** Peers of these organisations, of those that answer at all, not known to have the blocks below `height`. */
  #behind(organisations: readonly string[], height: bigint): Endpoint[] {
    const now = Date.now();
    const { peers } = this.#connections;
    return peers.filter((peer) => organisations.includes(peer.mspId) && peer.sick.peer <= now && (this.#heights.get(peer) ?? 0n) < height);
  }

  /** Waits until those that lag have caught up; false: the time is up. */
  async #catchUp(organisations: readonly string[], height: bigint, deadline: number): Promise<boolean> {
    for (;;) {
      await Promise.all(this.#behind(organisations, height).map((peer) => this.#heightOf(peer).catch(() => undefined)));
      if (this.#behind(organisations, height).length === 0) return true;
      if (Date.now() > deadline || this.#stop.signal.aborted) return false;
      await pause(RETRY_PAUSE_MS, this.#stop.signal);
    }
  }

  async submit(signed: SignedTransaction): Promise<Receipt> {
    if (this.#inFlight >= this.#maxInFlight) throw new LedgerError('OVERLOADED', { stage: 'submit', transactionId: signed.transactionId });
    this.#inFlight += 1;
    let stopWaiting = () => {};
    try {
      const decided = new Promise<Commit>((resolve) => {
        stopWaiting = this.#commits.wait(signed.transactionId, resolve);
      });
      return await this.#decide(signed, decided);
    } finally {
      stopWaiting();
      this.#inFlight -= 1;
    }
  }

  async #decide(signed: SignedTransaction, decided: Promise<Commit>): Promise<Receipt> {
    const { transactionId, result } = signed;
    let refused: unknown;
    const commit = await this.#ordering
      .untilDecided(signed, decided, this.#options.commitTimeoutMs ?? COMMIT_MS)
      .catch((error: unknown) => {
        refused = error;
        return undefined;
      });
    if (commit !== undefined && commit.code !== DUPLICATE_TXID) return { ...commit, transactionId, result };
    // Also what an orderer refused may be there: a copy of it may have been sent before a crash, and its sender revoked since.
    const found = await this.lookup(transactionId).catch(() => undefined);
    if (found) return found;
    throw refused ?? new LedgerError('OUTCOME_UNKNOWN', { stage: 'commit', transactionId });
  }

  /** Asks every reachable peer, since one that lags does not know a transaction that another has. */
  async lookup(transactionId: string): Promise<Receipt | undefined> {
    let unreachable: unknown;
    let answered = 0;
    for (const peer of wellFirst(this.#connections.peers, { system: true })) {
      try {
        const answer = await this.#askSystem(peer, 'qscc', 'GetBlockByTxID', transactionId);
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
    const signed = await signProposal(this.#call(query.name, canonical({ input: query.input })), as);
    const deadline = Date.now() + CATCH_UP_MS;
    let failure: unknown;
    // The caller's own organisation first; one that runs no chaincode (an auditor's), or is not there, has others answer for it.
    for (const mspId of this.#organisations(as.mspId)) {
      let answer: Answer;
      try {
        await this.#catchUp([mspId], this.#commits.next, deadline);
        answer = await ask(this.#connections.peers, mspId, signed, this.#turn++);
      } catch (error) {
        if (!(error instanceof LedgerError) || error.code === 'IDENTITY_REFUSED') throw error;
        failure = error;
        continue;
      }
      if (answer.status < 400) return answer.result.toString('utf8');
      // What the chaincode itself refuses is its answer: nobody else is asked for what one may not say.
      throw contractError(answer.message, { mspId, peer: answer.peer.name });
    }
    throw failure;
  }

  async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const both = AbortSignal.any([signal, this.#stop.signal]);
    for await (const block of follow(
      this.#follows((next) => this.#commits.next > next || this.#heard > next),
      from,
      both,
    ))
      yield block.bytes;
  }

  async attest(transactionId: string, count: number, as: Identity): Promise<Attestation[]> {
    const attestations: Attestation[] = [];
    for (const mspId of this.#organisations(as.mspId)) {
      if (attestations.length >= count) break;
      const signed = await signProposal(this.#system('qscc', ['GetTransactionByID', this.#options.channel, transactionId]), as);
      const answer = await ask(this.#connections.peers, mspId, signed, 0, { system: true }).catch(() => undefined);
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
    return { engine: 'fabric', channel: this.#options.channel, height: await this.#anyHeight() };
  }

  #anyHeight(): Promise<bigint> {
    return this.#fromAny((peer) => this.#heightOf(peer));
  }

  async #fromAny<T>(asked: (peer: Endpoint) => Promise<T>): Promise<T> {
    let failure: unknown = new LedgerError('UNAVAILABLE', { stage: 'evaluate', reason: 'the connection profile names no peer' });
    for (const peer of wellFirst(this.#connections.peers, { system: true })) {
      try {
        return await asked(peer);
      } catch (error) {
        failure = error;
      }
    }
    throw failure;
  }

  async #heightOf(peer: Endpoint): Promise<bigint> {
    const height = heightOf((await this.#mustAnswer(peer, 'qscc', 'GetChainInfo')).result);
    this.#heights.set(peer, height);
    if (height > this.#heard) this.#heard = height;
    return height;
  }

  async #mustAnswer(peer: Endpoint, chaincode: 'qscc' | 'cscc', asked: string, ...rest: string[]): Promise<Answer> {
    const answer = await this.#askSystem(peer, chaincode, asked, ...rest);
    if (answer.status === SUCCESS) return answer;
    throw new LedgerError('UNAVAILABLE', { stage: 'evaluate', mspId: peer.mspId, peer: peer.name, reason: answer.message });
  }

  async #askSystem(peer: Endpoint, chaincode: 'qscc' | 'cscc', asked: string, ...rest: string[]): Promise<Answer> {
    const signed = await signProposal(this.#system(chaincode, [asked, this.#options.channel, ...rest]), readerOf(this.#options));
    return ask([peer], peer.mspId, signed, 0, { system: true, timeoutMs: SYSTEM_MS });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#following?.catch(() => undefined);
    this.#ordering.close();
    this.#connections.close();
  }

  /** That one first, unless nobody of it is well. */
  #organisations(first: string): string[] {
    const { peers } = this.#connections;
    const ordered = [...peers.filter(({ mspId }) => mspId === first), ...peers.filter(({ mspId }) => mspId !== first)];
    return [...new Set(wellFirst(ordered).map(({ mspId }) => mspId))];
  }

  #call(name: string, argument: string): Call {
    const { channel, chaincode, now = Date.now } = this.#options;
    return { channel, chaincode, args: [name, argument], timestamp: new Date(now()) };
  }

  #system(chaincode: 'qscc' | 'cscc', args: readonly string[]): Call {
    return { channel: this.#options.channel, chaincode, args, timestamp: new Date() };
  }

  #follows(expects: Following['expects']): Following {
    const { channel } = this.#options;
    return { peers: this.#connections.peers, channel, reader: () => readerOf(this.#options), expects };
  }
}

function readerOf({ reader }: FabricOptions): Identity {
  return typeof reader === 'function' ? reader() : reader;
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
