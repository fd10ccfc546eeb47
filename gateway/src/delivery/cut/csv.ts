import { isUtf8 } from 'node:buffer';
import { eachCell, eachRecord, rowsIn } from './csvRows.js';
import { type Cut, type Cutter, elementMissing, MAX_ROW, malformed } from './cutter.js';

/**
 * RFC 4180, strictly: every record as many fields as the header, quotes only around whole fields, CRLF or LF. Bytes that mean something are ASCII,
 * and no byte of a longer character in UTF-8 or GB 18030 is one of them: so both are cut without being decoded, their header apart.
 */
const COMMA = 0x2c;
const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;

/** Where in a record the next byte is. */
const START = 0;
const PLAIN = 1;
const QUOTED = 2;
const AFTER_QUOTE = 3;
const AFTER_CR = 4;

const EMPTY = Buffer.alloc(0);

export class CsvCutter implements Cutter {
  rows = 0;
  done = false;
  leastRow = 1;
  readonly #cut: Cut;
  #header: Buffer | undefined = EMPTY;
  /** For each column whether it is let through, and whether a comma goes before it. */
  #keep = new Uint8Array();
  #comma = new Uint8Array();
  /** As the header has it. */
  #break: Buffer = EMPTY;
  #state = START;
  #column = 0;
  #blank = true;
  /** What has been let through of a record that is not whole yet. */
  #carry: Buffer = EMPTY;
  #names: readonly string[] = [];

  constructor(cut: Cut) {
    this.#cut = cut;
  }

