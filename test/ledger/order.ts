import { readBlock, readEnvelope } from '@drl/network/block/read';
import type { World } from './world.js';

/** Transaction ids in the order of the chain, from a block on. */
export async function orderSince(world: World, from: bigint): Promise<string[]> {
  const { height } = await world.ledger.info();
  const stop = new AbortController();
  const ids: string[] = [];
  for await (const bytes of world.ledger.blocks(from, stop.signal)) {
    const block = readBlock(bytes);
    ids.push(...block.envelopes.map((envelope) => readEnvelope(envelope).txId));
    if (block.number + 1n >= height) stop.abort();
  }
  return ids;
}
