import { pair } from '../block/action.js';
import type { MetadataEntry, Version } from '../block/rwset.js';
import { EMPTY, len, Reader } from '../block/wire.js';
import { bytes, items, message } from '../block/write.js';

/**
 * Where everything lies in the one level: the first byte says what it is, and keys order by bytes, which for state keys is the order
 * of their UTF-8, as on a peer with LevelDB.
 *
 *   b number            block bytes
 *   h ns 0 len key n i  this key was written by transaction i of block n
 *   m name              the tip, and what the engine remembers of itself
 *   p ns 0 coll 0 key   private value (with the members of the collection)
 *   r txid 0 coll       private write set of an endorsed transaction that is not committed yet
 *   s ns 0 key          public state
 *   t txid              where a transaction is
 *   x ns 0 coll 0 hash  hashed private state, which every peer holds
 */
export const Area = {
  block: 0x62,
  history: 0x68,
  meta: 0x6d,
  private: 0x70,
  transient: 0x72,
  state: 0x73,
  transaction: 0x74,
  hashed: 0x78,
} as const;

export function blockKey(number: bigint): Buffer {
  const key = Buffer.allocUnsafe(9);
  key[0] = Area.block;
  key.writeBigUInt64BE(number, 1);
  return key;
}

export function metaKey(name: string): Buffer {
  return Buffer.concat([Buffer.from([Area.meta]), Buffer.from(name)]);
}

export function stateKey(namespace: string, key: string): Buffer {
  const out = Buffer.allocUnsafe(2 + Buffer.byteLength(namespace) + Buffer.byteLength(key));
  out[0] = Area.state;
  let at = 1 + out.write(namespace, 1);
  out[at++] = 0;
  out.write(key, at);
  return out;
}

/** The state key's own part, given the namespace that it was made with. */
export function keyOfState(namespace: string, stored: Buffer): string {
  return stored.toString('utf8', 2 + Buffer.byteLength(namespace));
}

export function hashedKeyOf(namespace: string, collection: string, keyHash: Uint8Array): Buffer {
  return Buffer.concat([head(Area.hashed, namespace, collection), keyHash]);
}

export function privateKeyOf(namespace: string, collection: string, key: string): Buffer {
  return Buffer.concat([head(Area.private, namespace, collection), Buffer.from(key)]);
}

export function transientKey(txId: string, collection: string): Buffer {
  return Buffer.concat([head(Area.transient, txId), Buffer.from(collection)]);
}

export function transactionKey(txId: string): Buffer {
  return Buffer.concat([Buffer.from([Area.transaction]), Buffer.from(txId)]);
}

export function historyPrefix(namespace: string, key: string): Buffer {
  const name = Buffer.from(key);
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(name.length);
  return Buffer.concat([head(Area.history, namespace), length, name]);
}

export function historyKey(namespace: string, key: string, version: Version): Buffer {
  return Buffer.concat([historyPrefix(namespace, key), versionBytes(version)]);
}

export function head(area: number, ...names: readonly string[]): Buffer {
  return Buffer.concat([Buffer.from([area]), ...names.map((n) => Buffer.from(`${n}\0`))]);
}

/** The first key after all those that start so. */
export function after(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.alloc(1, 0xff)]);
}

/** A key's value with where it was written and its metadata. */
export interface StateRecord {
  readonly version: Version;
  readonly value: Buffer;
  /** Names and values, as written last. */
  readonly metadata: Buffer;
}

export function encodeRecord(record: StateRecord): Buffer {
  const out = Buffer.allocUnsafe(16 + record.metadata.length + record.value.length);
  out.writeBigUInt64BE(record.version.block, 0);
  out.writeUInt32BE(Number(record.version.tx), 8);
  out.writeUInt32BE(record.metadata.length, 12);
  record.metadata.copy(out, 16);
  record.value.copy(out, 16 + record.metadata.length);
  return out;
}

export function decodeRecord(stored: Buffer): StateRecord {
  const split = 16 + stored.readUInt32BE(12);
  return { version: decodeVersion(stored), metadata: stored.subarray(16, split), value: stored.subarray(split) };
}

export function versionBytes(version: Version): Buffer {
  const out = Buffer.allocUnsafe(12);
  out.writeBigUInt64BE(version.block, 0);
  out.writeUInt32BE(Number(version.tx), 8);
  return out;
}

export function decodeVersion(stored: Buffer, at = 0): Version {
  return { block: stored.readBigUInt64BE(at), tx: BigInt(stored.readUInt32BE(at + 8)) };
}

export function sameVersion(a: Version | undefined, b: Version | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.block === b.block && a.tx === b.tx;
}

export function encodeMetadata(entries: readonly MetadataEntry[]): Buffer {
  return items(
    2,
    entries.map((e) => message(bytes(1, e.name), bytes(2, e.value))),
  );
}

export function decodeMetadata(stored: Buffer): MetadataEntry[] {
  const entries: MetadataEntry[] = [];
  const r = new Reader(stored);
  while (r.next()) {
    if (r.tag !== len(2)) continue;
    const { first, second } = pair(r.bytes());
    entries.push({ name: first.toString('utf8'), value: second });
  }
  return entries;
}

export const NO_METADATA = EMPTY;
