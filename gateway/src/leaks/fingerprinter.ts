import type { CellReader } from '../delivery/cut/cutter.js';
import { TAG } from './cmac.js';
import { CellTags, columnKey, keyCommitment, Nonces } from './keys.js';
import { type Column, firstLeaf, leafOf, ROWS } from './leaf.js';
import { leafHash, TreeRoot } from './tree.js';

/** Makes the fingerprint of a delivery as its rows leave: the tags of all cells, and the root over them. Holds so many rows at most. */
const BATCH = 512;

export class Fingerprinter implements CellReader {
  readonly #columns: readonly string[];
  readonly #tagsOf: readonly CellTags[];
  readonly #nonces: Nonces;
  readonly #tree = new TreeRoot();
  #canaries = new Set<number>();
  #held = 0;
  #names: readonly string[] | undefined;
  /** Of each cell of a row, in its order, its column; then the columns that the row lacks. */
  #places: readonly CellTags[] = [];
  #lacking: readonly CellTags[] = [];
  #cell = 0;
  /** Tags that nobody has taken yet, row after row. */
  #ready: Buffer[] = [];
  rows = 0;

  constructor(delivery: Buffer, columns: readonly string[]) {
    this.#columns = columns;
    const keys = columns.map((name) => columnKey(delivery, name));
    this.#tagsOf = keys.map((key) => new CellTags(key, BATCH));
    this.#nonces = new Nonces(delivery);
    this.#tree.add(leafHash(firstLeaf(columns.map((name, i): Column => ({ name, keyHash: keyCommitment(keys[i] as Buffer) })))));
  }

  columns(names: readonly string[]): void {
    if (names === this.#names) return;
    this.#names = names;
    this.#places = names.map((name) => this.#tagsOf[this.#columns.indexOf(name)] as CellTags);
    this.#lacking = this.#tagsOf.filter((_, c) => !names.includes(this.#columns[c] as string));
  }

  cell(bytes: Buffer, from: number, to: number): void {
    (this.#places[this.#cell] as CellTags).add(bytes, from, to);
    this.#cell += 1;
  }

  endRow(canary = false): void {
    for (const column of this.#lacking) column.addText('');
    this.#cell = 0;
    if (canary) this.#canaries.add(this.#held);
    this.#held += 1;
    this.rows += 1;
    if (this.#held === BATCH) this.#flush();
  }

  row(names: readonly string[], values: readonly string[], canary = false): void {
    this.columns(names);
    for (let c = 0; c < values.length; c += 1) (this.#places[c] as CellTags).addText(values[c] as string);
    this.endRow(canary);
  }

  /** Bytes of tags that nobody has taken. */
  get ready(): number {
    return this.#ready.reduce((sum, { length }) => sum + length, 0);
  }

  /** What has become ready since it was last asked. */
  take(): readonly Buffer[] {
    const ready = this.#ready;
    this.#ready = [];
    return ready;
  }

  /** Hex; no row may come behind it. */
  root(): string {
    this.#flush();
    return this.#tree.root().toString('hex');
  }

  #flush(): void {
    if (this.#held === 0) return;
    const rows = this.#held;
    const width = this.#columns.length * (TAG / 4);
    const table = new Int32Array(rows * width);
    for (let c = 0; c < this.#columns.length; c += 1) {
      const tags = (this.#tagsOf[c] as CellTags).take();
      const words = new Int32Array(tags.buffer, tags.byteOffset, tags.length / 4);
      for (let r = 0; r < rows; r += 1) {
        table[r * width + 2 * c] = words[2 * r] as number;
        table[r * width + 2 * c + 1] = words[2 * r + 1] as number;
      }
    }
    const tags = Buffer.from(table.buffer);
    for (let r = 0; r < rows; r += ROWS) this.#leaf(tags.subarray(r * width * 4, Math.min(rows, r + ROWS) * width * 4), r);
    this.#ready.push(tags);
    this.#canaries = new Set();
    this.#held = 0;
  }

  #leaf(tags: Buffer, from: number): void {
    const canaries = [...this.#canaries].flatMap((row) => (row >= from && row < from + ROWS ? [row - from] : []));
    this.#tree.add(leafHash(leafOf(this.#nonces.of(this.#tree.size), canaries, tags)));
  }
}
