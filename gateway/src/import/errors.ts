import type { Localized } from '@drl/chaincode/model/records/common';

/** What an import may say of a file or of one of its lines: a closed list, beside the ledger's own rule codes. */
interface Meaning {
  /** warning: the row stays. fault: the row is dropped, alone. file: nothing can be read. */
  readonly level: 'warning' | 'fault' | 'file';
  readonly zh: string;
  readonly en: string;
}

export const importCodes = {
  MAPPING_INVALID: { level: 'file', zh: '映射文件不符合规定的格式', en: 'The mapping is not what its schema says' },
  MAPPING_UNKNOWN: { level: 'file', zh: '没有这个映射', en: 'There is no such mapping' },
  FILE_EMPTY: { level: 'file', zh: '文件中没有标题行', en: 'The file has no header' },
  FILE_UNREADABLE: { level: 'file', zh: '文件不是该映射所读的格式', en: 'The file is not of the kind that the mapping reads' },
  HEADER_REPEATED: { level: 'file', zh: '标题行中有重复的列名', en: 'The header names a column twice' },
  HEADER_NEEDED: { level: 'file', zh: '缺少映射必需的列', en: 'A column that the mapping needs is not in the header' },
  HEADER_MISSING: { level: 'warning', zh: '映射中的列不在文件里', en: 'A column that the mapping names is not in the file' },
  QUOTES: { level: 'fault', zh: '引号不成对或位置不对', en: 'Quotes are unbalanced or misplaced' },
  COLUMN_COUNT: { level: 'fault', zh: '列数与标题行不符', en: 'The row has not as many columns as the header' },
  ROW_TOO_LONG: { level: 'fault', zh: '该行过长', en: 'The row is too long' },
  ENTRY_UNREADABLE: { level: 'fault', zh: '条目不是数据集', en: 'The entry is not a dataset' },
  CODE_MISSING: { level: 'fault', zh: '缺少目录编码', en: 'The row has no catalogue code' },
  CODE_REPEATED: { level: 'fault', zh: '同一部门的目录编码重复', en: 'The department’s catalogue code was on an earlier line' },
  ID_REPEATED: { level: 'fault', zh: '标识符与前面某行重复', en: 'The identifier was on an earlier line' },
  DEPARTMENT_UNKNOWN: { level: 'fault', zh: '部门名称不在映射的部门表中', en: 'The department’s spelling is not in the mapping' },
  VALUE_NEEDED: { level: 'fault', zh: '必填的值缺失或无法识别', en: 'A value that a record needs is missing or not in the mapping' },
  VALUE_UNKNOWN: { level: 'warning', zh: '值不在映射中，已略去', en: 'The value is not in the mapping and was left out' },
  DATE_UNREADABLE: { level: 'warning', zh: '日期无法识别，已略去', en: 'The date could not be read and was left out' },
  URL_UNREADABLE: { level: 'warning', zh: '网址无法识别，未作为挂接资源', en: 'The address is not a URL and was not attached' },
  NAME_REPEATED: { level: 'warning', zh: '同一部门的名称与前面某行重复', en: 'The department’s title was on an earlier line' },
  ENCODING: { level: 'warning', zh: '含有不属于该编码的字符', en: 'Holds characters that are not of the encoding' },
} as const satisfies Record<string, Meaning>;

export type ImportCode = keyof typeof importCodes;

/** The file as a whole, or its mapping, cannot be used; no row was touched. */
export class ImportError extends Error {
  override readonly name = 'ImportError';
  constructor(
    readonly code: ImportCode,
    readonly detail: { readonly given?: string; readonly accepted?: string } = {},
  ) {
    super(`${importCodes[code].en}${detail.given === undefined ? '' : `: ${detail.given}`}`);
  }
}

export function importErrorText(code: ImportCode): Required<Localized> {
  const { zh, en } = importCodes[code];
  return { zh, en };
}
