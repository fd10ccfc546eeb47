import { z } from 'zod';
import { TAG } from './cmac.js';
import type { Fingerprints, Kept } from './fingerprints.js';
import { CellTags, columnKey, keyCommitment, Nonces } from './keys.js';
import { columnsIn, firstLeaf, isCanary, leafOf, leavesOf, placeOf, ROWS, tagIn } from './leaf.js';
import { leafHash, pathTo, rootBy } from './tree.js';

/**
 * That rows were in a delivery: the leaves that hold them with their audit paths to the root in the share's record, and the keys of the columns shown.
 * Whoever has it can tell those columns of the leaves' other rows by trying values; of the columns not shown it opens nothing.
 */
const hex = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`));
const path = z.array(hex(32)).max(64);
export const leakProof = z.strictObject({
  share: z.string(),
  root: hex(32),
  /** Leaves in all. */
  size: z.int().min(1),
  first: z.strictObject({ leaf: z.string(), path }),
  columns: z.array(z.strictObject({ name: z.string(), key: hex(16) })).min(1),
  rows: z.array(
    z.strictObject({
      /** In the delivery, counted from 0, canaries included. */
      row: z.int().min(0),
      /** As found, in the order of `columns`. */
      values: z.array(z.string()),
      canary: z.boolean(),
      /** Base64. */
      leaf: z.base64(),
      path,
    }),
  ),
});
export type LeakProof = z.infer<typeof leakProof>;

export interface ProvenRow {
  readonly row: number;
  readonly values: readonly string[];
}

/** Undefined where what is kept is not what the root was made of. */
export async function proveRows(
  fingerprints: Fingerprints,
  kept: Kept,
  columns: readonly string[],
  rows: readonly ProvenRow[],
): Promise<LeakProof | undefined> {
  const { fingerprint } = kept;
  if (fingerprint === undefined) return undefined;
  const key = Buffer.from(kept.key, 'hex');
  const canaries = new Set<number>();
  for await (const canary of fingerprints.canaries(kept.id)) canaries.add(canary.row);
  const nonces = new Nonces(key);
  const size = leavesOf(fingerprint.rows);
  const width = kept.columns.length * TAG;
  const leaf = (index: number, tags: Buffer) => {
    const from = (index - 1) * ROWS;
    const flagged = Array.from({ length: ROWS }, (_, row) => row).filter((row) => canaries.has(from + row));
    return leafOf(nonces.of(index), flagged, tags);
  };
  const head = firstLeaf(kept.columns.map((name) => ({ name, keyHash: keyCommitment(columnKey(key, name)) })));
  const hashes = Buffer.alloc(32 * size);
  leafHash(head).copy(hashes);
  let index = 1;
  let rest: Buffer = Buffer.alloc(0);
  const whole = ROWS * width;
  const take = (tags: Buffer) => {
    if (index < size) leafHash(leaf(index, tags)).copy(hashes, 32 * index);
    index += 1;
  };
  for await (const chunk of fingerprints.tags(kept)) {
    let bytes = Buffer.concat([rest, chunk]);
    for (; bytes.length >= whole; bytes = bytes.subarray(whole)) take(bytes.subarray(0, whole));
    rest = bytes;
  }
  if (rest.length > 0) take(rest);
  const proof: LeakProof = {
    ...{ share: kept.share, root: fingerprint.root, size },
    first: { leaf: head.toString(), path: hexes(pathTo(hashes, 0)) },
    columns: columns.map((name) => ({ name, key: columnKey(key, name).toString('hex') })),
    rows: await Promise.all(
      rows.map(async ({ row, values }) => {
        const place = placeOf(row);
        const tags = await fingerprints.tagsOf(kept, (place.leaf - 1) * ROWS, Math.min(ROWS, fingerprint.rows - (place.leaf - 1) * ROWS));
        const bytes = leaf(place.leaf, tags).toString('base64');
        return { row, values: [...values], canary: canaries.has(row), leaf: bytes, path: hexes(pathTo(hashes, place.leaf)) };
      }),
    ),
  };
  return faultOf(proof) === undefined ? proof : undefined;
}

const hexes = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('hex'));

/** What does not hold in a proof, by itself; undefined: every row shown was in what the root was made of. */
export function faultOf({ root, size, first, columns, rows }: LeakProof): string | undefined {
  const leads = (leaf: Buffer, index: number, path: readonly string[]) =>
    rootBy(
      path.map((hash) => Buffer.from(hash, 'hex')),
      leafHash(leaf),
      index,
      size,
    )?.toString('hex') === root;
  const head = Buffer.from(first.leaf);
  const made = columnsIn(head);
  if (made === undefined || !leads(head, 0, first.path)) return 'the first leaf does not lead to the root';
  for (const { name, key } of columns) {
    const { keyHash } = made.find((column) => column.name === name) ?? {};
    if (keyHash !== keyCommitment(Buffer.from(key, 'hex'))) return `the key of column ${name} is not the one that was committed to`;
  }
  for (const { row, values, canary, leaf: text, path } of rows) {
    const leaf = Buffer.from(text, 'base64');
    const place = placeOf(row);
    if (!leads(leaf, place.leaf, path)) return `row ${row} does not lead to the root`;
    if (values.length !== columns.length) return `row ${row} has not a value for each column`;
    for (const [c, { name, key }] of columns.entries()) {
      const cell = new CellTags(Buffer.from(key, 'hex'), 1);
      cell.addText(values[c] as string);
      const tag = tagIn(
        leaf,
        made.length,
        place.row,
        made.findIndex((column) => column.name === name),
      );
      if (tag === undefined || !tag.equals(cell.take())) return `row ${row}: ${name} is another value`;
    }
    if (isCanary(leaf, place.row) !== canary) return `row ${row} is ${canary ? 'no' : 'a'} canary`;
  }
  return undefined;
}
