import { buildPrivateRwset, buildRwset, type CollectionInput, hashedKey, sorted, type WriteInput } from '../block/buildrwset.js';
import type { MetadataEntry, RangeQuery, Version } from '../block/rwset.js';
import { EMPTY } from '../block/wire.js';
import { sha256 } from './digest.js';
import { decodeMetadata } from './layout.js';
import { RangeReads } from './ranges.js';
import type { StateView } from './view.js';

/**
 * One organisation's simulation of one transaction (fabric kvledger/txmgmt/txmgr, rwsetutil/rwset_builder.go): reads see committed
 * state alone, and what is read, written and scanned is put down for the block.
 */
export interface SimulationResult {
  /** TxReadWriteSet bytes. */
  readonly results: Buffer;
  /** Private write sets by collection, KVRWSet bytes: for the members' transient stores. */
  readonly privateSets: ReadonlyMap<string, Buffer>;
}

interface Collection {
  readonly reads: Map<string, { readonly keyHash: Buffer; readonly version: Version | undefined }>;
  readonly writes: Map<string, WriteInput & { readonly isPurge: boolean }>;
  readonly metadata: Map<string, readonly MetadataEntry[]>;
}
interface OpenRange {
  readonly startKey: string;
  endKey: string;
  exhausted: boolean;
  readonly reads: RangeReads;
}
export interface KeyValue {
  readonly key: string;
  readonly value: Buffer;
}

/** State: the read and write sets so far. */
export class Simulator {
  readonly #reads = new Map<string, Version | undefined>();
  readonly #writes = new Map<string, WriteInput>();
  readonly #metadata = new Map<string, readonly MetadataEntry[]>();
  readonly #ranges: OpenRange[] = [];
  readonly #collections = new Map<string, Collection>();
  #wrote = false;
  #readOnly: string | undefined;

  constructor(
    private readonly view: StateView,
    private readonly namespace: string,
    /** Whether the endorsing organisation holds this collection's values. Throws on a collection that is not defined. */
    private readonly member: (collection: string) => boolean,
    /** What the peer itself read before the chaincode ran: the chaincode's definition, so that an upgrade in between voids the transaction. */
    private readonly definition?: { readonly namespace: string; readonly key: string; readonly version: Version | undefined },
  ) {}

  get(collection: string, key: string): Buffer {
    if (collection !== '') return this.#getPrivate(collection, key);
    const record = this.view.state(this.namespace, key);
    this.#reads.set(key, record?.version);
    // A copy: what a contract does to its bytes is its own affair.
    return record ? Buffer.from(record.value) : EMPTY;
  }

  getHash(collection: string, key: string): Buffer {
    this.member(collection);
    const keyHash = hashedKey(key);
    const record = this.view.hashed(this.namespace, collection, keyHash);
    this.#collection(collection).reads.set(key, { keyHash, version: record?.version });
    return record?.value ?? EMPTY;
  }

  getMetadata(collection: string, key: string): MetadataEntry[] {
    if (collection === '') {
      const record = this.view.state(this.namespace, key);
      this.#reads.set(key, record?.version);
      return decodeMetadata(record?.metadata ?? EMPTY);
    }
    this.getHash(collection, key);
    return decodeMetadata(this.view.hashed(this.namespace, collection, hashedKey(key))?.metadata ?? EMPTY);
  }

  /** An empty value is a deletion, as on a peer. */
  put(collection: string, key: string, value: Uint8Array): void {
    const write = { key, isDelete: value.length === 0, value };
    if (collection === '') {
      this.#writable(key);
      this.#writes.set(key, write);
    } else this.#writablePrivate(collection, key).writes.set(key, { ...write, isPurge: false });
  }

  purge(collection: string, key: string): void {
    if (collection === '') throw new Error('only applicable for private data');
    this.#writablePrivate(collection, key).writes.set(key, { key, isDelete: true, value: EMPTY, isPurge: true });
  }

  /** Replaces all metadata of the key. On a key that neither exists nor is written here it is dropped at commit. */
  putMetadata(collection: string, key: string, entry: MetadataEntry): void {
    if (collection === '') {
      this.#writable(key);
      this.#metadata.set(key, [entry]);
    } else this.#writablePrivate(collection, key).metadata.set(key, [entry]);
  }

