import type { NamespaceRwset, Version } from '@drl/network/block/rwset';
import { BundleError } from './errors.js';

/** Looks into a transaction's read-write set. A peer's simulator writes each namespace and key once; a set that does otherwise says two things, so it proves neither. */
type Sets = readonly NamespaceRwset[];

export function readOf(sets: Sets, namespace: string, key: string): { readonly version: Version | undefined } | undefined {
  return single(at(sets, namespace)?.reads, key);
}

/** The value written; undefined if none was, or if the key was deleted. */
export function writeOf(sets: Sets, namespace: string, key: string): Buffer | undefined {
  const write = single(at(sets, namespace)?.writes, key);
  return write === undefined || write.isDelete || write.value.length === 0 ? undefined : write.value;
}

/** The metadata written: `undefined`: left as it was; an empty list: removed. */
export function metadataOf(sets: Sets, namespace: string, key: string): NamespaceRwset['metadataWrites'][number]['entries'] | undefined {
  return single(at(sets, namespace)?.metadataWrites, key)?.entries;
}

export function at(sets: Sets, namespace: string): NamespaceRwset | undefined {
  const found = sets.filter((set) => set.namespace === namespace);
  if (found.length > 1) throw new BundleError('CONTENT', `the namespace ${namespace} stands twice in one transaction`);
  return found[0];
}

function single<T extends { readonly key: string }>(list: readonly T[] | undefined, key: string): T | undefined {
  const found = list?.filter((entry) => entry.key === key) ?? [];
  if (found.length > 1) throw new BundleError('CONTENT', 'a key stands twice in one transaction');
  return found[0];
}
