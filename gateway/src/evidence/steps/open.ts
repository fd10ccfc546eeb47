import { message } from '@drl/network/block/action';
import { transactionId } from '@drl/network/block/build';
import { EvidenceError } from '@drl/network/block/errors';
import { dataHash, headerHash } from '@drl/network/block/header';
import { type EnvelopeView, readEnvelope } from '@drl/network/block/read';
import { len, num, Reader } from '@drl/network/block/wire';
import { BundleError } from '../errors.js';
import type { Bundle, BundleBlock, BundleTransaction } from '../format.js';
import { type Opened, type OpenedBlock, type OpenedTransaction, placeKey } from '../opened.js';

/** The data hash of each block is that of its envelopes, and each transaction is where, when and what the bundle says. */
export function open(bundle: Bundle): Opened {
  const times = latestTimes(bundle.transactions);
  const blocks = new Map<number, OpenedBlock>();
  let before: OpenedBlock | undefined;
  for (const block of bundle.blocks) {
    if (before && before.block.number >= block.number) throw new BundleError('FORMAT', 'the blocks are not in order of number, each once');
    const opened = openBlock(block, times.get(block.number));
    // Neighbours on the chain have to fit; the orderer's signature holds each in its place in any case.
    if (before?.block.number === block.number - 1 && before.headerHash.toString('hex') !== block.previousHash)
      throw new EvidenceError('PREVIOUS_HASH', `block ${block.number}`);
    blocks.set(block.number, opened);
    before = opened;
  }
  return { bundle, blocks, ...openTransactions(bundle, blocks) };
}

function latestTimes(transactions: readonly BundleTransaction[]): Map<number, Date> {
  const times = new Map<number, Date>();
  for (const { block, at } of transactions) {
    const time = new Date(at);
    const held = times.get(block);
    if (held === undefined || held < time) times.set(block, time);
  }
  return times;
}

function openBlock(block: BundleBlock, time: Date | undefined): OpenedBlock {
  const { number, envelopes, orderer } = block;
  if (time === undefined) throw new BundleError('SURPLUS', `block ${number} holds no transaction that is proven`);
  if ((number === 0) !== (orderer === null) || (number === 0) !== (block.previousHash === ''))
    throw new BundleError('FORMAT', `block ${number}: the first block, and it alone, has no signature and follows no other`);
  const hash = dataHash(envelopes);
  if (hash.toString('hex') !== block.dataHash) throw new EvidenceError('DATA_HASH', `block ${number}`);
  for (const [index, envelope] of envelopes.entries()) bounded(envelope, `${number}/${index}`);
  return {
    block,
    headerHash: headerHash(BigInt(number), Buffer.from(block.previousHash, 'hex'), hash),
    lastConfig: orderer === null ? 0 : lastConfig(orderer.metadata),
    time,
  };
}

/**
 * The data hash is over a plain concatenation, so it says nothing of where one envelope ends. Each must begin with its payload and hold it, and its
 * signature, once: then there is one way to cut the bytes, and the index of a transaction is certain.
 */
function bounded(envelope: Buffer, place: string): void {
  const r = new Reader(envelope);
  const seen = new Set<number>();
  while (r.next()) {
    const field = r.tag >>> 3;
    if ((seen.size === 0 && r.tag !== len(1)) || (field <= 2 && seen.has(field))) throw new EvidenceError('ENVELOPE_BYTES', place);
    seen.add(field);
  }
}

/** OrdererBlockMetadata.last_config.index: part of what the orderer signs. */
function lastConfig(metadata: Buffer): number {
  let index = 0n;
  const r = new Reader(message(metadata, 1));
  while (r.next()) if (r.tag === num(1)) index = r.uint64();
  return Number(index);
}

function openTransactions(bundle: Bundle, blocks: ReadonlyMap<number, OpenedBlock>): Pick<Opened, 'transactions' | 'places'> {
  const transactions = new Map<string, OpenedTransaction>();
  const places = new Map<string, OpenedTransaction>();
  let before: BundleTransaction | undefined;
  for (const entry of bundle.transactions) {
    if (before && (before.block > entry.block || (before.block === entry.block && before.index >= entry.index)))
      throw new BundleError('FORMAT', 'the transactions are not in order of place, each once');
    const block = blocks.get(entry.block);
    const bytes = block?.block.envelopes[entry.index];
    if (block === undefined || bytes === undefined)
      throw new BundleError('MISSING', `there is no envelope at ${entry.block}/${entry.index}`);
    const envelope = readEnvelope(bytes);
    if (idOf(envelope) !== entry.id || transactions.has(entry.id))
      throw new BundleError('PLACE', `${entry.id} is not at ${entry.block}/${entry.index}`);
    if (envelope.channelId !== bundle.channel) throw new EvidenceError('CHANNEL', `transaction ${entry.id}`);
    if (timeOf(envelope) !== entry.at) throw new BundleError('TIME', `transaction ${entry.id}`);
    const opened = { entry, envelope, block };
    transactions.set(entry.id, opened);
    places.set(placeKey(entry.block, entry.index), opened);
    before = entry;
  }
  return { transactions, places };
}

/** A config transaction carries no id of its own: its id is computed (fabric protoutil, GetOrComputeTxIDFromEnvelope). */
export function idOf(envelope: EnvelopeView): string {
  return envelope.txId === '' ? transactionId(envelope.nonce, envelope.creatorBytes) : envelope.txId;
}

/** The client's time, to the millisecond as records have it. */
export function timeOf(envelope: EnvelopeView): string {
  const time = envelope.timestamp;
  if (Number.isNaN(time.getTime())) throw new BundleError('TIME', 'a time out of range');
  return time.toISOString();
}
