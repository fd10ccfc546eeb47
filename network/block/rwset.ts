import { EMPTY, len, num, Reader } from './wire.js';

/** A transaction's reads and writes by namespace (fabric-protos ledger/rwset/rwset.proto, kvrwset/kv_rwset.proto). */
export interface NamespaceRwset {
  readonly namespace: string;
  readonly reads: readonly Read[];
  readonly rangeQueries: readonly RangeQuery[];
  readonly writes: readonly Write[];
  readonly metadataWrites: readonly MetadataWrite[];
  readonly collections: readonly CollectionRwset[];
}
/** Where a key was last written; `undefined` in a read: it did not exist. */
export interface Version {
  readonly block: bigint;
  readonly tx: bigint;
}
export interface Read {
  readonly key: string;
  readonly version: Version | undefined;
}
export interface Write {
  readonly key: string;
  readonly isDelete: boolean;
  readonly value: Buffer;
}
export interface MetadataEntry {
  readonly name: string;
  readonly value: Buffer;
}
export interface MetadataWrite {
  readonly key: string;
  /** No entries: the metadata of the key is removed. */
  readonly entries: readonly MetadataEntry[];
}
export interface RangeQuery {
  readonly startKey: string;
  readonly endKey: string;
  readonly exhausted: boolean;
  /** What was read, or a Merkle summary of it (only the sums of a long range are on the block). */
  readonly reads: readonly Read[] | undefined;
  readonly merkle: { readonly maxDegree: number; readonly maxLevel: number; readonly hashes: readonly Buffer[] } | undefined;
}
/** A private data collection's part: hashes only; what they are hashes of lies with its members. */
export interface CollectionRwset {
  readonly collection: string;
  readonly reads: readonly { readonly keyHash: Buffer; readonly version: Version | undefined }[];
  readonly writes: readonly {
    readonly keyHash: Buffer;
    readonly isDelete: boolean;
    readonly valueHash: Buffer;
    readonly isPurge: boolean;
  }[];
  readonly metadataWrites: readonly { readonly keyHash: Buffer; readonly entries: readonly MetadataEntry[] }[];
  readonly hashedRwset: Buffer;
  readonly pvtRwsetHash: Buffer;
}

/** Decodes TxReadWriteSet. Throws MALFORMED. */
export function readRwset(bytes: Uint8Array): NamespaceRwset[] {
  const namespaces: NamespaceRwset[] = [];
  const r = new Reader(bytes);
  while (r.next()) if (r.tag === len(2)) namespaces.push(readNamespace(r.bytes()));
  return namespaces;
}

function readNamespace(bytes: Buffer): NamespaceRwset {
  let namespace = '';
  let rwset = EMPTY;
  const collections: CollectionRwset[] = [];
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) namespace = r.string();
    else if (r.tag === len(2)) rwset = r.bytes();
    else if (r.tag === len(3)) collections.push(readCollection(r.bytes()));
  }
  return { namespace, ...readKvRwset(rwset), collections };
}

function readKvRwset(bytes: Buffer): Omit<NamespaceRwset, 'namespace' | 'collections'> {
  const reads: Read[] = [];
  const rangeQueries: RangeQuery[] = [];
  const writes: Write[] = [];
  const metadataWrites: MetadataWrite[] = [];
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) reads.push(readRead(r.bytes()));
    else if (r.tag === len(2)) rangeQueries.push(readRangeQuery(r.bytes()));
    else if (r.tag === len(3)) writes.push(readWrite(r.bytes()));
    else if (r.tag === len(4)) metadataWrites.push(readMetadataWrite(r.bytes()));
  }
  return { reads, rangeQueries, writes, metadataWrites };
}

function readRead(bytes: Buffer): Read {
  let key = '';
  let version: Buffer | undefined;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) key = r.string();
    else if (r.tag === len(2)) version = r.merge(version);
  }
  return { key, version: version && readVersion(version) };
}

function readVersion(bytes: Buffer): Version {
  let block = 0n;
  let tx = 0n;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === num(1)) block = r.uint64();
    else if (r.tag === num(2)) tx = r.uint64();
  }
  return { block, tx };
}

function readWrite(bytes: Buffer): Write {
  let key = '';
  let isDelete = false;
  let value = EMPTY;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) key = r.string();
    else if (r.tag === num(2)) isDelete = r.bool();
    else if (r.tag === len(3)) value = r.bytes();
  }
  return { key, isDelete, value };
}

