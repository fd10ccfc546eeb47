import { ImportError, importCodes } from './errors.js';
import type { Mapping } from './mapping.js';
import { readRecords } from './records.js';
import type { Entry, Fault, Warning } from './rows.js';

export function readCsv(bytes: AsyncIterable<Uint8Array>, mapping: Mapping): AsyncGenerator<Entry | Warning | Fault> {
  return readTable(bytes, mapping.csv, (header) => missing(header, mapping));
}

/** A CSV file's entries: the header names the columns, each later record is an entry or a fault. `told` says what the header lacks, or throws. */
export async function* readTable(
  bytes: AsyncIterable<Uint8Array>,
  csv: { delimiter: string; encoding: string },
  told: (header: readonly string[]) => Iterable<Warning>,
): AsyncGenerator<Entry | Warning | Fault> {
  let header: readonly string[] | undefined;
  for await (const record of readRecords(bytes, csv)) {
    const { line } = record;
    if ('fault' in record) {
      if (!header) throw new ImportError('FILE_UNREADABLE', { given: `line ${line}: ${importCodes[record.fault].en}` });
      yield { kind: 'fault', line, code: record.fault };
      continue;
    }
    if (!header) {
      header = record.cells.map((cell) => cell.trim());
      const twice = header.find((name, i) => name !== '' && header?.indexOf(name) !== i);
      if (twice) throw new ImportError('HEADER_REPEATED', { given: twice });
      yield* told(header);
      continue;
    }
    if (record.cells.length !== header.length) {
      yield { kind: 'fault', line, code: 'COLUMN_COUNT', given: String(record.cells.length), accepted: String(header.length) };
      continue;
    }
    const columns: Record<string, string> = {};
    header.forEach((name, i) => {
      const cell = record.cells[i] as string;
      if (name !== '' && cell.trim() !== '') columns[name] = cell;
    });
    if (Object.keys(columns).length > 0) yield { line, columns };
  }
  if (!header) throw new ImportError('FILE_EMPTY');
}

interface Source {
  readonly columns?: readonly string[];
  readonly default?: unknown;
}
const needed = ['catalogCode', 'title', 'shareType'] as const;

/** Columns that the mapping names and the file lacks: of a needed field the file is refused, since every row would fail. */
function* missing(header: readonly string[], mapping: Mapping): Generator<Warning> {
  const present = new Set(header.map(fold));
  const gone = (columns: readonly string[] | undefined) => columns !== undefined && !columns.some((name) => present.has(fold(name)));
  const specs: [string, object | undefined][] = [...Object.entries(mapping.fields), ['department', mapping.department]];
  for (const [field, spec] of specs) {
    if (!spec) continue;
    const parts = 'zh' in spec || 'en' in spec ? (Object.values(spec) as Source[]) : [spec as Source];
    const lost = parts.filter((part) => gone(part.columns) && part.default === undefined);
    if (lost.length === 0) continue;
    const accepted = lost.flatMap((part) => part.columns).join(' / ');
    if (lost.length === parts.length && (field === 'department' || (needed as readonly string[]).includes(field)))
      throw new ImportError('HEADER_NEEDED', { given: header.join(', ').slice(0, 500), accepted: `${field}: ${accepted}` });
    yield { kind: 'warning', line: 1, code: 'HEADER_MISSING', field, accepted };
  }
  for (const { name, columns } of mapping.distributions)
    if (gone(columns))
      yield { kind: 'warning', line: 1, code: 'HEADER_MISSING', field: `distributions.${name}`, accepted: columns.join(' / ') };
}

/** Spellings are compared without regard to case, width and white space. */
export function fold(text: string): string {
  return text.normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();
}
