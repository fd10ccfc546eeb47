import { setTimeout as delay } from 'node:timers/promises';
import { ReadModelError } from './errors.js';
import { pump } from './pump.js';
import type { AsOf, FollowStatus } from './readmodel.js';
import { type BlockSource, sameLedger } from './sameledger.js';
import type { Checkpoint, Level } from './store.js';
import type { Writer } from './writer.js';

interface Waiter {
  readonly block: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const FIRST_PAUSE = 50;
const LONGEST_PAUSE = 5_000;

/**
 * Follows the ledger for as long as the service lives. A source that fails is asked again, from the last block on; bytes that do not fit
 * the chain end it for good, with the reason in `status`: going on would answer from something that is not the ledger.
 */
export class Follower {
  readonly #db: Level;
  readonly #source: BlockSource;
  readonly #stop = new AbortController();
  readonly #waiters = new Set<Waiter>();
  readonly #tally = { transactions: 0, invalid: 0, ignored: 0 };
  #asOf: AsOf | undefined;
  #failure: { readonly code: string; readonly message: string } | undefined;
  #running: Promise<void> = Promise.resolve();
  readonly #same: Promise<void>;
  #isOfLedger: () => void = () => undefined;
  #isNot: (error: unknown) => void = () => undefined;

  constructor(db: Level, source: BlockSource, checkpoint: Checkpoint | undefined) {
    this.#db = db;
    this.#source = source;
    this.#asOf = checkpoint && { block: checkpoint.block, headerHash: checkpoint.headerHash };
    this.#same = new Promise((resolve, reject) => {
      this.#isOfLedger = resolve;
      this.#isNot = reject;
    });
    this.#same.catch(() => undefined);
  }

  /** Settles once the store is known to be of this ledger, or not to be. */
  get same(): Promise<void> {
    return this.#same;
  }

  /** Throws where the store is another ledger's: nothing may be answered from it. */
  mustBeOfLedger(): void {
    if (this.#failure?.code === 'OTHER_LEDGER') throw this.#failed();
  }

  get asOf(): AsOf | undefined {
    return this.#asOf;
  }

  get status(): FollowStatus {
    return { height: (this.#asOf?.block ?? -1) + 1, ...this.#tally, ...(this.#failure ? { failure: this.#failure } : {}) };
  }

  /** What the writer tells after each batch. */
  readonly written = ({ block, headerHash }: Checkpoint, tally: { transactions: number; invalid: number; ignored: number }): void => {
    this.#asOf = { block, headerHash };
    this.#tally.transactions += tally.transactions;
    this.#tally.invalid += tally.invalid;
    this.#tally.ignored += tally.ignored;
    for (const waiter of this.#waiters) if (waiter.block <= block) waiter.resolve();
  };

  start(writer: Writer): void {
    this.#running = this.#run(writer);
  }

  async reached(block: number, signal?: AbortSignal): Promise<void> {
    if (this.#asOf !== undefined && this.#asOf.block >= block) return;
    if (this.#failure) throw this.#failed();
    if (this.#stop.signal.aborted) throw new ReadModelError('CLOSED');
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const abort = () => waiter.reject(signal?.reason);
      const done = () => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        block,
        resolve: () => {
          done();
          resolve();
        },
        reject: (error) => {
          done();
          reject(error);
        },
      };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    for (const waiter of this.#waiters) waiter.reject(new ReadModelError('CLOSED'));
    await this.#running;
  }

  async #run(writer: Writer): Promise<void> {
    let pause = FIRST_PAUSE;
    try {
      while (!this.#stop.signal.aborted) {
        const before = writer.checkpoint?.block;
        await this.#follow(writer);
        pause = writer.checkpoint?.block === before ? Math.min(pause * 2, LONGEST_PAUSE) : FIRST_PAUSE;
        await delay(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined);
      }
    } catch (error) {
      this.#fail(error);
    }
    await writer.close();
  }

  /** Until the source ends or fails. Throws only what ends following for good. */
  async #follow(writer: Writer): Promise<void> {
    const stream = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, stream.signal]);
    const { checkpoint } = writer;
    try {
      if (checkpoint && !(await this.#isSame(checkpoint, signal))) return;
      this.#isOfLedger();
      await pump(this.#source.blocks(BigInt((checkpoint?.block ?? -1) + 1), signal), writer, signal);
    } finally {
      stream.abort();
      await writer.flushed().catch(() => undefined);
    }
  }

  /** False where the source could not say. */
  async #isSame(checkpoint: Checkpoint, signal: AbortSignal): Promise<boolean> {
    try {
      await sameLedger(this.#db, checkpoint, this.#source, signal);
      return true;
    } catch (error) {
      if (error instanceof ReadModelError) throw error;
      return false;
    }
  }

  #fail(error: unknown): void {
    const known = error instanceof ReadModelError;
    // Of an error that is none of ours only the name is told: its text may hold anything.
    this.#failure = known ? { code: error.code, message: error.message } : { code: 'INTERNAL', message: (error as Error).name };
    for (const waiter of this.#waiters) waiter.reject(this.#failed());
    this.#isNot(error);
  }

  #failed(): ReadModelError {
    return new ReadModelError('STOPPED', `${this.#failure?.code}: ${this.#failure?.message}`);
  }
}