  write(chunk: Buffer): readonly Buffer[] {
    if (this.done) return [];
    if (this.#header === undefined) return this.#observed(this.#body(chunk));
    const head = Buffer.concat([this.#header, chunk]);
    const end = recordEnd(head);
    if (end === -1) {
      if (head.length > MAX_ROW) throw malformed('a header that does not end', 'RFC 4180');
      this.#header = head;
      return [];
    }
    const header = this.#begin(head.subarray(0, end));
    return [header, ...this.#observed(this.#body(head.subarray(end)))];
  }

  end(): Buffer {
    if (this.done) return EMPTY;
    if (this.#header !== undefined) {
      if (this.#header.length === 0) throw malformed('an empty file', 'a header with the names of the elements');
      return this.#begin(this.#header);
    }
    if (this.#state === QUOTED || this.#state === AFTER_CR) throw this.#fault('it ends amid a field');
    if (this.#blank) return Buffer.concat([...(this.#cut.arranger?.end() ?? [])]);
    this.#mustBeWhole();
    this.rows += 1;
    // The last row may have no line break; where nothing else of it would be left, it gets one, to be seen at all.
    const last = this.#carry.length > 0 ? this.#carry : this.#break;
    return Buffer.concat([...this.#observed([last]), ...(this.#cut.arranger?.end() ?? [])]);
  }

  /** Rows are looked at behind the cut, where nothing is left of what is withheld. */
  #observed(rows: readonly Buffer[]): readonly Buffer[] {
    const { onRow, cells, arranger } = this.#cut;
    if (rows.length === 0 || (onRow ?? cells ?? arranger) === undefined) return rows;
    const bytes = Buffer.concat(rows);
    if (cells) eachCell(bytes, this.#names, cells);
    if (onRow) eachRecord(bytes, this.#names, onRow);
    if (!arranger) return rows;
    const arranged: Buffer[] = [];
    for (const row of rowsIn(bytes, this.#names, this.#break)) arranged.push(...arranger.row(row));
    if (this.done) arranged.push(...arranger.end());
    return arranged;
  }

  #begin(record: Buffer): Buffer {
    const text = record.subarray(0, lineEnd(record));
    const cells = splitCells(text.subarray(text[0] === 0xef && text[1] === 0xbb && text[2] === 0xbf ? 3 : 0));
    const names = cells.map(nameOf);
    const elements = this.#cut.elements === 'all' ? names : this.#cut.elements;
    const absent = elements.filter((name) => !names.includes(name));
    if (absent.length > 0) throw elementMissing(absent);
    const twice = elements.filter((name) => names.indexOf(name) !== names.lastIndexOf(name));
    if (twice.length > 0) throw malformed(`two columns ${twice.join(', ')}`, 'each name once');
    this.#keep = Uint8Array.from(names, (name) => (elements.includes(name) ? 1 : 0));
    this.#names = names.filter((_, column) => this.#keep[column] === 1);
    const first = this.#keep.indexOf(1);
    this.#comma = this.#keep.map((kept, column) => (kept === 1 && column > first ? 1 : 0));
    this.leastRow = names.length;
    this.#header = undefined;
    const kept = cells.filter((_, column) => this.#keep[column] === 1).flatMap((cell, i) => (i === 0 ? [cell] : [Buffer.from(','), cell]));
    this.#break = Buffer.from(record.subarray(text.length));
    return Buffer.concat([...kept, this.#break]);
  }

  /**
   * One pass over the bytes: this loop is most of what a delivery costs beside its digest. What is let through is moved up within the chunk itself,
   * run by run, and where all of it is, nothing moves: buffers of our own cost more in collecting them than the loop does.
   */
  #body(chunk: Buffer): readonly Buffer[] {
    const { limit } = this.#cut;
    const keeps = this.#keep;
    const commas = this.#comma;
    const columns = keeps.length;
    const length = chunk.length;
    let o = 0;
    /** Behind the last whole row; before the first, what was carried here belongs to it. */
    let whole = 0;
    let carry = this.#carry;
    let ended: Buffer = EMPTY;
    let state = this.#state;
    let column = this.#column;
    let blank = this.#blank;
    let keep = keeps[column] === 1;
    let rows = this.rows;
    /** Where the run began that is let through. */
    let from = 0;
    let i = 0;
    while (i < length) {
      let byte = chunk[i] as number;
      if (state <= PLAIN) {
        // All that means something lies at or below the comma.
        if (byte > COMMA) {
          do i += 1;
          while (i < length && (chunk[i] as number) > COMMA);
          state = PLAIN;
          blank = false;
          if (i === length) break;
          byte = chunk[i] as number;
        }
        if (byte !== COMMA && byte !== LF && byte !== CR) {
          if (byte !== QUOTE) state = PLAIN;
          else if (state === START) state = QUOTED;
          else throw this.#fault('a quote within a field', rows);
          blank = false;
          i += 1;
          continue;
        }
      } else if (state === QUOTED) {
        while (i < length && (chunk[i] as number) !== QUOTE) i += 1;
        if (i < length) state = AFTER_QUOTE;
        i += 1;
        continue;
      } else if (state === AFTER_QUOTE) {
        if (byte === QUOTE) {
          state = QUOTED;
          i += 1;
          continue;
        }
        if (byte !== COMMA && byte !== LF && byte !== CR) throw this.#fault('something behind a closing quote', rows);
      } else if (byte !== LF) throw this.#fault('a carriage return by itself', rows);
      // The end of a field.
      if (byte === COMMA) {
        column += 1;
        if (column >= columns) throw this.#fault('more fields than columns', rows);
        const next = keeps[column] === 1;
        if (keep && !next) o = move(chunk, from, i, o);
        else if (next && !keep) from = commas[column] === 1 ? i : i + 1;
        keep = next;
        state = START;
        blank = false;
      } else if (byte === CR) {
        state = AFTER_CR;
        if (!keep) chunk[o++] = CR;
      } else {
        if (blank && columns > 1) {
          o = whole;
          carry = EMPTY;
        } else {
          if (column !== columns - 1) throw this.#fault('fewer fields than columns', rows);
          if (keep) o = move(chunk, from, i + 1, o);
          else chunk[o++] = LF;
          rows += 1;
          whole = o;
          if (carry.length > 0) {
            ended = carry;
            carry = EMPTY;
          }
        }
        state = START;
        column = 0;
        blank = true;
        keep = keeps[0] === 1;
        from = i + 1;
        if (rows === limit) {
          this.done = true;
          break;
        }
      }
      i += 1;
    }
    if (keep && !this.done) o = move(chunk, from, length, o);
    this.#state = state;
    this.#column = column;
    this.#blank = blank;
    this.rows = rows;
    if (carry.length + o - whole > MAX_ROW) throw this.#fault('a record that does not end');
    this.#carry = this.done ? EMPTY : Buffer.concat([carry, chunk.subarray(whole, o)]);
    return whole === 0 ? [] : [ended, chunk.subarray(0, whole)];
  }

  #mustBeWhole(): void {
    if (this.#column !== this.#keep.length - 1) throw this.#fault('fewer fields than columns');
  }

  #fault(what: string, rows = this.rows): Error {
    return malformed(`${what}, record ${rows + 1}`, 'RFC 4180, as many fields as the header');
  }
}

/** Below this a loop is faster than the way into native code. */
const SHORT = 40;

/** Moves a run up to `at`, which is never behind it. */
function move(chunk: Buffer, from: number, to: number, at: number): number {
  if (from === at) return to;
  if (to - from > SHORT) return at + chunk.copy(chunk, at, from, to);
  let o = at;
  for (let i = from; i < to; i += 1) chunk[o++] = chunk[i] as number;
  return o;
}

/** Behind the line break that ends the first record; -1 where it does not end yet. */
function recordEnd(bytes: Buffer): number {
  let quoted = false;
  for (let i = 0; i < bytes.length; i += 1) {
    if (bytes[i] === QUOTE) quoted = !quoted;
    else if (bytes[i] === LF && !quoted) return i + 1;
  }
  return -1;
}

function lineEnd(record: Buffer): number {
  if (record.at(-1) !== LF) return record.length;
  return record.at(-2) === CR ? record.length - 2 : record.length - 1;
}

function splitCells(line: Buffer): Buffer[] {
  const cells: Buffer[] = [];
  let quoted = false;
  let from = 0;
  for (let i = 0; i <= line.length; i += 1) {
    if (line[i] === QUOTE) quoted = !quoted;
    else if (i === line.length || (line[i] === COMMA && !quoted)) {
      cells.push(line.subarray(from, i));
      from = i + 1;
    }
  }
  return cells;
}

function nameOf(cell: Buffer): string {
  const text = isUtf8(cell) ? cell.toString('utf8') : new TextDecoder('gb18030').decode(cell);
  const trimmed = text.trim();
  return trimmed.startsWith('"') && trimmed.endsWith('"') ? trimmed.slice(1, -1).replaceAll('""', '"') : trimmed;
}
