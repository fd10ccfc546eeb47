import { join } from 'node:path';
import { fsck, fsckExit } from '@drl/gateway/readmodel/fsck';
import { openStore } from '@drl/gateway/readmodel/store';
import { CHAINCODE } from '../../scripts/bench/blocks';
import { shareBlocks } from '../../scripts/bench/shares';
import { founded, opened, scratch, TestLedger } from './source';
import { asset, household } from './world';

const { dir, clean } = scratch();
afterAll(clean);

const ledger = new TestLedger();
const all = [...shareBlocks({ shares: 400, assets: 10, perBlock: 20, traced: 5 })];

const check = (at: string, from = ledger) => fsck({ dir: join(at, 'store'), chaincode: CHAINCODE, blocks: from.source.blocks });

it('a store made block by block is the one made at once', async () => {
  const at = join(dir, 'slow');
  ledger.add(all[0] as Buffer);
  const model = await opened(ledger, at);
  for (const block of all.slice(1)) {
    ledger.add(block);
    await model.reached(ledger.blocks.length - 1);
  }
  expect(model.status()).toMatchObject({ invalid: 0, ignored: 0 });
  await model.close();
  const steps: string[] = [];
  const verdict = await fsck({ dir: join(at, 'store'), chaincode: CHAINCODE, blocks: ledger.source.blocks }, ({ phase }) =>
    steps.push(phase),
  );
  expect(verdict).toMatchObject({ outcome: 'equal', block: all.length - 1 });
  expect(new Set(steps)).toEqual(new Set(['derive', 'compare']));
  expect(fsckExit[verdict.outcome]).toBe(0);
});

describe('names the first entry that is not what the blocks make', () => {
  const at = join(dir, 'altered');
  beforeAll(async () => (await opened(ledger, at)).close());

  async function tampered(
    change: (key: string, value: Buffer) => { key: string; value?: Buffer },
    which = 'p\u0000share',
  ): Promise<unknown> {
    const store = await openStore(join(at, 'store'));
    const [[key, value]] = (await store.iterator({ gte: which, limit: 1 }).all()) as [[string, Buffer]];
    const { key: written, value: instead } = change(key, value);
    const before = await store.get(written);
    await (instead ? store.put(written, instead) : store.del(written));
    await store.close();
    const verdict = await check(at);
    const again = await openStore(join(at, 'store'));
    await (before ? again.put(written, before) : again.del(written));
    await again.close();
    return verdict;
  }

  it('altered', async () => {
    const flip = (value: Buffer) => Buffer.from(value.toString().replace('"rows":10', '"rows":11'));
    const verdict = await tampered((key, value) => ({ key, value: flip(value) }));
    expect(verdict).toMatchObject({ outcome: 'differs', fault: 'altered', entry: expect.stringMatching(/^p · share · ast-/) });
    expect(fsckExit[(verdict as { outcome: 'differs' }).outcome]).toBe(1);
  });
  it('missing', async () => {
    expect(await tampered((key) => ({ key }))).toMatchObject({ outcome: 'differs', fault: 'missing' });
  });
  it('unknown', async () => {
    expect(await tampered((key, value) => ({ key: `${key}0`, value }), 'i\u0000share')).toMatchObject({
      outcome: 'differs',
      fault: 'unknown',
    });
  });
  it('and nothing once it is put back', async () => {
    expect(await check(at)).toMatchObject({ outcome: 'equal' });
  });
});

it('says what it cannot read', async () => {
  expect(await check(join(dir, 'nowhere'))).toMatchObject({ outcome: 'unreadable', code: 'STORE_MISSING' });
  const at = join(dir, 'used');
  const model = await opened(ledger, at);
  expect(await check(at)).toMatchObject({ outcome: 'unreadable', code: 'STORE_LOCKED' });
  await model.close();
  const short = new TestLedger();
  for (const block of all.slice(0, 5)) short.add(block);
  const ending = {
    blocks: async function* () {
      yield* short.blocks;
    },
  };
  expect(await fsck({ dir: join(at, 'store'), chaincode: CHAINCODE, ...ending })).toMatchObject({
    outcome: 'unreadable',
    code: 'OTHER_LEDGER',
  });
  const other = founded();
  for (let i = 0; i < all.length; i++) other.write({ by: household, action: 'asset:register', writes: (s) => [asset(`ast-${i}`, s)] });
  expect(await check(at, other)).toMatchObject({ outcome: 'differs' });
});
