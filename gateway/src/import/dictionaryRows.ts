import { type DataElementBody, dataElementPropose } from '@drl/chaincode/model/records/dataElement';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { elementTypes } from '@drl/chaincode/model/vocabularies';
import { fold, readTable } from './csv.js';
import { ImportError } from './errors.js';
import type { Entry, Fault, Warning } from './rows.js';

/** A dictionary of data elements as CSV (columns in README.md), read in the file's order. */

export interface DictionaryRow {
  readonly kind: 'row';
  readonly line: number;
  readonly element: TransactionInput<'data-element:propose'>;
}

/** Each field's headers, in Chinese and English; case, width and white space do not matter, nor does `_` for a space. */
export const dictionaryColumns = {
  id: ['id', 'identifier', 'code', '标识符', '内部标识符', '数据元标识符', '数据元编号', '编号'],
  'name.zh': ['name zh', 'chinese name', '中文名称', '名称', '数据元名称'],
  'name.en': ['name en', 'name', 'english name', '英文名称'],
  aliases: ['aliases', 'synonyms', '同义名称', '别名'],
  'definition.zh': ['definition zh', '定义', '中文定义', '说明'],
  'definition.en': ['definition en', 'definition', '英文定义'],
  type: ['type', 'data type', '数据类型', '类型'],
  'valueDomain.format': ['format', 'representation', '表示格式', '数据格式'],
  'valueDomain.codeList': ['code list', 'value domain', '值域', '代码集'],
  'valueDomain.codes': ['codes', 'permissible values', '允许值', '值含义'],
  unit: ['unit', 'unit of measure', '计量单位', '单位'],
  standard: ['standard', 'source', '标准', '依据标准', '来源标准'],
} as const;
type Column = keyof typeof dictionaryColumns;
const needed: readonly (readonly Column[])[] = [['id'], ['name.zh', 'name.en'], ['definition.zh', 'definition.en'], ['type']];

/** Spellings of the types in national standards beside our own words. */
const spellings: Readonly<Record<string, DataElementBody['type']>> = {
  ...{
    字符型: 'string',
    字符串: 'string',
    文本: 'string',
    文本型: 'string',
    text: 'string',
    整型: 'integer',
    整数型: 'integer',
    int: 'integer',
  },
  ...{ 数值型: 'number', 数字型: 'number', 数字: 'number', 浮点型: 'number', decimal: 'number', 布尔型: 'boolean', 逻辑型: 'boolean' },
  ...{
    日期型: 'date',
    日期时间型: 'datetime',
    'date time': 'datetime',
    时间型: 'time',
    代码型: 'code',
    二进制型: 'binary',
    空间型: 'geometry',
  },
};
const types = new Map<string, DataElementBody['type']>([
  ...Object.entries(spellings),
  ...elementTypes.flatMap(({ id, zh, en }) =>
    [id, zh, en].map((word): [string, DataElementBody['type']] => [fold(word), id as DataElementBody['type']]),
  ),
]);

export async function* readDictionary(
  bytes: AsyncIterable<Uint8Array>,
  csv: { delimiter: string; encoding: string },
): AsyncGenerator<DictionaryRow | Warning | Fault> {
  const lines = new Map<string, number>();
  for await (const entry of readTable(bytes, csv, mustHave)) {
    if ('kind' in entry) {
      yield entry;
      continue;
    }
    const row = readRow(entry);
    const earlier = row.kind === 'row' ? lines.get(row.element.id) : undefined;
    if (row.kind === 'row' && earlier !== undefined)
      yield { kind: 'fault', line: row.line, code: 'ID_REPEATED', field: 'id', given: row.element.id, accepted: `line ${earlier}` };
    else {
      if (row.kind === 'row') lines.set(row.element.id, row.line);
      yield row;
    }
  }
}

const headerOf = (name: string) => fold(name.replaceAll('_', ' '));

function* mustHave(header: readonly string[]): Generator<never> {
  const present = new Set(header.map(headerOf));
  for (const columns of needed) {
    const spelled = columns.flatMap((column) => dictionaryColumns[column] as readonly string[]);
    if (!spelled.some((name) => present.has(name)))
      throw new ImportError('HEADER_NEEDED', {
        given: header.join(', ').slice(0, 500),
        accepted: `${columns.join(' / ')}: ${spelled.join(' / ')}`,
      });
  }
}

function readRow({ line, columns }: Entry): DictionaryRow | Fault {
  const cells = new Map(Object.entries(columns).map(([name, cell]) => [headerOf(name), cell.replace(/\s+/g, ' ').trim()]));
  const cell = (column: Column) => dictionaryColumns[column].map((name) => cells.get(name)).find((text) => text !== undefined);
  const given = cell('type') ?? '';
  const type = types.get(fold(given));
  if (type === undefined)
    return {
      kind: 'fault',
      line,
      code: 'VALUE_NEEDED',
      field: 'type',
      given,
      accepted: elementTypes.map(({ id, zh }) => `${id} ${zh}`).join(', '),
    };
  const parsed = dataElementPropose.safeParse(
    present({
      id: cell('id'),
      name: present({ zh: cell('name.zh'), en: cell('name.en') }) ?? {},
      aliases: list(cell('aliases')),
      definition: present({ zh: cell('definition.zh'), en: cell('definition.en') }) ?? {},
      type,
      valueDomain: present({
        format: cell('valueDomain.format'),
        codeList: cell('valueDomain.codeList'),
        codes: list(cell('valueDomain.codes'))?.map(codeOf),
      }),
      unit: cell('unit'),
      standard: cell('standard'),
    }),
  );
  if (parsed.success) return { kind: 'row', line, element: parsed.data };
  const fields = parsed.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }));
  return { kind: 'fault', line, code: 'INPUT_INVALID', given: cell('id') ?? '', fields };
}

function list(cell: string | undefined): string[] | undefined {
  const items = cell?.split(/[;；、|]/).map((item) => item.trim());
  return items && [...new Set(items.filter((item) => item !== ''))];
}

/** `1=男`, `1：男`: Chinese where it is written so. */
function codeOf(item: string) {
  const [code = '', meaning = ''] = item.split(/[=：:]/, 2).map((part) => part.trim());
  return { code, meaning: { [/\p{Script=Han}/u.test(meaning) ? 'zh' : 'en']: meaning } };
}

/** Without what is not there; undefined where nothing is. */
function present<T extends object>(value: T): Partial<T> | undefined {
  const known = Object.entries(value).filter(([, item]) => item !== undefined);
  return known.length === 0 ? undefined : (Object.fromEntries(known) as Partial<T>);
}
