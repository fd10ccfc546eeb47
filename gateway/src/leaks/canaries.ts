import { isResidentId } from '@drl/chaincode/model/personalData';
import type { Draws } from './keys.js';

/**
 * Made-up rows, drawn with the delivery's key from what the rows before them look like. In a column whose values mostly differ, each character is drawn
 * from those that stand at its place; in one whose values come again, and in dates and longer text, a whole value is drawn. So a canary can be told
 * from the data by whoever holds the list, and by nobody at a glance; no valid resident id number is ever made up.
 */
export interface Canary {
  /** Which row of the delivery it is, counted from 0. */
  readonly row: number;
  /** By column. */
  readonly values: readonly string[];
  /**
   * By column, how many bits were drawn: whoever does not know the key hits the value by chance with 2^-bits at most, whatever they try. It counts
   * the draws, not how unlikely a value looks, so it needs no belief about the data.
   */
  readonly bits: readonly number[];
}

/** Rows that canaries are drawn from: those just before. */
const POOL = 64;
/** Fewer say too little of what a column looks like. */
const LEAST = 8;
const WORDY = /\s|:\/\/|^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}|.{41}/u;

export class CanaryMaker {
  readonly #draws: Draws;
  readonly #pool: (readonly string[])[] = [];
  #next = 0;

  constructor(draws: Draws) {
    this.#draws = draws;
  }

  /** A true row, its cells by column. */
  learn(values: readonly string[]): void {
    this.#pool[this.#next] = values;
    this.#next = (this.#next + 1) % POOL;
  }

  /** Undefined: nothing to draw from yet. */
  make(): Omit<Canary, 'row'> | undefined {
    const [first] = this.#pool;
    if (first === undefined || this.#pool.length < LEAST) return undefined;
    const drawn = first.map((_, column) => this.#cell(this.#pool.map((values) => values[column] as string)));
    return { values: drawn.map(({ value }) => value), bits: drawn.map(({ bits }) => bits) };
  }

  #cell(pool: readonly string[]): Drawn {
    const example = pool[this.#draws.below(pool.length)] as string;
    const times = new Map<string, number>();
    for (const value of pool) times.set(value, (times.get(value) ?? 0) + 1);
    const whole: Drawn = { value: example, bits: Math.log2(pool.length / Math.max(...times.values())) };
    if (times.size * 2 <= pool.length || WORDY.test(example)) return whole;
    const letters = [...example];
    const alike = pool.map((value) => [...value]).filter(({ length }) => length === letters.length);
    let bits = 0;
    const drawn = letters.map((_, place) => {
      const seen = [...new Set(alike.map((value) => value[place] as string))];
      bits += Math.log2(seen.length);
      return seen[this.#draws.below(seen.length)] as string;
    });
    // A column of nearly the same values gives more by whole ones.
    return bits < whole.bits ? whole : { value: nobodys(drawn.join('')), bits };
  }
}

interface Drawn {
  readonly value: string;
  readonly bits: number;
}

/** Whoever bears the number is a person, whatever else the row says: the check digit is made wrong. */
function nobodys(value: string): string {
  if (!isResidentId(value)) return value;
  return `${value.slice(0, 17)}${value[17] === '0' ? '1' : '0'}`;
}
