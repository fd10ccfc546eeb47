import { type Definition, definitions } from './definitions.js';

export type FigureId = keyof typeof definitions;
/** One line beneath a figure: of what it speaks, and what was counted there. */
export type Line = Readonly<Record<string, string | number | null>>;

export interface Figure extends Definition {
  readonly id: FigureId;
  /** Null where there is nothing that it could be said of. Of per cent and days, rounded to one decimal; numerator and denominator are exact. */
  readonly value: number | null;
  readonly numerator?: number;
  readonly denominator?: number;
  readonly breakdown?: readonly Line[];
}

/** Bounds of what happened, both included; absent: no bound. */
export interface Period {
  readonly from?: string;
  readonly to?: string;
}

export function within(at: string, { from, to }: Period): boolean {
  const time = Date.parse(at);
  return (from === undefined || time >= Date.parse(from)) && (to === undefined || time <= Date.parse(to));
}

export function ratio(id: FigureId, numerator: number, denominator: number, breakdown?: readonly Line[]): Figure {
  return { id, ...definitions[id], value: percent(numerator, denominator), numerator, denominator, ...(breakdown ? { breakdown } : {}) };
}

export function percent(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : rounded((numerator / denominator) * 100);
}

export function count(id: FigureId, value: number, breakdown?: readonly Line[]): Figure {
  return { id, ...definitions[id], value, ...(breakdown ? { breakdown } : {}) };
}

/** The middle one of so many; of an even number, the mean of the two in the middle. `denominator`: how many there are. */
export function median(id: FigureId, values: readonly number[], breakdown?: readonly Line[]): Figure {
  return { id, ...definitions[id], value: middle(values), denominator: values.length, ...(breakdown ? { breakdown } : {}) };
}

export function middle(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  const upper = sorted[half] as number;
  return rounded(sorted.length % 2 === 1 ? upper : ((sorted[half - 1] as number) + upper) / 2);
}

const DAY = 86_400_000;
/** Days of 24 hours, not working days. */
export const days = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / DAY;

export function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Counts by name, most first. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string, by = 1): void {
    this.#counts.set(name, this.get(name) + by);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  lines(name: string): Line[] {
    return [...this.#counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([key, counted]) => ({ [name]: key, count: counted }));
  }
}