function readMetadataWrite(bytes: Buffer): MetadataWrite {
  let key = '';
  const entries: MetadataEntry[] = [];
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) key = r.string();
    else if (r.tag === len(2)) entries.push(readMetadataEntry(r.bytes()));
  }
  return { key, entries };
}

function readMetadataEntry(bytes: Buffer): MetadataEntry {
  let name = '';
  let value = EMPTY;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) name = r.string();
    else if (r.tag === len(2)) value = r.bytes();
  }
  return { name, value };
}

function readRangeQuery(bytes: Buffer): RangeQuery {
  let startKey = '';
  let endKey = '';
  let exhausted = false;
  let raw: Buffer | undefined;
  let merkle: Buffer | undefined;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) startKey = r.string();
    else if (r.tag === len(2)) endKey = r.string();
    else if (r.tag === num(3)) exhausted = r.bool();
    else if (r.tag === len(4)) {
      // raw_reads and reads_merkle_hashes are a oneof: the later one clears the other.
      raw = r.merge(raw);
      merkle = undefined;
    } else if (r.tag === len(5)) {
      merkle = r.merge(merkle);
      raw = undefined;
    }
  }
  return { startKey, endKey, exhausted, reads: raw && readQueryReads(raw), merkle: merkle && readMerkle(merkle) };
}

function readQueryReads(bytes: Buffer): Read[] {
  const reads: Read[] = [];
  const r = new Reader(bytes);
  while (r.next()) if (r.tag === len(1)) reads.push(readRead(r.bytes()));
  return reads;
}

function readMerkle(bytes: Buffer): NonNullable<RangeQuery['merkle']> {
  let maxDegree = 0;
  let maxLevel = 0;
  const hashes: Buffer[] = [];
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === num(1)) maxDegree = r.int32() >>> 0;
    else if (r.tag === num(2)) maxLevel = r.int32() >>> 0;
    else if (r.tag === len(3)) hashes.push(r.bytes());
  }
  return { maxDegree, maxLevel, hashes };
}

function readCollection(bytes: Buffer): CollectionRwset {
  let collection = '';
  let hashedRwset = EMPTY;
  let pvtRwsetHash = EMPTY;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) collection = r.string();
    else if (r.tag === len(2)) hashedRwset = r.bytes();
    else if (r.tag === len(3)) pvtRwsetHash = r.bytes();
  }
  return { collection, hashedRwset, pvtRwsetHash, ...readHashedRwset(hashedRwset) };
}

function readHashedRwset(bytes: Buffer): Pick<CollectionRwset, 'reads' | 'writes' | 'metadataWrites'> {
  const reads: CollectionRwset['reads'][number][] = [];
  const writes: CollectionRwset['writes'][number][] = [];
  const metadataWrites: CollectionRwset['metadataWrites'][number][] = [];
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) reads.push(readHashedRead(r.bytes()));
    else if (r.tag === len(2)) writes.push(readHashedWrite(r.bytes()));
    else if (r.tag === len(3)) metadataWrites.push(readHashedMetadataWrite(r.bytes()));
  }
  return { reads, writes, metadataWrites };
}

function readHashedRead(bytes: Buffer): CollectionRwset['reads'][number] {
  let keyHash = EMPTY;
  let version: Buffer | undefined;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) keyHash = r.bytes();
    else if (r.tag === len(2)) version = r.merge(version);
  }
  return { keyHash, version: version && readVersion(version) };
}

function readHashedWrite(bytes: Buffer): CollectionRwset['writes'][number] {
  let keyHash = EMPTY;
  let isDelete = false;
  let valueHash = EMPTY;
  let isPurge = false;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) keyHash = r.bytes();
    else if (r.tag === num(2)) isDelete = r.bool();
    else if (r.tag === len(3)) valueHash = r.bytes();
    else if (r.tag === num(4)) isPurge = r.bool();
  }
  return { keyHash, isDelete, valueHash, isPurge };
}

function readHashedMetadataWrite(bytes: Buffer): CollectionRwset['metadataWrites'][number] {
  let keyHash = EMPTY;
  const entries: MetadataEntry[] = [];
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) keyHash = r.bytes();
    else if (r.tag === len(2)) entries.push(readMetadataEntry(r.bytes()));
  }
  return { keyHash, entries };
}
