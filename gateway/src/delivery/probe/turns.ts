/** So much work at once and no more; what waits goes in the order it came, and each name once. */
export class Turns {
  readonly #most: number;
  readonly #stop: AbortSignal;
  readonly #waiting = new Map<string, () => Promise<void>>();
  readonly #running = new Map<string, Promise<void>>();

  constructor(most: number, stop: AbortSignal) {
    this.#most = most;
    this.#stop = stop;
  }

  /** `work` must not reject. */
  take(name: string, work: () => Promise<void>): void {
    if (this.#stop.aborted) return;
    this.#waiting.set(name, work);
    this.#next();
  }

  /** Resolves when nothing waits or runs any more. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running.values());
  }

  #next(): void {
    if (this.#stop.aborted) this.#waiting.clear();
    for (const [name, work] of this.#waiting) {
      if (this.#running.size >= this.#most) return;
      if (this.#running.has(name)) continue;
      this.#waiting.delete(name);
      const done = work().finally(() => {
        this.#running.delete(name);
        this.#next();
      });
      this.#running.set(name, done);
    }
  }
}
