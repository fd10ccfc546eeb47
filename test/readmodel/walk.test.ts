import { founded, opened, scratch } from './source';
import { asset, changed, grant, household, manager, refusal, right, share, social } from './world';

const { dir, clean } = scratch();
afterAll(clean);

it('follows a small history, and tells it as of every block', async () => {
  const ledger = founded();
  const registered = ledger.write({ by: household, action: 'asset:register', writes: (s) => [asset('ast-1', s)] });
  const model = await opened(ledger, dir);
  const a = await model.get('asset', 'ast-1');
  expect(a?.status).toBe('registered');
  ledger.write({ by: household, action: 'asset:publish', writes: (s) => [changed(a!, s, { status: 'published' })] });
  await model.reached(ledger.blocks.length - 1);
  const b = (await model.get('asset', 'ast-1'))!;
  ledger.write({ by: household, action: 'right:claim', writes: (s) => [right('rgt-1', 'ast-1', s)] });
  ledger.write({ by: social, action: 'grant:request', writes: (s) => [grant('grn-1', b, s, { status: 'active' })] });
  await model.reached(ledger.blocks.length - 1);
  const g = (await model.get('grant', 'grn-1'))!;
  ledger.write(
    { by: household, action: 'share:commit', writes: (s) => [share('shr-1', g, s)] },
    { by: household, action: 'share:commit', writes: (s) => [refusal('rfs-1', g, s)] },
  );
  await model.reached(ledger.blocks.length - 1);
  const trace = await model.trace('ast-1', { limit: 10 });
  expect(trace?.shares.map((s) => s.id)).toEqual(['shr-1']);
  expect(trace?.refusals.map((s) => s.id)).toEqual(['rfs-1']);
  expect(trace?.grants.map((s) => s.id)).toEqual(['grn-1']);
  expect((await model.get('asset', 'ast-1', { asOfBlock: registered }))?.status).toBe('registered');
  const trail = await model.trail({ asset: 'ast-1' }, { limit: 10 });
  expect(trail.items.map(({ action, outcome }) => [action, outcome])).toEqual([
    ['share:commit', 'refused'],
    ['share:commit', 'done'],
    ['grant:request', 'done'],
    ['right:claim', 'done'],
    ['asset:publish', 'done'],
    ['asset:register', 'done'],
  ]);
  expect(model.status()).toEqual({ height: 8, transactions: 13, invalid: 0, ignored: 0 });
  expect((await model.list('asset', { q: 'popul 口基' }, { limit: 10 })).items).toHaveLength(1);
  expect((await model.list('asset', { q: '口人' }, { limit: 10 })).items).toHaveLength(0);
  expect(await model.usage('grn-1')).toEqual({ count: 1, rows: 10 });
  expect(manager.name).toBe('bureau-manager-1');
  await model.close();
});
