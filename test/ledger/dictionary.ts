import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { type Call, MVCC_READ_CONFLICT, VALID, type World, word } from './world.js';

const code = (expected: string) => expect.objectContaining({ name: 'RuleError', code: expected });

export function dictionaryCases(world: () => World): void {
  const body: Omit<TransactionInput<'data-element:propose'>, 'id'> = {
    name: { zh: '人员编码', en: 'Person code' },
    definition: { zh: '户籍登记赋予自然人的编码' },
    type: 'string',
  };
  const manager = (): Call => ({ as: world().people.manager });
  const newId = () => `DE-${word()}`;
  const asset = (dataElementId: string, type: 'string' | 'integer'): TransactionInput<'asset:register'> => ({
    title: { en: 'Register' },
    shareType: 'unconditional',
    shareMethod: 'file',
    elements: [{ name: 'code', type, dataElementId }],
  });

  test('a department proposes, the manager adopts; a revision comes into force when the manager adopts that', async () => {
    const id = newId();
    await world().write('data-element:propose', { id, ...body });
    await expect(world().write('data-element:adopt', { id })).rejects.toEqual(code('ROLE_MISSING'));
    await world().write('data-element:adopt', { id }, manager());
    const other: Call = { as: world().people.social, endorsers: [world().manager, world().social] };
    await expect(world().write('data-element:revise', { id, ...body, type: 'integer' }, other)).rejects.toEqual(code('NOT_YOURS'));
    const revised = await world().write('data-element:revise', { id, ...body, type: 'integer' });
    expect(revised.record).toMatchObject({
      status: 'adopted',
      type: 'string',
      edition: 1,
      revision: { type: 'integer', status: 'proposed' },
    });
    expect((await world().write('data-element:adopt', { id }, manager())).record).toMatchObject({
      type: 'integer',
      edition: 2,
      version: 4,
    });
  });

  test('an id has one proposer, however many try at once; what was returned may be proposed anew by another', async () => {
    const id = newId();
    const other: Call = { as: world().people.social, endorsers: [world().manager, world().social] };
    const all = await Promise.allSettled(
      [{}, other, {}, other].map((call) => world().write('data-element:propose', { id, ...body }, call)),
    );
    expect(all.filter((a) => a.status === 'fulfilled')).toHaveLength(1);
    for (const lost of all.filter((a) => a.status === 'rejected')) expect(lost.reason).toEqual(code('ALREADY_EXISTS'));
    await world().write('data-element:return', { id, reason: { en: 'say what it is' } }, manager());
    expect((await world().write('data-element:propose', { id, ...body }, other)).record).toMatchObject({
      owner: 'social-insurance',
      status: 'proposed',
    });
  });

  test('an element has the type of the adopted data element that it names, and names no retired one', async () => {
    const id = newId();
    await world().write('asset:register', asset(id, 'integer'));
    await world().write('data-element:propose', { id, ...body });
    await world().write('data-element:adopt', { id }, manager());
    await expect(world().write('asset:register', asset(id, 'integer'))).rejects.toEqual(code('DATA_ELEMENT_TYPE'));
    await world().write('asset:register', asset(id, 'string'));
    await world().write('data-element:retire', { id, reason: { en: 'merged' } }, manager());
    await expect(world().write('asset:register', asset(id, 'string'))).rejects.toEqual(code('DATA_ELEMENT_RETIRED'));
  });

  test('a binding that was endorsed before the dictionary changed does not count', async () => {
    const id = newId();
    await world().write('data-element:propose', { id, ...body });
    const bound = await world().endorse('asset:register', asset(id, 'integer'));
    expect((await world().write('data-element:adopt', { id }, manager())).receipt.code).toBe(VALID);
    expect((await world().submit(bound)).code).toBe(MVCC_READ_CONFLICT);
  });
}
