import { randomBytes } from 'node:crypto';
import { buildEnvelope, channelHeader, serializedIdentity, signatureHeader } from '@drl/network/block/build';
import { type BlockView, readBlock } from '@drl/network/block/read';
import { sign } from '@drl/network/block/sign';
import { len, num, Reader } from '@drl/network/block/wire';
import { bytes, item, message, varint } from '@drl/network/block/write';
import { type Identity, LedgerError } from '../ledger.js';
import { deliver, type Endpoint } from './endpoint.js';

/** common.HeaderType DELIVER_SEEK_INFO. */
const DELIVER_SEEK_INFO = 5;
/** A peer silent for this long, while blocks are known to exist beyond what it gave, is left for another. */
const STALL_MS = 1500;
const RECONNECT_MS = 200;

export interface Following {
  readonly peers: readonly Endpoint[];
  readonly channel: string;
  readonly reader: () => Identity;
  /** Whether a block of this number or a later one ought to exist: tells a frozen peer from a quiet channel. */
  readonly expects: (next: bigint) => boolean;
}

/**
 * Blocks in order from `from` on, for ever: our own loop over protos.Deliver. It checks number and previous hash of each block,
 * asks the next peer when one fails, ends or stalls, and begins again where it was. A block that does not follow on the one before is
 * never handed out; if every peer offers such a block, the stream ends with an error, since the channel's history has changed.
 */
export async function* follow(following: Following, from: bigint, signal: AbortSignal): AsyncGenerator<BlockView> {
  const { peers } = following;
  let next = from;
  let previous: Buffer | undefined;
  let turn = Math.floor(Math.random() * peers.length);
  let refused = 0;
  while (!signal.aborted) {
    const peer = peers[turn % peers.length] as Endpoint;
    turn += 1;
    for await (const block of readFrom(following, peer, next, signal)) {
      if (block.number !== next || (previous !== undefined && !block.previousHash.equals(previous))) {
        refused += 1;
        if (refused >= peers.length)
          throw new LedgerError('UNAVAILABLE', {
            stage: 'blocks',
            peer: peer.name,
            reason: `block ${block.number} does not follow on block ${next - 1n}`,
          });
        break;
      }
      refused = 0;
      next += 1n;
      previous = block.headerHash;
      yield block;
    }
    await pause(RECONNECT_MS, signal);
  }
}

/** Blocks of one peer until it fails, ends or stalls; never throws. */
async function* readFrom(following: Following, peer: Endpoint, from: bigint, signal: AbortSignal): AsyncGenerator<BlockView> {
  const stream = deliver(peer, await seek(following, from));
  const stop = () => stream.cancel();
  signal.addEventListener('abort', stop, { once: true });
  let next = from;
  let lookedAt = from;
  const watch = setInterval(() => {
    if (lookedAt === next && following.expects(next)) stop();
    lookedAt = next;
  }, STALL_MS);
  watch.unref();
  try {
    for await (const answer of stream) {
      const block = blockOf(answer);
      if (block === undefined) return;
      next = block.number + 1n;
      yield block;
    }
  } catch (error) {
    // A broken or cancelled stream only means that the next peer is asked; anything else is a bug and must be seen.
    if (!(error instanceof Error && 'code' in error)) throw error;
  } finally {
    clearInterval(watch);
    signal.removeEventListener('abort', stop);
    stream.cancel();
  }
}

/** peer.DeliverResponse: a block, or a status that ends the stream. */
function blockOf(answer: Buffer): BlockView | undefined {
  const reader = new Reader(answer);
  while (reader.next()) if (reader.tag === len(2)) return readBlock(reader.bytes());
  return undefined;
}

/** A signed common.Envelope with orderer.SeekInfo { start: specified, stop: max, behavior: BLOCK_UNTIL_READY }. */
async function seek({ channel, reader: readerNow }: Following, from: bigint): Promise<Buffer> {
  const reader = readerNow();
  const creator = serializedIdentity(reader.mspId, reader.certificate);
  const specified = (number: bigint) => item(3, varint(1, number));
  const info = message(item(1, specified(from)), item(2, specified(0xffff_ffff_ffff_ffffn)));
  const header = message(
    bytes(1, channelHeader({ type: DELIVER_SEEK_INFO, timestamp: new Date(), channelId: channel })),
    bytes(2, signatureHeader(creator, randomBytes(24))),
  );
  const payload = message(item(1, header), bytes(2, info));
  return buildEnvelope(payload, await sign(reader.privateKey, payload));
}

export function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
    if (signal?.aborted) done();
  });
}

/** orderer.BroadcastResponse: a common.Status. */
export function broadcastStatus(answer: Buffer): { status: number; info: string } {
  let status = 0;
  let info = '';
  const reader = new Reader(answer);
  while (reader.next()) {
    if (reader.tag === num(1)) status = reader.int32();
    else if (reader.tag === len(2)) info = reader.string();
  }
  return { status, info };
}
