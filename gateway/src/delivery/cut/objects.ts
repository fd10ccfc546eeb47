import { isUtf8 } from 'node:buffer';
import { cutObject, type ObjectCut } from './members.js';

/**
 * Cuts objects as `cutObject` does, on bytes: a row is read once, its strings, numbers and literals by their grammar (RFC 8259), and no string is made of what
 * stands there as it is. What is rare (a name with an escape or twice, very many names) goes the long way; so does every row that is not found good, to be
 * judged there.
 */
const [QUOTE, BACKSLASH, COMMA, COLON, OPEN, CLOSE, BRACKET, BRACKET_END] = [0x22, 0x5c, 0x2c, 0x3a, 0x7b, 0x7d, 0x5b, 0x5d];
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
/** Names that are compared as bytes; no table has as many columns. */
const MOST = 500;

interface Known {
  readonly name: string;
  readonly bytes: Buffer;
  readonly keep: boolean;
  /** The row that had it last. */
  seen: number;
}

export class ObjectCutter {
  readonly #cut: ObjectCut;
  readonly #known: Known[] = [];
  #row = 0;
  /** Of the kept members of the row: which name, and where it begins, its value begins and ends. */
  #places: number[] = [];
  #names: readonly string[] = [];
  #namesOf: readonly number[] = [];

  constructor(cut: ObjectCut) {
    this.#cut = cut;
  }

  /** Writes what is kept of `row` into `into`, which may be the memory that it lies in, from no later than its beginning. Answers where it ends; undefined: no object. */
  cut(row: Buffer, into: Buffer, at: number): number | undefined {
    const whole = this.#scan(row);
    if (whole === undefined) return this.#long(row, into, at);
    this.#tell(row);
    if (whole) return at + row.copy(into, at, blanksEnd(row, 0), textEnd(row));
    let o = at;
    into[o++] = OPEN;
    const places = this.#places;
    for (let p = 0; p < places.length; p += 4) {
      if (p > 0) into[o++] = COMMA;
      o += row.copy(into, o, places[p + 1], places[p + 3]);
    }
    into[o++] = CLOSE;
    return o;
  }

  #long(row: Buffer, into: Buffer, at: number): number | undefined {
    const texts = cutObject(row, this.#cut);
    if (texts === undefined) return undefined;
    return at + into.write(texts.join(''), at);
  }

  /** Finds the members. Whether all are kept; undefined where this is not the way. */
  #scan(row: Buffer): boolean | undefined {
    this.#row += 1;
    this.#places = [];
    let whole = true;
    let expected = 0;
    let at = blanksEnd(row, 0);
    if (row[at] !== OPEN || !isUtf8(row)) return undefined;
    at = blanksEnd(row, at + 1);
    if (row[at] === CLOSE) return blanksEnd(row, at + 1) === row.length ? true : undefined;
    for (;;) {
      const from = at;
      const nameEnd = plainEnd(row, at);
      if (nameEnd === -1) return undefined;
      const index = this.#indexOf(row, from + 1, nameEnd - 1, expected);
      if (index === -1) return undefined;
      expected = index + 1;
      at = blanksEnd(row, nameEnd);
      if (row[at] !== COLON) return undefined;
      const value = blanksEnd(row, at + 1);
      const to = valueEnd(row, value);
      if (to === -1) return undefined;
      if ((this.#known[index] as Known).keep) this.#places.push(index, from, value, to);
      else whole = false;
      at = blanksEnd(row, to);
      if (row[at] === CLOSE) return blanksEnd(row, at + 1) === row.length ? whole : undefined;
      if (row[at] !== COMMA) return undefined;
      at = blanksEnd(row, at + 1);
    }
  }

  /** Rows are mostly alike: the name that followed last time is looked at first. */
  #indexOf(row: Buffer, from: number, to: number, expected: number): number {
    const known = this.#known;
    let index = same(known[expected]?.bytes, row, from, to) ? expected : known.findIndex(({ bytes }) => same(bytes, row, from, to));
    if (index === -1) {
      if (known.length === MOST) return -1;
      const name = row.toString('utf8', from, to);
      const { keep } = this.#cut;
      index = known.push({ name, bytes: Buffer.from(row.subarray(from, to)), keep: keep === 'all' || keep.has(name), seen: 0 }) - 1;
    }
    const found = known[index] as Known;
    if (found.seen === this.#row) return -1;
    found.seen = this.#row;
    return index;
  }

  #tell(row: Buffer): void {
    const { onRow, cells } = this.#cut;
    if (!onRow && !cells) return;
    const places = this.#places;
    const names = this.#namesNow();
    cells?.columns(names);
    const values: string[] = [];
    for (let p = 0; p < places.length; p += 4) {
      const [value, to] = [places[p + 2] as number, places[p + 3] as number];
      const first = row[value] as number;
      // A string as it stands; a number or literal; else text that must be made first.
      const plain = first === QUOTE ? plainEnd(row, value) === to : first !== OPEN && first !== BRACKET;
      const nothing = first === 0x6e;
      const inset = first === QUOTE ? 1 : 0;
      if (plain) {
        const end = nothing ? value : to - inset;
        cells?.cell(row, value + inset, end);
        if (onRow) values.push(row.toString('utf8', value + inset, end));
      } else {
        const made = textOf(row.toString('utf8', value, to));
        const bytes = Buffer.from(made);
        cells?.cell(bytes, 0, bytes.length);
        if (onRow) values.push(made);
      }
    }
    cells?.endRow();
    onRow?.(names, values);
  }

