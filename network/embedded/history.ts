import { type BlockView, readBlock, readEnvelope } from '../block/read.js';
import type { Version } from '../block/rwset.js';
import { EngineError } from './errors.js';
import type { LedgerStore } from './ledgerstore.js';
import type { Modification } from './stubhandler.js';

/** What transactions wrote to a key, read from their blocks as on a peer. State: the blocks read last, since histories cluster. */
export class History {
  readonly #recent = new Map<bigint, BlockView>();

  constructor(private readonly store: LedgerStore) {}

  readonly modification = async (namespace: string, key: string, at: Version): Promise<Modification> => {
    const block = await this.#block(at.block);
    const envelope = readEnvelope(block.envelopes[Number(at.tx)] as Buffer);
    const written = envelope.actions[0]?.rwset.find((n) => n.namespace === namespace)?.writes.find((w) => w.key === key);
    if (written === undefined) throw new EngineError('ALTERED', 'it does not hold a write that the history names', { block: at.block });
    const { txId, nanos, seconds } = envelope;
    return { txId, value: written.value, isDelete: written.isDelete, seconds: Number(seconds), nanos };
  };

  async #block(number: bigint): Promise<BlockView> {
    const known = this.#recent.get(number);
    if (known) return known;
    const bytes = await this.store.block(number);
    if (bytes === undefined) throw new EngineError('ALTERED', 'it is missing', { block: number });
    const block = readBlock(bytes);
    if (this.#recent.size >= 16) this.#recent.clear();
    this.#recent.set(number, block);
    return block;
  }
}
