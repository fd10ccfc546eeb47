import { canonical } from '@drl/chaincode/model/canonical';
import { ruleCodes } from '@drl/chaincode/model/errors';
import { type TransactionName, transactions } from '@drl/chaincode/model/transactions';
import fc from 'fast-check';
import {
  auditor,
  city,
  granted,
  household,
  manager,
  population,
  published,
  SHA,
  sent,
  settings,
  social,
  socialConsumer,
  tax,
  zh,
} from './city';
import { Refused, TestLedger } from './harness';
import { person } from './people';

let base: TestLedger;
beforeAll(async () => {
  base = await city();
});

const refusal = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
  throw new Error('was not refused');
};

test('the ledger begins with the manager’s settings and its own department, and nobody else can begin it', async () => {
  const ledger = new TestLedger();
  expect((await refusal(ledger.submit('asset:register', population, household))).code).toBe('STATE_FORBIDS');
  expect(await ledger.outcome('settings:set', settings, household)).toBe('CALLER_UNKNOWN');
  const impostor = person('PoliceMSP', 'police-manager', ['manager']);
  expect(await ledger.outcome('settings:set', settings, impostor)).toBe('NOT_YOURS');
  expect(await ledger.outcome('settings:set', { ...settings, departmentMspIds: ['BureauMSP'] }, manager)).toBe('INPUT_INVALID');
  expect(await ledger.write('settings', 'settings:set', settings, manager)).toMatchObject({
    version: 1,
    created: { department: 'bureaumsp' },
  });
  const bureau = { id: 'data-bureau', name: zh('市数据局'), mspId: 'BureauMSP' };
  expect(await ledger.outcome('department:admit', bureau, impostor)).toBe('CALLER_UNKNOWN');
  expect(await ledger.outcome('department:admit', { ...bureau, mspId: 'NobodyMSP' }, manager)).toBe('INPUT_INVALID');
  expect(await ledger.outcome('department:admit', { id: 'household', name: zh('户政'), mspId: 'PoliceMSP' }, manager)).toBe(
    'INPUT_INVALID',
  );
  const named = person('BureauMSP', 'bureau-manager-2', ['manager'], { department: 'data-bureau' });
  expect(await ledger.outcome('department:admit', { ...bureau, id: 'other-bureau' }, named)).toBe('INPUT_INVALID');
  expect(await ledger.outcome('department:admit', bureau, named)).toBe('active');
  expect(await ledger.outcome('department:admit', bureau, manager)).toBe('ALREADY_EXISTS');
  expect(await ledger.write('settings', 'settings:set', { ...settings, decisionWorkingDays: 5 }, manager)).toMatchObject({ version: 2 });
  expect(await ledger.outcome('settings:set', { ...settings, managerMspId: 'PoliceMSP', departmentMspIds: ['BureauMSP'] }, impostor)).toBe(
    'CALLER_UNKNOWN',
  );
});

test('a department’s credit code is checked', async () => {
  const admit = (uscc: string) =>
    base.fork().outcome('department:admit', { id: 'x-office', name: zh('新'), mspId: 'AgenciesMSP', uscc }, manager);
  expect(await admit('91350100M000100Y43')).toBe('active');
  expect(await admit('91350100M000100Y44')).toBe('INPUT_INVALID');
});

test('the certificate says who one is, and the register whether that counts', async () => {
  const ledger = base.fork();
  const outcome = (by: typeof household) => ledger.outcome('asset:register', population, by);
  // An organisation's own authority can write any department into a certificate; only its own departments count.
  expect(await outcome(person('AgenciesMSP', 'x', ['steward'], { department: 'household' }))).toBe('CALLER_UNKNOWN');
  expect(await outcome(person('AgenciesMSP', 'x', ['steward']))).toBe('CALLER_UNKNOWN');
  expect(await outcome(person('AgenciesMSP', 'x', ['steward'], { department: 'nowhere' }))).toBe('CALLER_UNKNOWN');
  expect(await outcome(person('AgenciesMSP', 'x', ['steward'], { department: '../x\u0001' }))).toBe('CALLER_UNKNOWN');
  expect(await outcome(person('StrangerMSP', 'x', ['steward'], { department: 'tax' }))).toBe('CALLER_UNKNOWN');
  const custodian = person('AgenciesMSP', 'health-steward', ['steward'], { department: 'health', custodian: 'BureauMSP' });
  expect(await ledger.write('asset', 'asset:register', population, custodian)).toMatchObject({
    publisher: 'health',
    created: { department: 'health', mspId: 'AgenciesMSP', name: 'health-steward', custodian: 'BureauMSP' },
  });
});

