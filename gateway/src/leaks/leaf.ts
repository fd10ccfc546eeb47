import { canonical } from '@drl/chaincode/model/canonical';
import { TAG } from './cmac.js';
import { NONCE } from './keys.js';

/**
 * The leaves of a delivery's tree. The first is canonical JSON that says what the others are made of; each other one stands for 64 rows:
 * nonce ‖ which of them are canaries (a bit each, from the lowest of the first byte) ‖ the tags of their cells, row by row.
 */
export const ROWS = 64;
const FLAGS = ROWS / 8;
const HEAD = NONCE + FLAGS;

export interface Column {
  readonly name: string;
  /** Hex SHA-256 of its key. */
  readonly keyHash: string;
}

export function firstLeaf(columns: readonly Column[]): Buffer {
  return Buffer.from(canonical({ algorithm: 'aes-cmac-rows-1', columns, rowsPerLeaf: ROWS }));
}

/** Undefined: no first leaf of ours. */
export function columnsIn(leaf: Buffer): readonly Column[] | undefined {
  try {
    const { columns } = JSON.parse(leaf.toString('utf8')) as { columns: Column[] };
    return firstLeaf(columns).equals(leaf) ? columns : undefined;
  } catch {
    return undefined;
  }
}

/** `canaries`: which of the rows are, by their places in the leaf. */
export function leafOf(nonce: Buffer, canaries: Iterable<number>, tags: Buffer): Buffer {
  const flags = Buffer.alloc(FLAGS);
  for (const row of canaries) flags[row >> 3] = (flags[row >> 3] as number) | (1 << (row & 7));
  return Buffer.concat([nonce, flags, tags]);
}

export function isCanary(leaf: Buffer, row: number): boolean {
  return (((leaf[NONCE + (row >> 3)] as number) >> (row & 7)) & 1) === 1;
}

/** The tag of one cell; undefined where the leaf has no such row. */
export function tagIn(leaf: Buffer, columns: number, row: number, column: number): Buffer | undefined {
  const at = HEAD + (row * columns + column) * TAG;
  return row < ROWS && at + TAG <= leaf.length ? leaf.subarray(at, at + TAG) : undefined;
}

/** Which leaf a row is in, the first leaf counted, and where. */
export const placeOf = (row: number) => ({ leaf: 1 + Math.floor(row / ROWS), row: row % ROWS });
export const leavesOf = (rows: number) => 1 + Math.ceil(rows / ROWS);
