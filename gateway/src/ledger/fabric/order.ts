import type { ClientDuplexStream } from '@grpc/grpc-js';
import { broadcast, type Endpoint, unavailable } from './endpoint.js';
import { broadcastStatus } from './follow.js';

/** common.Status. */
export const SUCCESS = 200;

interface Waiting {
  settle(status: number, info: string): void;
  fail(error: Error): void;
}

/** State: one broadcast stream to one orderer, opened at first use and again after it broke. Answers come in the order of the envelopes. */
export class OrdererStream {
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
