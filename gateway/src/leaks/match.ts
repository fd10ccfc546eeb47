import { setImmediate } from 'node:timers/promises';
import { TAG } from './cmac.js';
import { CellTags, columnKey } from './keys.js';
import type { Sample } from './sample.js';

/** Which rows of a sample were in a delivery: their cells' tags are made with that delivery's keys, and looked for among its own, whatever their order. */
export interface Match {
  /** By different row of the sample: which row of the delivery it is, the first of several; -1: none. */
  readonly first: Int32Array;
  /** 1: several rows of the delivery are the same in these columns. */
  readonly several: Uint8Array;
  /** Rows of the sample that were found. */
  readonly found: number;
}

interface Delivered {
  readonly key: string;
  readonly columns: readonly string[];
}

const WORDS = TAG / 4;
const AT_ONCE = 4096;

/** `columns`: of the sample, those that count; the delivery has them all. */
export async function match(delivery: Delivered, sample: Sample, columns: readonly string[], tags: AsyncIterable<Buffer>): Promise<Match> {
  const size = sample.cells[0]?.length ?? 0;
  const table = new RowTable(size, columns.length);
  for (const [c, name] of columns.entries()) {
    // Others are served in between.
    await setImmediate();
    table.fill(c, tagsOf(columnKey(Buffer.from(delivery.key, 'hex'), name), sample.cells[sample.columns.indexOf(name)] ?? []));
  }
  table.index();
  const first = new Int32Array(size).fill(-1);
  const several = new Uint8Array(size);
  let found = 0;
  const width = delivery.columns.length * WORDS;
  const places = Int32Array.from(columns, (name) => delivery.columns.indexOf(name) * WORDS);
  let row = 0;
  for await (const bytes of tags) {
    const aligned = bytes.byteOffset % 4 === 0 ? bytes : Buffer.from(new Uint8Array(bytes).buffer);
    const words = new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
    for (let at = 0; at < words.length; at += width) {
      for (let hit = table.find(words, at, places); hit !== -1; hit = table.next(hit, words, at, places)) {
        if (first[hit] === -1) {
          first[hit] = row;
          found += 1;
        } else several[hit] = 1;
      }
      row += 1;
    }
  }
  return { first, several, found };
}

function tagsOf(key: Buffer, cells: readonly string[]): Buffer {
  const tags = new CellTags(key, AT_ONCE);
  const parts: Buffer[] = [];
  for (let from = 0; from < cells.length; from += AT_ONCE) {
    for (const cell of cells.slice(from, from + AT_ONCE)) tags.addText(cell);
    parts.push(tags.take());
  }
  return Buffer.concat(parts);
}

/** The sample's rows by their tags: a hash table whose slots lead to rows, and from each to the next in the same slot. */
class RowTable {
  readonly #width: number;
  readonly #words: Int32Array;
  readonly #slots: Int32Array;
  readonly #chain: Int32Array;
  readonly #mask: number;

  constructor(
    readonly size: number,
    columns: number,
  ) {
    this.#width = columns * WORDS;
    this.#words = new Int32Array(size * this.#width);
    const slots = 2 ** Math.ceil(Math.log2(2 * size + 1));
    this.#mask = slots - 1;
    this.#slots = new Int32Array(slots).fill(-1);
    this.#chain = new Int32Array(size).fill(-1);
  }

  fill(column: number, tags: Buffer): void {
    for (let r = 0; r < this.size; r += 1)
      for (let w = 0; w < WORDS; w += 1) this.#words[r * this.#width + column * WORDS + w] = tags.readInt32LE((r * WORDS + w) * 4);
  }

  index(): void {
    for (let r = 0; r < this.size; r += 1) {
      let h = 0;
      for (let at = r * this.#width; at < (r + 1) * this.#width; at += WORDS) h = (Math.imul(h, 31) + (this.#words[at] as number)) | 0;
      const slot = h & this.#mask;
      this.#chain[r] = this.#slots[slot] as number;
      this.#slots[slot] = r;
    }
  }

  /** The first of the rows that is the one whose tags begin at `at`, its columns at these places behind it; -1: none. */
  find(words: Int32Array, at: number, places: Int32Array): number {
    let h = 0;
    for (let c = 0; c < places.length; c += 1) h = (Math.imul(h, 31) + (words[at + (places[c] as number)] as number)) | 0;
    return this.#same(this.#slots[h & this.#mask] as number, words, at, places);
  }

  next(row: number, words: Int32Array, at: number, places: Int32Array): number {
    return this.#same(this.#chain[row] as number, words, at, places);
  }

  #same(candidate: number, words: Int32Array, at: number, places: Int32Array): number {
    for (let row = candidate; row !== -1; row = this.#chain[row] as number) {
      let equal = true;
      for (let c = 0; equal && c < places.length; c += 1)
        for (let w = 0; w < WORDS; w += 1)
          if (this.#words[row * this.#width + c * WORDS + w] !== words[at + (places[c] as number) + w]) equal = false;
      if (equal) return row;
    }
    return -1;
  }
}