  /** A scan of public state, put down for the phantom check as far as it is followed. */
  async *range(start: string, end: string): AsyncGenerator<KeyValue, undefined> {
    const scan: OpenRange = { startKey: start, endKey: '', exhausted: false, reads: new RangeReads() };
    this.#ranges.push(scan);
    for await (const { key, record } of this.view.range(this.namespace, start, end)) {
      scan.reads.add({ key, version: record.version });
      scan.endKey = key;
      yield { key, value: record.value };
    }
    scan.exhausted = true;
    scan.endKey = end;
    return undefined;
  }

  /** Private scans leave nothing to check at commit, so that they are for reading alone. */
  async *privateRange(collection: string, start: string, end: string): AsyncGenerator<KeyValue, undefined> {
    if (!this.member(collection)) throw new Error(`private data of ${collection} is not held here`);
    this.mustOnlyRead('queries on private data');
    for await (const { key, record } of this.view.privateRange(this.namespace, collection, start, end)) yield { key, value: record.value };
    return undefined;
  }

  /** Paginated and private scans forbid writes in the same transaction. */
  mustOnlyRead(what: string): void {
    if (this.#wrote) throw new Error(`unsupported transaction: ${what} are for transactions that only read`);
    this.#readOnly = what;
  }

  result(): SimulationResult {
    const privateSets = new Map<string, Buffer>();
    const collections = [...this.#collections].map(([name, c]): CollectionInput => {
      const writes = sorted([...c.writes.values()], (w) => w.key);
      const metadata = sorted([...c.metadata], ([key]) => key);
      const touched = writes.length > 0 || metadata.length > 0;
      if (touched)
        privateSets.set(
          name,
          buildPrivateRwset(
            writes,
            metadata.map(([key]) => key),
          ),
        );
      const held = privateSets.get(name);
      return {
        collection: name,
        // Ordered by the plain keys, which only the simulation knows.
        reads: sorted([...c.reads], ([key]) => key).map(([, read]) => read),
        writes: writes.map((w) => ({
          keyHash: hashedKey(w.key),
          isDelete: w.isDelete,
          valueHash: w.isDelete ? EMPTY : sha256(w.value),
          isPurge: w.isPurge,
        })),
        metadataWrites: metadata.map(([key, entries]) => ({ keyHash: hashedKey(key), entries })),
        ...(held ? { pvtRwsetHash: sha256(held) } : {}),
      };
    });
    const rangeQueries = this.#rangeQueries();
    const empty = this.#reads.size + this.#writes.size + this.#metadata.size + rangeQueries.length + collections.length === 0;
    const own = {
      namespace: this.namespace,
      reads: [...this.#reads].map(([key, version]) => ({ key, version })),
      rangeQueries,
      writes: [...this.#writes.values()],
      metadataWrites: [...this.#metadata].map(([key, entries]) => ({ key, entries })),
      collections,
    };
    const { definition } = this;
    const peer = definition ? [{ namespace: definition.namespace, reads: [{ key: definition.key, version: definition.version }] }] : [];
    return { results: buildRwset(empty ? peer : [...peer, own]), privateSets };
  }

  /** In the order they were begun; a scan that repeats one with the same bounds is not put down twice. */
  #rangeQueries(): RangeQuery[] {
    const kept = new Map<string, RangeQuery>();
    for (const { startKey, endKey, exhausted, reads } of this.#ranges) {
      const name = JSON.stringify([startKey, endKey, exhausted]);
      if (!kept.has(name)) kept.set(name, { startKey, endKey, exhausted, ...reads.done() });
    }
    return [...kept.values()];
  }

  #getPrivate(collection: string, key: string): Buffer {
    const held = this.member(collection) ? this.view.privateState(this.namespace, collection, key) : undefined;
    const keyHash = hashedKey(key);
    const hashed = this.view.hashed(this.namespace, collection, keyHash);
    if (held?.version.block !== hashed?.version.block || held?.version.tx !== hashed?.version.tx) {
      throw new Error('private data matching public hash version is not available');
    }
    this.#collection(collection).reads.set(key, { keyHash, version: hashed?.version });
    return held?.value ?? EMPTY;
  }

  #writable(key: string): void {
    if (this.#readOnly !== undefined) throw new Error(`unsupported transaction: writes are not allowed after ${this.#readOnly}`);
    if (!key.isWellFormed()) throw new Error('a key must be well-formed Unicode');
    this.#wrote = true;
  }

  #writablePrivate(collection: string, key: string): Collection {
    this.member(collection);
    this.#writable(key);
    return this.#collection(collection);
  }

  #collection(name: string): Collection {
    let found = this.#collections.get(name);
    if (found === undefined) {
      found = { reads: new Map(), writes: new Map(), metadata: new Map() };
      this.#collections.set(name, found);
    }
    return found;
  }
}
