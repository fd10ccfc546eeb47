import { buildEnvelope } from '@drl/network/block/build';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { VALID, type World } from './world.js';

export function submissionCases(world: () => World): void {
  /** How often an id is in the blocks. */
  const occurrences = async (txId: string): Promise<number> => {
    const { height } = await world().ledger.info();
    let found = 0;
    const stop = new AbortController();
    for await (const bytes of world().ledger.blocks(0n, stop.signal)) {
      const block = readBlock(bytes);
      found += block.envelopes.filter((e, i) => readEnvelope(e).txId === txId && block.codes[i] === VALID).length;
      if (block.number === height - 1n) stop.abort();
    }
    return found;
  };

  test('the receipt says where it is; looking it up says the same', async () => {
    const key = world().key();
    const receipt = await world().commit('put', { key, value: 'v' });
    expect(receipt.result).toBe('v');
    expect(await world().ledger.lookup(receipt.transactionId)).toEqual(receipt);
    expect((await world().ledger.info()).height).toBeGreaterThan(receipt.block);
  });

  test('an id that no block holds is not found', async () => {
    expect(await world().ledger.lookup('0'.repeat(64))).toBeUndefined();
    const endorsedOnly = await world().probe('put', { key: world().key(), value: 'v' });
    expect(await world().ledger.lookup(endorsedOnly.transactionId)).toBeUndefined();
  });

  test('submitted twice, and at once, it is committed once, and both are told the same', async () => {
    const tx = await world().probe('put', { key: world().key(), value: 'once' });
    const [a, b] = await Promise.all([world().submit(tx), world().submit(tx)]);
    expect(a).toEqual(b);
    expect(await world().submit(tx)).toEqual(a);
    expect(await occurrences(tx.transactionId)).toBe(1);
  });

  test('what was decided stays decided after the gateway ends and begins again', async () => {
    const key = world().key();
    const before = await world().probe('put', { key, value: 'before' });
    const receipt = await world().submit(before);
    const waiting = await world().probe('put', { key: `${key}/2`, value: 'endorsed before, submitted after' });
    await world().harness.reopen();
    expect(await world().get(key)).toBe('before');
    expect(await world().submit(before)).toEqual(receipt);
    expect((await world().submit(waiting)).code).toBe(VALID);
    expect(await occurrences(before.transactionId)).toBe(1);
  });

  test('an envelope that was changed after it was signed is not taken', async () => {
    const key = world().key();
    const tx = await world().probe('put', { key, value: 'mine' });
    const { payload, signature } = readEnvelope(tx.envelope);
    const changed = Buffer.from(payload);
    changed.write('thine', changed.lastIndexOf('mine'));
    await expect(world().submit({ ...tx, envelope: buildEnvelope(changed.subarray(0, payload.length), signature) })).rejects.toMatchObject({
      name: 'LedgerError',
    });
    expect(await world().get(key)).toBe('');
  });

  test('a certificate that its organisation revoked writes nothing more', async () => {
    const revoked = await world().harness.enrol({
      name: `revoked-${Date.now()}`,
      mspId: world().social,
      department: 'social-insurance',
      roles: ['steward'],
    });
    const call = { as: revoked };
    const [key, late] = [world().key(), world().key()];
    await world().commit('put', { key, value: 'before' }, call);
    const endorsed = await world().probe('put', { key: late, value: 'endorsed before' }, call);
    await world().harness.revoke(revoked);
    await expect(world().probe('put', { key, value: 'after' }, call)).rejects.toMatchObject({
      name: 'LedgerError',
      code: 'IDENTITY_REFUSED',
    });
    const code = await world()
      .submit(endorsed)
      .then(
        (r) => r.code,
        (error: { name: string }) => error.name,
      );
    expect(code).not.toBe(VALID);
    expect(await world().get(late)).toBe('');
    // What it wrote while it was good stays.
    expect(await world().get(key)).toBe('before');
    await world().commit('put', { key: world().key(), value: 'others go on' }, { as: world().people.social });
  });

  test('a certificate of nobody’s authority is refused', async () => {
    const stranger = await world().harness.enrol({
      name: `stranger-${Date.now()}`,
      mspId: world().social,
      department: 'social-insurance',
      roles: ['steward'],
    });
    await expect(
      world().probe('put', { key: world().key(), value: 'v' }, { as: { ...stranger, mspId: world().police } }),
    ).rejects.toMatchObject({ name: 'LedgerError', code: 'IDENTITY_REFUSED' });
    const wrongKey = { ...stranger, privateKey: world().people.household.privateKey };
    await expect(world().probe('put', { key: world().key(), value: 'v' }, { as: wrongKey })).rejects.toMatchObject({ name: 'LedgerError' });
  });

  test('many at once are all committed, each once', async () => {
    const keys = Array.from({ length: 200 }, () => world().key());
    const receipts = await Promise.all(keys.map(async (key) => world().submit(await world().probe('put', { key, value: key }))));
    expect(receipts.every((r) => r.code === VALID)).toBe(true);
    expect(new Set(receipts.map((r) => r.transactionId)).size).toBe(keys.length);
    expect(await Promise.all(keys.slice(0, 20).map((key) => world().get(key)))).toEqual(keys.slice(0, 20));
  });
}
