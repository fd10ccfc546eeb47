import type { RangeQuery, Read } from '../block/rwset.js';
import { EMPTY } from '../block/wire.js';
import { bytes, item, items, message, varint } from '../block/write.js';
import { sha256 } from './digest.js';

/**
 * What a range query leaves in the read set, so that it can be asked again at commit: the reads themselves, or, beyond 50, a Merkle
 * summary of them (fabric rwsetutil/query_results_helper.go; the degree is the peer's own constant).
 */
export const MAX_DEGREE = 50;

/** State: the reads not summed yet, and the tree of those that are, by level. */
export class RangeReads {
  #pending: Read[] = [];
  readonly #tree = new Map<number, Buffer[]>();
  #maxLevel = 1;

  constructor(private readonly maxDegree: number = MAX_DEGREE) {}

  add(read: Read): void {
    this.#pending.push(read);
    if (this.#pending.length > this.maxDegree) this.#sum();
  }

  /** Once, at the end. */
  done(): Pick<RangeQuery, 'reads' | 'merkle'> {
    if (this.#maxLevel === 1 && this.#level(1).length === 0) {
      return { reads: this.#pending.length > 0 ? this.#pending : undefined, merkle: undefined };
    }
    if (this.#pending.length > 0) this.#sum();
    this.#close();
    return { reads: undefined, merkle: { maxDegree: this.maxDegree, maxLevel: this.#maxLevel, hashes: this.#level(this.#maxLevel) } };
  }

  #level(n: number): Buffer[] {
    const held = this.#tree.get(n) ?? [];
    this.#tree.set(n, held);
    return held;
  }

  #sum(): void {
    const leaf = sha256(items(1, this.#pending.map(readBytes)));
    this.#pending = [];
    this.#level(1).push(leaf);
    for (let level = 1; this.#level(level).length > this.maxDegree; level++) {
      this.#level(level + 1).push(sha256(Buffer.concat(this.#level(level))));
      this.#tree.delete(level);
      this.#maxLevel = Math.max(this.#maxLevel, level + 1);
    }
  }

  /** Levels below the highest are closed with what they hold; one that holds a single hash hands it up as it is. */
  #close(): void {
    for (let level = 1; level < this.#maxLevel; level++) {
      const [only, ...more] = this.#level(level);
      if (only === undefined) continue;
      this.#level(level + 1).push(more.length === 0 ? only : sha256(Buffer.concat(this.#level(level))));
      this.#tree.delete(level);
    }
    const top = this.#level(this.#maxLevel);
    if (top.length <= this.maxDegree) return;
    this.#tree.delete(this.#maxLevel);
    this.#maxLevel++;
    this.#tree.set(this.#maxLevel, [sha256(Buffer.concat(top))]);
  }
}

/** Whether a range query asked again gave the same (fabric validation/rangequery_validator.go). */
export function sameRange(then: RangeQuery, now: readonly Read[]): boolean {
  if (then.merkle) {
    if (then.merkle.maxDegree < 2) return false;
    const again = new RangeReads(then.merkle.maxDegree);
    for (const read of now) again.add(read);
    const { merkle } = again.done();
    return (
      merkle !== undefined &&
      merkle.maxLevel === then.merkle.maxLevel &&
      merkle.hashes.length === then.merkle.hashes.length &&
      merkle.hashes.every((hash, i) => hash.equals(then.merkle?.hashes[i] as Buffer))
    );
  }
  const reads = then.reads ?? [];
  return (
    reads.length === now.length &&
    reads.every((read, i) => {
      const other = now[i] as Read;
      return read.key === other.key && read.version?.block === other.version?.block && read.version?.tx === other.version?.tx;
    })
  );
}

/** kvrwset.KVRead. */
function readBytes(read: Read): Buffer {
  const version = read.version && item(2, message(varint(1, read.version.block), varint(2, read.version.tx)));
  return message(bytes(1, read.key), version ?? EMPTY);
}
