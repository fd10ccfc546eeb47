import { MVCC_READ_CONFLICT, VALID, type World } from './world.js';

export function stateCases(world: () => World): void {
  test('a transaction does not read its own writes', async () => {
    const key = world().key();
    const first = await world().probe('putThenGet', { key, value: 'new' });
    expect(first.result).toBe('');
    await world().submit(first);
    expect((await world().probe('putThenGet', { key, value: 'newer' })).result).toBe('new');
  });

  test('what is endorsed and not committed is not there', async () => {
    const key = world().key();
    await world().probe('put', { key, value: 'v' });
    expect(await world().get(key)).toBe('');
  });

  test('of two that read one key and write it the first counts; the second is in its block, void', async () => {
    const key = world().key();
    await world().commit('put', { key, value: '0' });
    const a = await world().probe('copy', { read: key, key, value: 'a' });
    const b = await world().probe('copy', { read: key, key, value: 'b' });
    expect((await world().submit(a)).code).toBe(VALID);
    const lost = await world().submit(b);
    expect(lost.code).toBe(MVCC_READ_CONFLICT);
    expect(await world().get(key)).toBe('a');
    expect(await world().ledger.lookup(b.transactionId)).toMatchObject({ block: lost.block, code: MVCC_READ_CONFLICT });
  });

  test('so too when both are submitted at once', async () => {
    const key = world().key();
    const all = await Promise.all(['a', 'b', 'c', 'd'].map((value) => world().probe('copy', { read: key, key, value })));
    const receipts = await Promise.all(all.map((tx) => world().submit(tx)));
    expect(receipts.map((r) => r.code).sort((x, y) => x - y)).toEqual([VALID, MVCC_READ_CONFLICT, MVCC_READ_CONFLICT, MVCC_READ_CONFLICT]);
  });

  test('a key that was not there conflicts once it is, and one that was there once it is gone', async () => {
    const [absent, present] = [world().key(), world().key()];
    await world().commit('put', { key: present, value: 'x' });
    const sawNothing = await world().probe('copy', { read: absent, key: world().key(), value: 'v' });
    const sawSomething = await world().probe('copy', { read: present, key: world().key(), value: 'v' });
    await world().commit('put', { key: absent, value: 'x' });
    await world().commit('remove', { key: present });
    expect((await world().submit(sawNothing)).code).toBe(MVCC_READ_CONFLICT);
    expect((await world().submit(sawSomething)).code).toBe(MVCC_READ_CONFLICT);
  });

  test('writing without reading conflicts with nobody', async () => {
    const key = world().key();
    const all = await Promise.all(['a', 'b', 'c'].map((value) => world().probe('put', { key, value })));
    expect((await Promise.all(all.map((tx) => world().submit(tx)))).map((r) => r.code)).toEqual([VALID, VALID, VALID]);
  });

  test('the same bytes written again are a new version', async () => {
    const key = world().key();
    await world().commit('put', { key, value: 'same' });
    const reader = await world().probe('copy', { read: key, key: world().key(), value: 'v' });
    await world().commit('put', { key, value: 'same' });
    expect((await world().submit(reader)).code).toBe(MVCC_READ_CONFLICT);
  });

  test('a key is gone once it is deleted, or holds nothing', async () => {
    const [deleted, emptied] = [world().key(), world().key()];
    await world().commit('put', { key: deleted, value: 'v' });
    await world().commit('put', { key: emptied, value: 'v' });
    await world().commit('remove', { key: deleted });
    await world().commit('put', { key: emptied, value: '' });
    expect(await world().get(deleted)).toBe('');
    expect(JSON.parse(await world().ask('scan', { from: emptied, to: `${emptied}~`, limit: 0, key: '', value: '' }))).toEqual([]);
  });

  test('one of several that create a key wins', async () => {
    const key = world().key();
    const all = await Promise.all(['a', 'b', 'c', 'd', 'e'].map((value) => world().probe('create', { key, value })));
    const receipts = await Promise.all(all.map((tx) => world().submit(tx)));
    const winners = receipts.filter((r) => r.code === VALID);
    expect(winners).toHaveLength(1);
    expect(await world().get(key)).toBe(winners[0]?.result);
  });

  test('the history of a key is newest first, with its deletions, and holds valid writes only', async () => {
    const key = world().key();
    const first = await world().commit('put', { key, value: '1' });
    const stale = await world().probe('copy', { read: key, key, value: 'void' });
    const second = await world().commit('put', { key, value: '2' });
    const third = await world().commit('remove', { key });
    await world().submit(stale);
    expect(JSON.parse(await world().ask('history', { key }))).toEqual([
      { txId: third.transactionId, value: '', isDelete: true },
      { txId: second.transactionId, value: '2', isDelete: false },
      { txId: first.transactionId, value: '1', isDelete: false },
    ]);
  });

  test('the history of one key is not that of another whose name begins alike', async () => {
    const key = world().key();
    await world().commit('put', { key: `${key}\n${key}x`, value: 'a\nb' });
    expect(JSON.parse(await world().ask('history', { key }))).toHaveLength(1);
  });

  test('time, id and organisation are the proposal’s', async () => {
    const before = Date.now();
    const tx = await world().probe('whoami', {});
    const told = JSON.parse(tx.result) as { mspId: string; time: string; txId: string };
    expect(told).toMatchObject({ mspId: world().police, txId: tx.transactionId });
    expect(Date.parse(told.time)).toBeGreaterThanOrEqual(before);
  });
}
