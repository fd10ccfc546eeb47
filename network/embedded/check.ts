import { blame } from './blame.js';
import { RecordSum, sha256 } from './digest.js';
import { EngineError } from './errors.js';
import { Area, blockKey } from './layout.js';
import { NO_TIP, type Tip } from './tip.js';
import type { Snapshot, Store } from './view.js';

/**
 * Holds all that a store holds against the digests of its last write: every block's bytes, newest first, each by its own hash and by
 * the chain of digests that ends in the tip; then every other record by their sum. About 150 MB/s, so a ledger of ordinary size is
 * checked whole before it opens; of a larger one the newest blocks are, and the rest while it serves.
 * It is not the verification of a chain (signatures, policies: network/block does that), but finds any byte that is not as it was written.
 */
export class StoreCheck {
  readonly #steps: AsyncGenerator<void, void>;
  /** The store as it was opened: what is written while the check goes on is not its business. */
  readonly #opened: Snapshot;

  constructor(
    private readonly level: Store,
    private readonly tip: Tip,
    private readonly seen: Tip,
  ) {
    this.#opened = level.snapshot();
    this.#steps = this.#all();
  }

  /** Goes on for that long; answers whether it came to the end. Throws ALTERED, with the block where there is one. */
  async run(ms: number): Promise<boolean> {
    const until = performance.now() + ms;
    for (;;) {
      if ((await this.#steps.next()).done) return true;
      if (performance.now() >= until) return false;
    }
  }

  async finish(): Promise<void> {
    await this.run(Number.POSITIVE_INFINITY);
  }

  async *#all(): AsyncGenerator<void, void> {
    try {
      yield* this.#blocks();
      yield* this.#records();
    } finally {
      await this.#opened.close();
    }
  }

  async *#blocks(): AsyncGenerator<void, void> {
    let expected = this.tip.height - 1n;
    let digest = this.tip.blocks;
    /** The hash of the block after, which with the digest of this one gives that one's digest. */
    let after: Buffer | undefined;
    const newest = this.level.iterator({
      gte: blockKey(0n),
      lt: Buffer.from([Area.block + 1]),
      reverse: true,
      snapshot: this.#opened,
      ...LARGE,
    });
    for await (const [key, stored] of reading(newest, () => expected)) {
      const number = key.length === 9 ? key.readBigUInt64BE(1) : -1n;
      if (number > expected || number < 0n) throw new EngineError('ALTERED', 'a block beyond the end of the ledger', { block: number });
      if (number < expected) throw new EngineError('ALTERED', 'it is missing', { block: expected });
      const own = stored.subarray(0, 32);
      const chained = stored.subarray(32, 64);
      const follows = after === undefined ? chained.equals(digest) : sha256(Buffer.concat([chained, after])).equals(digest);
      if (!follows || !sha256(stored.subarray(64)).equals(own)) throw altered(number);
      if (this.seen.height === number + 1n && !this.seen.blocks.equals(chained))
        throw new EngineError('ALTERED', 'it is another than was written', { block: number });
      digest = chained;
      after = own;
      expected = number - 1n;
      yield;
    }
    if (expected >= 0n) throw new EngineError('ALTERED', 'it is missing', { block: expected });
    if (after && !sha256(Buffer.concat([NO_TIP.blocks, after])).equals(digest)) throw altered(0n);
  }

  async *#records(): AsyncGenerator<void, void> {
    const sum = new RecordSum();
    let count = 0;
    const all = this.level.iterator({ gt: Buffer.from([Area.block + 1]), snapshot: this.#opened, ...LARGE });
    for await (const [key, value] of reading(all, () => undefined)) {
      if (key[0] === Area.meta || key[0] === Area.transient) continue;
      sum.add(key, value);
      if (++count % 256 === 0) yield;
    }
    if (!sum.bytes().equals(this.tip.records)) throw await blame(this.level, this.#opened, this.tip.height);
  }
}

/** Fewer trips to the thread pool; a scan of the whole store leaves level's block cache as it is. */
const LARGE = { highWaterMarkBytes: 1 << 20, fillCache: false };

/** level's own complaints (a table whose bytes do not fit its checksums) as ours. */
async function* reading(entries: AsyncIterable<[Buffer, Buffer]>, block: () => bigint | undefined): AsyncGenerator<[Buffer, Buffer]> {
  try {
    yield* entries;
  } catch (error) {
    if (error instanceof EngineError || CLOSED.has((error as { code?: string }).code ?? '')) throw error;
    const at = block();
    throw new EngineError('ALTERED', `its files cannot be read: ${(error as Error).message}`, at === undefined ? {} : { block: at });
  }
}

const CLOSED = new Set(['LEVEL_DATABASE_NOT_OPEN', 'LEVEL_ITERATOR_NOT_OPEN']);

function altered(block: bigint): EngineError {
  return new EngineError('ALTERED', 'its bytes are not those that were written', { block });
}
