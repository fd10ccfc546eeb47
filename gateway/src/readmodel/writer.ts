import { type CheckedBlock, checkBlock } from './chain.js';
import { Fold, type Tally } from './fold.js';
import { readRegistry } from './registry.js';
import { type Checkpoint, type Level, readCheckpoint } from './store.js';

/** Steps at which a process may die; whoever watches them (tests that kill it) is told before each is taken. */
export type Step = 'fold' | 'write' | 'written';

/**
 * Blocks to the store: checks, folds, writes. While one batch is on its way to the disk the next is already being folded, so that
 * decoding and writing share the time.
 */
export class Writer {
  readonly #fold: Fold;
  readonly #step: (step: Step) => void;
  readonly #told: (checkpoint: Checkpoint, tally: Tally) => void;
  #inFlight: Promise<void> = Promise.resolve();

  private constructor(fold: Fold, step: (step: Step) => void, told: (checkpoint: Checkpoint, tally: Tally) => void) {
    this.#fold = fold;
    this.#step = step;
    this.#told = told;
  }

  static async open(
    db: Level,
    chaincode: string,
    told: (checkpoint: Checkpoint, tally: Tally) => void = () => undefined,
    step: (step: Step) => void = () => undefined,
  ): Promise<Writer> {
    const checkpoint = await readCheckpoint(db);
    return new Writer(new Fold(db, await readRegistry(db), chaincode, checkpoint), step, told);
  }

  /** The last block folded; it is in the store once `flushed` resolves. */
  get checkpoint(): Checkpoint | undefined {
    return this.#fold.checkpoint;
  }

  /** Takes blocks that follow each other. Those before one that is refused are kept, then its fault is thrown. */
  async add(blocks: readonly Uint8Array[]): Promise<void> {
    const checked: CheckedBlock[] = [];
    let fault: unknown;
    try {
      for (const bytes of blocks)
        checked.push(checkBlock(bytes, checked.at(-1) ? tipOf(checked.at(-1) as CheckedBlock) : this.#fold.checkpoint));
    } catch (error) {
      fault = error;
    }
    if (checked.length > 0) await this.#write(checked);
    if (fault !== undefined) throw fault;
  }

  async flushed(): Promise<void> {
    await this.#inFlight;
  }

  async close(): Promise<void> {
    await this.#inFlight.catch(() => undefined);
    await this.#fold.close();
  }

  async #write(blocks: readonly CheckedBlock[]): Promise<void> {
    this.#step('fold');
    const tally = await this.#fold.add(blocks);
    const checkpoint = this.#fold.checkpoint as Checkpoint;
    await this.#inFlight;
    this.#step('write');
    // Not synced: whatever a power failure takes from the end of the store is read again from the ledger, and a batch is there whole or not at all.
    this.#inFlight = this.#fold
      .take()
      .write({ sync: false })
      .then(() => {
        this.#step('written');
        this.#told(checkpoint, tally);
      });
    // Seen by whoever awaits it next; until then it must not count as unhandled.
    this.#inFlight.catch(() => undefined);
  }
}

function tipOf({ number, headerHash }: CheckedBlock) {
  return { block: number, headerHash };
}
