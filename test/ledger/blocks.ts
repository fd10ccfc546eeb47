import { pair } from '@drl/network/block/action';
import { endorsedBytes } from '@drl/network/block/build';
import { headerHash } from '@drl/network/block/header';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { verifySync } from '@drl/network/block/sign';
import { trustedMembers } from '@drl/network/block/trust';
import { verifyChain } from '@drl/network/block/verify';
import { len, num, Reader } from '@drl/network/block/wire';
import { MVCC_READ_CONFLICT, VALID, type World } from './world.js';

export function blockCases(world: () => World): void {
  const all = async (): Promise<Uint8Array[]> => {
    const { height } = await world().ledger.info();
    const stop = new AbortController();
    const blocks: Uint8Array[] = [];
    for await (const bytes of world().ledger.blocks(0n, stop.signal)) {
      blocks.push(bytes);
      if (BigInt(blocks.length) >= height) stop.abort();
    }
    return blocks;
  };

  test('they follow one another by number and hash', async () => {
    const blocks = (await all()).map(readBlock);
    for (const [i, block] of blocks.entries()) {
      expect(block.number).toBe(BigInt(i));
      const before = blocks[i - 1];
      if (before) expect(block.previousHash.equals(headerHash(before.number, before.previousHash, before.dataHash))).toBe(true);
    }
  });

  test('from any number on, and as they come, until told to stop', async () => {
    const { height } = await world().ledger.info();
    const stop = new AbortController();
    const numbers: bigint[] = [];
    const following = (async () => {
      for await (const bytes of world().ledger.blocks(height - 2n, stop.signal)) {
        numbers.push(readBlock(bytes).number);
        if (numbers.length === 4) break;
      }
    })();
    for (let i = 0; i < 2; i++) await world().commit('put', { key: world().key(), value: 'v' });
    await following;
    expect(numbers).toEqual([height - 2n, height - 1n, height, height + 1n]);
    const silent = (async () => {
      for await (const _ of world().ledger.blocks(1_000_000n, stop.signal)) throw new Error('there is no such block');
    })();
    stop.abort();
    await silent;
  });

  test('a transaction has one event, the last that was set, and its code says whether it counts', async () => {
    const key = world().key();
    const [a, b] = await Promise.all(['a', 'b'].map((value) => world().probe('event', { key, value })));
    const receipts = [await world().submit(a as NonNullable<typeof a>), await world().submit(b as NonNullable<typeof b>)];
    expect(receipts.map((r) => r.code)).toEqual([VALID, MVCC_READ_CONFLICT]);
    const found = (await all())
      .map(readBlock)
      .flatMap((block) => block.envelopes.map((bytes, i) => ({ envelope: readEnvelope(bytes), code: block.codes[i] })))
      .filter(({ envelope }) => receipts.some((r) => r.transactionId === envelope.txId));
    const events = found.map(({ envelope, code }) => ({
      code,
      name: envelope.actions[0]?.event?.name,
      payload: envelope.actions[0]?.event?.payload.toString(),
    }));
    expect(events).toEqual([
      { code: VALID, name: 'probe', payload: 'a' },
      { code: MVCC_READ_CONFLICT, name: 'probe', payload: 'b' },
    ]);
  });

  test('organisations attest where a transaction is and with which code', async () => {
    const receipt = await world().commit('put', { key: world().key(), value: 'v' });
    const attestations = await world().ledger.attest(receipt.transactionId, 2, world().people.household);
    expect(new Set(attestations.map((a) => a.mspId)).size).toBe(2);
    const members = trustedMembers(await world().harness.trust());
    for (const { response } of attestations) {
      const { payload, endorser, signature } = readResponse(response);
      const member = members.identify(endorser);
      expect(verifySync(member.certificate.publicKey, endorsedBytes(payload, endorser), signature)).toBe(true);
    }
    await expect(world().ledger.attest('0'.repeat(64), 2, world().people.household)).rejects.toMatchObject({ name: 'LedgerError' });
  });

  test('all that the cases have done verifies from the organisations’ roots alone', async () => {
    const blocks = await all();
    const report = await verifyChain(blocks, await world().harness.trust());
    expect(report.failure).toBeUndefined();
    expect(report).toMatchObject({ ok: true, blocks: blocks.length, from: '0' });
    // What no file can say of itself: that it ends where the channel does.
    expect(report.notAnchored).toEqual(['END']);
    // Nothing is taken on the file's word: every code was computed again.
    expect(report.stated).toEqual({});
    expect(Object.keys(report.codes)).toEqual(
      expect.arrayContaining(['VALID', 'MVCC_READ_CONFLICT', 'PHANTOM_READ_CONFLICT', 'ENDORSEMENT_POLICY_FAILURE']),
    );
  });
}

/** peer.ProposalResponse: payload 5, endorsement 6. */
function readResponse(response: Uint8Array): { payload: Buffer; endorser: Buffer; signature: Buffer } {
  let payload: Buffer = Buffer.alloc(0);
  let endorsement: Buffer = Buffer.alloc(0);
  const r = new Reader(response);
  while (r.next()) {
    if (r.tag === len(5)) payload = r.bytes();
    else if (r.tag === len(6)) endorsement = r.bytes();
    else if (r.tag === num(1)) expect(r.int32()).toBe(1);
  }
  const { first: endorser, second: signature } = pair(endorsement);
  return { payload, endorser, signature };
}
