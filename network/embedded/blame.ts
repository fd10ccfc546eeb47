import { hashedKey } from '../block/buildrwset.js';
import { readBlock, readEnvelope } from '../block/read.js';
import { sha256 } from './digest.js';
import { EngineError } from './errors.js';
import { Area, blockKey, decodeRecord, decodeVersion, hashedKeyOf } from './layout.js';
import { BlockUpdates } from './updates.js';
import type { Snapshot, Store } from './view.js';

/**
 * Which record of a store is not what the blocks left, once it is known that one is not: plays all blocks' valid writes again, in
 * memory, and compares. The blocks themselves have been checked before.
 */
export async function blame(level: Store, snapshot: Snapshot, height: bigint): Promise<EngineError> {
  const expected = await replay(level, snapshot, height);
  const faults: EngineError[] = [];
  for await (const [key, value] of level.iterator({ gt: Buffer.from([Area.block + 1]), snapshot })) {
    const fault = key[0] === Area.private ? await privateFault(level, snapshot, key, value) : recordFault(expected, key, value);
    if (fault) faults.push(fault);
    expected.delete(key.toString('latin1'));
  }
  for (const [key, value] of expected) faults.push(altered(Buffer.from(key, 'latin1'), value, 'is missing'));
  // The oldest block concerned: what came after may stand on it.
  const [first] = faults.sort((a, b) => Number((a.detail.block ?? 0n) - (b.detail.block ?? 0n)));
  return first ?? new EngineError('ALTERED', 'private values are not those that were handed over');
}

async function replay(level: Store, snapshot: Snapshot, height: bigint): Promise<Map<string, Buffer>> {
  const records = new Map<string, Buffer>();
  for (let number = 0n; number < height; number++) {
    const stored = (await level.get(blockKey(number), { snapshot })) as Buffer;
    const { envelopes, codes } = readBlock(stored.subarray(64));
    const updates = new BlockUpdates((key) => records.get(key.toString('latin1')), number);
    for (const [tx, bytes] of envelopes.entries()) {
      const envelope = readEnvelope(bytes);
      if (codes[tx] === 0) updates.apply(envelope.actions[0]?.rwset ?? [], tx);
      updates.index(envelope.txId, tx, codes[tx] as number);
    }
    for (const { key, after } of updates.changes()) {
      if (after) records.set(key.toString('latin1'), Buffer.from(after));
      else records.delete(key.toString('latin1'));
    }
  }
  return records;
}

function recordFault(expected: ReadonlyMap<string, Buffer>, key: Buffer, value: Buffer): EngineError | undefined {
  if (key[0] === Area.meta || key[0] === Area.transient) return undefined;
  const should = expected.get(key.toString('latin1'));
  if (should === undefined) return altered(key, value, 'is there though no block wrote it');
  return should.equals(value) ? undefined : altered(key, should, 'is another than its block wrote');
}

/** A private value is held against the hash that every peer has. */
async function privateFault(level: Store, snapshot: Snapshot, key: Buffer, value: Buffer): Promise<EngineError | undefined> {
  const [namespace = '', collection = '', ...rest] = key.toString('utf8', 1).split('\0');
  const hashed = await level.get(hashedKeyOf(namespace, collection, hashedKey(rest.join('\0'))), { snapshot });
  const record = value.length >= 16 ? decodeRecord(value) : undefined;
  const matches = hashed && record && decodeRecord(hashed).value.equals(sha256(record.value));
  return matches ? undefined : altered(key, hashed ?? value, 'is another than its hash says');
}

/** Never the key itself: it may name a person’s record. */
function altered(key: Buffer, value: Buffer, how: string): EngineError {
  const what = { [Area.state]: 'a key of the state', [Area.hashed]: 'a hash of private data', [Area.private]: 'a private value' }[
    key[0] as number
  ];
  if (key[0] === Area.history)
    return new EngineError('ALTERED', `an entry of a key’s history ${how}`, { block: decodeVersion(key, key.length - 12).block });
  const block = value.length >= 12 ? { block: decodeVersion(value).block } : {};
  return new EngineError('ALTERED', `${what ?? 'where a transaction is'} ${how}`, block);
}
