import type { Cell, Column, Report } from './report.js';

/** RFC 4180, with a byte-order mark: without it spreadsheets take Chinese for an older encoding. A column that holds our own words becomes two. */
export function csvOf({ columns, sections }: Report): string {
  const section = { name: { zh: '分组', en: 'Section' }, width: 0 };
  const rows = sections.flatMap(({ heading, rows: own }) => own.map((row) => [heading, ...row]));
  const bilingual = [section, ...columns].map((_, i) => rows.some((row) => typeof row[i] === 'object'));
  const lines = [
    [section, ...columns].flatMap((column, i) => headOf(column, bilingual[i] ?? false)),
    ...rows.map((row) => row.flatMap((cell, i) => fieldsOf(cell, bilingual[i] ?? false))),
  ];
  return `\ufeff${lines.map((line) => `${line.map(field).join(',')}\r\n`).join('')}`;
}

function headOf({ name: { zh, en } }: Column, bilingual: boolean): string[] {
  return bilingual ? [`${zh} (zh)`, `${en} (en)`] : [`${zh} ${en}`];
}

function fieldsOf(cell: Cell, bilingual: boolean): string[] {
  if (typeof cell === 'object') return [cell.zh, cell.en];
  return bilingual ? [String(cell), String(cell)] : [String(cell)];
}

/** What a spreadsheet would run as a formula is told to be text (OWASP, CSV injection); others' titles come through here. */
function field(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
