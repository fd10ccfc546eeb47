import { rm } from 'node:fs/promises';
import { ReadModelError } from './errors.js';
import { readable } from './keys.js';
import { pump } from './pump.js';
import type { BlockSource } from './sameledger.js';
import { type Checkpoint, destroyStore, type Level, openStore, readCheckpoint } from './store.js';
import { Writer } from './writer.js';

/** What a check of the read model came to. `block` is the last one that both were made from. */
export type FsckVerdict =
  | { readonly outcome: 'equal'; readonly block: number; readonly headerHash: string; readonly entries: number }
  | { readonly outcome: 'differs'; readonly block: number; readonly entry: string; readonly fault: 'missing' | 'unknown' | 'altered' }
  | { readonly outcome: 'unreadable'; readonly code: string; readonly message: string };

/** For a command line: 0 equal, 1 not, 2 could not be read. */
export const fsckExit = { equal: 0, differs: 1, unreadable: 2 } as const satisfies Record<FsckVerdict['outcome'], number>;

export interface FsckOptions {
  readonly dir: string;
  readonly chaincode: string;
  readonly blocks: BlockSource['blocks'];
}

export interface FsckProgress {
  readonly phase: 'derive' | 'compare';
  /** Blocks derived of `total`; entries compared, of which nobody knows the number before the end. */
  readonly done: number;
  readonly total?: number;
}

/**
 * Derives every entry anew from the blocks, into a store beside the live one, and compares the two byte for byte. The service must not be
 * running: its store is open for one process at a time.
 */
export async function fsck(
  { dir, chaincode, blocks }: FsckOptions,
  progress: (step: FsckProgress) => void = () => undefined,
): Promise<FsckVerdict> {
  const beside = `${dir}.fsck`;
  const stores: Level[] = [];
  try {
    const live = await openStore(dir, false);
    stores.push(live);
    const checkpoint = await readCheckpoint(live);
    if (checkpoint === undefined) throw new ReadModelError('EMPTY');
    await destroyStore(beside);
    const derived = await openStore(beside);
    stores.push(derived);
    await derive(derived, checkpoint, chaincode, blocks, progress);
    return await compare(live, derived, checkpoint, progress);
  } catch (error) {
    if (error instanceof ReadModelError) return { outcome: 'unreadable', code: error.code, message: error.message };
    throw error;
  } finally {
    for (const store of stores) await store.close();
    await rm(beside, { recursive: true, force: true });
  }
}

async function derive(
  db: Level,
  until: Checkpoint,
  chaincode: string,
  blocks: FsckOptions['blocks'],
  progress: (step: FsckProgress) => void,
): Promise<void> {
  const total = until.block + 1;
  const writer = await Writer.open(db, chaincode, ({ block }) => progress({ phase: 'derive', done: block + 1, total }));
  const stop = new AbortController();
  try {
    const fault = await pump(firstOf(blocks(0n, stop.signal), total), writer);
    if (fault !== undefined) throw fault;
  } finally {
    stop.abort();
    await writer.close();
  }
  const reached = writer.checkpoint;
  if (reached?.block !== until.block) throw new ReadModelError('OTHER_LEDGER', `it ends before block ${until.block}`);
}

async function* firstOf(blocks: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const block of blocks) {
    yield block;
    if (++given === count) return;
  }
}

const CHUNK = 1000;

async function compare(
  live: Level,
  derived: Level,
  { block, headerHash }: Checkpoint,
  progress: (step: FsckProgress) => void,
): Promise<FsckVerdict> {
  const [left, right] = [entries(live), entries(derived)];
  let entriesSeen = 0;
  for (;;) {
    const [{ value: held }, { value: expected }] = await Promise.all([left.next(), right.next()]);
    if (held === undefined && expected === undefined) return { outcome: 'equal', block, headerHash, entries: entriesSeen };
    const fault = faultOf(held, expected);
    if (fault) return { outcome: 'differs', block, entry: readable(fault.key), fault: fault.fault };
    if (++entriesSeen % CHUNK === 0) progress({ phase: 'compare', done: entriesSeen });
  }
}

type Entry = [key: string, value: Buffer];

function faultOf(
  held: Entry | undefined,
  expected: Entry | undefined,
): { key: string; fault: 'missing' | 'unknown' | 'altered' } | undefined {
  if (expected !== undefined && (held === undefined || held[0] > expected[0])) return { key: expected[0], fault: 'missing' };
  if (held !== undefined && (expected === undefined || held[0] < expected[0])) return { key: held[0], fault: 'unknown' };
  if (held !== undefined && expected !== undefined && !held[1].equals(expected[1])) return { key: held[0], fault: 'altered' };
  return undefined;
}

async function* entries(db: Level): AsyncGenerator<Entry, undefined> {
  const run = db.iterator({ keyEncoding: 'utf8', valueEncoding: 'buffer', fillCache: false } as object);
  try {
    for (let chunk = await run.nextv(CHUNK); chunk.length > 0; chunk = await run.nextv(CHUNK)) yield* chunk as Entry[];
  } finally {
    await run.close();
  }
  return undefined;
}
