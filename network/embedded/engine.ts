import { createPublicKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { readBlock, readEnvelope } from '../block/read.js';
import type { Consortium } from '../consortium.js';
import { type Attestation, attest } from './attestation.js';
import { beginLedger, CHAINCODE_VERSION, defineChaincode } from './begin.js';
import { newKey } from './ca.js';
import { Chain, type Outcome } from './chain.js';
import { revocationUpdate } from './channelconfig.js';
import { collect, type Invocation, type Signer, signedProposal, transactionEnvelope } from './client.js';
import { Clock } from './clock.js';
import { Definitions } from './definitions.js';
import { EngineError } from './errors.js';
import { makeDirectory, PUBLIC, writeDurably } from './files.js';
import { History } from './history.js';
import { at, type Hooks } from './hooks.js';
import { metaKey } from './layout.js';
import { LedgerStore } from './ledgerstore.js';
import { Orderer } from './orderer.js';
import { type Organisations, openOrganisations } from './organisations.js';
import { Peer } from './peer.js';
import { keepTransient } from './privatedata.js';
import { type ContractClass, chaincodeOf } from './shim.js';

export interface EmbeddedOptions {
  /** Everything is kept under it: blocks and state, keys, certificates. One process at a time. */
  readonly dir: string;
  readonly consortium: Consortium;
  /** What the chaincode package exports. */
  readonly contracts: readonly ContractClass[];
  /** When the ledger is made, and never later: its history begins then, on a simulated clock, until `endSimulation`. */
  readonly simulateFrom?: Date;
  /** How long opening may spend on holding the store against its digests; the rest is checked while it serves. */
  readonly checkMs?: number;
  readonly hooks?: Hooks;
}
export interface Enrolment {
  readonly mspId: string;
  /** Enrolment id. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly days?: number;
}
export interface EnrolledIdentity extends Signer {
  readonly name: string;
}
export interface EndorsedTransaction {
  readonly transactionId: string;
  /** common.Envelope bytes. */
  readonly envelope: Buffer;
  readonly result: Buffer;
}
export interface CommittedTransaction extends Outcome {
  readonly transactionId: string;
  readonly result: Buffer;
}

const CLOCK = metaKey('clock');
const CHECK_MS = 1500;
const CLIENT_DAYS = 365;

/** A Fabric channel in one process: its organisations endorse, its orderer orders, each block is validated and stored as a peer does. */
export class EmbeddedLedger {
  #advanced!: () => void;
  #advance: Promise<void>;
  #closed = false;

  private constructor(
    private readonly options: EmbeddedOptions,
    private readonly store: LedgerStore,
    private readonly organisations: Organisations,
    private readonly clock: Clock,
    private readonly chain: Chain,
    private readonly peers: ReadonlyMap<string, Peer>,
    private readonly orderer: Orderer,
    wake: { up: () => void },
  ) {
    this.#advance = this.#next();
    wake.up = () => {
      this.#advanced();
      this.#advance = this.#next();
    };
  }

  /** Opens the ledger in `dir`, making it first if there is none. Throws EngineError: LOCKED, ALTERED with the block, FOREIGN. */
  static async open(options: EmbeddedOptions): Promise<EmbeddedLedger> {
    const { dir, consortium, hooks } = options;
    const store = await LedgerStore.open(dir, options.checkMs ?? CHECK_MS);
    try {
      const clock = await clockOf(store, options.simulateFrom);
      const organisations = openOrganisations(dir, consortium, () => new Date(clock.now()));
      await beginLedger(store, consortium, organisations, new Date(clock.now()));
      const chain = await Chain.open(store, organisations.orderer, clock.now, hooks);
      mustBeOf(chain, consortium);
      const peers = peersOf(options, store, organisations, chain, clock);
      await defineChaincode(store, chain, consortium, organisations, peers, new Date(clock.now()));
      const wake = { up: (): void => undefined };
      const orderer = new Orderer(chain, store, consortium.ordering.maxMessageCount, hooks, () => wake.up());
      return new EmbeddedLedger(options, store, organisations, clock, chain, peers, orderer, wake);
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Simulates at each named organisation and signs what they agree on. Throws Refused, or EngineError. */
  async endorse(invocation: Omit<Invocation, 'chaincode'>, endorsers: readonly string[], as: Signer): Promise<EndorsedTransaction> {
    this.#open();
    const { channel, chaincode } = this.options.consortium;
    const peers = endorsers.map((mspId) => this.#endorser(mspId));
    const { proposal, bytes } = await signedProposal(channel, { ...invocation, chaincode }, as, new Date(this.clock.now()));
    const view = this.store.view();
    try {
      const endorsed = await collect(bytes, peers, view);
      await keepTransient(this.store, proposal.txId, endorsed[0].privateSets);
      const envelope = await transactionEnvelope(proposal, endorsed, as);
      await at(this.options.hooks, 'endorsed');
      return { transactionId: proposal.txId, envelope, result: endorsed[0].result };
    } finally {
      view.close();
    }
  }

  /** Orders a transaction and waits until it is in a synced block. The same id again, also after a restart, answers the first outcome. */
  async submit(envelope: Uint8Array): Promise<CommittedTransaction> {
    this.#open();
    const bytes = Buffer.from(envelope);
    const { txId, actions } = readEnvelope(bytes);
    const outcome = await this.orderer.submit(txId, bytes);
    return { ...outcome, transactionId: txId, result: Buffer.from(actions[0]?.response.payload ?? []) };
  }

  async lookup(transactionId: string): Promise<CommittedTransaction | undefined> {
    this.#open();
    const located = this.store.locate(transactionId);
    if (located === undefined) return undefined;
    const block = await this.store.block(located.block);
    const envelope = block && readBlock(block).envelopes[located.tx];
    if (envelope === undefined) throw new EngineError('ALTERED', 'it does not hold the transaction', { block: located.block });
    return { ...located, transactionId, result: Buffer.from(readEnvelope(envelope).actions[0]?.response.payload ?? []) };
  }

  /** Runs a read at one organisation's peer: the caller's own, so that it sees its own private data. */
  async evaluate(invocation: Omit<Invocation, 'chaincode'>, as: Signer): Promise<Buffer> {
    this.#open();
    const { channel, chaincode } = this.options.consortium;
    const { bytes } = await signedProposal(channel, { ...invocation, chaincode }, as, new Date(this.clock.now()));
    const view = this.store.view();
    try {
      return await this.#peer(as.mspId).evaluate(bytes, view);
    } finally {
      view.close();
    }
  }

  /** Blocks from that number on, in order, and then each as it comes, until the signal or the end. */
  async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    for (let number = from; !signal.aborted && !this.#closed; ) {
      const advance = this.#advance;
      if (number < this.store.tip.height) {
        yield (await this.store.block(number)) as Buffer;
        number++;
      } else await Promise.race([advance, aborted]);
    }
  }

  attest(transactionId: string, count: number, as: Signer): Promise<Attestation[]> {
    this.#open();
    const peers = [...this.peers.values()].slice(0, count);
    if (peers.length < count) throw new EngineError('UNKNOWN_ORGANISATION', `there are ${peers.length} organisations`);
    return attest(this.store, this.options.consortium.channel, peers, transactionId, as, new Date(this.clock.now()));
  }

  height(): bigint {
    return this.store.tip.height;
  }

  /** The root certificate of every organisation, the orderer's included. */
  trust(): ReadonlyMap<string, string> {
    return new Map([...this.organisations.authorities].map(([mspId, authority]) => [mspId, authority.rootCertificate]));
  }

  writeTrust(dir: string): void {
    makeDirectory(dir);
    for (const [mspId, root] of this.trust()) writeDurably(join(dir, `${mspId}.pem`), root, PUBLIC);
  }

  /** A new key and its certificate from the organisation's authority. The key is handed out and not kept. */
  enroll(enrolment: Enrolment): EnrolledIdentity {
    const { privateKey } = newKey();
    return { name: enrolment.name, mspId: enrolment.mspId, certificate: this.certify(enrolment, privateKey), privateKey };
  }

  /** A certificate for a key that its holder has: enrolment, or renewal. */
  certify(enrolment: Enrolment, key: KeyObject): string {
    const { name, attributes, days = CLIENT_DAYS } = enrolment;
    return this.#authority(enrolment.mspId).issue({ name, type: 'client', publicKey: createPublicKey(key), attributes, days });
  }

  /** Every certificate of that enrolment id: refused from the next block on, by a config update that its organisation's admin signs. */
  async revoke(mspId: string, name: string): Promise<number> {
    this.#open();
    const revoked = this.#authority(mspId).revoke(name);
    await this.orderer.configure(() => revocationUpdate(this.chain.channel, mspId, this.organisations, new Date(this.clock.now())));
    return revoked;
  }

  /** Puts the simulated clock forward; refused unless the ledger was declared simulated when it was made. */
  simulate(to: Date): void {
    this.clock.set(to);
  }

  /** From here on the real clock, for good. */
  async endSimulation(): Promise<void> {
    await this.store.level.del(CLOCK, { sync: true });
    this.clock.end();
  }

  get simulated(): boolean {
    return this.clock.simulated;
  }

  /** Ends when the whole store has been held against its digests. Throws ALTERED. */
  checked(): Promise<void> {
    return this.store.checked;
  }

  /** Waits for what was submitted. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.orderer.idle();
    this.#advanced();
    this.clock.end();
    await this.store.close();
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#advanced = resolve;
    });
  }

  /** An auditor's peer holds the ledger and runs no chaincode, so it endorses nothing; reads it answers. */
  #endorser(mspId: string): Peer {
    if (this.options.consortium.organisations.find((o) => o.mspId === mspId)?.role === 'auditor')
      throw new EngineError('UNKNOWN_ORGANISATION', `${mspId} is an auditor's, and endorses nothing`, { mspId });
    return this.#peer(mspId);
  }

  #peer(mspId: string): Peer {
    const peer = this.peers.get(mspId);
    if (peer === undefined) throw new EngineError('UNKNOWN_ORGANISATION', `${mspId} has no peer`, { mspId });
    return peer;
  }

  #authority(mspId: string) {
    const authority = this.organisations.authorities.get(mspId);
    if (authority === undefined) throw new EngineError('UNKNOWN_ORGANISATION', `${mspId} has no authority`, { mspId });
    return authority;
  }

  #open(): void {
    if (this.#closed) throw new EngineError('CLOSED', 'it was closed');
  }
}

