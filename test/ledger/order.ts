import { readBlock, readEnvelope } from '@drl/network/block/read';
import type { World } from './world.js';

/** Transaction ids in the order of the chain, from one block to another: a height asked of one peer may lag behind what another has committed. */
export async function orderBetween(world: World, from: bigint, to: bigint): Promise<string[]> {
  const stop = new AbortController();
  const ids: string[] = [];
  for await (const bytes of world.ledger.blocks(from, stop.signal)) {
    const block = readBlock(bytes);
    ids.push(...block.envelopes.map((envelope) => readEnvelope(envelope).txId));
    if (block.number >= to) stop.abort();
  }
  return ids;
}
