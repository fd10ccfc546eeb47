import type { LedgerStore } from './ledgerstore.js';

/** Hands out blocks as they are written. State: who waits for the next. */
export class Follow {
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(private readonly store: LedgerStore) {}

  /** Blocks from that number on, in order, and then each as it comes, until the signal or the end. */
  async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<Buffer, void> {
    signal.addEventListener('abort', this.advanced);
    try {
      for (let number = from; !signal.aborted && !this.#ended; ) {
        if (number < this.store.tip.height) yield (await this.store.block(number++)) as Buffer;
        else await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      signal.removeEventListener('abort', this.advanced);
    }
  }

  /** Everyone looks again: there is a block more, or somebody has had enough. */
  readonly advanced = (): void => {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  };

  end(): void {
    this.#ended = true;
    this.advanced();
  }
}
