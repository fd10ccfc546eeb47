import type { Update } from '../block/buildblock.js';
import type { MetadataEntry, MetadataWrite, NamespaceRwset, Version, Write } from '../block/rwset.js';
import { EMPTY } from '../block/wire.js';
import { sha256 } from './digest.js';
import {
  decodeRecord,
  encodeMetadata,
  encodeRecord,
  hashedKeyOf,
  historyKey,
  NO_METADATA,
  type StateRecord,
  stateKey,
  transactionKey,
  versionBytes,
} from './layout.js';

/** One record's change by a block: its bytes before, and after. */
export interface Change {
  readonly key: Buffer;
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
}

interface Entry {
  readonly stored: Buffer;
  readonly namespace: string;
  readonly collection: string;
  readonly key: Buffer;
  readonly before: Buffer | undefined;
  record: StateRecord | undefined;
  /** Undefined: nothing has written it in this block yet. */
  version: Version | undefined;
}

const EMPTY_HASH = sha256(EMPTY);

/**
 * What a block's valid transactions leave, one after another over committed state (fabric validation/types.go, tx_ops.go):
 * a value keeps its key's metadata, metadata its value, a deletion takes both, and metadata of a key that isn't there is dropped.
 * State: every record that the block has looked at.
 */
export class BlockUpdates {
  readonly #entries = new Map<string, Entry>();
  readonly #added: Change[] = [];
  readonly #indexed = new Set<string>();

  constructor(
    private readonly committed: (stored: Buffer) => Buffer | undefined,
    private readonly block: bigint,
  ) {}

  /** A key as it is after the transactions so far; `written`: by one of them. */
  state(namespace: string, key: string): { readonly record: StateRecord | undefined; readonly written: boolean } {
    const entry = this.#entry(namespace, '', Buffer.from(key), stateKey(namespace, key));
    return { record: entry.record, written: entry.version !== undefined };
  }

  hashed(namespace: string, collection: string, keyHash: Buffer): { readonly record: StateRecord | undefined; readonly written: boolean } {
    const entry = this.#entry(namespace, collection, keyHash, hashedKeyOf(namespace, collection, keyHash));
    return { record: entry.record, written: entry.version !== undefined };
  }

  /** Public keys of a namespace that the block has written, for range queries asked again. */
  written(namespace: string): { readonly key: Buffer; readonly record: StateRecord | undefined }[] {
    return [...this.#entries.values()].filter((e) => e.namespace === namespace && e.collection === '' && e.version !== undefined);
  }

  /** A valid transaction's writes. */
  apply(namespaces: readonly NamespaceRwset[], tx: number): void {
    const version = { block: this.block, tx: BigInt(tx) };
    for (const ns of namespaces) {
      this.#write(ns.writes, ns.metadataWrites, version, (key) =>
        this.#entry(ns.namespace, '', Buffer.from(key), stateKey(ns.namespace, key)),
      );
      for (const { key } of ns.writes) this.#add(historyKey(ns.namespace, key, version), EMPTY);
      for (const c of ns.collections) {
        const hex = (hash: Buffer): string => hash.toString('hex');
        this.#write(
          c.writes.map((w) => ({ key: hex(w.keyHash), isDelete: w.isDelete || w.valueHash.equals(EMPTY_HASH), value: w.valueHash })),
          c.metadataWrites.map((w) => ({ key: hex(w.keyHash), entries: w.entries })),
          version,
          (key) => {
            const hash = Buffer.from(key, 'hex');
            return this.#entry(ns.namespace, c.collection, hash, hashedKeyOf(ns.namespace, c.collection, hash));
          },
        );
      }
    }
  }

  /** Where a transaction is, and with which code. An id that a block held before keeps its first place. */
  index(txId: string, tx: number, code: number): void {
    const key = transactionKey(txId);
    if (this.#indexed.has(txId) || this.committed(key) !== undefined) return;
    this.#indexed.add(txId);
    this.#add(key, Buffer.concat([versionBytes({ block: this.block, tx: BigInt(tx) }), Buffer.from([code])]));
  }

  changes(): Change[] {
    const written = [...this.#entries.values()].filter((e) => e.version !== undefined);
    return [...written.map((e) => ({ key: e.stored, before: e.before, after: e.record && encodeRecord(e.record) })), ...this.#added];
  }

  /** For COMMIT_HASH. */
  updates(): Update[] {
    return [...this.#entries.values()].flatMap(({ namespace, collection, key, record, version }) =>
      version === undefined ? [] : [{ namespace, ...(collection ? { collection } : {}), key, value: record?.value, version }],
    );
  }

  #write(writes: readonly Write[], metadata: readonly MetadataWrite[], version: Version, entryOf: (key: string) => Entry): void {
    const described = new Map<string, readonly MetadataEntry[]>(metadata.map((m) => [m.key, m.entries]));
    for (const write of writes) {
      const entry = entryOf(write.key);
      const entries = described.get(write.key);
      described.delete(write.key);
      const kept = entries ? encodeMetadata(entries) : (entry.record?.metadata ?? NO_METADATA);
      entry.record = write.isDelete || write.value.length === 0 ? undefined : { version, value: write.value, metadata: kept };
      entry.version = version;
    }
    for (const [key, entries] of described) {
      const entry = entryOf(key);
      if (entry.record === undefined) continue;
      entry.record = { version, value: entry.record.value, metadata: encodeMetadata(entries) };
      entry.version = version;
    }
  }

  #add(key: Buffer, after: Buffer): void {
    this.#added.push({ key, before: undefined, after });
  }

  #entry(namespace: string, collection: string, key: Buffer, stored: Buffer): Entry {
    const name = stored.toString('latin1');
    const known = this.#entries.get(name);
    if (known) return known;
    const before = this.committed(stored);
    const record = before && decodeRecord(before);
    const entry: Entry = { stored, namespace, collection, key, before, record, version: undefined };
    this.#entries.set(name, entry);
    return entry;
  }
}
