import { randomBytes } from 'node:crypto';
import { serializedIdentity, signatureHeader } from '../block/build.js';
import { blockSignatureBytes, buildBlock, commitHash, signedMetadata, signedValue } from '../block/buildblock.js';
import { Channel } from '../block/channel.js';
import { readConfigEnvelope } from '../block/config.js';
import { dataHash, headerHash } from '../block/header.js';
import { readBlock, readEnvelope } from '../block/read.js';
import { sign } from '../block/sign.js';
import { EMPTY } from '../block/wire.js';
import { EngineError } from './errors.js';
import { type Examined, examine } from './examine.js';
import { at, type Hooks } from './hooks.js';
import type { LedgerStore } from './ledgerstore.js';
import type { Node } from './nodes.js';
import { handOver } from './privatedata.js';
import { BlockUpdates } from './updates.js';
import { validateBlock } from './validator.js';

export interface Outcome {
  readonly block: bigint;
  readonly tx: number;
  readonly code: number;
}

/** The chain of blocks: makes the next one, signs it as the orderer, judges it as a peer, stores it. State: the configuration in force. */
export class Chain {
  #channel: Channel;
  readonly #orderer: Buffer;

  private constructor(
    private readonly store: LedgerStore,
    channel: Channel,
    private readonly orderer: Node,
    private readonly now: () => number,
    private readonly hooks: Hooks,
  ) {
    this.#channel = channel;
    this.#orderer = serializedIdentity(orderer.mspId, orderer.certificate);
  }

  /** On a store that has at least its first block. */
  static async open(store: LedgerStore, orderer: Node, now: () => number, hooks: Hooks): Promise<Chain> {
    const bytes = await store.block(store.tip.lastConfig);
    if (bytes === undefined) throw new EngineError('ALTERED', 'the configuration in force is missing', { block: store.tip.lastConfig });
    return new Chain(store, channelOf(readBlock(bytes).envelopes[0] as Buffer), orderer, now, hooks);
  }

  get channel(): Channel {
    return this.#channel;
  }

  examine(envelope: Buffer): Promise<Examined> {
    return examine(envelope, this.#channel, new Date(this.now()));
  }

  /** One block of these transactions. What is valid among them is in force when this returns, and survives any kill. */
  async append(transactions: readonly Examined[]): Promise<Outcome[]> {
    const { store } = this;
    const number = store.tip.height;
    // Signers were judged by the configuration of then; a revocation since counts.
    const { sequence } = this.#channel.config;
    const judged = await Promise.all(transactions.map((t) => (t.config === sequence ? t : this.examine(t.bytes))));
    const header = this.#header(judged.map((t) => t.bytes));
    const signing = this.#sign(header, store.tip.lastConfig);
    const { codes, updates } = await validateBlock(number, judged, {
      channel: this.#channel,
      record: (key) => store.committed(key),
      view: () => store.view(),
    });
    await at(this.hooks, 'validated');
    const handed = await handOver(store, judged, codes, number);
    await this.#write(
      header,
      judged.map((t) => t.bytes),
      await signing,
      codes,
      updates,
      store.tip.lastConfig,
      handed,
    );
    return judged.map((_, tx) => ({ block: number, tx, code: codes[tx] as number }));
  }

  /** A configuration has a block of its own, and is in force from the next one on. */
  async appendConfig(envelope: Buffer): Promise<void> {
    const channel = channelOf(envelope);
    const number = this.store.tip.height;
    const header = this.#header([envelope]);
    const updates = new BlockUpdates((key) => this.store.committed(key), number);
    updates.index(readEnvelope(envelope).txId, 0, 0);
    const none = { changes: [], drop: [] };
    await this.#write(header, [envelope], await this.#sign(header, number), Buffer.from([0]), updates, number, none);
    this.#channel = channel;
  }

  #header(envelopes: readonly Buffer[]): { number: bigint; previousHash: Buffer; dataHash: Buffer } {
    const { height, headerHash: previousHash } = this.store.tip;
    return { number: height, previousHash, dataHash: dataHash(envelopes) };
  }

  async #sign(header: { number: bigint; previousHash: Buffer; dataHash: Buffer }, lastConfig: bigint): Promise<Buffer> {
    const value = signedValue(lastConfig);
    const signer = signatureHeader(this.#orderer, randomBytes(24));
    const signature = await sign(this.orderer.privateKey, blockSignatureBytes(value, signer, header));
    return signedMetadata(value, [{ signatureHeader: signer, signature }]);
  }

  async #write(
    header: { number: bigint; previousHash: Buffer; dataHash: Buffer },
    envelopes: readonly Buffer[],
    signatures: Buffer,
    codes: Buffer,
    updates: BlockUpdates,
    lastConfig: bigint,
    handed: Awaited<ReturnType<typeof handOver>>,
  ): Promise<void> {
    const { number, previousHash } = header;
    const hash = commitHash(this.store.tip.commitHash, codes, updates.updates());
    const bytes = buildBlock({ number, previousHash, envelopes, signatures, lastConfig, codes, commitHash: hash });
    await at(this.hooks, 'built');
    await this.store.commit(
      {
        number,
        bytes,
        headerHash: headerHash(number, previousHash, header.dataHash),
        commitHash: hash,
        lastConfig,
        changes: [...updates.changes(), ...handed.changes],
        drop: handed.drop,
      },
      () => at(this.hooks, 'synced'),
    );
    await at(this.hooks, 'committed');
  }
}

/** The first block, and with it the store's beginning. */
export async function writeGenesis(store: LedgerStore, bytes: Buffer): Promise<void> {
  const block = readBlock(bytes);
  const updates = new BlockUpdates((key) => store.committed(key), 0n);
  updates.index(readEnvelope(block.envelopes[0] as Buffer).txId, 0, 0);
  const commit = { number: 0n, bytes, headerHash: block.headerHash, commitHash: EMPTY, lastConfig: 0n, changes: updates.changes() };
  await store.commit(commit);
}

function channelOf(envelope: Buffer): Channel {
  const { channelId, data } = readEnvelope(envelope);
  return new Channel(channelId, readConfigEnvelope(data).config);
}
