import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@drl/gateway/cli/main';
import { parse } from 'csv-parse/sync';
import { type Gateway, MANAGER, openGateway, publish } from './gateway.js';

let gateway: Gateway;
let asset: string;
const dir = mkdtempSync(join(tmpdir(), 'drl-self-check-'));
beforeAll(async () => {
  gateway = await openGateway();
  asset = await publish(gateway, { title: { zh: '=人口', en: '<b>Population</b>' } });
});
afterAll(async () => {
  await gateway.close();
  rmSync(dir, { recursive: true });
});

const path = '/departments/household/self-check';
const get = (query = '', headers: Record<string, string> = {}) =>
  gateway.call('household-steward-1', 'GET', `${path}?${query}`, undefined, headers);
const type = ({ headers }: { headers: Headers }) => headers.get('content-type')?.split(';')[0];

test('what is to be put right, with its remedy in both languages', async () => {
  const { status, body } = await get();
  expect(status).toBe(200);
  expect(body.findings.map(({ code, subject }: { code: string; subject: { id: string } }) => [code, subject.id])).toEqual([
    ['no-resource', asset],
    ['withheld-without-basis', asset],
  ]);
  expect(body.findings[0]).toMatchObject({
    name: { en: 'No resource attached' },
    remedy: { zh: expect.any(String), en: expect.any(String) },
  });
  expect(body.counts).toEqual({ 'no-resource': 1, 'withheld-without-basis': 1 });
});

test('as page, table and paper, by address or by what is accepted; others’ words stay words', async () => {
  const forms = { html: 'text/html', csv: 'text/csv', pdf: 'application/pdf', json: 'application/json' };
  for (const [format, mediaType] of Object.entries(forms)) {
    expect(type(await get(`format=${format}`))).toBe(mediaType);
    expect(type(await get('', { Accept: mediaType }))).toBe(mediaType);
  }
  const page = (await get('format=html')).body as string;
  expect(page).toContain('&lt;b&gt;Population&lt;/b&gt;');
  expect(page).not.toContain('<b>Population');
  const rows = parse((await get('format=csv')).body, { columns: true, bom: true }) as Record<string, string>[];
  expect(rows).toHaveLength(2);
  expect(rows[0]?.['对象 Subject']).toMatch(/^'=人口/);
  expect((await get('format=pdf')).body.slice(0, 5)).toBe('%PDF-');
  expect((await get('format=odt')).status).toBe(422);
});

test('compared with an earlier block or time', async () => {
  const { asOf } = (await get()).body;
  await gateway.call('household-steward-1', 'PUT', `/assets/${asset}/distributions/csv`, { accessURL: 'file:population.csv' });
  const { body } = await get(`since=${asOf.block}`);
  expect(body.since.asOf).toEqual(asOf);
  expect(body.gone.map(({ code }: { code: string }) => code)).toEqual(['no-resource']);
  expect(body.findings.map(({ code, standing }: { code: string; standing: string }) => [code, standing])).toEqual([
    ['withheld-without-basis', 'still'],
  ]);
  const { at } = (await gateway.call('auditor-all', 'GET', `/ledger/blocks/${asOf.block}`)).body;
  expect((await get(`since=${encodeURIComponent(at)}`)).body.since.asOf.block).toBe(asOf.block);
  expect((await get('since=2020-01-01')).body.findings.every(({ standing }: { standing: string }) => standing === 'new')).toBe(true);
  expect((await get(`asOfBlock=${asOf.block}`)).body.findings).toHaveLength(2);
  expect((await get('since=yesterday')).status).toBe(422);
});

test('the department itself, managers, auditors in scope; nobody else', async () => {
  const status = async (as: string, of = path) => (await gateway.call(as, 'GET', of)).status;
  expect([await status(MANAGER), await status('auditor-all'), await status('household-consumer-1')]).toEqual([200, 200, 200]);
  expect([await status('tax-steward-1'), await status('auditor-tax')]).toEqual([403, 403]);
  expect([await status('auditor-tax', '/departments/tax/self-check'), await status(MANAGER, '/departments/nobody/self-check')]).toEqual([
    200, 404,
  ]);
});

describe('the command line', () => {
  let written = '';
  beforeAll(() => {
    jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
      written += text;
      return true;
    });
    jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  });
  beforeEach(() => {
    written = '';
  });
  afterAll(() => jest.restoreAllMocks());
  const drl = (...args: string[]) =>
    run([...args, '--url', gateway.address, '--token', gateway.tokens.get('household-steward-1') as string]);

  test('drl self-check: on the screen, and as a file of the kind that its name says', async () => {
    expect(await drl('self-check', 'household')).toBe(0);
    expect(written).toContain(asset);
    for (const [kind, begins] of [
      ['pdf', '%PDF-'],
      ['html', '<!doc'],
      ['csv', '\ufeff'],
      ['json', '{'],
    ] as const) {
      const file = join(dir, `check.${kind}`);
      expect(await drl('self-check', 'household', '-o', file, '--since', '0')).toBe(0);
      expect(readFileSync(file, 'utf8').startsWith(begins)).toBe(true);
    }
    expect(await drl('self-check', 'household', '-o', join(dir, 'check.docx'))).toBe(2);
    expect(await drl('self-check', 'tax')).toBe(1);
  });

  test('drl indicators: the figures, and the lines beneath one', async () => {
    expect(await drl('indicators', '--json')).toBe(0);
    expect(JSON.parse(written)).toMatchObject({ department: 'household' });
    written = '';
    expect(await drl('indicators', '--breakdown', 'attachment-rate')).toBe(0);
    expect(written).toMatch(/household +1 +1 +100/);
  });

  test('drl plan: made from a table, revised from it, and shown', async () => {
    const year = new Date().getUTCFullYear() + 1;
    const file = join(dir, 'plan.csv');
    const head = 'name,kind,title_zh,title_en,asset,demand,dueAt\n';
    writeFileSync(file, `${head}1,collect,归集,Collect,${asset},,${year}-06-01T00:00:00Z\n`);
    expect(await drl('plan', 'put', file, '--year', String(year))).toBe(0);
    expect(written.trim()).toBe(`pln-household-${year} v1`);
    writeFileSync(file, `${head}1,collect,归集,Collect,${asset},,${year}-07-01T00:00:00Z\n2,apply,,Apply,,,${year}-08-01T00:00:00Z\n`);
    expect(await drl('plan', 'put', file, '--year', String(year), '--reason', '推迟')).toBe(0);
    written = '';
    expect(await drl('plan', 'show', 'household', String(year), '--json')).toBe(0);
    expect(JSON.parse(written)).toMatchObject({
      version: 2,
      counts: { open: 1, kept: 1 },
      items: [{ standing: 'kept' }, { standing: 'open' }],
    });
    expect(await drl('plan', 'show', 'household', '2001')).toBe(1);
  });
});
