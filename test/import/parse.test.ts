import { readDate } from '@drl/gateway/import/dates';
import { importCodes } from '@drl/gateway/import/errors';
import { readMapping, shippedMapping } from '@drl/gateway/import/mapping';
import { parseRows } from '@drl/gateway/import/parseRows';
import { readRecords } from '@drl/gateway/import/records';
import fc from 'fast-check';
import { stringify } from './stringify';

async function* bytes(text: string, size = 7): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text);
  for (let at = 0; at < all.length; at += size) yield all.subarray(at, at + size);
}
async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
}
const records = (text: string, size?: number) => all(readRecords(bytes(text, size), { delimiter: ',', encoding: 'utf-8' }));

describe('CSV', () => {
  test('what is written by RFC 4180 is read back, whatever the chunks', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '数', ' ', ';'), maxLength: 8 });
    const row = fc.array(cell, { minLength: 2, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 6 }), fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const read = await records(stringify(rows), size);
        expect(read.map((r) => ('cells' in r ? r.cells : r.fault))).toEqual(rows);
      }),
    );
  });

  test('a stray quote costs its own line and no other, wherever it stands', async () => {
    const good = (n: number) => `${n},"x\ny",z`;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 5 }), fc.constantFrom('9,5" pipe,z', '9,"open,z', '9,"a"b,z'), async (at, bad) => {
        const rows = [0, 1, 2, 3, 4, 5].map(good);
        rows.splice(at, 0, bad);
        const read = await records(`${rows.join('\n')}\n`);
        const numbers = read.flatMap((r) => ('cells' in r && r.cells.length === 3 ? [r.cells[0]] : []));
        // A stray quote may take the row after it into doubt, never those before it nor the rest of the file.
        expect(numbers.filter((n) => Number(n) < at || Number(n) > at)).toEqual([0, 1, 2, 3, 4, 5].filter((n) => n !== at).map(String));
        expect(read.some((r) => 'fault' in r && r.line === at * 2 + 1)).toBe(true);
      }),
    );
  });

  test('an open quote at the end of a long file is found without reading it twice', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => `${n},"b",c`);
    rows[10] = '10,"b,c';
    const read = await records(rows.join('\n'), 4096);
    expect(read.filter((r) => 'fault' in r)).toEqual([{ line: 11, fault: 'QUOTES' }]);
    expect(read.filter((r) => 'cells' in r)).toHaveLength(4999);
  });
});

const small = `
mapping: 1
format: csv
language: zh
utcOffset: "+08:00"
department: { columns: [部门], list: [{ id: tax, name: { zh: 市税务局 }, aliases: [税务局] }] }
fields:
  catalogCode: { columns: [目录编码, code] }
  title: { columns: [名称] }
  shareType: { columns: [共享类型], values: { 无条件: unconditional, 有条件: conditional, 不予: none } }
  shareCondition: { columns: [说明], whenShareType: conditional }
  shareBasis: { columns: [说明], whenShareType: none }
  shareMethod: { default: api }
  contentModified: { columns: [更新日期], formats: [YYYY年M月D日, YYYY-MM-DD] }
  elements: { columns: [数据项], separators: "、;" }
distributions: [{ name: 接口, columns: [地址], ignore: [无] }]
`;
const header = '目录编码,部门,名称,共享类型,说明,更新日期,数据项,地址,备注';
const read = (lines: string[], mapping = small) =>
  all(parseRows(bytes([header, ...lines].join('\n')), readMapping(mapping, 'small'), 'a.csv'));

