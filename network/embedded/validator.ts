import type { Channel } from '../block/channel.js';
import { ValidationCode as Code } from '../block/codes.js';
import { endorsed, type Rules } from '../block/endorsement.js';
import { type Definition, definitionOf } from '../block/lifecycle.js';
import type { NamespaceRwset, RangeQuery, Read } from '../block/rwset.js';
import { type Entry, space } from '../block/state.js';
import type { Examined } from './examine.js';
import { decodeMetadata, decodeRecord, hashedKeyOf, type StateRecord, sameVersion, stateKey, transactionKey } from './layout.js';
import { sameRange } from './ranges.js';
import { BlockUpdates } from './updates.js';
import type { StateView } from './view.js';

/** What validation reads of the ledger as it is before the block. */
export interface Committed {
  readonly channel: Channel;
  readonly record: (stored: Buffer) => Buffer | undefined;
  readonly view: () => StateView;
}
interface Remembered extends Committed {
  readonly hasTransaction: (txId: string) => boolean;
}
export interface Validated {
  readonly codes: Buffer;
  readonly updates: BlockUpdates;
}

/**
 * Gives every transaction of a block its code and gathers what the valid ones write, in Fabric's order: ids and endorsements of
 * all first (txvalidator/v20), then reads, each against state as the transactions before left it (kvledger/txmgmt/validation).
 */
export async function validateBlock(number: bigint, transactions: readonly Examined[], committed: Committed): Promise<Validated> {
  const codes = Buffer.from(transactions.map((t) => t.code));
  const known = remembering(committed);
  judgeEndorsements(codes, transactions, known);
  markDuplicates(codes, transactions);
  const updates = new BlockUpdates(known.record, number);
  for (const [i, { txId, content }] of transactions.entries()) {
    if (codes[i] === Code.VALID && content) {
      codes[i] = await readConflict(content.rwset, updates, committed);
      if (codes[i] === Code.VALID) updates.apply(content.rwset, i);
    }
    updates.index(txId, i, codes[i] as number);
  }
  return { codes, updates };
}

/** A key that is written is looked at for its policy, for its version, and for what it was. */
function remembering(committed: Committed): Remembered {
  const known = new Map<string, Buffer | undefined>();
  const record = (stored: Buffer): Buffer | undefined => {
    const name = stored.toString('latin1');
    if (known.has(name)) return known.get(name);
    const found = committed.record(stored);
    known.set(name, found);
    return found;
  };
  return { ...committed, record, hasTransaction: (txId) => record(transactionKey(txId)) !== undefined };
}

function judgeEndorsements(codes: Buffer, transactions: readonly Examined[], committed: Remembered): void {
  const state = { complete: true, get: (where: string, key: string) => entryOf(committed, where, key) };
  const definitions = new Map<string, Definition | undefined>();
  const policiesSet = new Set<string>();
  const rules: Rules = {
    channel: committed.channel,
    state,
    definition: (name) => {
      if (!definitions.has(name)) definitions.set(name, definitionOf(name, state));
      return definitions.get(name);
    },
    policyChanged: (where, key) => policiesSet.has(`${where}\0${key}`),
  };
  for (const [i, { txId, content, endorsers }] of transactions.entries()) {
    if (codes[i] !== Code.VALID || content === undefined) continue;
    codes[i] = committed.hasTransaction(txId) ? Code.DUPLICATE_TXID : Code.VALID;
    for (const namespace of content.namespaces) {
      if (codes[i] !== Code.VALID) break;
      const answer = endorsed(namespace, content.rwset, endorsers, rules);
      if (answer !== 'yes') codes[i] = answer === 'no' ? Code.ENDORSEMENT_POLICY_FAILURE : Code.INVALID_CHAINCODE;
    }
    if (codes[i] === Code.VALID) for (const name of policiesIn(content.rwset)) policiesSet.add(name);
  }
}

/** A key as committed before the block; of a collection, `key` is its hash as latin1. */
function entryOf(committed: Committed, where: string, key: string): Entry | undefined {
  const [namespace = '', collection] = where.split('\0');
  const stored = committed.record(
    collection === undefined ? stateKey(namespace, key) : hashedKeyOf(namespace, collection, Buffer.from(key, 'latin1')),
  );
  if (stored === undefined) return undefined;
  const { version, value, metadata } = decodeRecord(stored);
  const policy = metadata.length === 0 ? undefined : decodeMetadata(metadata).find((e) => e.name === 'VALIDATION_PARAMETER')?.value;
  return { block: version.block, tx: Number(version.tx), policy, value };
}

function policiesIn(rwset: readonly NamespaceRwset[]): string[] {
  return rwset.flatMap(({ namespace, metadataWrites, collections }) => [
    ...metadataWrites.map((w) => `${space(namespace)}\0${w.key}`),
    ...collections.flatMap((c) => c.metadataWrites.map((w) => `${space(namespace, c.collection)}\0${w.keyHash.toString('latin1')}`)),
  ]);
}

/** Of two with one id the first counts; one that was found wanting before does not make the other a duplicate. */
function markDuplicates(codes: Buffer, transactions: readonly Examined[]): void {
  const seen = new Set<string>();
  for (const [i, { txId }] of transactions.entries()) {
    if (codes[i] !== Code.VALID) continue;
    if (seen.has(txId)) codes[i] = Code.DUPLICATE_TXID;
    seen.add(txId);
  }
}

async function readConflict(rwset: readonly NamespaceRwset[], updates: BlockUpdates, committed: Committed): Promise<number> {
  const stale = (now: { record: StateRecord | undefined; written: boolean }, version: Read['version']): boolean =>
    now.written || !sameVersion(now.record?.version, version);
  for (const { namespace, reads, rangeQueries, collections } of rwset) {
    if (reads.some((r) => stale(updates.state(namespace, r.key), r.version))) return Code.MVCC_READ_CONFLICT;
    for (const query of rangeQueries) {
      if (!sameRange(query, await rangeNow(namespace, query, updates, committed))) return Code.PHANTOM_READ_CONFLICT;
    }
    for (const c of collections) {
      if (c.reads.some((r) => stale(updates.hashed(namespace, c.collection, r.keyHash), r.version))) return Code.MVCC_READ_CONFLICT;
    }
  }
  return Code.VALID;
}

/** A range as it is now: committed state with the block's own updates over it. One that was broken off ends with the key it ended at. */
async function rangeNow(namespace: string, query: RangeQuery, updates: BlockUpdates, committed: Committed): Promise<Read[]> {
  const end = query.exhausted ? query.endKey : `${query.endKey}\0`;
  const found = new Map<string, Read>();
  const view = committed.view();
  try {
    for await (const { key, record } of view.range(namespace, query.startKey, end)) found.set(key, { key, version: record.version });
  } finally {
    view.close();
  }
  const start = Buffer.from(query.startKey);
  const last = Buffer.from(end);
  let added = false;
  for (const { key, record } of updates.written(namespace)) {
    if (Buffer.compare(key, start) < 0 || (end !== '' && Buffer.compare(key, last) >= 0)) continue;
    const name = key.toString('utf8');
    if (record === undefined) found.delete(name);
    else {
      added ||= !found.has(name);
      found.set(name, { key: name, version: record.version });
    }
  }
  const reads = [...found.values()];
  return added ? reads.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))) : reads;
}
