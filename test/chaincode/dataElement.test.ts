import type { TransactionInput } from '@drl/chaincode/model/transactions';
import fc from 'fast-check';
import { auditor, city, household, householdConsumer, manager, population, social, zh } from './city';
import type { TestLedger } from './harness';

type Body = Omit<TransactionInput<'data-element:propose'>, 'id'>;

let base: TestLedger;
beforeAll(async () => {
  base = await city();
});

const personCode = (changes: Partial<Body> = {}): Body => ({
  name: { zh: '人员编码', en: 'Person code' },
  definition: zh('户籍登记赋予自然人的编码'),
  type: 'string',
  ...changes,
});
const ID = 'DE00001';

/** Who keeps it, what is in force, what waits: read off the page, not off the code. */
interface Model {
  status: string;
  owner: string;
  version: number;
  edition?: number;
  body: number;
  revision?: { status: string; body: number };
}
const departments = { household: 'household', social: 'social-insurance', manager: 'data-bureau' } as const;
const people = { household, social, manager };
type Name = keyof typeof people;

const command = fc.record({
  verb: fc.constantFrom('propose', 'revise', 'revise', 'adopt', 'adopt', 'return', 'retire'),
  who: fc.constantFrom<Name>('household', 'household', 'social', 'manager', 'manager'),
  stale: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
});

test('a data element moves as the page says, for whom it says; what is adopted stays in force until a revision is', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25, size: 'max' }), async (commands) => {
      const ledger = base.fork();
      let model: Model | undefined;
      let drawn = 0;
      for (const { verb, who, stale } of commands) {
        const body = ++drawn;
        const expected = expectation(model, verb, who, stale, body);
        const guard = stale && verb !== 'propose' ? { expectedVersion: (model?.version ?? 0) + 1 } : {};
        const said =
          verb === 'propose' || verb === 'revise' ? personCode({ unit: `u${body}` }) : verb === 'adopt' ? {} : { reason: zh('理由') };
        const outcome = await ledger.outcome(`data-element:${verb}` as 'data-element:adopt', { id: ID, ...guard, ...said }, people[who]);
        if (typeof expected === 'string') {
          expect({ verb, who, model, outcome }).toMatchObject({ outcome: expected });
          continue;
        }
        expect({ verb, who, model, outcome }).toMatchObject({ outcome: expected.status });
        model = expected;
        const stored = ledger.get('data-element', ID);
        const { status, owner, version, edition } = model;
        expect(stored).toMatchObject({ status, owner, version, unit: `u${model.body}`, ...(edition === undefined ? {} : { edition }) });
        expect(stored?.revision && { status: stored.revision.status, unit: stored.revision.unit }).toEqual(
          model.revision && { status: model.revision.status, unit: `u${model.revision.body}` },
        );
      }
    }),
    { numRuns: 60 },
  );
});

function expectation(model: Model | undefined, verb: string, who: Name, stale: boolean, body: number): Model | string {
  const department = departments[who];
  if (verb === 'propose') {
    if (model === undefined) return { status: 'proposed', owner: department, version: 1, body };
    return model.status === 'returned' ? { status: 'proposed', owner: department, version: model.version + 1, body } : 'ALREADY_EXISTS';
  }
  if (model === undefined) return 'NOT_FOUND';
  const { edition, revision, ...kept } = model;
  const next = { ...kept, version: model.version + 1 };
  const inForce = { ...next, ...(edition === undefined ? {} : { edition }) };
  if (verb === 'revise') {
    if (model.owner !== department) return 'NOT_YOURS';
    if (stale) return 'VERSION_MISMATCH';
    if (model.status === 'retired') return 'STATE_FORBIDS';
    return model.status === 'adopted' ? { ...inForce, revision: { status: 'proposed', body } } : { ...next, status: 'proposed', body };
  }
  if (who !== 'manager') return 'ROLE_MISSING';
  if (stale) return 'VERSION_MISMATCH';
  if (verb === 'retire') return model.status === 'adopted' ? { ...inForce, status: 'retired' } : 'STATE_FORBIDS';
  const first = model.status === 'proposed';
  if (!first && revision?.status !== 'proposed') return 'STATE_FORBIDS';
  if (verb === 'return')
    return first ? { ...next, status: 'returned' } : { ...inForce, revision: { status: 'returned', body: revision?.body as number } };
  return { ...next, status: 'adopted', edition: (edition ?? 0) + 1, body: first ? model.body : (revision?.body as number) };
}

test('who only consumes, and who only audits, proposes nothing; one body is one thing said once', async () => {
  for (const who of [householdConsumer, auditor])
    expect(await base.fork().outcome('data-element:propose', { id: ID, ...personCode() }, who)).toBe('ROLE_MISSING');
  const twice = personCode({ valueDomain: { codes: ['1', '1'].map((code) => ({ code, meaning: zh('男') })) } });
  for (const body of [twice, personCode({ aliases: ['a', 'a'] }), personCode({ valueDomain: {} }), personCode({ name: {} })])
    expect(await base.fork().outcome('data-element:propose', { id: ID, ...body }, household)).toBe('INPUT_INVALID');
  expect(
    await base.fork().outcome('data-element:propose', { id: ID, ...personCode({ definition: zh('如 11010519491231002X') }) }, household),
  ).toBe('PERSONAL_DATA');
});

