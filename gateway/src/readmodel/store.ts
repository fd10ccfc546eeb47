import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Level as LevelDb } from 'level';
import type { Tip } from './chain.js';
import { ReadModelError } from './errors.js';
import { keys } from './keys.js';

/** Grows with each change of what is written, and why: a store of another version is thrown away and made anew from the blocks. */
export const FORMAT = '8';

export type Level = LevelDb<string, Buffer>;
export type Batch = ReturnType<Level['batch']>;
export type Snapshot = ReturnType<Level['snapshot']>;

/** A checkpoint also holds the ledger's time, which the next block's depends on. */
export interface Checkpoint extends Tip {
  /** The latest time of all that was done so far, in milliseconds. */
  readonly time: number;
}

export async function openStore(dir: string, createIfMissing = true): Promise<Level> {
  if (!createIfMissing && !existsSync(join(dir, 'CURRENT'))) throw new ReadModelError('STORE_MISSING');
  // 16 MB of memtable: four times the default, so that a rebuild compacts less often.
  const db: Level = new LevelDb<string, Buffer>(dir, {
    keyEncoding: 'utf8',
    valueEncoding: 'buffer',
    createIfMissing,
    writeBufferSize: 16 << 20,
    cacheSize: 32 << 20,
  });
  try {
    await db.open();
  } catch (error) {
    throw storeError(error);
  }
  return db;
}

/** Removes a store, and nothing that is not one. */
export async function destroyStore(dir: string): Promise<void> {
  const files: string[] = await readdir(dir).catch(() => []);
  if (files.length > 0 && !files.includes('CURRENT')) throw new ReadModelError('STORE_FORMAT', 'the directory holds something else');
  await rm(dir, { recursive: true, force: true });
}

/** The store's checkpoint, or undefined where it is empty. Throws STORE_FORMAT on one that is not ours to read. */
export async function readCheckpoint(db: Level): Promise<Checkpoint | undefined> {
  const [format, checkpoint] = await db.getMany([keys.format, keys.checkpoint]);
  if (format === undefined && checkpoint === undefined) {
    for await (const _ of db.keys({ limit: 1 })) throw new ReadModelError('STORE_FORMAT', 'no format is written in it');
    return undefined;
  }
  if (format === undefined) throw new ReadModelError('STORE_FORMAT', 'no format is written in it');
  if (format.toString() !== FORMAT) throw new ReadModelError('STORE_FORMAT_OLD', `expected ${FORMAT}, found ${format}`);
  if (checkpoint === undefined) throw new ReadModelError('STORE_DAMAGED', 'the checkpoint is missing');
  return JSON.parse(checkpoint.toString()) as Checkpoint;
}

export function checkpointValue({ block, headerHash, time }: Checkpoint): Buffer {
  return Buffer.from(JSON.stringify({ block, headerHash, time }));
}

/** level's errors carry codes; what they mean to whoever runs the service is ours to say. */
export function storeError(error: unknown): unknown {
  const cause = (error as { cause?: { code?: string; message?: string } } | undefined)?.cause;
  if (cause?.code === 'LEVEL_LOCKED') return new ReadModelError('STORE_LOCKED');
  if (cause?.code === 'LEVEL_CORRUPTION') return new ReadModelError('STORE_DAMAGED', cause.message);
  return error;
}
