import { readDictionary } from '@drl/gateway/import/dictionaryRows';
import { type Gateway, MANAGER, openGateway } from '../http/gateway';
import { stringify } from './stringify';

const FILE = `标识符,中文名称,英文名称,同义名称,定义,数据类型,表示格式,允许值,计量单位,标准
DE00001,人员编码,Person code,"编码；人员代码",户籍登记赋予的编码,字符型,an..18,,,GB/T 19488.2-2008
DE00004,性别,Sex,,人的性别,代码型,n1,1=男；2=女,,GB/T 2261.1
DE00009,身高,Height,,人体高度,数值型,,,厘米,
`;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway();
});
afterAll(() => gateway?.close());

type Event = Record<string, unknown> & { event: string };
async function bring(
  as: string,
  text: string | Uint8Array,
  query = '',
): Promise<{ status: number; body: { code?: string; accepted?: string }; events: Event[]; summary: Event }> {
  const { status, body } = await gateway.call(as, 'POST', `/data-elements:import${query}`, text, { 'Content-Type': 'text/csv' });
  const events: Event[] =
    typeof body === 'string'
      ? body
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line))
      : [];
  return { status, body, events, summary: events.at(-1) as Event };
}
const one = async (id: string) => (await gateway.call(MANAGER, 'GET', `/data-elements/${id}`)).body;
const STEWARD = 'household-steward-1';

test('a department’s file is proposed; again, nothing changes; a changed row is revised, and no other', async () => {
  expect((await bring(STEWARD, FILE)).summary).toMatchObject({ event: 'summary', rows: 3, proposed: 3, adopted: 0, dropped: 0 });
  expect(await one('DE00001')).toMatchObject({
    name: { zh: '人员编码', en: 'Person code' },
    aliases: ['编码', '人员代码'],
    definition: { zh: '户籍登记赋予的编码' },
    type: 'string',
    valueDomain: { format: 'an..18' },
    standard: 'GB/T 19488.2-2008',
    owner: 'household',
    status: 'proposed',
  });
  expect(await one('DE00004')).toMatchObject({
    type: 'code',
    valueDomain: {
      codes: [
        { code: '1', meaning: { zh: '男' } },
        { code: '2', meaning: { zh: '女' } },
      ],
    },
  });
  expect(await one('DE00009')).toMatchObject({ type: 'number', unit: '厘米' });
  expect((await bring(STEWARD, FILE)).summary).toMatchObject({ unchanged: 3, proposed: 0, revised: 0 });
  expect((await bring(STEWARD, FILE.replace('厘米', '米'))).summary).toMatchObject({ unchanged: 2, revised: 1 });
  expect(await one('DE00009')).toMatchObject({ unit: '米', version: 2, status: 'proposed' });
});

test('the manager adopts what a file says, a steward may not; then only what changed is revised and adopted', async () => {
  expect(await bring(STEWARD, FILE, '?adopt=true')).toMatchObject({ status: 403, body: { code: 'ROLE_MISSING' } });
  const own = FILE.replaceAll('DE0', 'B0');
  expect((await bring(MANAGER, own, '?adopt=true')).summary).toMatchObject({ rows: 3, proposed: 3, adopted: 3 });
  expect(await one('B00001')).toMatchObject({ status: 'adopted', edition: 1, owner: 'data-bureau' });
  expect((await bring(MANAGER, own, '?adopt=true')).summary).toMatchObject({ unchanged: 3, adopted: 0 });
  const next = own.replace('人体高度', '人体直立时的高度');
  expect((await bring(MANAGER, next)).summary).toMatchObject({ revised: 1, adopted: 0 });
  expect(await one('B00009')).toMatchObject({
    edition: 1,
    definition: { zh: '人体高度' },
    revision: { definition: { zh: '人体直立时的高度' } },
  });
  expect((await bring(MANAGER, next)).summary).toMatchObject({ unchanged: 3 });
  expect((await bring(MANAGER, next, '?adopt=true')).summary).toMatchObject({ unchanged: 3, adopted: 1 });
  expect(await one('B00009')).toMatchObject({ edition: 2, definition: { zh: '人体直立时的高度' } });
  // What a department has proposed in the very words of the file is adopted as its own.
  expect((await bring(MANAGER, FILE.replace('厘米', '米'), '?adopt=true')).summary).toMatchObject({ unchanged: 3, adopted: 3 });
  expect(await one('DE00009')).toMatchObject({ status: 'adopted', owner: 'household' });
});

