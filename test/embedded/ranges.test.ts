import { checkReads } from '@drl/network/block/mvcc';
import type { RangeQuery, Read } from '@drl/network/block/rwset';
import { LedgerState } from '@drl/network/block/state';
import { RangeReads, sameRange } from '@drl/network/embedded/ranges';
import fc from 'fast-check';

/** The engine's range summaries against the verifier's, which were written apart. */
const namespace = 'drl';
const keyOf = (i: number) => `k${String(i).padStart(5, '0')}`;

function stateOf(keys: readonly number[]): LedgerState {
  const state = new LedgerState(true);
  for (const i of keys) {
    const writes = [{ key: keyOf(i), isDelete: false, value: Buffer.from('v') }];
    state.apply([{ namespace, reads: [], rangeQueries: [], writes, metadataWrites: [], collections: [] }], 1n, i);
  }
  return state;
}

function queryOf(keys: readonly number[]): RangeQuery {
  const reads = new RangeReads();
  for (const i of keys) reads.add({ key: keyOf(i), version: { block: 1n, tx: BigInt(i) } });
  return { startKey: 'k', endKey: 'l', exhausted: true, ...reads.done() };
}

const verdict = (query: RangeQuery, state: LedgerState) =>
  checkReads(
    [{ namespace, reads: [], rangeQueries: [query], writes: [], metadataWrites: [], collections: [] }],
    state,
    new Set(),
    () => false,
  );

const readsOf = (keys: readonly number[]): Read[] => keys.map((i) => ({ key: keyOf(i), version: { block: 1n, tx: BigInt(i) } }));

test.each([0, 1, 2, 50, 51, 52, 101, 102, 103, 2550, 2551, 2601, 2652, 2653, 5300])('%i keys', (count) => {
  const keys = Array.from({ length: count }, (_, i) => i);
  const query = queryOf(keys);
  expect(query.merkle === undefined).toBe(count <= 50);
  expect(verdict(query, stateOf(keys))).toBe(0);
  expect(sameRange(query, readsOf(keys))).toBe(true);
});

test('one key more, less or changed is found, by both', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.nat(), fc.constantFrom('less', 'more', 'other'), (count, where, how) => {
      const keys = Array.from({ length: count }, (_, i) => 2 * i);
      const at = where % count;
      const now = how === 'less' ? keys.filter((_, i) => i !== at) : [...keys, 2 * at + 1].sort((a, b) => a - b);
      const reads = readsOf(now);
      if (how === 'other') reads.splice(at, 2, { key: keyOf(2 * at), version: { block: 2n, tx: 0n } });
      expect(sameRange(queryOf(keys), reads)).toBe(false);
      if (how !== 'other') expect(verdict(queryOf(keys), stateOf(now))).not.toBe(0);
    }),
    { numRuns: 60 },
  );
});
