import { setTimeout as delay } from 'node:timers/promises';
import { headerHashOf } from './chain.js';
import { ReadModelError } from './errors.js';
import { keys } from './keys.js';
import type { Checkpoint, Level } from './store.js';

/** Where blocks come from: the ledger port's own `blocks`, and its height if it can say it. */
export interface BlockSource {
  readonly blocks: (from: bigint, signal: AbortSignal) => AsyncIterable<Uint8Array>;
  readonly height?: (() => Promise<bigint>) | undefined;
}

/** How long a ledger may be shorter than what was read from it: a Fabric peer may be behind the one asked before. */
const PATIENCE_MS = 10_000;

/**
 * Whether the store was made from this ledger: its first block, and the last one read, are blocks of this chain. Else it is refused, since
 * nothing in it could be trusted; made anew from the blocks it costs some seconds.
 */
export async function sameLedger(db: Level, checkpoint: Checkpoint, source: BlockSource, signal: AbortSignal): Promise<void> {
  const genesis = await db.get(keys.block(0));
  const first = genesis && (JSON.parse(genesis.toString()) as { hash: string }).hash;
  await mustBe(0, first, source, signal);
  if (source.height) await mustReach(checkpoint.block, source.height, signal);
  await mustBe(checkpoint.block, checkpoint.headerHash, source, signal);
}

async function mustBe(number: number, expected: string | undefined, source: BlockSource, signal: AbortSignal): Promise<void> {
  const found = await headerHashAt(number, source, signal);
  if (found === expected) return;
  throw new ReadModelError(
    'OTHER_LEDGER',
    `block ${number} is ${found} there and ${expected ?? 'missing'} here; rebuild the read model to go on`,
  );
}

async function headerHashAt(number: number, source: BlockSource, signal: AbortSignal): Promise<string> {
  const one = new AbortController();
  try {
    for await (const bytes of source.blocks(BigInt(number), AbortSignal.any([signal, one.signal]))) return headerHashOf(bytes);
  } finally {
    one.abort();
  }
  throw new Error('the source ended before the block');
}

async function mustReach(block: number, height: () => Promise<bigint>, signal: AbortSignal): Promise<void> {
  for (let waited = 0; ; waited += 500) {
    const there = await height();
    if (there > BigInt(block)) return;
    if (waited >= PATIENCE_MS)
      throw new ReadModelError('OTHER_LEDGER', `it ends before block ${block}, which was read; rebuild the read model to go on`);
    await delay(500, undefined, { signal });
  }
}
