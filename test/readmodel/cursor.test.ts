import { openReadModel } from '@drl/gateway/readmodel/open';
import { CHAINCODE } from '../../scripts/bench/blocks';
import { founded, opened, scratch, TestLedger } from './source';
import { asset, changed, household, tax } from './world';

const { dir, clean } = scratch();
afterAll(clean);

function grown(): TestLedger {
  const ledger = founded();
  for (let i = 0; i < 25; i++)
    ledger.write({ by: i % 5 ? household : tax, action: 'asset:register', writes: (s) => [asset(`ast-${i}`, s, { theme: 'population' })] });
  return ledger;
}

it('the pages of a list are of one moment, whatever arrives between them', async () => {
  const ledger = grown();
  const model = await opened(ledger, `${dir}/a`);
  const filter = { publisher: 'household', theme: 'population' };
  const first = await model.list('asset', filter, { limit: 8 });
  const acts = await model.trail({ department: 'household' }, { limit: 8 });
  const versions = await model.history('asset', 'ast-1', { limit: 1 });
  expect(versions.nextCursor).toBeNull();
  const whole = await model.list('asset', filter, { limit: 200 });
  const allActs = await model.trail({ department: 'household' }, { limit: 200 });

  // New ones arrive, and ones on later pages change so that they match no longer.
  for (const id of ['ast-1', 'ast-2', 'ast-3']) {
    const record = (await model.get('asset', id))!;
    ledger.write({
      by: household,
      action: 'asset:revise',
      writes: (s) => [changed(record, s, { theme: 'transport' }), asset(`${id}-b`, s, { theme: 'population' })],
    });
  }
  await model.reached(ledger.blocks.length - 1);

  const rest = await model.list('asset', filter, { limit: 200, cursor: first.nextCursor! });
  expect([...first.items, ...rest.items]).toEqual(whole.items);
  expect(rest.asOf).toEqual(first.asOf);
  const restActs = await model.trail({ department: 'household' }, { limit: 200, cursor: acts.nextCursor! });
  expect([...acts.items, ...restActs.items]).toEqual(allActs.items);
  const now = await model.list('asset', filter, { limit: 200 });
  expect(now.items.map((r) => r.id)).not.toContain('ast-1');
  expect(now.items.map((r) => r.id)).toContain('ast-1-b');
  await model.close();
});

it('a cursor belongs to its question, its block and its ledger', async () => {
  const model = await opened(grown(), `${dir}/b`);
  const { nextCursor } = await model.list('asset', { publisher: 'household' }, { limit: 2 });
  const cursor = nextCursor!;
  const refused = { code: 'CURSOR_INVALID', status: 422 };
  await expect(model.list('asset', { publisher: 'tax' }, { limit: 2, cursor })).rejects.toMatchObject(refused);
  await expect(model.list('asset', {}, { limit: 2, cursor })).rejects.toMatchObject(refused);
  await expect(model.trail({}, { limit: 2, cursor })).rejects.toMatchObject(refused);
  await expect(model.list('asset', { publisher: 'household' }, { limit: 2, cursor, asOfBlock: 3 })).rejects.toMatchObject(refused);
  for (const wrong of [
    '',
    'x',
    '!!',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('{"a":1}').toString('base64url'),
    'a'.repeat(10_000),
  ])
    await expect(model.list('asset', { publisher: 'household' }, { limit: 2, cursor: wrong })).rejects.toMatchObject(refused);
  const other = await opened(grown(), `${dir}/c`);
  await expect(other.list('asset', { publisher: 'household' }, { limit: 2, cursor })).rejects.toMatchObject(refused);
  await other.close();
  await model.close();
});

it('refuses limits, blocks and times that cannot be', async () => {
  const ledger = grown();
  const model = await opened(ledger, `${dir}/d`);
  for (const limit of [0, -1, 201, 1.5, Number.NaN])
    await expect(model.list('asset', {}, { limit })).rejects.toMatchObject({ code: 'LIMIT_INVALID' });
  for (const asOfBlock of [-1, ledger.blocks.length, 1.5])
    await expect(model.list('asset', {}, { limit: 1, asOfBlock })).rejects.toMatchObject({ code: 'BLOCK_UNKNOWN' });
  for (const from of ['yesterday', '2026-13-01T00:00:00Z', '12'])
    await expect(model.trail({ from }, { limit: 1 })).rejects.toMatchObject({ code: 'TIME_INVALID' });
  await model.close();
});

it('says so while no block is read yet', async () => {
  const empty = await openReadModel({ dir: `${dir}/e`, chaincode: CHAINCODE, ...new TestLedger().source });
  expect(empty.asOf()).toBeUndefined();
  expect(await empty.block(0)).toBeUndefined();
  await expect(empty.list('asset', {}, { limit: 1 })).rejects.toMatchObject({ code: 'EMPTY', status: 503 });
  await empty.close();
});

it('keeps pages full where a caller sees only some', async () => {
  const model = await opened(grown(), `${dir}/f`);
  const page = await model.list('asset', {}, { limit: 4 }, (record) => record.kind === 'asset' && record.publisher === 'tax');
  expect(page.items.map((r) => r.id)).toEqual(['ast-20', 'ast-15', 'ast-10', 'ast-5']);
  const rest = await model.list(
    'asset',
    {},
    { limit: 4, cursor: page.nextCursor! },
    (record) => record.kind === 'asset' && record.publisher === 'tax',
  );
  expect(rest).toMatchObject({ items: [{ id: 'ast-0' }], nextCursor: null });
  await model.close();
});
