import { createPublicKey, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { readBlock, readEnvelope } from '../block/read.js';
import { assemble, endSimulation, type Parts } from './assemble.js';
import { type Attestation, attest } from './attestation.js';
import { newKey } from './ca.js';
import type { Outcome } from './chain.js';
import { revocationPending, revocationUpdate } from './channelconfig.js';
import { collect, type Invocation, type Signer, signedProposal, transactionEnvelope } from './client.js';
import { EngineError } from './errors.js';
import { makeDirectory, PUBLIC, writeDurably } from './files.js';
import { at } from './hooks.js';
import type { LedgerStore } from './ledgerstore.js';
import type { EmbeddedOptions } from './options.js';
import type { Peer } from './peer.js';
import { keepTransient } from './privatedata.js';
import type { StateView } from './view.js';

export type { EmbeddedOptions };

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

const CLIENT_DAYS = 365;

/** A Fabric channel in one process: its organisations endorse, its orderer orders, each block is validated and stored as a peer does. */
export class EmbeddedLedger {
  readonly #parts: Parts;
  #closed = false;
  /** What reads state, which must be there until it is through. */
  #underWay = 0;
  #through: (() => void) | undefined;

  private constructor(
    private readonly options: EmbeddedOptions,
    parts: Parts,
  ) {
    this.#parts = parts;
  }

  /** Opens the ledger in `dir`, making it first if there is none. Throws EngineError: LOCKED, ALTERED with the block, FOREIGN. */
  static async open(options: EmbeddedOptions): Promise<EmbeddedLedger> {
    return new EmbeddedLedger(options, await assemble(options));
  }

  /** Simulates at each named organisation and signs what they agree on. Throws Refused, or EngineError. */
  endorse(invocation: Omit<Invocation, 'chaincode'>, endorsers: readonly string[], as: Signer): Promise<EndorsedTransaction> {
    return this.#during(async () => {
      const { store } = this.#parts;
      const peers = endorsers.map((mspId) => this.#endorser(mspId));
      const { proposal, bytes } = await this.#proposal(invocation, as);
      return reading(store, async (view) => {
        const endorsed = await collect(bytes, peers, view);
        await keepTransient(store, proposal.txId, endorsed[0].privateSets);
        const envelope = await transactionEnvelope(proposal, endorsed, as);
        await at(this.options.hooks, 'endorsed');
        return { transactionId: proposal.txId, envelope, result: endorsed[0].result };
      });
    });
  }

  /** Orders a transaction and waits until it is in a synced block. The same id again, also after a restart, answers the first outcome. */
  submit(envelope: Uint8Array): Promise<CommittedTransaction> {
    return this.#during(async () => {
      const bytes = Buffer.from(envelope);
      const { txId, actions } = readEnvelope(bytes);
      const outcome = await this.#parts.orderer.submit(txId, bytes);
      return { ...outcome, transactionId: txId, result: Buffer.from(actions[0]?.response.payload ?? []) };
    });
  }

  lookup(transactionId: string): Promise<CommittedTransaction | undefined> {
    return this.#during(async () => {
      const { store } = this.#parts;
      const located = store.locate(transactionId);
      if (located === undefined) return undefined;
      const block = await store.block(located.block);
      const envelope = block && readBlock(block).envelopes[located.tx];
      if (envelope === undefined) throw new EngineError('ALTERED', 'it does not hold the transaction', { block: located.block });
      return { ...located, transactionId, result: Buffer.from(readEnvelope(envelope).actions[0]?.response.payload ?? []) };
    });
  }

  /** Runs a read at one organisation's peer: the caller's own, so that it sees its own private data. */
  evaluate(invocation: Omit<Invocation, 'chaincode'>, as: Signer): Promise<Buffer> {
    return this.#during(async () => {
      const { bytes } = await this.#proposal(invocation, as);
      return reading(this.#parts.store, (view) => this.#peer(as.mspId).evaluate(bytes, view));
    });
  }

  /** Blocks from that number on, in order, and then each as it comes, until the signal or the end. */
  blocks(from: bigint, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    return this.#parts.follow.blocks(from, signal);
  }

  attest(transactionId: string, count: number, as: Signer): Promise<Attestation[]> {
    return this.#during(async () => {
      const { peers, store, clock } = this.#parts;
      const asked = [...peers.values()].slice(0, count);
      if (asked.length < count) throw new EngineError('UNKNOWN_ORGANISATION', `there are ${asked.length} organisations`);
      return attest(store, this.options.consortium.channel, asked, transactionId, as, new Date(clock.now()));
    });
  }

  height(): bigint {
    return this.#parts.store.tip.height;
  }

  /** The root certificate of every organisation, the orderer's included. */
  trust(): ReadonlyMap<string, string> {
    return new Map([...this.#parts.organisations.authorities].map(([mspId, authority]) => [mspId, authority.rootCertificate]));
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
  revoke(mspId: string, name: string): Promise<number> {
    return this.#during(async () => {
      const { orderer, chain, organisations, clock } = this.#parts;
      const revoked = this.#authority(mspId).revoke(name);
      await orderer.configure(() =>
        revocationPending(chain.channel, mspId, organisations)
          ? revocationUpdate(chain.channel, mspId, organisations, new Date(clock.now()))
          : undefined,
      );
      return revoked;
    });
  }

  /** Puts the simulated clock forward; refused unless the ledger was declared simulated when it was made. */
  simulate(to: Date): void {
    this.#parts.clock.set(to);
  }

  /** From here on the real clock, for good. */
  endSimulation(): Promise<void> {
    return this.#during(() => endSimulation(this.#parts));
  }

  get simulated(): boolean {
    return this.#parts.clock.simulated;
  }

  /** Ends when the whole store has been held against its digests. Throws ALTERED. */
  checked(): Promise<void> {
    return this.#parts.store.checked;
  }

  /** Takes nothing more, and waits for what is under way. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { orderer, follow, clock, store } = this.#parts;
    if (this.#underWay > 0) {
      await new Promise<void>((resolve) => {
        this.#through = resolve;
      });
    }
    await orderer.idle();
    follow.end();
    clock.end();
    await store.close();
  }

  #proposal(invocation: Omit<Invocation, 'chaincode'>, as: Signer) {
    const { channel, chaincode } = this.options.consortium;
    return signedProposal(channel, { ...invocation, chaincode }, as, new Date(this.#parts.clock.now()));
  }

  async #during<T>(work: () => Promise<T>): Promise<T> {
    if (this.#closed) throw new EngineError('CLOSED', 'it was closed');
    this.#underWay++;
    try {
      return await work();
    } finally {
      if (--this.#underWay === 0) this.#through?.();
    }
  }

  /** An auditor's peer holds the ledger and runs no chaincode, so it endorses nothing; reads it answers. */
  #endorser(mspId: string): Peer {
    if (this.options.consortium.organisations.find((o) => o.mspId === mspId)?.role === 'auditor')
      throw new EngineError('UNKNOWN_ORGANISATION', `${mspId} is an auditor's, and endorses nothing`, { mspId });
    return this.#peer(mspId);
  }

  #peer(mspId: string): Peer {
    const peer = this.#parts.peers.get(mspId);
    if (peer === undefined) throw new EngineError('UNKNOWN_ORGANISATION', `${mspId} has no peer`, { mspId });
    return peer;
  }

  #authority(mspId: string) {
    const authority = this.#parts.organisations.authorities.get(mspId);
    if (authority === undefined) throw new EngineError('UNKNOWN_ORGANISATION', `${mspId} has no authority`, { mspId });
    return authority;
  }
}

async function reading<T>(store: LedgerStore, work: (view: StateView) => Promise<T>): Promise<T> {
  const view = store.view();
  try {
    return await work(view);
  } finally {
    view.close();
  }
}

/** Opens the ledger in `dir`, making it first if there is none. */
export function openEmbeddedLedger(options: EmbeddedOptions): Promise<EmbeddedLedger> {
  return EmbeddedLedger.open(options);
}