test('of two who propose one id in the same block one wins, and the loser meets a read conflict, not a policy', async () => {
  const ledger = base.fork();
  const [one, two] = await Promise.all([
    ledger.simulate('data-element:propose', { id: ID, ...personCode() }, household),
    ledger.simulate('data-element:propose', { id: ID, ...personCode() }, social),
  ]);
  expect([ledger.commit(one), ledger.commit(two)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
});

test('the manager’s word needs the peer of no particular department', async () => {
  const ledger = base.fork();
  await ledger.submit('data-element:propose', { id: ID, ...personCode() }, household);
  const adopted = await ledger.simulate('data-element:adopt', { id: ID }, manager, { endorsers: ['BureauMSP', 'SocialMSP'] });
  expect(ledger.commit(adopted)).toBe('VALID');
  const alone = await ledger.simulate('data-element:retire', { id: ID, reason: zh('废止') }, manager, { endorsers: ['BureauMSP'] });
  expect(ledger.commit(alone)).toBe('ENDORSEMENT_POLICY_FAILURE');
});

describe('binding', () => {
  const withCode = (type: 'string' | 'integer', more: Partial<TransactionInput<'asset:register'>> = {}) => ({
    ...population,
    elements: [{ name: 'code', type, dataElementId: ID }],
    ...more,
  });
  let ledger: TestLedger;
  beforeEach(async () => {
    ledger = base.fork();
    await ledger.submit('data-element:propose', { id: ID, ...personCode() }, household);
  });
  const adopt = () => ledger.submit('data-element:adopt', { id: ID }, manager);

  test('an element bound to an adopted data element must have its type; to one not adopted yet, it may have any', async () => {
    expect(await ledger.outcome('asset:register', withCode('integer'), social)).toBe('registered');
    await adopt();
    expect(await ledger.outcome('asset:register', withCode('integer'), social)).toBe('DATA_ELEMENT_TYPE');
    expect(await ledger.outcome('asset:register', withCode('string'), social)).toBe('registered');
    const unknown = { ...population, elements: [{ name: 'code', type: 'integer' as const, dataElementId: 'elsewhere-7' }] };
    expect(await ledger.outcome('asset:register', unknown, social)).toBe('registered');
  });

  test('what was bound before the dictionary changed holds up no other revision, and is bound anew only rightly', async () => {
    const { id } = await ledger.write('asset', 'asset:register', withCode('integer'), household);
    await adopt();
    expect(await ledger.outcome('asset:revise', { id, changes: { theme: 'credit' } }, household)).toBe('registered');
    expect(await ledger.outcome('asset:revise', { id, changes: withCode('integer') }, household)).toBe('registered');
    expect(await ledger.outcome('asset:revise', { id, changes: withCode('string') }, household)).toBe('registered');
    expect(await ledger.outcome('asset:revise', { id, changes: withCode('integer') }, household)).toBe('DATA_ELEMENT_TYPE');
  });

  test('a revision counts once it is adopted', async () => {
    await adopt();
    await ledger.submit('data-element:revise', { id: ID, ...personCode({ type: 'integer' }) }, household);
    expect(await ledger.outcome('asset:register', withCode('integer'), social)).toBe('DATA_ELEMENT_TYPE');
    await adopt();
    expect(await ledger.outcome('asset:register', withCode('integer'), social)).toBe('registered');
    expect(await ledger.outcome('asset:register', withCode('string'), social)).toBe('DATA_ELEMENT_TYPE');
  });

  test('a retired one is bound to no more, and says what to use instead', async () => {
    const { id } = await ledger.write('asset', 'asset:register', withCode('string'), household);
    await adopt();
    expect(await ledger.outcome('data-element:retire', { id: ID, reason: zh('并入'), replacedBy: 'DE00002' }, manager)).toBe(
      'INPUT_INVALID',
    );
    await ledger.submit('data-element:propose', { id: 'DE00002', ...personCode() }, household);
    await ledger.submit('data-element:adopt', { id: 'DE00002' }, manager);
    await ledger.submit('data-element:retire', { id: ID, reason: zh('并入'), replacedBy: 'DE00002' }, manager);
    await expect(ledger.submit('asset:register', withCode('string'), social)).rejects.toMatchObject({
      code: 'DATA_ELEMENT_RETIRED',
      detail: { given: `code: ${ID}`, accepted: 'DE00002' },
    });
    expect(await ledger.outcome('asset:revise', { id, changes: { theme: 'credit' } }, household)).toBe('registered');
  });

  test('an asset that is bound and a dictionary that changes in one block do not both count', async () => {
    const [bound, adopted] = await Promise.all([
      ledger.simulate('asset:register', withCode('integer'), social),
      ledger.simulate('data-element:adopt', { id: ID }, manager),
    ]);
    expect([ledger.commit(adopted), ledger.commit(bound)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  });
});
