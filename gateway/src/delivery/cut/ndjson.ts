import { type Cut, type Cutter, MAX_ROW, malformed } from './cutter.js';
import { cutObject, noObject, type ObjectCut } from './members.js';
import { ObjectCutter } from './objects.js';

const LF = 0x0a;
const EMPTY = Buffer.alloc(0);

/** One JSON object a line; blank lines are none. */
export class NdjsonCutter implements Cutter {
  rows = 0;
  done = false;
  /** `{}` and its line break. */
  readonly leastRow = 3;
  readonly #limit: number;
  readonly #cut: ObjectCut;
  readonly #objects: ObjectCutter;
  readonly #arranged: boolean;
  #carry: Buffer[] = [];
  #carried = 0;

  constructor({ elements, limit, onRow, cells, arranger }: Cut) {
    this.#limit = limit;
    this.#cut = { keep: elements === 'all' ? elements : new Set(elements), onRow, cells, arranger };
    this.#objects = new ObjectCutter(this.#cut);
    this.#arranged = arranger !== undefined;
  }

  /** What leaves is moved up within the chunk: it is never longer than what it was cut from. Where rows are arranged, they come as they are given. */
  write(chunk: Buffer): readonly Buffer[] {
    const before: Buffer[] = [];
    let o = 0;
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1 && !this.done; at = chunk.indexOf(LF, from)) {
      const rest = chunk.subarray(from, at);
      if (this.#arranged || this.#carried > 0)
        before.push(...this.#row(this.#carried === 0 ? rest : Buffer.concat([...this.#carry, rest])));
      else o = this.#into(rest, chunk, o);
      this.#carry = [];
      this.#carried = 0;
      from = at + 1;
    }
    if (!this.done && from < chunk.length) {
      this.#carry.push(Buffer.from(chunk.subarray(from)));
      this.#carried += chunk.length - from;
      if (this.#carried > MAX_ROW) throw malformed('a line that does not end', 'one JSON object a line');
    }
    return o === 0 ? before : [...before, chunk.subarray(0, o)];
  }

  end(): Buffer {
    if (this.done) return EMPTY;
    const out = this.#carried > 0 ? this.#row(Buffer.concat(this.#carry)) : [];
    return Buffer.concat(this.done ? out : [...out, ...this.#rest()]);
  }

  /** A row by itself. */
  #row(line: Buffer): readonly Buffer[] {
    if (!this.#arranged) {
      const into = Buffer.allocUnsafe(line.length + 1);
      return [into.subarray(0, this.#into(line, into, 0))];
    }
    const bytes = this.#withoutMark(line);
    if (blank(bytes)) return [];
    const texts = cutObject(bytes, this.#cut);
    if (texts === undefined) throw noObject(this.rows + 1);
    const out = texts.map((text) => Buffer.from(`${text}\n`));
    this.#count();
    return this.done ? [...out, ...this.#rest()] : out;
  }

  #into(line: Buffer, into: Buffer, at: number): number {
    const bytes = this.#withoutMark(line);
    if (blank(bytes)) return at;
    const end = this.#objects.cut(bytes, into, at);
    if (end === undefined) throw noObject(this.rows + 1);
    into[end] = LF;
    this.#count();
    return end + 1;
  }

  #withoutMark(line: Buffer): Buffer {
    return this.rows === 0 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
  }

  #count(): void {
    this.rows += 1;
    this.done = this.rows === this.#limit;
  }

  #rest(): readonly Buffer[] {
    return (this.#cut.arranger?.end() ?? []).map((bytes) => Buffer.from(`${bytes.toString()}\n`));
  }
}

function blank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
