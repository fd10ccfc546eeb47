import type { ClientDuplexStream } from '@grpc/grpc-js';
import { LedgerError, type SignedTransaction } from '../ledger.js';
import type { Commit } from './commits.js';
import { broadcast, type Endpoint, refusedIdentity, unavailable } from './endpoint.js';
import { broadcastStatus, pause } from './follow.js';

/** common.Status. */
export const SUCCESS = 200;
const FORBIDDEN = 403;
/** Bad request, forbidden, too large: the orderer will not have this envelope. Every other status speaks of the orderer's own state. */
const REFUSALS: ReadonlySet<number> = new Set([400, FORBIDDEN, 413]);

const BROADCAST_MS = 1500;
const FIRST_WAIT_MS = 1500;
const LONGEST_WAIT_MS = 5000;
const RETRY_PAUSE_MS = 100;

/** State: the orderer that took the last envelope; the others only forward to the leader. */
export class Ordering {
  readonly #streams: readonly OrdererStream[];
  readonly #stop: AbortSignal;
  #current = 0;

  constructor(orderers: readonly Endpoint[], stop: AbortSignal) {
    this.#stop = stop;
    this.#streams = orderers.map((orderer) => new OrdererStream(orderer));
  }

  /**
   * Sends the same envelope to one orderer after another, with short deadlines, until its id is in a block: a leader that dies may have
   * ordered it or not, and a second copy commits as DUPLICATE_TXID and changes nothing. Undefined: the time is up, or it was refused after a
   * copy had gone out of whose fate nothing is known. Throws REJECTED or IDENTITY_REFUSED where the first copy was refused.
   */
  async untilDecided(
    { envelope, transactionId }: SignedTransaction,
    decided: Promise<Commit>,
    timeoutMs: number,
  ): Promise<Commit | undefined> {
    const deadline = Date.now() + timeoutMs;
    const bytes = Buffer.from(envelope);
    let sent = false;
    for (let wait = FIRST_WAIT_MS; Date.now() < deadline && !this.#stop.aborted; sent = true) {
      const turn = this.#current;
      const stream = this.#streams[turn % this.#streams.length] as OrdererStream;
      const answer = await Promise.race([decided, stream.send(bytes, BROADCAST_MS).catch(() => undefined)]);
      if (answer !== undefined && 'block' in answer) return answer;
      if (answer !== undefined && REFUSALS.has(answer.status)) {
        if (sent) return undefined;
        throw refusal(stream.orderer, answer, transactionId);
      }
      const accepted = answer?.status === SUCCESS;
      const waiting = pause(accepted ? Math.min(wait, deadline - Date.now()) : RETRY_PAUSE_MS, this.#stop);
      const commit = await Promise.race([decided, waiting]);
      if (commit !== undefined) return commit;
      if (accepted) wait = Math.min(wait * 2, LONGEST_WAIT_MS);
      // Many may find the same orderer silent at once: they go on to the same next one.
      if (this.#current === turn) this.#current += 1;
    }
    return undefined;
  }

  close(): void {
    for (const stream of this.#streams) stream.close();
  }
}

function refusal(orderer: Endpoint, { status, info }: { status: number; info: string }, transactionId: string): LedgerError {
  const reason = `${status} ${info}`;
  if (status === FORBIDDEN) return refusedIdentity(orderer, 'submit', reason);
  return new LedgerError('REJECTED', { stage: 'submit', transactionId, mspId: orderer.mspId, peer: orderer.name, reason });
}

interface Waiting {
  settle(status: number, info: string): void;
  fail(error: Error): void;
}

/** State: one broadcast stream to one orderer, opened at first use and again after it broke. Answers come in the order of the envelopes. */
class OrdererStream {
  #stream: ClientDuplexStream<Buffer, Buffer> | undefined;
  #waiting: Waiting[] = [];

  constructor(readonly orderer: Endpoint) {}

  /** Resolves with the orderer's status; rejects when the stream breaks or stays silent for `timeoutMs`: then nothing is known of the envelope. */
  send(envelope: Buffer, timeoutMs: number): Promise<{ status: number; info: string }> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#break(`silent for ${timeoutMs} ms`), timeoutMs);
      this.#waiting.push({
        settle: (status, info) => {
          clearTimeout(timer);
          resolve({ status, info });
        },
        fail: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      });
      this.#open().write(envelope);
    });
  }

  close(): void {
    this.#break('closed');
  }

  #open(): ClientDuplexStream<Buffer, Buffer> {
    if (this.#stream) return this.#stream;
    const stream = broadcast(this.orderer);
    stream.on('data', (answer: Buffer) => {
      const { status, info } = broadcastStatus(answer);
      this.#waiting.shift()?.settle(status, info);
    });
    const broken = (reason: string) => {
      if (this.#stream === stream) this.#break(reason);
    };
    stream.on('error', (error) => broken(error.message));
    stream.on('end', () => broken('the orderer ended the stream'));
    this.#stream = stream;
    return stream;
  }

  #break(reason: string): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#stream?.cancel();
    this.#stream = undefined;
    for (const { fail } of waiting) fail(unavailable(this.orderer, 'submit', reason));
  }
}
