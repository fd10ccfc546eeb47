import { createHash } from 'node:crypto';
import { ValidationCode } from './codes.js';
import type { NamespaceRwset, RangeQuery, Version } from './rwset.js';
import { type Entry, type LedgerState, space } from './state.js';
import { bytes, item, items, message, varint } from './write.js';

/** Why something cannot be recomputed from the file alone. */
export interface Unknown {
  readonly unknown: string;
}

/**
 * Whether what a transaction read is still so, after the valid transactions before it (fabric validation/validator.go). `touched`
 * holds what this block's transactions wrote so far: reading that is a conflict, even where nothing changed.
 */
export function checkReads(
  rwset: readonly NamespaceRwset[],
  state: LedgerState,
  touched: ReadonlySet<string>,
  expires: (namespace: string, collection: string) => boolean,
): number | Unknown {
  let unknown: Unknown | undefined;
  const judge = (where: string, key: string, version: Version | undefined): boolean => {
    if (touched.has(touch(where, key))) return false;
    const entry = state.get(where, key);
    if (entry === undefined && !state.complete) {
      unknown = { unknown: 'a key was last written before the first block of the file' };
      return true;
    }
    return isSame(entry, version);
  };
  for (const n of rwset) {
    const where = space(n.namespace);
    if (!n.reads.every((r) => judge(where, r.key, r.version))) return ValidationCode.MVCC_READ_CONFLICT;
    for (const query of n.rangeQueries) {
      if (!state.complete) unknown = { unknown: 'a range was read whose keys may lie before the first block of the file' };
      else if (!rangeHolds(query, state.range(where, query.startKey, query.endKey, !query.exhausted)))
        return ValidationCode.PHANTOM_READ_CONFLICT;
    }
    for (const c of n.collections) {
      if (c.reads.length > 0 && expires(n.namespace, c.collection)) unknown = { unknown: 'a private key was read that expires' };
      else if (!c.reads.every((r) => judge(space(n.namespace, c.collection), r.keyHash.toString('latin1'), r.version)))
        return ValidationCode.MVCC_READ_CONFLICT;
    }
  }
  return unknown ?? ValidationCode.VALID;
}

export const touch = (where: string, key: string): string => `${where}\0${key}`;

function isSame(entry: Entry | undefined, version: Version | undefined): boolean {
  if (entry === undefined || version === undefined) return entry === version;
  return entry.block === version.block && BigInt(entry.tx) === version.tx;
}

function rangeHolds(query: RangeQuery, now: Iterable<[string, Entry]>): boolean {
  if (query.merkle !== undefined) return summaryHolds(query.merkle, now);
  const reads = query.reads ?? [];
  let at = 0;
  for (const [key, entry] of now) {
    const read = reads[at++];
    if (read === undefined || read.key !== key || !isSame(entry, read.version ?? { block: 0n, tx: 0n })) return false;
  }
  return at === reads.length;
}

/** A long range is on the block as the hashes of its Merkle tree's top level (fabric rwsetutil/query_results_helper.go). */
function summaryHolds(summary: NonNullable<RangeQuery['merkle']>, now: Iterable<[string, Entry]>): boolean {
  const { maxDegree } = summary;
  if (maxDegree < 2) return false;
  const levels: Buffer[][] = [[], []];
  let pending: Buffer[] = [];
  const flush = (): void => {
    pushUp(levels, sha256(items(1, pending)), maxDegree);
    pending = [];
  };
  for (const [key, { block, tx }] of now) {
    pending.push(message(bytes(1, key), item(2, message(varint(1, block), varint(2, tx)))));
    if (pending.length > maxDegree) flush();
  }
  // No more results than fit without hashing: then there is no summary that could be equal.
  if (levels.length === 2 && levels[1]?.length === 0) return false;
  if (pending.length > 0) flush();
  const top = closeTree(levels, maxDegree);
  return (
    summary.maxLevel === levels.length - 1 &&
    summary.hashes.length === top.length &&
    top.every((h, i) => h.equals(summary.hashes[i] as Buffer))
  );
}

/** Puts a leaf in; a level that grows beyond the degree becomes one node of the next. Level 1 holds the leaves. */
function pushUp(levels: Buffer[][], leaf: Buffer, maxDegree: number): void {
  let hash = leaf;
  for (let level = 1; ; level++) {
    let nodes = levels[level];
    if (nodes === undefined) {
      nodes = [];
      levels[level] = nodes;
    }
    nodes.push(hash);
    if (nodes.length <= maxDegree) return;
    hash = sha256(Buffer.concat(nodes));
    levels[level] = [];
  }
}

function closeTree(levels: Buffer[][], maxDegree: number): Buffer[] {
  const top = levels.length - 1;
  for (let level = 1; level < top; level++) {
    const nodes = levels[level] as Buffer[];
    const [only] = nodes;
    if (only === undefined) continue;
    (levels[level + 1] as Buffer[]).push(nodes.length === 1 ? only : sha256(Buffer.concat(nodes)));
    levels[level] = [];
  }
  const last = levels[top] as Buffer[];
  if (last.length <= maxDegree) return last;
  const above = [sha256(Buffer.concat(last))];
  levels.push(above);
  return above;
}

function sha256(content: Buffer): Buffer {
  return createHash('sha256').update(content).digest();
}
