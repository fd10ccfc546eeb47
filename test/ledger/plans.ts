import type { RuleError } from '@drl/chaincode/model/errors';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { ENDORSEMENT_POLICY_FAILURE, MVCC_READ_CONFLICT, VALID, type World } from './world.js';

/** 行动计划: one for each department and year, and what has fallen due stays. */
export function planCases(world: () => World): void {
  const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });
  /** A year that no other case uses. */
  let year = new Date().getUTCFullYear() + 1;
  const item = (name: string, dueAt: string): TransactionInput<'plan:make'>['items'][number] => ({
    name,
    kind: 'collect',
    title: { zh: '归集', en: 'Collect' },
    dueAt,
  });
  const june = (of: number) => `${of}-06-01T00:00:00Z`;

  test('a plan is its department’s, once a year, and nobody else’s to revise', async () => {
    const of = year++;
    const { record } = await world().write('plan:make', { year: of, items: [item('1', june(of))] });
    expect(record).toMatchObject({ id: `pln-household-${of}`, department: 'household', version: 1 });
    await expect(world().write('plan:make', { year: of, items: [item('1', june(of))] })).rejects.toEqual(code('ALREADY_EXISTS'));
    const other = { as: world().people.social, endorsers: [world().manager, world().social] };
    await expect(world().write('plan:revise', { id: record.id, items: [item('1', june(of))] }, other)).rejects.toEqual(code('NOT_YOURS'));
    const { record: revised } = await world().write('plan:revise', { id: record.id, items: [item('2', june(of))] });
    expect(revised).toMatchObject({ version: 2 });
  });

  test('of two who make it at once one wins', async () => {
    const of = year++;
    const make = () => world().endorse('plan:make', { year: of, items: [item('1', june(of))] });
    const signed = await Promise.all([make(), make()]);
    const receipts = await Promise.all(signed.map((one) => world().submit(one)));
    const codes = receipts.map((receipt) => receipt.code);
    expect(codes.filter((one) => one === VALID)).toHaveLength(1);
    // In one block the loser meets the policy that the winner has just set, in the next one what it read as absent. A gateway tries either again.
    expect([ENDORSEMENT_POLICY_FAILURE, MVCC_READ_CONFLICT]).toContain(codes.find((one) => one !== VALID));
    await expect(make()).rejects.toEqual(code('ALREADY_EXISTS'));
  });

  test('what has fallen due cannot be revised away', async () => {
    const now = new Date();
    const due = new Date(now.getTime() + 2000).toISOString();
    const of = Number(new Intl.DateTimeFormat('en', { timeZone: 'Asia/Shanghai', year: 'numeric' }).format(new Date(due)));
    const own = { as: world().people.tax, endorsers: [world().manager, world().agencies] };
    const later = item('2', new Date(Date.parse(due) + 3_600_000).toISOString());
    const { record } = await world().write('plan:make', { year: of, items: [item('1', due)] }, own);
    while (Date.now() <= Date.parse(due)) await new Promise((resolve) => setTimeout(resolve, 50));
    const revise = (items: TransactionInput<'plan:revise'>['items']) => world().write('plan:revise', { id: record.id, items }, own);
    for (const items of [[later], [later, item('1', later.dueAt)]]) {
      const error = (await revise(items).catch((e: unknown) => e)) as RuleError;
      expect(error).toEqual(code('PLAN_ITEM_DUE'));
    }
    expect((await revise([item('1', due), later])).record).toMatchObject({ version: 2 });
  });
}
