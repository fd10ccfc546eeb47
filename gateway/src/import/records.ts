import { parse } from 'csv-parse/sync';
import { type ImportCode, ImportError } from './errors.js';

/**
 * CSV (RFC 4180) as records with their first line's number. A record whose quotes are wrong is a fault of its first line alone: reading goes on at the next line,
 * where a plain streaming parser would swallow everything up to the next quote, or the rest of the file.
 */
export interface CsvRecord {
  readonly line: number;
  readonly cells: readonly string[];
}
export interface CsvFault {
  readonly line: number;
  readonly fault: ImportCode;
}

/** Bounds what one stray quote can hold in memory, and how far it can reach. */
const MAX_RECORD_LINES = 1000;
const MAX_RECORD_CHARACTERS = 200_000;

export async function* readRecords(
  bytes: AsyncIterable<Uint8Array>,
  options: { delimiter: string; encoding: string },
): AsyncGenerator<CsvRecord | CsvFault> {
  const held: string[] = [];
  let first = 1;
  let quotes = 0;
  let characters = 0;
  function* settle(end: boolean): Generator<CsvRecord | CsvFault> {
    let at = 0;
    for (let taken = take(held, at, first, options.delimiter, end); taken; taken = take(held, at, first, options.delimiter, end)) {
      at += taken.lines;
      first += taken.lines;
      if (taken.what) yield taken.what;
    }
    held.splice(0, at);
    quotes = held.reduce((sum, line) => sum + count(line), 0);
    characters = held.reduce((sum, line) => sum + line.length, 0);
  }
  for await (const line of lines(bytes, options.encoding)) {
    held.push(line);
    quotes += count(line);
    characters += line.length;
    // An odd number of quotes: the record goes on.
    if (quotes % 2 === 0 || held.length >= MAX_RECORD_LINES || characters > MAX_RECORD_CHARACTERS) yield* settle(false);
  }
  yield* settle(true);
}

/** The first record of the lines held from `at` on, if it is complete; `what` is absent for an empty line. */
function take(
  held: readonly string[],
  at: number,
  line: number,
  delimiter: string,
  end: boolean,
): { lines: number; what?: CsvRecord | CsvFault } | undefined {
  if (at >= held.length) return undefined;
  let text = '';
  let quotes = 0;
  const last = Math.min(held.length, at + MAX_RECORD_LINES);
  for (let n = at; n < last; n += 1) {
    const part = held[n] as string;
    text = n === at ? part : `${text}\n${part}`;
    quotes += count(part);
    if (text.length > MAX_RECORD_CHARACTERS) return { lines: 1, what: { line, fault: quotes % 2 === 0 ? 'ROW_TOO_LONG' : 'QUOTES' } };
    if (quotes % 2 === 0) return text.trim() === '' ? { lines: 1 } : cells(text, line, n + 1 - at, delimiter);
  }
  return end || last - at >= MAX_RECORD_LINES ? { lines: 1, what: { line, fault: 'QUOTES' } } : undefined;
}

function cells(text: string, line: number, span: number, delimiter: string): { lines: number; what: CsvRecord | CsvFault } {
  try {
    const [row] = parse(text, { delimiter, relax_column_count: true }) as string[][];
    if (row) return { lines: span, what: { line, cells: row } };
  } catch {
    // csv-parse says where inside the record; the user needs the line in the file.
  }
  return { lines: 1, what: { line, fault: 'QUOTES' } };
}

function count(line: string): number {
  let found = 0;
  for (let at = line.indexOf('"'); at !== -1; at = line.indexOf('"', at + 1)) found += 1;
  return found;
}

async function* lines(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding);
  let rest = '';
  for await (const chunk of bytes) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = parts.pop() as string;
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
    if (rest.length > MAX_RECORD_CHARACTERS * 5)
      throw new ImportError('FILE_UNREADABLE', { given: 'a line of more than a million characters' });
  }
  rest += decoder.decode();
  if (rest !== '') yield rest;
}