test('an auditor writes that it looked, and nothing else', async () => {
  const ledger = base.fork();
  const grant = await granted(ledger);
  const share = await ledger.write('share', 'share:commit', sent(grant.id), household);
  const id = grant.id;
  const attempts: { [N in TransactionName]?: unknown } = {
    'settings:set': settings,
    'department:admit': { id: 'x-office', name: zh('新'), mspId: 'AgenciesMSP' },
    'asset:register': population,
    'asset:publish': { id: grant.asset },
    'right:claim': { asset: grant.asset, rightType: 'use', role: 'user', basis: zh('依据') },
    'grant:request': { asset: grant.asset, elements: ['name'], purpose: 'dpv:PublicBenefit', legalBasis: zh('法') },
    'grant:approve': { id },
    'grant:revoke': { id, reason: zh('撤') },
    'share:commit': sent(id),
    'share:acknowledge': { id: share.id, payloadHash: SHA('a'), hashAlgorithm: 'sha-256' },
    'share:void': { id: share.id, reason: zh('x') },
  };
  for (const [name, input] of Object.entries(attempts))
    expect(['ROLE_MISSING', 'NOT_YOURS']).toContain(await ledger.outcome(name as 'asset:register', input as typeof population, auditor));
  const look = { action: 'trace', queryHash: SHA('b'), resultCount: 1, asOfBlock: 1, outcome: 'answered' } as const;
  expect(await ledger.outcome('audit:record', look, household)).toBe('ROLE_MISSING');
});

test('an argument is what its schema says, and every field at fault is named at once', async () => {
  const bad = {
    ...population,
    shareType: 'perhaps',
    level: 9,
    elements: [{ name: '', type: 'string', extra: 1 }],
    publisher: 'tax',
    nonsense: true,
  };
  const { code, detail } = await refusal(base.invoke(['asset:register', canonical({ input: bad })], household, {}));
  expect(code).toBe('INPUT_INVALID');
  const paths = detail.fields?.map(({ path }) => path);
  for (const path of ['shareType', 'level', 'elements.0.name', 'elements.0.extra', 'publisher', 'nonsense']) expect(paths).toContain(path);
});

test('anything at all as an argument: a refusal, never another failure, and nothing written', async () => {
  const names = Object.keys(transactions) as TransactionName[];
  const junk = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.json().map((text) => `{"input":${text}}`),
    fc.constantFrom('', 'null', '{}', '{"input":null}'),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), junk, async (name, argument) => {
      const { code } = await refusal(base.invoke([name, argument], manager, {}));
      expect(code).toBe('INPUT_INVALID');
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['no argument', ['asset:register']],
  ['two arguments', ['asset:register', canonical({ input: population }), 'more']],
  ['beside the input', ['asset:register', canonical({ input: population, caller: 'tax' })]],
  ['a lone surrogate in an escape', ['asset:register', canonical({ input: population }).replace('人口', '\\ud800')]],
  ['a megabyte', ['asset:register', `{"input":"${'x'.repeat(1 << 20)}"}`]],
])('refused: %s', async (_what, args) => {
  expect((await refusal(base.invoke(args, household, {}))).code).toBe('INPUT_INVALID');
});

test('a key cannot be forged: an id with a separator is no id', async () => {
  for (const id of ['a\u0000b', 'ast-1\u{10ffff}', '..\u0000settings', 'x'.repeat(200)])
    expect(await base.fork().outcome('asset:publish', { id }, household)).toBe('INPUT_INVALID');
});

