import { setTimeout as delay } from 'node:timers/promises';
import { ReadModelError } from './errors.js';
import { Follower } from './follower.js';
import { queriesOf } from './queries.js';
import type { BlockEntry, ReadModel } from './readmodel.js';
import type { BlockSource } from './sameledger.js';
import { destroyStore, type Level, openStore, readCheckpoint } from './store.js';
import { type Step, Writer } from './writer.js';

export interface ReadModelOptions extends BlockSource {
  /** The store's own directory; made if missing. */
  readonly dir: string;
  /** The chaincode whose namespace holds the records. */
  readonly chaincode: string;
  /** Throws the store away and makes it anew from the blocks: the answer to OTHER_LEDGER and STORE_DAMAGED. */
  readonly rebuild?: boolean;
  /** The clock by which questions about the present judge what time brings about. */
  readonly now?: () => number;
  /** Told before each step of writing. */
  readonly step?: (step: Step) => void;
}

/** A ledger that cannot be asked yet does not hold up the start; should it turn out to be another one, nothing is answered from then on. */
const PATIENCE_MS = 2_000;

/**
 * Opens the store, and follows the ledger until `close`. Resolves with what was read before; `reached` waits for more. Throws OTHER_LEDGER
 * where the store was not made from this ledger.
 */
export async function openReadModel(options: ReadModelOptions): Promise<ReadModel> {
  const { dir, chaincode, step, now = Date.now } = options;
  const db = await openOwn(dir, options.rebuild ?? false);
  let follower: Follower | undefined;
  try {
    follower = new Follower(db, options, await readCheckpoint(db));
    follower.start(await Writer.open(db, chaincode, follower.written, step));
    await Promise.race([follower.same, delay(PATIENCE_MS, undefined, { ref: false })]);
  } catch (error) {
    await follower?.stop();
    await db.close();
    throw error;
  }
  const opened = follower;
  const queries = queriesOf(db, now, () => opened.mustBeOfLedger());
  return {
    ...queries,
    asOf: () => opened.asOf,
    status: () => opened.status,
    reached: (block, signal) => opened.reached(block, signal),
    changes: (from, signal) => changes(from, signal, opened, queries.block),
    async close() {
      await opened.stop();
      await db.close();
    },
  };
}

/** A store of an earlier format of ours is made anew: it holds nothing that the blocks do not. */
async function openOwn(dir: string, rebuild: boolean): Promise<Level> {
  if (rebuild) await destroyStore(dir);
  const db = await openStore(dir);
  try {
    await readCheckpoint(db);
    return db;
  } catch (error) {
    await db.close();
    if (!(error instanceof ReadModelError) || error.code !== 'STORE_FORMAT_OLD') throw error;
    await destroyStore(dir);
    return openStore(dir);
  }
}

async function* changes(
  from: number,
  signal: AbortSignal,
  follower: Follower,
  block: (number: number) => Promise<BlockEntry | undefined>,
): AsyncGenerator<BlockEntry> {
  for (let next = Math.max(0, from); !signal.aborted; next++) {
    try {
      await follower.reached(next, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    const entry = await block(next);
    if (entry !== undefined) yield entry;
  }
}