describe('a mapping of one’s own', () => {
  test('a row', async () => {
    const [row] = await read(['T1,税务局,纳税人登记,有条件,需审批,2026年3月1日,名称、状态:code,https://tax.example/api,老表']);
    expect(row).toMatchObject({
      kind: 'row',
      line: 2,
      department: { id: 'tax' },
      asset: {
        catalogCode: 'T1',
        title: { zh: '纳税人登记' },
        shareType: 'conditional',
        shareCondition: { zh: '需审批' },
        shareMethod: 'api',
        contentModified: '2026-02-28T16:00:00Z',
        elements: [
          { name: '名称', type: 'string' },
          { name: '状态', type: 'code' },
        ],
        distributions: [{ name: '接口', accessURL: 'https://tax.example/api' }],
        source: { file: 'a.csv', line: 2, columns: { 备注: '老表', 部门: '税务局', 共享类型: '有条件' } },
      },
    });
  });

  test('doubts keep the row, faults drop it alone, each by its line and code', async () => {
    const out = await read([
      'T1,税务局,甲,无条件,,2026-02-30,,无,',
      'T2,不存在的局,乙,无条件,,,,,',
      'T3,税务局,丙,也许,,,,,',
      'T1,税务局,丁,无条件,,,,,',
      'T4,税务局,甲,无条件,,,,ftp://x,',
      'T5,税务局,少一列,无条件,,,,',
      ',税务局,戊,无条件,,,,,',
      'T6,税务局,己,无条件,,,,,',
      'T7,税务局,庚,不予,,,,,',
    ]);
    expect(out.map((o) => [o.line, o.kind === 'row' ? o.asset.catalogCode : o.code])).toEqual([
      [2, 'DATE_UNREADABLE'],
      [2, 'T1'],
      [3, 'DEPARTMENT_UNKNOWN'],
      [4, 'VALUE_NEEDED'],
      [5, 'CODE_REPEATED'],
      [6, 'URL_UNREADABLE'],
      [6, 'NAME_REPEATED'],
      [6, 'T4'],
      [7, 'COLUMN_COUNT'],
      [8, 'CODE_MISSING'],
      [9, 'T6'],
      [10, 'SHARE_TYPE_RULE'],
    ]);
    for (const o of out)
      if (o.kind !== 'row' && o.code in importCodes) expect(importCodes[o.code as keyof typeof importCodes].level).toBe(o.kind);
  });

  test('the digest follows the row, not its place, its file or the order of columns', async () => {
    const digest = async (lines: string[]) =>
      (await read(lines)).flatMap((o) => (o.kind === 'row' && o.asset.catalogCode === 'T1' ? [o.asset.source?.rowDigest] : []));
    const one = 'T1,税务局,甲,无条件,,,,,';
    expect(await digest([one])).toEqual(await digest(['T0,税务局,零,无条件,,,,,', one]));
    expect(await digest([one])).not.toEqual(await digest(['T1,税务局,甲,无条件,,,,,改']));
  });

  test('another encoding, and bytes that are not of it', async () => {
    const gb = Buffer.concat([Buffer.from('code,'), Buffer.from([0xb2, 0xbf, 0xc3, 0xc5]), Buffer.from(',x')]); // 部门 in GB 18030
    async function* one() {
      yield gb;
    }
    const [record] = await all(readRecords(one(), { delimiter: ',', encoding: 'gb18030' }));
    expect(record).toEqual({ line: 1, cells: ['code', '部门', 'x'] });
    async function* broken() {
      yield Buffer.from(`${header}\nT1,税务局,`);
      yield Buffer.from([0xff]);
      yield Buffer.from('甲,无条件,,,,,');
    }
    const out = await all(parseRows(broken(), readMapping(small, 'small'), 'a.csv'));
    expect(out.map((o) => (o.kind === 'row' ? 'row' : o.code))).toEqual(['ENCODING', 'row']);
  });

  test.each([
    ['mapping: 2', 'MAPPING_INVALID'],
    [small.replace('columns: [名称]', 'colums: [名称]'), 'MAPPING_INVALID'],
    [small.replace('不予: none', '不予: nothing'), 'MAPPING_INVALID'],
    [small.replace('utcOffset: "+08:00"', 'utcOffset: Beijing'), 'MAPPING_INVALID'],
    ['a: [', 'MAPPING_INVALID'],
  ])('a mapping at fault is refused as a whole: %#', async (yaml, code) => {
    expect(() => readMapping(yaml, 'mine')).toThrow(expect.objectContaining({ code }));
  });

  test.each([
    ['', 'FILE_EMPTY'],
    ['a,b,a\n', 'HEADER_REPEATED'],
    ['目录编码,名称\n', 'HEADER_NEEDED'],
  ])('a file at fault is refused as a whole: %#', async (text, code) => {
    await expect(all(parseRows(bytes(text), readMapping(small, 'small'), 'a.csv'))).rejects.toMatchObject({ code });
  });
});

test('dates: every day comes back, none that the calendar lacks', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true }), (date) => {
      const seconds = `${date.toISOString().slice(0, 19)}Z`;
      const [y, m, d] = seconds.slice(0, 10).split('-').map(Number) as [number, number, number];
      expect(readDate(`${String(y).padStart(4, '0')}/${m}/${d}`, ['YYYY/M/D'], 'Z')).toBe(`${seconds.slice(0, 10)}T00:00:00Z`);
      expect(readDate(seconds.replace('T', ' ').replace('Z', ''), ['YYYY-MM-DD hh:mm:ss'], 'Z')).toBe(seconds);
      expect(readDate(`${seconds.slice(0, 19)}+00:00`, ['YYYY-MM-DDThh:mm:ssZ'], '+08:00')).toBe(seconds);
    }),
  );
  for (const bad of ['2018-02-30', '2018-13-01', '2018-1-1', 'yesterday', '2018-01-01 25:00:00'])
    expect(readDate(bad, ['YYYY-MM-DD', 'YYYY-MM-DD hh:mm:ss'], 'Z')).toBeUndefined();
});

test('the shipped mappings are valid', () => {
  for (const name of ['dc', 'dcat']) expect(shippedMapping(name).name).toBe(name);
  expect(() => shippedMapping('../secret')).toThrow(expect.objectContaining({ code: 'MAPPING_UNKNOWN' }));
});
