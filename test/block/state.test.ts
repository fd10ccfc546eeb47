import { createHash } from 'node:crypto';
import { buildRwset, type NamespaceInput } from '@drl/network/block/buildrwset';
import { ValidationCode } from '@drl/network/block/codes';
import { checkReads, touch } from '@drl/network/block/mvcc';
import { readRwset } from '@drl/network/block/rwset';
import { SortedKeys } from '@drl/network/block/sortedkeys';
import { LedgerState, space } from '@drl/network/block/state';
import fc from 'fast-check';

const never = () => false;
const rwset = (input: Partial<NamespaceInput>) => readRwset(buildRwset([{ namespace: 'cc', ...input }]));
const put = (key: string, value = 'v') => ({ key, isDelete: false, value: Buffer.from(value) });
const policy = (key: string, value: string) => ({ key, entries: [{ name: 'VALIDATION_PARAMETER', value: Buffer.from(value) }] });

describe('keys in order', () => {
  // Beyond U+D7FF, UTF-16 units and UTF-8 bytes order differently.
  const key = fc.string({ unit: fc.constantFrom('a', 'b', '\0', '', '\u{10000}', '中', 'é'), maxLength: 6 });

  it('are those put in and not taken out, in the order of their bytes, between any two bounds', () => {
    fc.assert(
      fc.property(fc.array(key), fc.array(fc.tuple(key, fc.boolean()), { maxLength: 60 }), key, key, (first, steps, start, end) => {
        const keys = new SortedKeys(new Set(first));
        const plain = new Set(first);
        for (const [k, add] of steps) {
          if (add) keys.add(k);
          else keys.delete(k);
          if (add) plain.add(k);
          else plain.delete(k);
        }
        const bytes = (k: string) => Buffer.from(k);
        const expected = [...plain]
          .filter((k) => Buffer.compare(bytes(k), bytes(start)) >= 0 && (end === '' || Buffer.compare(bytes(k), bytes(end)) < 0))
          .sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
        expect([...keys.range(start, end)]).toEqual(expected);
      }),
    );
  });

  it('stay so over many runs', () => {
    const keys = new SortedKeys([]);
    const names = Array.from({ length: 5000 }, (_, i) => createHash('sha256').update(String(i)).digest('hex'));
    for (const name of names) keys.add(name);
    expect([...keys.range('', '')]).toEqual([...names].sort());
    for (const name of names.slice(0, 4990)) keys.delete(name);
    expect([...keys.range('', '')]).toEqual(names.slice(4990).sort());
  });
});

describe('what a block leaves', () => {
  it('a write keeps the key’s policy, a delete takes it along, a policy alone keeps the value and is dropped where there is none', () => {
    const state = new LedgerState(true);
    state.apply(rwset({ writes: [put('a')], metadataWrites: [policy('a', 'p'), policy('none', 'p')] }), 1n, 0);
    expect(state.get('cc', 'a')).toMatchObject({ block: 1n, tx: 0, policy: Buffer.from('p') });
    expect(state.get('cc', 'none')).toBeUndefined();
    state.apply(rwset({ writes: [put('a', 'w')] }), 2n, 3);
    expect(state.get('cc', 'a')).toMatchObject({ block: 2n, tx: 3, policy: Buffer.from('p') });
    const [change] = state.apply(rwset({ metadataWrites: [policy('a', 'q')] }), 3n, 0);
    expect(change).toMatchObject({ key: 'a', metadataOnly: true });
    expect(state.get('cc', 'a')).toMatchObject({ block: 3n, policy: Buffer.from('q') });
    state.apply(rwset({ metadataWrites: [{ key: 'a', entries: [] }] }), 4n, 0);
    expect(state.get('cc', 'a')?.policy).toBeUndefined();
    state.apply(rwset({ writes: [{ key: 'a', isDelete: true, value: Buffer.alloc(0) }] }), 5n, 0);
    expect(state.get('cc', 'a')).toBeUndefined();
  });

  it('an empty value is a delete, and so is the hash of nothing in a collection', () => {
    const state = new LedgerState(true);
    const keyHash = Buffer.alloc(32, 1);
    const private1 = (valueHash: Buffer) =>
      rwset({ collections: [{ collection: 'c', writes: [{ keyHash, isDelete: false, valueHash, isPurge: false }] }] });
    state.apply(rwset({ writes: [put('a')] }), 1n, 0);
    state.apply(private1(Buffer.alloc(32, 2)), 1n, 1);
    expect(state.get(space('cc', 'c'), keyHash.toString('latin1'))).toMatchObject({ block: 1n, tx: 1 });
    state.apply(rwset({ writes: [put('a', '')] }), 2n, 0);
    state.apply(private1(createHash('sha256').digest()), 2n, 1);
    expect(state.get('cc', 'a')).toBeUndefined();
    expect(state.get(space('cc', 'c'), keyHash.toString('latin1'))).toBeUndefined();
  });
});

