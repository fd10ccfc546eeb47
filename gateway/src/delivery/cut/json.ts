import { type Cut, type Cutter, MAX_ROW, malformed } from './cutter.js';
import { cutObject, noObject, type ObjectCut } from './members.js';
import { ObjectCutter } from './objects.js';

const EMPTY = Buffer.alloc(0);
const [QUOTE, BACKSLASH, COMMA, OPEN, CLOSE, ROW, ROW_END] = [0x22, 0x5c, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d];

/** An array of objects: cut object by object, never held whole. Where between them the next byte is: */
type Place = 'before' | 'first' | 'row' | 'behind' | 'next' | 'after';

export class JsonCutter implements Cutter {
  rows = 0;
  done = false;
  /** `{}` and its comma. */
  readonly leastRow = 3;
  readonly #limit: number;
  readonly #cut: ObjectCut;
  readonly #objects: ObjectCutter;
  #place: Place = 'before';
  #depth = 0;
  #quoted = false;
  #escaped = false;
  #seen = 0;
  #sent = 0;
  #carry: Buffer[] = [];
  #carried = 0;

  constructor({ elements, limit, onRow, cells, arranger }: Cut) {
    this.#limit = limit;
    this.#cut = { keep: elements === 'all' ? elements : new Set(elements), onRow, cells, arranger };
    this.#objects = new ObjectCutter(this.#cut);
  }

  write(chunk: Buffer): readonly Buffer[] {
    const out: string[] = [];
    let from = 0;
    for (let i = 0; i < chunk.length && !this.done; i += 1) {
      const byte = chunk[i] as number;
      if (this.#place !== 'row') {
        if (this.#between(byte, out) === 'row') from = i;
      } else if (this.#endsRow(byte)) {
        this.#row(Buffer.concat([...this.#carry, chunk.subarray(from, i + 1)]), out);
        this.#carry = [];
        this.#carried = 0;
      }
    }
    if (!this.done && this.#place === 'row') {
      this.#carry.push(Buffer.from(chunk.subarray(from)));
      this.#carried += chunk.length - from;
      if (this.#carried > MAX_ROW) throw malformed('an object that does not end', 'an array of objects');
    }
    return out.length === 0 ? [] : [Buffer.from(out.join(''))];
  }

  end(): Buffer {
    if (this.done) return EMPTY;
    if (this.#place !== 'after') throw malformed('it ends before its array does', 'an array of objects');
    return EMPTY;
  }

  #between(byte: number, out: string[]): Place {
    const bom = this.#place === 'before' && this.#seen < 3 && byte === [0xef, 0xbb, 0xbf][this.#seen];
    this.#seen += 1;
    if (bom || byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d) return this.#place;
    const place = this.#place;
    if (place === 'before' && byte === OPEN) {
      out.push('[');
      this.#place = 'first';
    } else if ((place === 'first' || place === 'next') && byte === ROW) {
      this.#place = 'row';
      this.#depth = 1;
    } else if (place === 'behind' && byte === COMMA) this.#place = 'next';
    else if ((place === 'first' || place === 'behind') && byte === CLOSE) {
      this.#close(out);
      this.#place = 'after';
    } else throw malformed(`something else behind row ${this.rows}`, 'an array of objects');
    return this.#place;
  }

  #endsRow(byte: number): boolean {
    if (this.#quoted) {
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) this.#quoted = false;
      return false;
    }
    if (byte === QUOTE) this.#quoted = true;
    else if (byte === ROW || byte === OPEN) this.#depth += 1;
    else if (byte === ROW_END || byte === CLOSE) this.#depth -= 1;
    return this.#depth === 0;
  }

  #row(bytes: Buffer, out: string[]): void {
    const texts = this.#cut.arranger ? cutObject(bytes, this.#cut) : this.#plain(bytes);
    if (texts === undefined) throw noObject(this.rows + 1);
    this.#put(texts, out);
    this.#place = 'behind';
    this.rows += 1;
    if (this.rows !== this.#limit) return;
    this.#close(out);
    this.done = true;
  }

  #plain(bytes: Buffer): readonly string[] | undefined {
    const end = this.#objects.cut(bytes, bytes, 0);
    return end === undefined ? undefined : [bytes.toString('utf8', 0, end)];
  }

  #put(texts: readonly string[], out: string[]): void {
    for (const text of texts) {
      if (this.#sent > 0) out.push(',');
      out.push(text);
      this.#sent += 1;
    }
  }

  #close(out: string[]): void {
    this.#put(this.#cut.arranger?.end().map((bytes) => bytes.toString()) ?? [], out);
    out.push(']');
  }
}
