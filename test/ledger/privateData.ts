import { createHash, randomBytes } from 'node:crypto';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { ENDORSEMENT_POLICY_FAILURE, type World } from './world.js';

export function privateCases(world: () => World): void {
  const own = (mspId: string) => `_implicit_org_${mspId}`;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const secret = () => `canary-${randomBytes(12).toString('hex')}`;

  /** Puts a value where `mspId` alone holds it, endorsed by it alone. */
  const put = (mspId: string, key: string, value: string) =>
    world().commit('putPrivate', { collection: own(mspId), key }, { endorsers: [mspId], transient: { value: Buffer.from(value) } });

  test('its organisation reads it, another has the hash alone', async () => {
    const { police, people } = world();
    const [key, value] = [world().key(), secret()];
    await put(police, key, value);
    const asked = { collection: own(police), key };
    expect(await world().ask('getPrivate', asked, people.household)).toBe(value);
    await expect(world().ask('getPrivate', asked, people.social)).rejects.toMatchObject({ name: 'LedgerError' });
    await expect(world().ask('getPrivate', asked, people.manager)).rejects.toMatchObject({ name: 'LedgerError' });
    for (const as of [people.household, people.social, people.manager, people.auditor]) {
      expect(await world().ask('getPrivateHash', asked, as)).toBe(sha256(value));
    }
  });

  test('only its organisation’s endorsement puts it there', async () => {
    const { manager, police, social } = world();
    const key = world().key();
    for (const endorsers of [[social], [manager], [manager, social]]) {
      const tx = await world().probe(
        'putPrivate',
        { collection: own(police), key },
        { endorsers, transient: { value: Buffer.from(secret()) } },
      );
      expect((await world().submit(tx)).code).toBe(ENDORSEMENT_POLICY_FAILURE);
    }
    expect(await world().ask('getPrivateHash', { collection: own(police), key })).toBe('');
  });

  test('no block holds a byte of it, nor does the answer', async () => {
    const values = [secret(), secret()];
    const [first, second] = await Promise.all(
      values.map((value, i) => put(i === 0 ? world().police : world().social, world().key(), value)),
    );
    const stop = new AbortController();
    const last = [first, second].map((r) => r?.block ?? 0n).reduce((a, b) => (a > b ? a : b));
    for await (const bytes of world().ledger.blocks(0n, stop.signal)) {
      for (const value of values) expect(Buffer.from(bytes).includes(value)).toBe(false);
      if (readBlock(bytes).number === last) stop.abort();
    }
    expect(first?.result).toBe('');
  });

  test('a collection of nobody cannot be written', async () => {
    await expect(
      world().probe('putPrivate', { collection: own('NobodyMSP'), key: 'k' }, { transient: { value: Buffer.from('v') } }),
    ).rejects.toMatchObject({ name: 'LedgerError' });
  });

  test('what is purged is gone with its hash; the blocks still say that it was there', async () => {
    const { police } = world();
    const [key, value] = [world().key(), secret()];
    const written = await put(police, key, value);
    await world().commit('purgePrivate', { collection: own(police), key }, { endorsers: [police] });
    expect(await world().ask('getPrivate', { collection: own(police), key })).toBe('');
    expect(await world().ask('getPrivateHash', { collection: own(police), key })).toBe('');
    const stop = new AbortController();
    for await (const bytes of world().ledger.blocks(written.block, stop.signal)) {
      const envelope = readBlock(bytes)
        .envelopes.map(readEnvelope)
        .find((e) => e.txId === written.transactionId);
      const writes = envelope?.actions[0]?.rwset.flatMap((n) => n.collections).flatMap((c) => c.writes);
      expect(writes?.map((w) => w.valueHash.toString('hex'))).toEqual([sha256(value)]);
      stop.abort();
    }
  });
}
