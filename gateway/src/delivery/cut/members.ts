import { isUtf8 } from 'node:buffer';
import { malformed, type OnRow } from './cutter.js';

/**
 * One JSON object, cut to some of its members. The text of a member is kept as it stands: parsing and writing anew would change numbers beyond 2^53.
 * Answers undefined where the row is no JSON object.
 */
export function cutObject(row: Buffer, keep: ReadonlySet<string>, onRow?: OnRow): string | undefined {
  if (!isUtf8(row)) return undefined;
  const text = row.toString('utf8').trim();
  const value = parsed(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  if (onRow) observe(text, value as Readonly<Record<string, unknown>>, keep, onRow);
  if (Object.keys(value).every((name) => keep.has(name))) return text;
  return `{${membersOf(text)
    .filter(({ name }) => keep.has(name))
    .map(({ from, to }) => text.slice(from, to).trim())
    .join(',')}}`;
}

function observe(text: string, row: Readonly<Record<string, unknown>>, keep: ReadonlySet<string>, onRow: OnRow): void {
  const kept = Object.entries(row).filter(([name]) => keep.has(name));
  // Only a number is not told by its value: 1.50, or one beyond 2^53.
  const members = kept.some(([, value]) => typeof value === 'number') ? membersOf(text) : [];
  const written = new Map(members.map(({ name, value, to }) => [name, text.slice(value, to).trim()]));
  onRow(
    kept.map(([name]) => name),
    kept.map(([name, value]) => {
      if (typeof value === 'string') return value;
      if (value === null) return '';
      return (typeof value === 'number' ? written.get(name) : undefined) ?? JSON.stringify(value);
    }),
  );
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
