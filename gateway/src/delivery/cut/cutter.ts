import { ServiceError } from '../../errors.js';

/**
 * Cuts a resource to some of its elements and at most so many rows, chunk by chunk. What it lets through are bytes of the resource, unchanged; a row
 * leaves only when the whole of it has been found to be well-formed, since in a broken one a withheld value may stand where a granted one is expected.
 */
export interface Cutter {
  /** What can leave after this chunk: whole rows. The chunk is the cutter's from then on: what leaves may lie in it. */
  write(chunk: Buffer): readonly Buffer[];
  /** What is left to leave at the end. Throws RESOURCE_MALFORMED where the resource ends amid a row. */
  end(): Buffer;
  /** Let through so far. */
  readonly rows: number;
  /** As many rows as there may be have left; the rest need not be read. */
  readonly done: boolean;
  /** The fewest bytes that a row of this resource takes: so many rows can be in what is left. */
  readonly leastRow: number;
}

export interface Cut {
  /** By name; `all`: whatever there is, for whoever only reads. */
  readonly elements: readonly string[] | 'all';
  readonly limit: number;
  readonly onRow?: OnRow | undefined;
  readonly cells?: CellReader | undefined;
  readonly arranger?: Arranger | undefined;
}

/** Told the same as `onRow` without a string being made of any cell that stands in the resource as it is: for whoever looks at every cell of a gibibyte. */
export interface CellReader {
  /** Of the rows that follow. */
  columns(names: readonly string[]): void;
  /** The next cell of the row, in UTF-8, without quotes. The bytes are another's as soon as this returns. */
  cell(bytes: Buffer, from: number, to: number): void;
  endRow(): void;
  /** A whole row, where it is known as text. */
  row(names: readonly string[], values: readonly string[]): void;
}

/** What is done with rows that are let through, by whoever may change their order or put others among them: it is given each, and sends what it likes. */
export interface Arranger {
  row(row: Row): readonly Buffer[];
  /** What it still holds. */
  end(): readonly Buffer[];
}

/** `bytes`: a CSV record with its line break; an object's text. */
export interface Row {
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly bytes: Buffer;
  /** A row of the same form with other values; undefined where that cannot be written (GB 18030). */
  readonly like: (values: readonly string[]) => Buffer | undefined;
}

/**
 * Told of each row that is let through, in their order: the names of the granted elements as the row has them, and their values as text. A CSV field
 * without its quotes; of a JSON member the string itself, a number as it is written, `null` as nothing, an array or object as compact JSON. `names` is
 * the same array for all rows of a CSV. A cutter without one does not even look at values.
 */
export type OnRow = (names: readonly string[], values: readonly string[]) => void;

/** A row that is longer is no row of a table. */
export const MAX_ROW = 4 * 1024 * 1024;

export function malformed(given: string, accepted: string): ServiceError {
  return new ServiceError('RESOURCE_MALFORMED', { given, accepted });
}

export function elementMissing(names: readonly string[]): ServiceError {
  return new ServiceError('RESOURCE_ELEMENT_MISSING', { given: names.join(', ').slice(0, 500) });
}
