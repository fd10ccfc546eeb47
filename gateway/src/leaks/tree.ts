import { createHash, hash } from 'node:crypto';

/** Merkle trees as RFC 6962, section 2.1, has them: leaves and nodes are hashed apart, and a tree need not be full. */

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

export function leafHash(leaf: Buffer): Buffer {
  return hash('sha256', Buffer.concat([LEAF, leaf]), 'buffer');
}

function nodeHash(left: Buffer, right: Buffer): Buffer {
  return hash('sha256', Buffer.concat([NODE, left, right]), 'buffer');
}

/** The root over leaves that come one after the other, with as many hashes in memory as the tree is high. */
export class TreeRoot {
  readonly #subtrees: Buffer[] = [];
  #size = 0;

  add(leaf: Buffer): void {
    this.#size += 1;
    let whole = leaf;
    // Each trailing one of the size before is a full subtree, as large as the one that has just become full.
    for (let rest = this.#size; rest % 2 === 0; rest /= 2) whole = nodeHash(this.#subtrees.pop() as Buffer, whole);
    this.#subtrees.push(whole);
  }

  get size(): number {
    return this.#size;
  }

  root(): Buffer {
    if (this.#size === 0) return createHash('sha256').digest();
    return this.#subtrees.reduceRight((right, left) => nodeHash(left, right));
  }
}

/** The audit path (section 2.1.1) of one leaf of a tree whose leaf hashes lie behind each other, 32 bytes each. */
export function pathTo(hashes: Buffer, index: number): Buffer[] {
  const path: Buffer[] = [];
  let [from, to] = [0, hashes.length / 32];
  const halves: { readonly from: number; readonly to: number }[] = [];
  while (to - from > 1) {
    const middle = from + largestBelow(to - from);
    if (index < middle) {
      halves.push({ from: middle, to });
      to = middle;
    } else {
      halves.push({ from, to: middle });
      from = middle;
    }
  }
  for (const half of halves.reverse()) path.push(rootOf(hashes, half.from, half.to));
  return path;
}

function rootOf(hashes: Buffer, from: number, to: number): Buffer {
  const tree = new TreeRoot();
  for (let i = from; i < to; i += 1) tree.add(hashes.subarray(32 * i, 32 * i + 32));
  return tree.root();
}

/** The largest power of two below n. */
function largestBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}

/** The root that a leaf hash and its audit path lead to; undefined: a path that fits no tree of this size. */
export function rootBy(path: readonly Buffer[], hash: Buffer, index: number, size: number): Buffer | undefined {
  if (index < 0 || index >= size || [hash, ...path].some(({ length }) => length !== 32)) return undefined;
  let root = hash;
  let [node, last] = [index, size - 1];
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (node % 2 === 1 || node === last) {
      root = nodeHash(sibling, root);
      // A node without a right sibling rises until it is one itself.
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, Math.floor(last / 2)];
    } else root = nodeHash(root, sibling);
    [node, last] = [Math.floor(node / 2), Math.floor(last / 2)];
  }
  return last === 0 ? root : undefined;
}
