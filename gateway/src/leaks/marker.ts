import type { Mark } from '@drl/chaincode/model/records/grant';
import type { Arranger, Row } from '../delivery/cut/cutter.js';
import { type Canary, CanaryMaker } from './canaries.js';
import type { Fingerprinter } from './fingerprinter.js';
import { Draws } from './keys.js';

/**
 * Puts a delivery's marks into it: canaries among its rows, and the rows of each window of 64 into an order drawn with its key. What leaves goes by the
 * fingerprinter as it leaves.
 */
export const WINDOW = 64;
/** One row in 20 at first, one in 1,000 from 100,000 rows on: about 82 among 1,640 rows, 260 among 10,000, 490 among 100,000, 1,400 in a million. */
const gapAt = (rows: number) => Math.min(1000, Math.max(20, Math.floor(rows / 100)));

interface Leaving {
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly bytes: Buffer;
  readonly canary?: Omit<Canary, 'row'>;
}

export class Marker implements Arranger {
  readonly #fingerprinter: Fingerprinter;
  readonly #columns: readonly string[];
  readonly #order: Draws | undefined;
  readonly #gaps: Draws;
  readonly #maker: CanaryMaker | undefined;
  #window: Leaving[] = [];
  #seen = 0;
  #next: number;
  #made: Canary[] = [];
  canaries = 0;

  constructor(fingerprinter: Fingerprinter, delivery: Buffer, columns: readonly string[], marks: readonly Mark[]) {
    this.#fingerprinter = fingerprinter;
    this.#columns = columns;
    this.#order = marks.includes('order') ? new Draws(delivery, 'order') : undefined;
    this.#gaps = new Draws(delivery, 'gaps');
    this.#maker = marks.includes('canaries') ? new CanaryMaker(new Draws(delivery, 'canaries')) : undefined;
    this.#next = this.#gap();
  }

  row(row: Row): readonly Buffer[] {
    this.#window.push(row);
    this.#seen += 1;
    if (this.#maker) this.#mark(this.#maker, row);
    return this.#window.length < WINDOW ? [] : this.#leave(this.#window.splice(0, WINDOW));
  }

  end(): readonly Buffer[] {
    return this.#leave(this.#window.splice(0));
  }

  /** The canaries that have left since it was last asked. */
  take(): readonly Canary[] {
    const made = this.#made;
    this.#made = [];
    return made;
  }

  #mark(maker: CanaryMaker, { names, values, like }: Row): void {
    maker.learn(this.#columns.map((name) => values[names.indexOf(name)] ?? ''));
    this.#next -= 1;
    if (this.#next > 0) return;
    this.#next = this.#gap();
    const canary = maker.make();
    const cells = canary && names.map((name) => canary.values[this.#columns.indexOf(name)] ?? '');
    const bytes = cells && like(cells);
    // A row that lacks some members cannot carry a canary that has them.
    if (bytes && this.#columns.every((name) => names.includes(name))) this.#window.push({ names, values: cells, bytes, canary });
  }

  /** Rows till the next: anything up to twice the gap, so that nothing is to be counted off. */
  #gap(): number {
    return 1 + this.#gaps.below(2 * gapAt(this.#seen) - 1);
  }

  #leave(rows: Leaving[]): readonly Buffer[] {
    // Fisher and Yates.
    for (let i = rows.length - 1; this.#order && i > 0; i -= 1) {
      const other = this.#order.below(i + 1);
      [rows[i], rows[other]] = [rows[other] as Leaving, rows[i] as Leaving];
    }
    return rows.map(({ names, values, bytes, canary }) => {
      if (canary) {
        this.#made.push({ row: this.#fingerprinter.rows, ...canary });
        this.canaries += 1;
      }
      this.#fingerprinter.row(names, values, canary !== undefined);
      return bytes;
    });
  }
}
