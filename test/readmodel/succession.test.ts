import type { Department } from '@drl/chaincode/model/records/department';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { passed } from '@drl/chaincode/model/rules/passing';
import type { Person } from '../../scripts/bench/blocks';
import { founded, opened, scratch } from './source';
import { asset, changed, type department, grant, household, manager, right, share, social, tax } from './world';

const { dir, clean } = scratch();
afterAll(clean);

const basis = { en: 'reform plan' };

it('takes what the manager passes on to a successor, and nothing that only looks like it', async () => {
  const ledger = founded();
  const write = (by: Person, action: string, ...records: ((stamp: Parameters<typeof department>[1]) => LedgerRecord)[]) =>
    ledger.write({ by, action, writes: (stamp) => records.map((record) => record(stamp)) });
  write(household, 'asset:register', (s) => asset('ast-1', s, { status: 'registered' }));
  const model = await opened(ledger, dir);
  const now = async <R extends LedgerRecord>(kind: R['kind'], id: string): Promise<R> => {
    await model.reached(ledger.blocks.length - 1);
    return (await model.get(kind, id)) as R;
  };
  const registered = await now<ReturnType<typeof asset>>('asset', 'ast-1');
  write(household, 'asset:publish', (s) => changed(registered, s, { status: 'published' }));
  const published = await now<ReturnType<typeof asset>>('asset', 'ast-1');
  write(household, 'right:claim', (s) => right('rgt-1', 'ast-1', s));
  const claimed = await now<ReturnType<typeof right>>('right', 'rgt-1');
  write(manager, 'right:confirm', (s) => changed(claimed, s, { status: 'confirmed', confirmed: s }));
  write(social, 'grant:request', (s) => grant('grn-1', published, s, { status: 'active' }));
  const agreed = await now<ReturnType<typeof grant>>('grant', 'grn-1');
  write(household, 'share:commit', (s) => share('shr-1', agreed, s));
  const owned = await now<ReturnType<typeof right>>('right', 'rgt-1');
  const sent = await now<ReturnType<typeof share>>('share', 'shr-1');
  const before = ledger.blocks.length - 1;

  const on = <R extends LedgerRecord>(record: R, to: string, more: Partial<R> = {}) => {
    return (stamp: Parameters<typeof department>[1]) => ({ ...changed(passed(record, 'household', to), stamp, {}), ...more });
  };
  const clauses: (string | undefined)[] = [];
  const refused = async (by: Person, record: Parameters<typeof write>[2], action = 'department:passOn') => {
    write(by, action, record);
    await model.reached(ledger.blocks.length - 1);
    const [entry] = (await model.trail({}, { limit: 1 })).items;
    expect(entry?.outcome).toBe('ignored');
    clauses.push(entry?.clause);
  };
  // Nobody is dissolved yet.
  await refused(manager, on(published, 'tax'));
  const office = await now<Department>('department', 'household');
  const dissolved = (to: string) => (stamp: Parameters<typeof department>[1]) =>
    changed(office, stamp, { status: 'dissolved', succession: { kind: 'merge', successors: [to], basis } });
  await refused(tax, dissolved('tax'), 'department:succeed');
  await refused(manager, dissolved('household'), 'department:succeed');
  write(manager, 'department:succeed', dissolved('tax'));
  await refused(household, (s) => changed(published, s, { status: 'suspended' }), 'asset:suspend');
  await refused(tax, on(published, 'tax'));
  await refused(manager, on(published, 'social-insurance'));
  await refused(manager, on(published, 'tax', { theme: 'tax' }));
  await refused(manager, on(agreed, 'tax'));
  await refused(tax, (s) => ({ ...asset('ast-2', s), formerly: [{ as: 'publisher', department: 'household' }] }), 'asset:register');
  expect(clauses).toEqual([
    ...['NOT_YOURS', 'NOT_YOURS', 'NOT_YOURS', 'CALLER'],
    ...['NOT_YOURS', 'NOT_YOURS', 'STATE_FORBIDS', 'NOT_YOURS', 'STATE_FORBIDS'],
  ]);

  for (const record of [published, owned, agreed, sent]) write(manager, 'department:passOn', on<LedgerRecord>(record, 'tax'));
  const moved = await now<ReturnType<typeof asset>>('asset', 'ast-1');
  expect(moved).toMatchObject({ publisher: 'tax', version: 3, formerly: [{ as: 'publisher', department: 'household' }] });
  expect(await now('share', 'shr-1')).toMatchObject({ provider: 'tax', version: 2 });
  // The owner is the successor from now on: it confirms what others claim.
  write(social, 'right:claim', (s) => right('rgt-2', 'ast-1', s, { rightType: 'use', role: 'user' }));
  const use = await now<ReturnType<typeof right>>('right', 'rgt-2');
  await refused(social, (s) => changed(use, s, { status: 'confirmed', confirmed: s }), 'right:confirm');
  write(tax, 'right:confirm', (s) => changed(use, s, { status: 'confirmed', confirmed: s }));
  expect(await now('right', 'rgt-2')).toMatchObject({ status: 'confirmed' });

  const ids = async (filter: object, asOfBlock?: number) =>
    (await model.list('asset', filter, { limit: 10, ...(asOfBlock === undefined ? {} : { asOfBlock }) })).items.map(({ id }) => id);
  expect(await ids({ publisher: 'tax' })).toEqual(['ast-1']);
  expect(await ids({ publisher: 'household' })).toEqual([]);
  expect(await ids({ formerly: 'household' })).toEqual(['ast-1']);
  expect(await ids({ publisher: 'household' }, before)).toEqual(['ast-1']);
  expect(await ids({ publisher: 'tax' }, before)).toEqual([]);
  expect(await model.get('asset', 'ast-1', { asOfBlock: before })).toEqual(published);
  expect(await model.get('asset', 'ast-1', { version: 1 })).toEqual(registered);
  expect((await model.list('department', { successor: 'tax' }, { limit: 10 })).items.map(({ id }) => id)).toEqual(['household']);
  await model.close();
});