describe('what a transaction read', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const history = fc.array(fc.tuple(key, fc.boolean()), { maxLength: 8 });

  it('holds exactly as long as nothing of it changes: a key, its absence, a range, and where a range ended', () => {
    fc.assert(
      fc.property(history, history, fc.array(key), key, key, fc.boolean(), (before, after, reads, start, end, exhausted) => {
        const state = new LedgerState(true);
        const write = (list: [string, boolean][], block: bigint) => {
          for (const [tx, [k, live]] of list.entries()) state.apply(rwset({ writes: [{ ...put(k), isDelete: !live }] }), block, tx);
        };
        write(before, 1n);
        const version = (k: string) => {
          const entry = state.get('cc', k);
          return entry && { block: entry.block, tx: BigInt(entry.tx) };
        };
        const found = [...state.range('cc', start, end, !exhausted)].map(([k]) => ({ key: k, version: version(k) }));
        const query = { startKey: start, endKey: end, exhausted, reads: found, merkle: undefined };
        const taken = rwset({ reads: [...new Set(reads)].map((k) => ({ key: k, version: version(k) })), rangeQueries: [query] });
        const seen = snapshot(state);
        expect(checkReads(taken, state, new Set(), never)).toBe(ValidationCode.VALID);
        write(after, 2n);
        const now = snapshot(state);
        const within = (k: string) => (k >= start && k < end) || (!exhausted && k === end);
        const conflict = reads.some((k) => seen.get(k) !== now.get(k));
        const phantom = [...new Set([...seen.keys(), ...now.keys()])].some((k) => within(k) && seen.get(k) !== now.get(k));
        const expected = conflict
          ? ValidationCode.MVCC_READ_CONFLICT
          : phantom
            ? ValidationCode.PHANTOM_READ_CONFLICT
            : ValidationCode.VALID;
        expect(checkReads(taken, state, new Set(), never)).toBe(expected);
      }),
    );
  });

  it('conflicts with a key that the same block touched, even if nothing changed', () => {
    const state = new LedgerState(true);
    const read = rwset({ reads: [{ key: 'never', version: undefined }] });
    expect(checkReads(read, state, new Set(), never)).toBe(ValidationCode.VALID);
    expect(checkReads(read, state, new Set([touch('cc', 'never')]), never)).toBe(ValidationCode.MVCC_READ_CONFLICT);
  });

  it('is not told where the history is not whole, or where a private key may have expired', () => {
    const state = new LedgerState(false);
    state.apply(rwset({ writes: [put('a')] }), 7n, 0);
    expect(checkReads(rwset({ reads: [{ key: 'a', version: { block: 7n, tx: 0n } }] }), state, new Set(), never)).toBe(
      ValidationCode.VALID,
    );
    expect(checkReads(rwset({ reads: [{ key: 'b', version: { block: 3n, tx: 0n } }] }), state, new Set(), never)).toHaveProperty('unknown');
    expect(checkReads(rwset({ reads: [{ key: 'a', version: { block: 3n, tx: 0n } }] }), state, new Set(), never)).toBe(
      ValidationCode.MVCC_READ_CONFLICT,
    );
    const range = { startKey: 'a', endKey: 'z', exhausted: true, reads: [], merkle: undefined };
    expect(checkReads(rwset({ rangeQueries: [range] }), state, new Set(), never)).toHaveProperty('unknown');
    const hashed = rwset({ collections: [{ collection: 'c', reads: [{ keyHash: Buffer.alloc(32), version: undefined }] }] });
    expect(checkReads(hashed, new LedgerState(true), new Set(), () => true)).toHaveProperty('unknown');
  });

  function snapshot(state: LedgerState): Map<string, string> {
    return new Map([...state.range('cc', '', '', false)].map(([k, { block, tx }]) => [k, `${block}/${tx}`]));
  }
});
