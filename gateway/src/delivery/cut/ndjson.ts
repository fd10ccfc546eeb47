import { type Cut, type Cutter, MAX_ROW, malformed } from './cutter.js';
import { cutObject, noObject, type ObjectCut } from './members.js';

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
  #carry: Buffer[] = [];
  #carried = 0;

  constructor({ elements, limit, onRow, cells, arranger }: Cut) {
    this.#limit = limit;
    this.#cut = { keep: elements === 'all' ? elements : new Set(elements), onRow, cells, arranger };
  }

  write(chunk: Buffer): readonly Buffer[] {
    const out: string[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LF); at !== -1 && !this.done; at = chunk.indexOf(LF, from)) {
      const line = chunk.subarray(from, at);
      this.#row(this.#carried === 0 ? line : Buffer.concat([...this.#carry, line]), out);
      this.#carry = [];
      this.#carried = 0;
      from = at + 1;
    }
    if (!this.done && from < chunk.length) {
      this.#carry.push(Buffer.from(chunk.subarray(from)));
      this.#carried += chunk.length - from;
      if (this.#carried > MAX_ROW) throw malformed('a line that does not end', 'one JSON object a line');
    }
    return out.length === 0 ? [] : [Buffer.from(out.join(''))];
  }

  end(): Buffer {
    if (this.done) return EMPTY;
    const out: string[] = [];
    if (this.#carried > 0) this.#row(Buffer.concat(this.#carry), out);
    if (!this.done) this.#rest(out);
    return Buffer.from(out.join(''));
  }

  #row(line: Buffer, out: string[]): void {
    const bytes = this.rows === 0 && line[0] === 0xef && line[1] === 0xbb && line[2] === 0xbf ? line.subarray(3) : line;
    if (blank(bytes)) return;
    const texts = cutObject(bytes, this.#cut);
    if (texts === undefined) throw noObject(this.rows + 1);
    for (const text of texts) out.push(text, '\n');
    this.rows += 1;
    this.done = this.rows === this.#limit;
    if (this.done) this.#rest(out);
  }

  #rest(out: string[]): void {
    for (const bytes of this.#cut.arranger?.end() ?? []) out.push(bytes.toString(), '\n');
  }
}

function blank(line: Buffer): boolean {
  for (const byte of line) if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false;
  return true;
}
