import type { Chain, Outcome } from './chain.js';
import { ABSOLUTE_MAX_BYTES, PREFERRED_MAX_BYTES } from './channelconfig.js';
import { EngineError } from './errors.js';
import type { Examined } from './examine.js';
import { at, type Hooks } from './hooks.js';
import type { LedgerStore } from './ledgerstore.js';

interface Waiting {
  readonly transaction: Examined;
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: unknown) => void;
}
type Work =
  | Waiting
  | { readonly config: () => Buffer | undefined; readonly resolve: () => void; readonly reject: (error: unknown) => void };

/**
 * Cuts blocks: what waits when the last block has been synced goes into the next, so that a lone transaction goes at once and a crowd
 * shares one sync. State: what waits, and by id what is on its way.
 */
export class Orderer {
  readonly #queue: Work[] = [];
  readonly #underWay = new Map<string, Promise<Outcome>>();
  #running: Promise<void> | undefined;
  #failed: EngineError | undefined;

  constructor(
    private readonly chain: Chain,
    private readonly store: LedgerStore,
    private readonly maxMessageCount: number,
    private readonly hooks: Hooks,
    private readonly advanced: () => void,
  ) {}

  /** The first outcome of a transaction id, however often it is submitted. Throws NOT_ACCEPTED or CREATOR_REFUSED where a real orderer would refuse. */
  submit(txId: string, envelope: Buffer): Promise<Outcome> {
    const known = this.#underWay.get(txId);
    if (known) return known;
    const located = this.store.locate(txId);
    if (located) return Promise.resolve(located);
    const outcome = this.#order(envelope).finally(() => this.#underWay.delete(txId));
    this.#underWay.set(txId, outcome);
    return outcome;
  }

  /** A config transaction, made when its turn comes (it stands on the configuration of then), or none any more. */
  configure(config: () => Buffer | undefined): Promise<void> {
    return new Promise<void>((resolve, reject) => this.#push({ config, resolve, reject }));
  }

  /** When all that was submitted has its outcome. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#underWay.values());
    await this.#running;
  }

  async #order(envelope: Buffer): Promise<Outcome> {
    if (envelope.length > ABSOLUTE_MAX_BYTES)
      throw new EngineError('NOT_ACCEPTED', `the transaction is larger than ${ABSOLUTE_MAX_BYTES} bytes`);
    const transaction = await this.chain.examine(envelope);
    if (transaction.refused !== undefined) throw new EngineError('CREATOR_REFUSED', transaction.refused);
    await at(this.hooks, 'ordered');
    return new Promise<Outcome>((resolve, reject) => this.#push({ transaction, resolve, reject }));
  }

  #push(work: Work): void {
    if (this.#failed) {
      work.reject(this.#failed);
      return;
    }
    this.#queue.push(work);
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  async #run(): Promise<void> {
    // Whoever submitted in the same turn of the event loop goes along.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const [first] = this.#queue as [Work];
      if ('config' in first) await this.#configure(this.#queue.shift() as typeof first);
      else await this.#cut(this.#take());
      this.advanced();
    }
  }

  #take(): Waiting[] {
    const batch: Waiting[] = [];
    for (let size = 0; batch.length < this.maxMessageCount; ) {
      const next = this.#queue[0];
      if (next === undefined || 'config' in next) break;
      size += next.transaction.bytes.length;
      if (batch.length > 0 && size > PREFERRED_MAX_BYTES) break;
      batch.push(next);
      this.#queue.shift();
    }
    return batch;
  }

  async #cut(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.chain.append(batch.map((w) => w.transaction));
      for (const [i, { resolve }] of batch.entries()) resolve(outcomes[i] as Outcome);
    } catch (error) {
      this.#fail(error, batch);
    }
  }

  async #configure(work: Exclude<Work, Waiting>): Promise<void> {
    try {
      const envelope = work.config();
      if (envelope) await this.chain.appendConfig(envelope);
      work.resolve();
    } catch (error) {
      this.#fail(error, [work]);
    }
  }

  /** A write that failed may be on disk or not: nothing more is written until the store has been opened again. */
  #fail(error: unknown, batch: readonly { reject: (error: unknown) => void }[]): void {
    const fault = error instanceof EngineError ? error : new EngineError('WRITE_FAILED', (error as Error).message);
    this.#failed = new EngineError('CLOSED', `writing a block failed: ${fault.reason}`);
    for (const { reject } of batch) reject(fault);
    for (const { reject } of this.#queue.splice(0)) reject(this.#failed);
  }
}
