import { ReadModelError } from './errors.js';
import { clampTime, keys } from './keys.js';
import type { AsOf } from './readmodel.js';
import type { Checkpoint, Level, Snapshot } from './store.js';

export interface Moment {
  /** Answer as the ledger stood after this block. */
  readonly asOfBlock?: number | undefined;
  /** The time at which derived states are judged, in milliseconds: of a page that goes on, the first page's. */
  readonly at?: number | undefined;
}

interface Bounds {
  readonly gt?: string;
  readonly gte?: string;
  readonly lt?: string;
  readonly lte?: string;
  readonly reverse?: boolean;
}

/**
 * One question: a snapshot of the store, so that blocks arriving meanwhile change no answer, the block it speaks of, and the time at
 * which what only time brings about is judged: the clock's for the present, the ledger's own at its block for the past.
 */
export class Question {
  readonly #db: Level;
  readonly #snapshot: Snapshot;
  readonly #open: { close(): Promise<void> }[] = [];
  readonly asOf: AsOf;
  /** The ledger's time at the block: nothing done up to it is later. */
  readonly ledgerTime: number;
  /** RFC 3339. */
  readonly at: string;
  /** The block is the last one that the snapshot holds. */
  readonly latest: boolean;

  private constructor(db: Level, snapshot: Snapshot, asOf: AsOf, ledgerTime: number, at: number, latest: boolean) {
    this.#db = db;
    this.#snapshot = snapshot;
    this.asOf = asOf;
    this.ledgerTime = ledgerTime;
    this.at = new Date(at).toISOString();
    this.latest = latest;
  }

  static async ask<T>(db: Level, { asOfBlock, at }: Moment, now: () => number, answer: (question: Question) => Promise<T>): Promise<T> {
    if (db.status !== 'open') throw new ReadModelError('CLOSED');
    const snapshot = db.snapshot();
    try {
      const last = await db.get(keys.checkpoint, { snapshot } as object);
      if (last === undefined) throw new ReadModelError('EMPTY');
      const { block, headerHash, time } = JSON.parse(last.toString()) as Checkpoint;
      const past = asOfBlock === undefined || asOfBlock === block ? undefined : await standing(db, snapshot, asOfBlock, block);
      const ledgerTime = past?.time ?? time;
      const asOf = past ?? { block, headerHash };
      const judged = at ?? (asOfBlock === undefined ? now() : ledgerTime);
      const question = new Question(
        db,
        snapshot,
        { block: asOf.block, headerHash: asOf.headerHash },
        ledgerTime,
        clampTime(judged),
        past === undefined,
      );
      try {
        return await answer(question);
      } catch (error) {
        throw db.status === 'open' ? error : new ReadModelError('CLOSED');
      } finally {
        await Promise.all(question.#open.map((run) => run.close()));
      }
    } finally {
      await snapshot.close();
    }
  }

  get(key: string): Promise<Buffer | undefined> {
    return this.#db.get(key, { snapshot: this.#snapshot } as object);
  }

  getMany(wanted: string[]): Promise<(Buffer | undefined)[]> {
    return wanted.length === 0 ? Promise.resolve([]) : this.#db.getMany(wanted, { snapshot: this.#snapshot } as object);
  }

  entries(bounds: Bounds) {
    const run = this.#db.iterator<string, Buffer>({
      ...bounds,
      snapshot: this.#snapshot,
      keyEncoding: 'utf8',
      valueEncoding: 'buffer',
    } as object);
    this.#open.push(run);
    return run;
  }

  keys(bounds: Bounds) {
    const run = this.#db.keys<string>({ ...bounds, snapshot: this.#snapshot, keyEncoding: 'utf8' } as object);
    this.#open.push(run);
    return run;
  }
}

async function standing(db: Level, snapshot: Snapshot, wanted: number, last: number): Promise<Checkpoint> {
  if (!Number.isSafeInteger(wanted) || wanted < 0 || wanted > last)
    throw new ReadModelError('BLOCK_UNKNOWN', `given ${wanted}, read up to ${last}`);
  const value = await db.get(keys.block(wanted), { snapshot } as object);
  if (value === undefined) throw new ReadModelError('STORE_DAMAGED', `block ${wanted} is missing`);
  const { hash, time } = JSON.parse(value.toString()) as { hash: string; time: number };
  return { block: wanted, headerHash: hash, time };
}
