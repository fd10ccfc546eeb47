import type { Level } from './store.js';

type Batch = ReturnType<Level['batch']>;

/**
 * What the fold reads and writes while a batch before it is still on its way to the disk: a batch sees its own writes and those of the
 * one in flight in memory, and all earlier ones in level. Keys are fetched many at a time, before they are asked for.
 */
export class Overlay {
  readonly #db: Level;
  #batch: Batch;
  #own = new Map<string, Buffer | undefined>();
  #inFlight = new Map<string, Buffer | undefined>();

  constructor(db: Level) {
    this.#db = db;
    this.#batch = db.batch();
  }

  async fetch(keys: Iterable<string>): Promise<void> {
    const missing = [...new Set(keys)].filter((key) => !this.#own.has(key) && !this.#inFlight.has(key));
    if (missing.length === 0) return;
    const values = await this.#db.getMany(missing);
    missing.forEach((key, i) => void this.#own.set(key, values[i]));
  }

  get(key: string): Buffer | undefined {
    if (this.#own.has(key)) return this.#own.get(key);
    if (this.#inFlight.has(key)) return this.#inFlight.get(key);
    throw new Error('a key was read that was not fetched');
  }

  /** Writes what later batches will read again. */
  put(key: string, value: Buffer): void {
    this.#own.set(key, value);
    this.#batch.put(key, value);
  }

  /** Writes what only questions read. */
  write(key: string, value: Buffer): void {
    this.#batch.put(key, value);
  }

  remove(key: string): void {
    this.#batch.del(key);
  }

  /** Hands over the batch, whose writes stay visible until the next one is handed over. */
  take(): Batch {
    const batch = this.#batch;
    this.#inFlight = this.#own;
    this.#own = new Map();
    this.#batch = this.#db.batch();
    return batch;
  }

  async close(): Promise<void> {
    await this.#batch.close();
  }
}
