/** Kept beyond the batch in flight: what many transactions stand on (a grant of many shares) need not be read again for each batch. */
const KEPT = 4096;

/**
 * What is known of some keys while a batch before this one is still on its way to the disk: own changes, then those in flight, then some
 * of what was known before. The newer always comes first, so nothing stale is seen.
 */
export class Memory<V> {
  #own = new Map<string, V | undefined>();
  #inFlight = new Map<string, V | undefined>();
  #kept = new Map<string, V | undefined>();

  has(key: string): boolean {
    return this.#own.has(key) || this.#inFlight.has(key) || this.#kept.has(key);
  }

  /** What is there under a key that was fetched or set. */
  get(key: string): V | undefined {
    const own = this.#own.get(key);
    if (own !== undefined || this.#own.has(key)) return own;
    const inFlight = this.#inFlight.get(key);
    if (inFlight !== undefined || this.#inFlight.has(key)) return inFlight;
    const kept = this.#kept.get(key);
    if (kept === undefined && !this.#kept.has(key)) throw new Error('a key was asked for that was not fetched');
    return kept;
  }

  set(key: string, value: V | undefined): void {
    this.#own.set(key, value);
  }

  /** The batch is handed over for writing, the one before it is on the disk. */
  turn(): void {
    if (this.#kept.size + this.#inFlight.size > KEPT) this.#kept = this.#inFlight;
    else for (const [key, value] of this.#inFlight) this.#kept.set(key, value);
    this.#inFlight = this.#own;
    this.#own = new Map();
  }
}
