import type { BlockView } from '@drl/network/block/read';
import { readEnvelope } from '@drl/network/block/read';

/** peer.TxValidationCode DUPLICATE_TXID: a second copy of a transaction that an earlier envelope holds. */
export const DUPLICATE_TXID = 9;

export interface Commit {
  readonly block: bigint;
  readonly code: number;
}

/** State: who waits for which transaction, and how far the blocks have been read. */
export class Commits {
  #next: bigint;
  #readAt = 0;
  #waiting = new Map<string, Set<(commit: Commit) => void>>();

  constructor(next: bigint) {
    this.#next = next;
  }

  /** Number of the block to be read next. */
  get next(): bigint {
    return this.#next;
  }

  /** Milliseconds since the last block. */
  get quietMs(): number {
    return Date.now() - this.#readAt;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Calls back at the transaction's first block from now on; the second function stops waiting. */
  wait(transactionId: string, found: (commit: Commit) => void): () => void {
    const waiting = this.#waiting.get(transactionId) ?? new Set();
    this.#waiting.set(transactionId, waiting.add(found));
    return () => {
      waiting.delete(found);
      if (waiting.size === 0 && this.#waiting.get(transactionId) === waiting) this.#waiting.delete(transactionId);
    };
  }

  read(block: BlockView): void {
    this.#next = block.number + 1n;
    this.#readAt = Date.now();
    if (this.#waiting.size === 0) return;
    block.envelopes.forEach((bytes, index) => {
      const { txId } = readEnvelope(bytes);
      const found = this.#waiting.get(txId);
      const code = block.codes[index] ?? 255;
      // The first copy decides. A duplicate whose first we did not see means that we began to read after it: whoever waits looks it up.
      if (found === undefined) return;
      this.#waiting.delete(txId);
      for (const tell of found) tell({ block: block.number, code });
    });
  }
}