test('a bad row is told by its line and loses no other', async () => {
  const rows = [
    ['id', 'name', 'definition', 'type'],
    ['X1', 'One', 'the first', 'text'],
    ['X2', 'Two', 'the second', 'colour'],
    ['X3', 'Three', '', 'text'],
    ['X 4', 'Four', 'the fourth', 'text'],
    ['X1', 'One again', 'the first', 'text'],
    ['DE00001', 'Person code', 'of another department', 'text'],
    ['X5', 'Five', 'call 13812345678', 'text'],
    ['X6', 'Six', 'the sixth', 'Date and time'],
  ];
  const { events, summary } = await bring('tax-steward-1', stringify(rows));
  expect(summary).toMatchObject({ rows: 8, proposed: 2, dropped: 6 });
  const dropped = events.filter(({ event }) => event === 'dropped').map(({ line, code, field }) => [line, code, field]);
  expect(dropped.sort(([a], [b]) => Number(a) - Number(b))).toEqual([
    [3, 'VALUE_NEEDED', 'type'],
    [4, 'INPUT_INVALID', undefined],
    [5, 'INPUT_INVALID', undefined],
    [6, 'ID_REPEATED', 'id'],
    [7, 'NOT_YOURS', undefined],
    [8, 'PERSONAL_DATA', undefined],
  ]);
  expect(await one('X6')).toMatchObject({ type: 'datetime', name: { en: 'Six' }, owner: 'tax' });
});

test('a file without a column that every row needs is refused whole; other encodings are read', async () => {
  const { status, body } = await bring(STEWARD, '标识符,定义,数据类型\nA,b,字符型\n');
  expect(status).toBe(422);
  expect(body).toMatchObject({ code: 'INPUT_INVALID', rule: 'import HEADER_NEEDED' });
  expect(body.accepted).toContain('中文名称');
  // 姓名 in GB 18030.
  const gb = Buffer.concat([
    Buffer.from('id,name_zh,definition,type\nG1,'),
    Buffer.from([0xd0, 0xd5, 0xc3, 0xfb]),
    Buffer.from(',a name,string\n'),
  ]);
  expect((await bring(STEWARD, gb, '?encoding=gb18030')).summary).toMatchObject({ proposed: 1 });
  expect(await one('G1')).toMatchObject({ name: { zh: '姓名' } });
  expect(await bring(STEWARD, FILE, '?encoding=klingon')).toMatchObject({ status: 422 });
});

test('every word for a type that the vocabulary knows, in both languages, is read', async () => {
  const { body } = await gateway.call(MANAGER, 'GET', '/vocabularies/element-types');
  const terms: { id: string; zh: string; en: string }[] = body.items;
  const rows = terms.flatMap(({ id, zh, en }) => [id, zh, en].map((word, n) => [`${id}-${n}`, 'A', 'B', word]));
  const bytes = async function* () {
    yield Buffer.from(stringify([['id', 'name', 'definition', 'type'], ...rows]));
  };
  const read: [string, string][] = [];
  for await (const row of readDictionary(bytes(), { delimiter: ',', encoding: 'utf-8' }))
    if (row.kind === 'row') read.push([row.element.id, row.element.type]);
  expect(read).toEqual(terms.flatMap(({ id }) => [0, 1, 2].map((n) => [`${id}-${n}`, id])));
});
