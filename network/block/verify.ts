import { linkBlock, recordedCommitHash, type Tip } from './blocksteps.js';
import { Channel } from './channel.js';
import { codeName, ValidationCode } from './codes.js';
import { checkCommitHash } from './commitcheck.js';
import { readConfigEnvelope } from './config.js';
import { applyUpdate, sameGroup } from './configupdate.js';
import { EvidenceError } from './errors.js';
import { judgeBlock } from './judge.js';
import type { Member, Members } from './msp.js';
import { type BlockPlan, planBlock } from './plan.js';
import { distinct } from './policy.js';
import { type BlockView, HeaderType } from './read.js';
import { type ChainReport, emptyTally, failureOf, reportOf, type Tally } from './report.js';
import { LedgerState } from './state.js';
import { checkAnchored, type Trust, trustedMembers } from './trust.js';

export interface VerifyOptions {
  /** Called after each block that holds. */
  readonly progress?: (block: bigint) => void;
}

/** Signatures under way before the oldest block is waited for: enough to keep the thread pool busy, little enough to hold in memory. */
const IN_FLIGHT = 256;

/**
 * Verifies the raw blocks of a Fabric 2.x channel, in order, against the organisations' root certificates. Whatever the bytes
 * are, the answer is a report: what holds, or the first thing that does not.
 */
export async function verifyChain(
  blocks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  trust: Trust,
  options: VerifyOptions = {},
): Promise<ChainReport> {
  const tally = emptyTally();
  let verifier: Verifier;
  try {
    verifier = new Verifier(trust, tally, options);
  } catch (error) {
    return reportOf(tally, failureOf(error, undefined));
  }
  try {
    for await (const bytes of blocks) await verifier.take(bytes);
    await verifier.end();
    return reportOf(tally, undefined);
  } catch (error) {
    return reportOf(tally, failureOf(error, verifier.at));
  }
}

/** State: what the blocks so far have established, and the blocks whose signatures are under way. */
class Verifier {
  /** The block that a failure is about. */
  at: bigint | undefined;
  readonly #trust: Trust;
  readonly #tally: Tally;
  readonly #options: VerifyOptions;
  readonly #strangers: Members;
  readonly #seen = new Set<string>();
  readonly #pending: BlockPlan[] = [];
  #inFlight = 0;
  #tip: Tip | undefined;
  #channel: Channel | undefined;
  #channelId: string | undefined;
  #lastConfig: bigint | undefined;
  #commitHash: Buffer | undefined;
  #state = new LedgerState(true);

  constructor(trust: Trust, tally: Tally, options: VerifyOptions) {
    this.#trust = trust;
    this.#tally = tally;
    this.#options = options;
    this.#strangers = trustedMembers(trust);
  }

