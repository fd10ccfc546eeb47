import { founded, opened, scratch } from './source';
import { asset, grant, household, social, tax } from './world';

const { dir, clean } = scratch();
afterAll(clean);

test('who wrote or purged a text is in the trail of its grant; who had no word in it is named as ignored; neither moves the ledger’s time', async () => {
  const ledger = founded();
  ledger.write({
    by: household,
    action: 'asset:register',
    writes: (stamp) => [asset('ast-1', stamp, { shareType: 'conditional', shareCondition: { en: 'x' } })],
  });
  ledger.write({
    by: social,
    action: 'grant:request',
    writes: (stamp) => [grant('grn-1', { ...asset('ast-1', stamp), publisher: 'household' }, stamp)],
  });
  const termsHash = 'ab'.repeat(32);
  const act = (by: typeof household, action: string, of = 'grn-1', more: object = {}) =>
    ledger.write({ by, action, writes: () => [], input: { grant: of, termsHash }, private: ['a key'], ...more });
  act(household, 'terms:write');
  act(social, 'terms:purge');
  act(tax, 'terms:write');
  act(household, 'terms:write', 'grn-none');
  // Nothing was written, or it is not what it says to be.
  act(household, 'terms:write', 'grn-1', { private: [] });
  act(household, 'terms:write', '\u0000');
  act(household, 'probe:write');
  const last = act(household, 'terms:write', 'grn-1', { code: 10 });
  const before = ledger.now;
  ledger.tick(40 * 86_400_000);
  act(household, 'terms:write');
  const model = await opened(ledger, dir);
  const { items } = await model.trail({ grant: 'grn-1' }, { limit: 50 });
  expect(items.map(({ department, action, outcome, clause, asset: of }) => [department, action, outcome, clause ?? '', of])).toEqual([
    ['household', 'terms:write', 'done', '', 'ast-1'],
    ['tax', 'terms:write', 'ignored', 'NOT_YOURS', 'ast-1'],
    ['social-insurance', 'terms:purge', 'done', '', 'ast-1'],
    ['household', 'terms:write', 'done', '', 'ast-1'],
    ['social-insurance', 'grant:request', 'done', '', 'ast-1'],
  ]);
  expect((await model.trail({ grant: 'grn-none' }, { limit: 50 })).items).toMatchObject([{ outcome: 'ignored', clause: 'NOT_FOUND' }]);
  expect((await model.block(last))?.acts).toMatchObject([{ outcome: 'invalid', clause: 'ENDORSEMENT_POLICY_FAILURE' }]);
  expect((await model.trail({ asset: 'ast-1', outcome: 'done' }, { limit: 50 })).items).toHaveLength(5);
  expect(Date.parse((await model.block(ledger.blocks.length - 1))?.at ?? '')).toBeLessThan(before);
  await model.close();
});