test('rule 10: a number of a person is refused in any text, and named by field without being quoted', async () => {
  const outcome = (input: object) => refusal(base.fork().submit('asset:register', { ...population, ...input }, household));
  for (const input of [
    { title: zh('张三 11010519491231002X') },
    { keywords: ['13812345678'] },
    { source: { file: 'a.csv', line: 1, rowDigest: SHA('a'), columns: { phone: '+86 138 1234 5678' } } },
    { source: { file: 'a.csv', line: 1, rowDigest: SHA('a'), columns: { '13812345678': 'x' } } },
    { elements: [{ name: '11010519491231002X', type: 'string' }] },
  ]) {
    const error = await outcome(input);
    expect(error.code).toBe('PERSONAL_DATA');
    expect(error.message).not.toMatch(/1101051|1381234|138 1234/);
  }
  const ledger = base.fork();
  const { id } = await granted(ledger);
  expect(await ledger.outcome('share:commit', sent(id, { caseRef: '11010519491231002X' }), household)).toBe('PERSONAL_DATA');
  const unknown = await refusal(base.invoke(['asset:register', canonical({ input: { ...population, '13812345678': 1 } })], household, {}));
  expect(unknown.message).not.toContain('13812345678');
});

test('rule 11: a proposal far from the endorser’s clock is refused, and so is one before the record’s time', async () => {
  const ledger = base.fork();
  const off = (seconds: number) => ({ at: new Date(ledger.now.getTime() + seconds * 1000) });
  expect(await ledger.outcome('asset:register', population, household, off(61))).toBe('CLOCK_SKEW');
  expect(await ledger.outcome('asset:register', population, household, off(-61))).toBe('CLOCK_SKEW');
  expect(await ledger.outcome('asset:register', population, household, off(60))).toBe('registered');
  const { id } = await ledger.write('asset', 'asset:register', population, household, off(50));
  ledger.now = new Date(ledger.now.getTime() - 30_000);
  expect(await ledger.outcome('asset:publish', { id }, household, off(0))).toBe('TIME_BEFORE_RECORD');
  expect(await ledger.outcome('asset:publish', { id }, household, off(21))).toBe('published');
});

test('an event says ids and states, and nothing of what the record says', async () => {
  const ledger = base.fork();
  const { event, answer } = await ledger.simulate('asset:register', population, household);
  expect(event?.name).toBe('asset:register');
  const { id } = JSON.parse(answer);
  expect(JSON.parse(event?.payload ?? '')).toEqual({ records: [{ kind: 'asset', id, version: 1, status: 'registered' }] });
});

test('endorsers compute the same bytes: one proposal simulated twice writes the same', async () => {
  const ledger = base.fork();
  const { id } = await granted(ledger, { maxCount: 50, maxRows: 500 });
  const other = ledger.fork();
  const options = { nonce: Buffer.alloc(24, 7) };
  const [a, b] = [
    await ledger.simulate('share:commit', sent(id), household, options),
    await other.simulate('share:commit', sent(id), household, options),
  ];
  expect(a).toEqual(b);
});

test('what a contract answers is the record in its canonical form, as it is stored', async () => {
  const ledger = base.fork();
  const { answer } = await ledger.simulate('asset:register', population, household, { requestId: 'r-1' });
  expect(answer).toBe(canonical(JSON.parse(answer)));
  const { id } = await published(ledger);
  expect(await ledger.evaluate('record:get', { kind: 'asset', id }, social)).toBe(canonical(ledger.get('asset', id)));
  expect(await ledger.evaluate('record:get', { kind: 'asset', id: 'ast-none' }, social)).toBe('');
  expect((await refusal(ledger.evaluate('record:get', { kind: 'use', id: 'x' }, social))).code).toBe('INPUT_INVALID');
});

test('whoami names the caller as the ledger takes it', async () => {
  const whoami = async (by: typeof tax) => JSON.parse(await base.evaluate('caller:whoami', {}, by));
  expect(await whoami(tax)).toEqual({ department: 'tax', mspId: 'AgenciesMSP', name: 'tax-steward-1', roles: ['steward'] });
  expect(await whoami(socialConsumer)).toMatchObject({ department: 'social-insurance', roles: ['consumer'] });
  expect((await refusal(whoami(person('AgenciesMSP', 'x', ['steward'])))).code).toBe('CALLER_UNKNOWN');
});

test('every code has its text in both languages', () => {
  for (const { zh: chinese, en } of Object.values(ruleCodes)) {
    expect(chinese).toMatch(/\p{Script=Han}/u);
    expect(en).toMatch(/^[\x20-\x7e’]+$/);
  }
});