  async take(bytes: Uint8Array): Promise<void> {
    const number = this.#tip === undefined ? undefined : this.#tip.number + 1n;
    let plan: BlockPlan;
    try {
      const block = linkBlock(bytes, this.#tip);
      if (this.#tip === undefined) this.#begin(block);
      this.#tip = block;
      plan = planBlock(block, this.#channel?.members ?? this.#strangers);
    } catch (error) {
      // What came before is judged first: its failure is the first one.
      await this.#drain();
      this.at = number ?? this.#tip?.number;
      throw error;
    }
    this.#pending.push(plan);
    this.#inFlight += plan.signatures;
    // A config block changes who is a member: nothing after it can begin before it is judged.
    if (plan.isConfig) await this.#drain();
    while (this.#inFlight > IN_FLIGHT) await this.#judgeNext();
  }

  async end(): Promise<void> {
    await this.#drain();
    if (this.#tip === undefined) throw new EvidenceError('EMPTY', 'nothing was read');
  }

  #begin(block: BlockView): void {
    this.#tally.from = block.number;
    if (block.number === 0n) return;
    this.#state = new LedgerState(false);
    for (const open of ['GENESIS', 'CONFIG', 'STATE'] as const) this.#tally.notAnchored.add(open);
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) await this.#judgeNext();
  }

  async #judgeNext(): Promise<void> {
    const plan = this.#pending.shift() as BlockPlan;
    this.at = plan.block.number;
    await plan.done;
    this.#inFlight -= plan.signatures;
    this.#checkChannel(plan);
    this.#checkOrderers(plan);
    if (plan.block.number === 0n && !plan.isConfig) throw new EvidenceError('CONFIG', 'block 0 holds no configuration');
    const next = plan.isConfig ? this.#nextConfig(plan) : undefined;
    this.#checkLastConfig(plan);
    this.#judge(plan);
    if (next !== undefined) this.#channel = next;
    this.#count(plan.block, plan.signatures);
  }

  #checkChannel({ transactions }: BlockPlan): void {
    for (const { envelope } of transactions) {
      if (envelope === undefined) continue;
      this.#channelId ??= envelope.channelId;
      if (envelope.channelId !== this.#channelId)
        throw new EvidenceError('CHANNEL', `${envelope.channelId}, and the file is of ${this.#channelId}`);
    }
    this.#tally.channel = this.#channelId;
  }

  /** Block 0 is signed by nobody: the trust directory vouches for the configuration in it. */
  #checkOrderers({ block, orderers, transactions }: BlockPlan): void {
    if (block.number === 0n) return;
    const times = transactions.flatMap((t) => (t.envelope ? [t.envelope.timestamp] : []));
    const good = distinct(orderers.filter((o) => o.ok).map((o) => o.member));
    // The only times in a block are its transactions', and each is what its client says: one of them must fit.
    const signers = good.filter((m) => times.some((at) => m.inDate(at)));
    const enough = (list: readonly Member[]): boolean =>
      this.#channel ? this.#channel.satisfies('/Channel/Orderer/BlockValidation', list) : list.some((m) => m.invalid === undefined);
    if (!enough(good))
      throw new EvidenceError('BLOCK_SIGNATURE', `${orderers.length} by members of the channel, ${good.length} of them good`);
    if (!enough(signers)) throw new EvidenceError('IDENTITY', "the orderer's certificate was out of date at the block's time");
  }

  #nextConfig({ block, transactions }: BlockPlan): Channel {
    const [first] = transactions;
    if (transactions.length !== 1 || first?.envelope?.type !== HeaderType.CONFIG)
      throw new EvidenceError('CONFIG', 'a config transaction shares its block');
    const { config, lastUpdate } = readConfigEnvelope(first.envelope.data);
    if (this.#channel !== undefined) {
      if (config.sequence !== this.#channel.config.sequence + 1n)
        throw new EvidenceError('CONFIG_UPDATE', `sequence ${config.sequence} is not the next`);
      const { group, signatures } = applyUpdate(this.#channel, lastUpdate);
      this.#tally.signatures += signatures;
      if (!sameGroup(group, config.channelGroup))
        throw new EvidenceError('CONFIG_UPDATE', 'the configuration is not what the update makes of the one before');
    }
    const next = new Channel(this.#channelId as string, config);
    // Later organisations come in by the word of those that were trusted at the start.
    if (this.#channel === undefined) checkAnchored(next, this.#trust);
    this.#lastConfig = block.number;
    return next;
  }

  #checkLastConfig({ block, lastConfig }: BlockPlan): void {
    const expected = this.#lastConfig;
    if (lastConfig === undefined || block.number === 0n) return;
    if (expected === undefined ? lastConfig > block.number : lastConfig !== expected)
      throw new EvidenceError(
        'BLOCK_METADATA',
        `the orderer names block ${lastConfig} as the last config block${expected === undefined ? '' : `, which is ${expected}`}`,
      );
  }

  #judge({ block, transactions }: BlockPlan): void {
    const creators = block.number === 0n ? [] : transactions;
    const ledger = { channel: this.#channel, state: this.#state, seen: this.#seen };
    const { judged, changes } = judgeBlock(creators, block.number, block.codes, ledger);
    for (const { code, stated } of judged) {
      this.#tally.codes[codeName(code)] = (this.#tally.codes[codeName(code)] ?? 0) + 1;
      if (stated === undefined) this.#tally.recomputed++;
      else this.#tally.stated[stated] = (this.#tally.stated[stated] ?? 0) + 1;
    }
    for (const { envelope } of transactions) if (envelope) this.#seen.add(envelope.txId);
    if (block.number === 0n) this.#judgeGenesis(block);
    if (block.codes.length === 0) this.#commitHash = undefined;
    else {
      if (checkCommitHash(block, this.#commitHash, block.codes, changes)) this.#tally.commitHashes++;
      this.#commitHash = recordedCommitHash(block);
    }
  }

  #judgeGenesis(block: BlockView): void {
    if (block.codes.some((code) => code !== ValidationCode.VALID))
      throw new EvidenceError('VALIDATION_CODE', 'block 0 is not marked valid');
    this.#tally.codes.VALID = (this.#tally.codes.VALID ?? 0) + 1;
    this.#tally.recomputed++;
  }

  #count(block: BlockView, signatures: number): void {
    this.#tally.to = block.number;
    this.#tally.headerHash = block.headerHash;
    this.#tally.blocks++;
    this.#tally.transactions += block.envelopes.length;
    this.#tally.signatures += signatures;
    this.#options.progress?.(block.number);
  }
}
