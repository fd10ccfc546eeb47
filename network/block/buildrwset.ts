import { createHash } from 'node:crypto';
import type { CollectionRwset, MetadataEntry, NamespaceRwset, RangeQuery, Read, Version } from './rwset.js';
import { EMPTY } from './wire.js';
import { bytes, item, items, message, varint } from './write.js';

/** What a simulation gives for one namespace; the parts that are empty may be left out. */
export type NamespaceInput = Pick<NamespaceRwset, 'namespace'> &
  Partial<Pick<NamespaceRwset, 'reads' | 'rangeQueries' | 'metadataWrites'>> & {
    readonly writes?: readonly WriteInput[];
    readonly collections?: readonly CollectionInput[];
  };
export interface WriteInput {
  readonly key: string;
  readonly isDelete: boolean;
  readonly value: Uint8Array;
}
export type CollectionInput = Pick<CollectionRwset, 'collection'> &
  Partial<Pick<CollectionRwset, 'reads' | 'metadataWrites'>> & {
    readonly writes?: readonly {
      readonly keyHash: Uint8Array;
      readonly isDelete: boolean;
      readonly valueHash: Uint8Array;
      readonly isPurge: boolean;
    }[];
    readonly pvtRwsetHash?: Uint8Array;
  };

/**
 * TxReadWriteSet as a peer's simulator writes it (fabric rwsetutil/rwset_builder.go): namespaces, collections and keys in the order
 * of their UTF-8 bytes, range queries in the order they were made, every namespace's KVRWSet present though empty.
 */
export function buildRwset(namespaces: readonly NamespaceInput[]): Buffer {
  return items(
    2,
    sorted(namespaces, (n) => n.namespace).map((n) => message(bytes(1, n.namespace), bytes(2, kvRwset(n)), items(3, collections(n)))),
  );
}

/** KVRWSet of a collection's plain reads and writes: what its members are handed, and what pvtRwsetHash is the SHA-256 of. */
export function buildPrivateRwset(writes: readonly WriteInput[], metadataKeys: readonly string[] = []): Buffer {
  return kvRwset({ namespace: '', writes, metadataWrites: metadataKeys.map((key) => ({ key, entries: [] })) });
}

/** A collection's keys and values are on the block as SHA-256 of their bytes. */
export function hashedKey(key: string): Buffer {
  return createHash('sha256').update(key, 'utf8').digest();
}

function kvRwset(n: NamespaceInput): Buffer {
  return message(
    items(1, sorted(n.reads ?? [], keyOf).map(read)),
    items(2, (n.rangeQueries ?? []).map(rangeQuery)),
    items(
      3,
      sorted(n.writes ?? [], keyOf).map((w) => message(bytes(1, w.key), varint(2, w.isDelete), bytes(3, w.value))),
    ),
    items(
      4,
      sorted(n.metadataWrites ?? [], keyOf).map((w) => message(bytes(1, w.key), entries(w.entries))),
    ),
  );
}

function rangeQuery(query: RangeQuery): Buffer {
  const merkle =
    query.merkle && message(varint(1, query.merkle.maxDegree), varint(2, query.merkle.maxLevel), items(3, query.merkle.hashes));
  return message(
    bytes(1, query.startKey),
    bytes(2, query.endKey),
    varint(3, query.exhausted),
    merkle ? item(5, merkle) : query.reads ? item(4, items(1, query.reads.map(read))) : EMPTY,
  );
}

function collections(n: NamespaceInput): Buffer[] {
  return sorted(n.collections ?? [], (c) => c.collection).map((c) =>
    message(bytes(1, c.collection), bytes(2, hashedRwset(c)), bytes(3, c.pvtRwsetHash ?? EMPTY)),
  );
}

/** The simulator orders hashed entries by the plain keys, which are not known here: they stay as given. */
function hashedRwset(c: CollectionInput): Buffer {
  return message(
    items(
      1,
      (c.reads ?? []).map((r) => message(bytes(1, r.keyHash), version(r.version))),
    ),
    items(
      2,
      (c.writes ?? []).map((w) => message(bytes(1, w.keyHash), varint(2, w.isDelete), bytes(3, w.valueHash), varint(4, w.isPurge))),
    ),
    items(
      3,
      (c.metadataWrites ?? []).map((w) => message(bytes(1, w.keyHash), entries(w.entries))),
    ),
  );
}

function read(r: Read): Buffer {
  return message(bytes(1, r.key), version(r.version));
}

function version(v: Version | undefined): Buffer {
  return v === undefined ? EMPTY : item(2, message(varint(1, v.block), varint(2, v.tx)));
}

function entries(list: readonly MetadataEntry[]): Buffer {
  return items(
    2,
    sorted(list, (e) => e.name).map((e) => message(bytes(1, e.name), bytes(2, e.value))),
  );
}

const keyOf = (x: { readonly key: string }): string => x.key;

/** Go sorts strings by their bytes; JavaScript's own order is by UTF-16 units, which differs beyond U+D7FF. */
export function sorted<T>(list: readonly T[], key: (item: T) => string): T[] {
  if (list.length < 2) return [...list];
  return list
    .map((it) => ({ it, bytes: Buffer.from(key(it), 'utf8') }))
    .sort((a, b) => Buffer.compare(a.bytes, b.bytes))
    .map(({ it }) => it);
}
