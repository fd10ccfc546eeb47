import { indexKeys } from '@drl/chaincode/model/keys';
import fc from 'fast-check';
import { auditor, city, household, householdConsumer, manager, population, published, social, zh } from './city';
import type { TestLedger } from './harness';

let base: TestLedger;
beforeAll(async () => {
  base = await city();
});

/** DOMAIN: registered → published ⇄ suspended → retired. Read off the page, not off the code. */
const arrows: Record<string, Record<string, string>> = {
  registered: { publish: 'published', revise: 'registered', attach: 'registered' },
  published: { suspend: 'suspended', retire: 'retired', revise: 'published', attach: 'published' },
  suspended: { resume: 'published', retire: 'retired', revise: 'suspended', attach: 'suspended' },
  retired: {},
};
const people = { household, householdConsumer, social, manager, auditor };
/** Only the publisher's stewards write: who is of another department is told so, who lacks the role likewise. */
const says: Record<keyof typeof people, string | undefined> = {
  household: undefined,
  householdConsumer: 'ROLE_MISSING',
  social: 'NOT_YOURS',
  manager: 'NOT_YOURS',
  auditor: 'NOT_YOURS',
};

const command = fc.record({
  verb: fc.constantFrom('publish', 'suspend', 'resume', 'retire', 'revise', 'attach'),
  who: fc.oneof(
    { weight: 4, arbitrary: fc.constant('household' as const) },
    fc.constantFrom(...(Object.keys(people) as (keyof typeof people)[])),
  ),
  /** What the caller believes the version to be: right, absent, or one too old. */
  belief: fc.oneof({ weight: 5, arbitrary: fc.constantFrom('none', 'right') }, fc.constant('stale')),
});

test('an asset moves as the page says, for whom it says, and every step is a new version', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 25, size: 'max' }), async (commands) => {
      const ledger = base.fork();
      const { id } = await ledger.write('asset', 'asset:register', population, household);
      let model = { status: 'registered', version: 1 };
      for (const { verb, who, belief } of commands) {
        const next = arrows[model.status]?.[verb];
        const expected = says[who] ?? (belief === 'stale' ? 'VERSION_MISMATCH' : (next ?? 'STATE_FORBIDS'));
        const guard = belief === 'none' ? {} : { expectedVersion: model.version + (belief === 'stale' ? 1 : 0) };
        const input =
          verb === 'revise'
            ? { id, ...guard, changes: { keywords: [`v${model.version}`] } }
            : verb === 'attach'
              ? { id, ...guard, distribution: { name: 'csv', accessURL: `file:v${model.version}.csv` } }
              : { id, ...guard };
        expect(await ledger.outcome(`asset:${verb}` as 'asset:publish', input, people[who])).toBe(expected);
        if (expected === next) model = { status: next, version: model.version + 1 };
        expect(ledger.get('asset', id)).toMatchObject(model);
      }
    }),
    { numRuns: 40 },
  );
});

test('rule 2: none needs a basis, conditional a condition, unconditional may not carry one', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('unconditional', 'conditional', 'none'),
      fc.boolean(),
      fc.boolean(),
      async (shareType, condition, basis) => {
        const { shareCondition: _c, ...rest } = population;
        const input = {
          ...rest,
          shareType,
          ...(condition ? { shareCondition: zh('条件') } : {}),
          ...(basis ? { shareBasis: zh('依据') } : {}),
        };
        const allowed = { none: basis, conditional: condition, unconditional: !condition }[shareType];
        expect(await base.fork().outcome('asset:register', input, household)).toBe(allowed ? 'registered' : 'SHARE_TYPE_RULE');
      },
    ),
  );
});

test('a revision keeps what it does not name, clears what it nulls, and may not break rule 2', async () => {
  const ledger = base.fork();
  const { id } = await published(ledger, { description: zh('全市'), keywords: ['人口'] });
  const revised = await ledger.write('asset', 'asset:revise', { id, changes: { description: null, theme: 'credit' } }, household);
  expect(revised).not.toHaveProperty('description');
  expect(revised).toMatchObject({
    theme: 'credit',
    keywords: ['人口'],
    status: 'published',
    version: 3,
    created: { name: 'household-steward-1' },
  });
  const change = { id, changes: { shareCondition: null } };
  expect(await ledger.outcome('asset:revise', change, household)).toBe('SHARE_TYPE_RULE');
  expect(await ledger.outcome('asset:revise', { id, changes: { shareCondition: null, shareType: 'unconditional' } }, household)).toBe(
    'published',
  );
});

test.each([
  [
    'elements',
    {
      elements: [
        { name: 'a', type: 'string' },
        { name: 'a', type: 'date' },
      ],
    },
  ],
  [
    'distributions',
    {
      distributions: [
        { name: 'a', accessURL: 'file:a' },
        { name: 'a', accessURL: 'file:b' },
      ],
    },
  ],
  ['authoritativeFor', { authoritativeFor: ['DE1', 'DE1'] }],
] as const)('%s name nothing twice', async (path, changes) => {
  const bad = base.fork().submit('asset:register', { ...population, ...(changes as object) }, household);
  await expect(bad).rejects.toMatchObject({ code: 'INPUT_INVALID', detail: { fields: [{ path }] } });
});

test('a catalogue code is its asset’s for good, and of two who take it at once one wins', async () => {
  const ledger = base.fork();
  const input = { ...population, catalogCode: '330100-001' };
  const [a, b] = [await ledger.simulate('asset:register', input, household), await ledger.simulate('asset:register', input, household)];
  expect([ledger.commit(a), ledger.commit(b)]).toEqual(['VALID', 'MVCC_READ_CONFLICT']);
  const { id } = JSON.parse(a.answer);
  expect(await ledger.outcome('asset:register', input, household)).toBe('ALREADY_EXISTS');
  expect(await ledger.outcome('asset:register', input, social)).toBe('registered');
  expect(await ledger.outcome('asset:revise', { id, changes: { catalogCode: '330100-002' } }, household)).toBe('registered');
  expect(await ledger.outcome('asset:register', input, household)).toBe('ALREADY_EXISTS');
  expect(await ledger.outcome('asset:revise', { id, changes: { catalogCode: '330100-001' } }, household)).toBe('registered');
});

test('一数一源: each claim has a key of its own, a second overwrites nothing, a withdrawn one says so', async () => {
  const ledger = base.fork();
  const first = await published(ledger, { authoritativeFor: ['DE01'] });
  const second = await published(ledger, { authoritativeFor: ['DE01', 'DE02'] }, social);
  const claim = (asset: string, element: string) => JSON.parse(ledger.state.get(indexKeys.authority(element, asset))?.value ?? 'null');
  expect(claim(first.id, 'DE01')).toEqual({ asset: first.id, publisher: 'household', claimed: true });
  expect(claim(second.id, 'DE01')).toEqual({ asset: second.id, publisher: 'social-insurance', claimed: true });
  await ledger.submit('asset:revise', { id: second.id, changes: { authoritativeFor: ['DE02'] } }, social);
  expect(claim(second.id, 'DE01').claimed).toBe(false);
  expect(claim(second.id, 'DE02').claimed).toBe(true);
});
