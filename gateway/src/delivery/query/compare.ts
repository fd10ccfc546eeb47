import type { OnRow } from '../cut/cutter.js';

/** The one subject that a query is of, and what is asked of it: element → value. */
export interface Question {
  readonly subject: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, string>>;
}
export type Matches = Readonly<Record<string, boolean>>;

/**
 * Collects the answer row by row. An element matches where text equals text, both in NFKC (full-width digits are digits) and without blanks around
 * them; nothing matches an empty or absent one. A subject that has no row matches nothing, which looks like a row that differs in everything. Of
 * several rows of one subject the one that matches most answers alone: what two rows hold is never put together.
 */
export class Comparison {
  readonly #subject: readonly (readonly [string, string])[];
  readonly #values: readonly (readonly [string, string])[];
  #best: readonly string[] = [];

  constructor({ subject, values }: Question) {
    this.#subject = Object.entries(subject).map(([name, value]) => [name, normal(value)]);
    this.#values = Object.entries(values).map(([name, value]) => [name, normal(value)]);
  }

  readonly look: OnRow = (names, values) => {
    const holds = ([name, wanted]: readonly [string, string]) => normal(values[names.indexOf(name)] ?? '') === wanted;
    if (!this.#subject.every(holds)) return;
    const matching = this.#values.filter(holds).map(([name]) => name);
    if (matching.length > this.#best.length) this.#best = matching;
  };

  matches(): Matches {
    return Object.fromEntries(this.#values.map(([name]) => [name, this.#best.includes(name)]));
  }
}

/** As values are compared; empty for what says nothing. */
export function normal(value: string): string {
  return value.normalize('NFKC').trim();
}