/** Declared with the first write, kept until it is ended; a ledger that has begun on the real clock stays on it. */
async function clockOf(store: LedgerStore, simulateFrom: Date | undefined): Promise<Clock> {
  if (store.tip.height === 0n && simulateFrom) await store.level.put(CLOCK, Buffer.from(simulateFrom.toISOString()), { sync: true });
  const declared = await store.level.get(CLOCK);
  if (declared === undefined) return new Clock(undefined);
  const last = store.tip.height === 0n ? undefined : await store.block(store.tip.height - 1n);
  const times = last ? readBlock(last).envelopes.map((e) => readEnvelope(e).timestamp.getTime()) : [];
  return new Clock(new Date(Math.max(Date.parse(declared.toString()), ...times)));
}

function mustBeOf(chain: Chain, consortium: Consortium): void {
  const { id, organisations } = chain.channel;
  if (id !== consortium.channel) throw new EngineError('FOREIGN', `it is channel ${id}, and the consortium names ${consortium.channel}`);
  const missing = consortium.organisations.find((o) => !organisations.has(o.mspId));
  if (missing) throw new EngineError('FOREIGN', `${missing.mspId} is not an organisation of the channel that it holds`);
}

function peersOf(
  options: EmbeddedOptions,
  store: LedgerStore,
  organisations: Organisations,
  chain: Chain,
  clock: Clock,
): Map<string, Peer> {
  const history = new History(store);
  const { chaincode } = options.consortium;
  const view = {
    get channel() {
      return chain.channel;
    },
    now: clock.now,
    definitions: new Definitions(),
    modification: history.modification,
  };
  return new Map(
    [...organisations.peers.values()].map((node) => {
      // Each organisation runs the chaincode for itself.
      const own = new Map([[chaincode, chaincodeOf(chaincode, CHAINCODE_VERSION, options.contracts)]]);
      return [node.mspId, new Peer(node.mspId, node.certificate, node.privateKey, own, view)];
    }),
  );
}

/** Opens the ledger in `dir`, making it first if there is none. */
export function openEmbeddedLedger(options: EmbeddedOptions): Promise<EmbeddedLedger> {
  return EmbeddedLedger.open(options);
}
