import { isUtf8 } from 'node:buffer';
import { type Arranger, type CellReader, malformed, type OnRow, type Row } from './cutter.js';

/** What rows of JSON are cut to, who watches, and who arranges them. */
export interface ObjectCut {
  readonly keep: ReadonlySet<string> | 'all';
  readonly onRow: OnRow | undefined;
  readonly cells: CellReader | undefined;
  readonly arranger: Arranger | undefined;
}

/**
 * One JSON object, cut to some of its members. The text of a member is kept as it stands: parsing and writing anew would change numbers beyond 2^53.
 * Answers what is to leave now, most often the row itself; undefined where the row is no JSON object.
 */
export function cutObject(row: Buffer, { keep: wanted, onRow, cells, arranger }: ObjectCut): readonly string[] | undefined {
  if (!isUtf8(row)) return undefined;
  const text = row.toString('utf8').trim();
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const keep = wanted === 'all' ? new Set(Object.keys(value)) : wanted;
  const kept = Object.keys(value).every((name) => keep.has(name)) ? text : cutText(text, keep);
  if (!onRow && !cells && !arranger) return [kept];
  const seen = observed(text, value as JsonRow, keep);
  onRow?.(seen.names, seen.values);
  cells?.row(seen.names, seen.values);
  return arranger ? arranger.row({ ...seen, bytes: Buffer.from(kept) }).map((bytes) => bytes.toString()) : [kept];
}

function cutText(text: string, keep: ReadonlySet<string>): string {
  return `{${membersOf(text)
    .filter(({ name }) => keep.has(name))
    .map(({ from, to }) => text.slice(from, to).trim())
    .join(',')}}`;
}

type JsonRow = Readonly<Record<string, unknown>>;

function observed(text: string, row: JsonRow, keep: ReadonlySet<string>): Omit<Row, 'bytes'> {
  const kept = Object.entries(row).filter(([name]) => keep.has(name));
  // Only a number is not told by its value: 1.50, or one beyond 2^53.
  const members = kept.some(([, value]) => typeof value === 'number') ? membersOf(text) : [];
  const written = new Map(members.map(({ name, value, to }) => [name, text.slice(value, to).trim()]));
  return {
    names: kept.map(([name]) => name),
    values: kept.map(([name, value]) => {
      if (typeof value === 'string') return value;
      if (value === null) return '';
      return (typeof value === 'number' ? written.get(name) : undefined) ?? JSON.stringify(value);
    }),
    like: (values) =>
      Buffer.from(`{${kept.map(([name, value], i) => `${JSON.stringify(name)}:${literal(value, values[i] as string)}`).join(',')}}`),
  };
}

/** A value in the form that another has: a number for a number, a string for a string. */
function literal(model: unknown, text: string): string {
  if (typeof model === 'string') return JSON.stringify(text);
  if (text === '') return 'null';
  return typeof parsed(text) === typeof model ? text : JSON.stringify(text);
}

export function noObject(row: number): Error {
  return malformed(`row ${row}`, 'a JSON object in UTF-8');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Where a member begins, its value, and where both end. */
interface Member {
  readonly name: string;
  readonly from: number;
  readonly value: number;
  readonly to: number;
}

/** Where the members of an object stand in its text, which is known to be valid JSON. */
function membersOf(text: string): Member[] {
  const members: Member[] = [];
  for (let at = blanksEnd(text, 1); text[at] === '"'; at = blanksEnd(text, at + 1)) {
    const nameEnd = stringEnd(text, at);
    const value = blanksEnd(text, nameEnd) + 1;
    const to = valueEnd(text, value);
    members.push({ name: JSON.parse(text.slice(at, nameEnd)) as string, from: at, value, to });
    at = to;
  }
  return members;
}

function blanksEnd(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\n' || text[at] === '\r') at += 1;
  return at;
}

function stringEnd(text: string, from: number): number {
  for (let at = from + 1; ; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
}

/** The comma or brace behind a value. */
function valueEnd(text: string, from: number): number {
  let depth = 0;
  for (let at = from; ; at += 1) {
    const character = text[at];
    if (character === '"') at = stringEnd(text, at) - 1;
    else if (character === '{' || character === '[') depth += 1;
    else if (depth === 0 && (character === ',' || character === '}')) return at;
    else if (character === '}' || character === ']') depth -= 1;
  }
}