  /** One array for rows that have the same members. */
  #namesNow(): readonly string[] {
    const places = this.#places;
    let alike = this.#namesOf.length * 4 === places.length;
    for (let i = 0; alike && i < this.#namesOf.length; i += 1) alike = this.#namesOf[i] === places[4 * i];
    if (!alike) {
      this.#namesOf = places.filter((_, i) => i % 4 === 0);
      this.#names = this.#namesOf.map((index) => (this.#known[index] as Known).name);
    }
    return this.#names;
  }
}

/** As `cutObject` tells it: the string itself, or compact JSON. */
function textOf(json: string): string {
  const value: unknown = JSON.parse(json);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function same(bytes: Buffer | undefined, row: Buffer, from: number, to: number): boolean {
  if (bytes?.length !== to - from) return false;
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] !== row[from + i]) return false;
  return true;
}

function blanksEnd(row: Buffer, from: number): number {
  let at = from;
  for (let byte = row[at]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = row[at]) at += 1;
  return at;
}

function textEnd(row: Buffer): number {
  let at = row.length;
  for (let byte = row[at - 1]; byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09; byte = row[at - 1]) at -= 1;
  return at;
}

/** Behind a string without escapes; -1: another, or none. */
function plainEnd(row: Buffer, from: number): number {
  if (row[from] !== QUOTE) return -1;
  for (let at = from + 1; at < row.length; at += 1) {
    const byte = row[at] as number;
    if (byte === QUOTE) return at + 1;
    if (byte === BACKSLASH || byte < 0x20) return -1;
  }
  return -1;
}

/** Behind a value; -1: it is none. */
function valueEnd(row: Buffer, from: number): number {
  const first = row[from];
  if (first === QUOTE) {
    const end = plainEnd(row, from);
    return end === -1 ? checked(row, from, stringEnd(row, from)) : end;
  }
  if (first === OPEN || first === BRACKET) return checked(row, from, nestedEnd(row, from));
  if (first === 0x74) return literalEnd(row, from, 'true');
  if (first === 0x66) return literalEnd(row, from, 'false');
  if (first === 0x6e) return literalEnd(row, from, 'null');
  return numberEnd(row, from);
}

function literalEnd(row: Buffer, from: number, literal: string): number {
  for (let i = 0; i < literal.length; i += 1) if (row[from + i] !== literal.charCodeAt(i)) return -1;
  return from + literal.length;
}

function numberEnd(row: Buffer, from: number): number {
  let at = row[from] === MINUS ? from + 1 : from;
  const digits = digitsEnd(row, at);
  if (digits === at || (row[at] === ZERO && digits > at + 1)) return -1;
  at = digits;
  if (row[at] === POINT) {
    const end = digitsEnd(row, at + 1);
    if (end === at + 1) return -1;
    at = end;
  }
  if (row[at] === 0x65 || row[at] === 0x45) {
    const sign = row[at + 1] === 0x2b || row[at + 1] === MINUS ? at + 2 : at + 1;
    const end = digitsEnd(row, sign);
    if (end === sign) return -1;
    at = end;
  }
  return at;
}

function digitsEnd(row: Buffer, from: number): number {
  let at = from;
  for (let byte = row[at] as number; byte >= ZERO && byte <= 0x39; byte = row[at] as number) at += 1;
  return at;
}

function stringEnd(row: Buffer, from: number): number {
  for (let at = from + 1; at < row.length; at += 1) {
    if (row[at] === BACKSLASH) at += 1;
    else if (row[at] === QUOTE) return at + 1;
  }
  return -1;
}

function nestedEnd(row: Buffer, from: number): number {
  let depth = 0;
  for (let at = from; at < row.length; at += 1) {
    const byte = row[at];
    if (byte === QUOTE) {
      at = stringEnd(row, at) - 1;
      if (at < 0) return -1;
    } else if (byte === OPEN || byte === BRACKET) depth += 1;
    else if (byte === CLOSE || byte === BRACKET_END) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** What is not simple is judged by who knows all of the grammar. */
function checked(row: Buffer, from: number, to: number): number {
  if (to === -1) return -1;
  try {
    JSON.parse(row.toString('utf8', from, to));
    return to;
  } catch {
    return -1;
  }
}
