import type { MetadataEntry, NamespaceRwset, Read, Write } from '@drl/network/block/rwset';
import { BundleError } from './errors.js';

/**
 * Looks into a transaction's read-write set. A peer's simulator writes each namespace and key once; a set that does otherwise says two things, so it
 * proves neither. Indexed once each: the set comes from the file being judged, and may be asked about once for each of its thousands of keys.
 */
type Sets = readonly NamespaceRwset[];

interface Indexed {
  readonly reads: ReadonlyMap<string, Read>;
  readonly writes: ReadonlyMap<string, Write>;
  readonly metadata: ReadonlyMap<string, NamespaceRwset['metadataWrites'][number]>;
}
const indexes = new WeakMap<Sets, ReadonlyMap<string, Indexed>>();

export function readOf(sets: Sets, namespace: string, key: string): Read | undefined {
  return at(sets, namespace)?.reads.get(key);
}

/** The value written; undefined if none was, or if the key was deleted. */
export function writeOf(sets: Sets, namespace: string, key: string): Buffer | undefined {
  const write = at(sets, namespace)?.writes.get(key);
  return write === undefined || write.isDelete || write.value.length === 0 ? undefined : write.value;
}

/** The metadata written: undefined: left as it was; an empty list: removed. */
export function metadataOf(sets: Sets, namespace: string, key: string): readonly MetadataEntry[] | undefined {
  return at(sets, namespace)?.metadata.get(key)?.entries;
}

export function at(sets: Sets, namespace: string): Indexed | undefined {
  let index = indexes.get(sets);
  if (index === undefined) {
    index = new Map([...unique(sets, (set) => set.namespace)].map(([name, set]) => [name, indexOf(set)]));
    indexes.set(sets, index);
  }
  return index.get(namespace);
}

function indexOf({ reads, writes, metadataWrites }: NamespaceRwset): Indexed {
  return { reads: unique(reads, keyOf), writes: unique(writes, keyOf), metadata: unique(metadataWrites, keyOf) };
}

const keyOf = (entry: { readonly key: string }): string => entry.key;

function unique<T>(list: readonly T[], key: (item: T) => string): Map<string, T> {
  const map = new Map(list.map((item) => [key(item), item]));
  if (map.size < list.length) throw new BundleError('CONTENT', 'a namespace or key stands twice in one transaction');
  return map;
}
