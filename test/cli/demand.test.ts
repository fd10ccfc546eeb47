import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@drl/gateway/cli/main';
import { type Gateway, MANAGER, openGateway, publish } from '../http/gateway.js';

const dir = mkdtempSync(join(tmpdir(), 'drl-demand-'));
let gateway: Gateway;
let asset: string;
let written: string;
let said: string;
beforeAll(async () => {
  gateway = await openGateway();
  asset = await publish(gateway);
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
beforeEach(() => {
  written = '';
  said = '';
});
afterAll(async () => {
  jest.restoreAllMocks();
  await gateway.close();
  rmSync(dir, { recursive: true });
});

const drl = (as: string, ...args: string[]) => run([...args, '--url', gateway.address, '--token', gateway.tokens.get(as) as string]);
const told = async (as: string, ...args: string[]) => {
  written = '';
  const code = await drl(as, ...args, '--json');
  return { code, answer: written === '' ? undefined : JSON.parse(written) };
};

const need = ['--want', '核对参保人的户籍人口信息', '--element', 'name:string', '--element', 'birthYear', '--theme', 'population'];
const ground = [
  '--purpose',
  'dpv:IdentityVerification',
  '--basis',
  '社会保险法第七十四条',
  '--needed-by',
  `${new Date().getUTCFullYear() + 1}-12-31`,
];

test('from a look at what there is to a demand that is put to its owner, and back', async () => {
  expect(await drl('social-consumer-1', 'demand', 'check', ...need)).toBe(0);
  expect(written).toContain(asset);
  const { code, answer } = await told('social-consumer-1', 'demand', 'file', ...need, ...ground, '--rows', '500', '--frequency', 'P1M');
  expect(code).toBe(0);
  expect(answer).toMatchObject({
    by: 'social-insurance',
    want: { zh: '核对参保人的户籍人口信息' },
    elements: [{ name: 'name', type: 'string' }, { name: 'birthYear' }],
    rows: 500,
    status: 'open',
  });
  const { id } = answer;
  expect(await drl('tax-steward-1', 'demand', 'list', '--status', 'open', '-q', '参保人')).toBe(0);
  expect(written).toContain(id);

  const again = [
    'demand',
    'file',
    '--want',
    '核对纳税人户籍人口信息',
    '--element',
    'name',
    '--element',
    'birthYear',
    '--theme',
    'population',
    ...ground,
  ];
  expect(await drl('tax-steward-1', ...again)).toBe(1);
  expect(said).toContain('LIKELY_DUPLICATE');
  expect(said).toContain(id);
  expect((await told('tax-steward-1', 'demand', 'join', id, ...ground)).answer).toMatchObject({ by: 'tax', status: 'open' });
  expect((await told('tax-steward-1', ...again, '--anyway')).answer).toMatchObject({ by: 'tax', status: 'open' });

  expect((await told(MANAGER, 'demand', 'match', id, '--asset', asset)).answer).toMatchObject({ status: 'matched' });
  expect((await told('household-steward-1', 'demand', 'reject', id, '--reason', '请说明用途')).answer).toMatchObject({
    status: 'rejected',
  });
  written = '';
  expect(await drl('tax-steward-1', 'demand', 'show', id)).toBe(0);
  expect(written).toContain('请说明用途');
  expect(written).toContain('social-insurance, tax');
});

test('a demand is also a file; what is missing is named field by field', async () => {
  const file = join(dir, 'need.yaml');
  writeFileSync(
    file,
    `want: { en: Bus stops }\nelements: [{ name: stopId, type: string }]\npurpose: dpv:ServiceProvision\nlegalBasis: { en: Act 7 }\nneededBy: 2099-01-31T00:00:00Z\n`,
  );
  expect((await told('social-consumer-1', 'demand', 'file', file)).answer).toMatchObject({
    want: { en: 'Bus stops' },
    neededBy: '2099-01-31T00:00:00Z',
  });
  expect(await drl('social-consumer-1', 'demand', 'file', '--want', '别的', '--element', 'x')).toBe(1);
  expect(said).toContain('legalBasis');
  expect(await drl('social-consumer-1', 'demand', 'check')).toBe(1);
  expect(await drl('social-consumer-1', 'demand', 'check', join(dir, 'none.yaml'))).toBe(2);
  const withdrawn = (await told('social-consumer-1', 'demand', 'list', '-q', 'bus')).answer;
  expect((await told('social-consumer-1', 'demand', 'withdraw', withdrawn[0].id, '--reason', 'found')).answer).toMatchObject({
    status: 'withdrawn',
  });
});
