import { createHash } from 'node:crypto';
import type { Update } from './buildblock.js';
import type { MetadataEntry, NamespaceRwset } from './rwset.js';
import { SortedKeys } from './sortedkeys.js';

/** What a verifier must remember of a key: when it was written, its own endorsement policy; of the lifecycle, its value too. */
export interface Entry {
  readonly block: bigint;
  readonly tx: number;
  /** Metadata VALIDATION_PARAMETER. */
  readonly policy: Buffer | undefined;
  readonly value: Buffer | undefined;
}

export const LIFECYCLE = '_lifecycle';
const VALIDATION_PARAMETER = 'VALIDATION_PARAMETER';
const nothing = createHash('sha256').digest();

/** A namespace's public keys, or a collection's hashed ones (their hash as latin1). */
export const space = (namespace: string, collection = ''): string => (collection === '' ? namespace : `${namespace}\0${collection}`);

/** The versions that the chain's valid transactions have left. State: one entry for each living key. */
export class LedgerState {
  readonly #spaces = new Map<string, Map<string, Entry>>();
  readonly #sorted = new Map<string, SortedKeys>();
  #complete: boolean;

  /** `complete`: the blocks that follow are all that there are, from block 0. */
  constructor(complete: boolean) {
    this.#complete = complete;
  }

  /** Whether a key that is not here does not exist. What is here was written last as it says, complete or not. */
  get complete(): boolean {
    return this.#complete;
  }

  /** Something may have been written that cannot be told: nothing known before counts any more. */
  forget(): void {
    this.#complete = false;
    this.#spaces.clear();
    this.#sorted.clear();
  }

  get(where: string, key: string): Entry | undefined {
    return this.#spaces.get(where)?.get(key);
  }

  /** Living keys in byte order; `end` is included where `withEnd`. */
  *range(where: string, start: string, end: string, withEnd: boolean): Iterable<[string, Entry]> {
    const entries = this.#spaces.get(where);
    if (entries === undefined) return;
    let sorted = this.#sorted.get(where);
    if (sorted === undefined) {
      sorted = new SortedKeys(entries.keys());
      this.#sorted.set(where, sorted);
    }
    for (const key of sorted.range(start, end)) yield [key, entries.get(key) as Entry];
    const last = withEnd ? entries.get(end) : undefined;
    if (last !== undefined) yield [end, last];
  }

  /** Applies a valid transaction (fabric validation/tx_ops.go). Gives what it changed; of a key whose metadata alone changed, the value is not known. */
  apply(rwset: readonly NamespaceRwset[], block: bigint, tx: number): Change[] {
    const changes: Change[] = [];
    for (const n of rwset) {
      const value = n.namespace === LIFECYCLE;
      const writes = n.writes.map((w) => ({ key: w.key, value: w.isDelete || w.value.length === 0 ? undefined : w.value }));
      this.#applySpace(n.namespace, '', writes, n.metadataWrites, block, tx, value, changes);
      for (const c of n.collections) {
        const hashed = c.writes.map((w) => ({
          key: w.keyHash.toString('latin1'),
          // The hash of nothing is a delete too (FAB-18386).
          value: w.isDelete || w.valueHash.length === 0 || w.valueHash.equals(nothing) ? undefined : w.valueHash,
        }));
        const metadata = c.metadataWrites.map((m) => ({ key: m.keyHash.toString('latin1'), entries: m.entries }));
        this.#applySpace(n.namespace, c.collection, hashed, metadata, block, tx, false, changes);
      }
    }
    return changes;
  }

  #applySpace(
    namespace: string,
    collection: string,
    writes: readonly { key: string; value: Buffer | undefined }[],
    metadata: readonly { key: string; entries: readonly MetadataEntry[] }[],
    block: bigint,
    tx: number,
    keepValue: boolean,
    changes: Change[],
  ): void {
    if (writes.length === 0 && metadata.length === 0) return;
    const where = space(namespace, collection);
    const policies = new Map(metadata.map((m) => [m.key, m.entries.find((e) => e.name === VALIDATION_PARAMETER)?.value]));
    for (const { key, value } of writes) {
      const old = this.get(where, key);
      const policy = policies.has(key) ? policies.get(key) : old?.policy;
      policies.delete(key);
      // Copied: a slice would keep its whole block in memory.
      if (value === undefined) this.#delete(where, key);
      else this.#put(where, key, { block, tx, policy: policy && Buffer.from(policy), value: keepValue ? Buffer.from(value) : undefined });
      changes.push({ namespace, collection, key, value, metadataOnly: false, version: { block, tx: BigInt(tx) } });
    }
    for (const [key, policy] of policies) {
      const old = this.get(where, key);
      // Metadata of a key that does not exist is dropped.
      if (old === undefined) continue;
      this.#put(where, key, { ...old, block, tx, policy: policy && Buffer.from(policy) });
      changes.push({ namespace, collection, key, value: undefined, metadataOnly: true, version: { block, tx: BigInt(tx) } });
    }
  }

  #put(where: string, key: string, entry: Entry): void {
    let entries = this.#spaces.get(where);
    if (entries === undefined) {
      entries = new Map();
      this.#spaces.set(where, entries);
    }
    entries.set(key, entry);
    this.#sorted.get(where)?.add(key);
  }

  #delete(where: string, key: string): void {
    this.#spaces.get(where)?.delete(key);
    this.#sorted.get(where)?.delete(key);
  }
}

export interface Change extends Omit<Update, 'key'> {
  readonly collection: string;
  readonly key: string;
  readonly metadataOnly: boolean;
}
