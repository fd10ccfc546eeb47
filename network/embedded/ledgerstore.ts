import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { Level } from 'level';
import { StoreCheck } from './check.js';
import { blockDigest, RecordSum, sha256 } from './digest.js';
import { EngineError } from './errors.js';
import { makeDirectory } from './files.js';
import { blockKey, decodeVersion, metaKey, transactionKey } from './layout.js';
import { decodeTip, encodeTip, NO_TIP, type Tip, Witness } from './tip.js';
import type { Change } from './updates.js';
import { StateView, type Store } from './view.js';

export interface BlockCommit {
  readonly number: bigint;
  readonly bytes: Buffer;
  readonly headerHash: Buffer;
  readonly commitHash: Buffer;
  readonly lastConfig: bigint;
  readonly changes: readonly Change[];
  /** Records of other kinds, and of no account to the digests: transient data handed over, private values that are removed. */
  readonly drop?: readonly Buffer[];
}
export interface Location {
  readonly block: bigint;
  readonly tx: number;
  readonly code: number;
}

const TIP = metaKey('tip');
/** Directories that this process has open. */
const openHere = new Set<string>();

/**
 * The one level: blocks, state, history, index and tip, written together. A block is in the store wholly or not at all, and what
 * was synced is there after any kill. State: the tip, and what the check at opening has found.
 */
export class LedgerStore {
  #tip: Tip;
  #fault: EngineError | undefined;
  #view: StateView | undefined;
  #sum: RecordSum;

  private constructor(
    private readonly place: string,
    readonly level: Store,
    private readonly witness: Witness,
    tip: Tip,
    /** Ends when all that the store holds has been held against its digests. */
    readonly checked: Promise<void>,
  ) {
    this.#tip = tip;
    this.#sum = RecordSum.of(tip.records);
    checked.catch((error: unknown) => {
      if (error instanceof EngineError && error.code === 'ALTERED') this.#fault = error;
    });
  }

  /**
   * Opens the store in `dir`, or makes it. All of it is held against the digests of the last write: for as long as `checkMs` before
   * this returns, and what is left after it returned, whereupon a fault closes the ledger to every call.
   */
  static async open(dir: string, checkMs: number): Promise<LedgerStore> {
    makeDirectory(dir);
    const place = realpathSync(dir);
    // LevelDB’s own lock holds between processes; a second attempt within one would drop it (it closes the lock file: fcntl(2)).
    if (openHere.has(place)) throw new EngineError('LOCKED', 'this process has it open');
    openHere.add(place);
    const level = new Level<Buffer, Buffer>(join(dir, 'store'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
    let witness: Witness | undefined;
    try {
      // The witness is made after the store: where it is, the store must be.
      await openLevel(level, !Witness.exists(dir));
      const tip = await readTip(level);
      if (!Witness.exists(dir) && tip.height > 0n)
        throw new EngineError('ALTERED', `the file that says where the ledger ends (${join(dir, 'tip')}) is missing`);
      witness = Witness.exists(dir) ? Witness.open(dir) : Witness.create(dir);
      const seen = witness.read();
      if (seen.height > tip.height)
        throw new EngineError('ALTERED', 'it was written, and is not in the store any more', { block: tip.height });
      if (seen.height === tip.height && !encodeTip(seen).equals(encodeTip(tip)))
        throw new EngineError('ALTERED', 'the store ends otherwise than it was written');
      const check = new StoreCheck(level, tip, seen);
      const whole = await check.run(checkMs);
      const store = new LedgerStore(place, level, witness, tip, whole ? Promise.resolve() : check.finish());
      if (seen.height < tip.height) witness.write(tip);
      return store;
    } catch (error) {
      witness?.close();
      await level.close().catch(() => undefined);
      openHere.delete(place);
      throw error;
    }
  }

  get tip(): Tip {
    return this.#tip;
  }

  /** State as last committed, one view for all who look at it between two blocks. Each closes it when through. */
  view(): StateView {
    this.#sound();
    this.#view ??= new StateView(this.level);
    return this.#view.use();
  }

  /** A record's bytes as last committed. */
  committed(key: Buffer): Buffer | undefined {
    return this.level.getSync(key);
  }

  async block(number: bigint): Promise<Buffer | undefined> {
    this.#sound();
    const stored = await this.level.get(blockKey(number));
    if (stored === undefined) return undefined;
    const bytes = stored.subarray(64);
    if (!sha256(bytes).equals(stored.subarray(0, 32)))
      throw new EngineError('ALTERED', 'its bytes are not those that were written', { block: number });
    return bytes;
  }

  locate(txId: string): Location | undefined {
    this.#sound();
    const stored = this.level.getSync(transactionKey(txId));
    if (stored === undefined) return undefined;
    const { block, tx } = decodeVersion(stored);
    return { block, tx: Number(tx), code: stored[12] as number };
  }

  /** One synced batch; then the witness, so that it never says more than the store holds. */
  async commit(commit: BlockCommit, afterSync?: () => void | Promise<void>): Promise<void> {
    this.#sound();
    const blockHash = sha256(commit.bytes);
    const blocks = blockDigest(this.#tip.blocks, commit.bytes);
    for (const { key, before, after } of commit.changes) {
      if (before) this.#sum.remove(key, before);
      if (after) this.#sum.add(key, after);
    }
    const { headerHash, commitHash, lastConfig } = commit;
    const tip: Tip = { height: commit.number + 1n, headerHash, commitHash, lastConfig, blocks, records: this.#sum.bytes() };
    const batch = this.level.batch();
    batch.put(blockKey(commit.number), Buffer.concat([blockHash, blocks, commit.bytes]));
    for (const { key, after } of commit.changes) after ? batch.put(key, after) : batch.del(key);
    for (const key of commit.drop ?? []) batch.del(key);
    batch.put(TIP, encodeTip(tip));
    await batch.write({ sync: true });
    await afterSync?.();
    this.#tip = tip;
    this.#view?.retire();
    this.#view = undefined;
    this.witness.write(tip);
  }

  async close(): Promise<void> {
    this.#view?.retire();
    await this.level.close();
    await this.checked.catch(() => undefined);
    this.witness.close();
    openHere.delete(this.place);
  }

  #sound(): void {
    if (this.#fault) throw this.#fault;
  }
}

async function openLevel(level: Store, createIfMissing: boolean): Promise<void> {
  try {
    await level.open({ createIfMissing });
  } catch (error) {
    const cause = (error as { cause?: { code?: string; message?: string } }).cause;
    if (cause?.code === 'LEVEL_LOCKED') throw new EngineError('LOCKED', 'another process has it open');
    throw new EngineError('ALTERED', `its files cannot be opened: ${cause?.message ?? String(error)}`);
  }
}

async function readTip(level: Store): Promise<Tip> {
  const stored = await level.get(TIP);
  return stored ? decodeTip(stored) : NO_TIP;
}
