import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kind } from './city.js';
import { type Reply, request } from './client.js';

/** One write: its key stands in the record, and is its Idempotency-Key. */
export interface Attempt {
  readonly key: string;
  readonly kind: Kind;
  readonly begun: number;
  /** How often it was sent. */
  sent: number;
  last: Reply;
  /** When it was acknowledged, by the same clock as `begun`. */
  acknowledged?: number;
}

/** An answer that was no acknowledgement, and when it came. */
export interface Failure {
  readonly at: number;
  readonly status: number;
  readonly what: string;
}

export const isAcknowledged = ({ status }: Reply): boolean => status === 201;

const PAUSE_MS = 150;
const NOTHING: Reply = { status: 0, transactionId: undefined, block: undefined, location: undefined, body: undefined };

/**
 * State: clients that write one thing after another, all the time. Every second one insists: it sends a write again, under its key, until it is
 * acknowledged, also while things are broken. The others let go of what was not acknowledged at once, and `settle` asks what became of it.
 */
export class Load {
  readonly attempts: Attempt[] = [];
  readonly failures: Failure[] = [];
  readonly #url: string;
  readonly #writers: Promise<void>[];
  /** Of each writer, when its last acknowledged write was begun. */
  readonly #lastBegun: number[];
  /** The ledger may hold writes of earlier runs. */
  readonly #run = randomBytes(3).toString('hex');
  #stopped = false;

  constructor(url: string, kinds: readonly Kind[], writers: number) {
    this.#url = url;
    this.#lastBegun = new Array(writers).fill(0);
    this.#writers = Array.from({ length: writers }, (_, i) => this.#write(i, kinds));
  }

  /** Resolves when every writer has had a write acknowledged that it began from now on; rejects after the time given. */
  async flows(limitMs: number): Promise<number> {
    const from = performance.now();
    while (this.#lastBegun.some((begun) => begun < from)) {
      if (performance.now() - from > limitMs) throw new Error(`after ${limitMs} ms not every writer writes again`);
      await sleep(20);
    }
    return performance.now() - from;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#writers);
  }

  async #write(writer: number, kinds: readonly Kind[]): Promise<void> {
    const insists = writer % 2 === 0;
    for (let n = 0; !this.#stopped; n += 1) {
      const kind = kinds[(writer + n) % kinds.length] as Kind;
      const attempt: Attempt = { key: `${this.#run}-w${writer}-n${n}`, kind, begun: performance.now(), sent: 0, last: NOTHING };
      this.attempts.push(attempt);
      do {
        const reply = await send(this.#url, attempt);
        if (attempt.acknowledged !== undefined) break;
        this.failures.push({ at: performance.now(), status: reply.status, what: describe(reply) });
        await sleep(PAUSE_MS);
      } while (insists && !this.#stopped);
      if (attempt.acknowledged !== undefined) this.#lastBegun[writer] = attempt.begun;
    }
  }
}

const describe = ({ status, body }: Reply): string => (status === 0 ? 'no answer' : `${status} ${body?.code ?? 'open'}`);

export async function send(url: string, attempt: Attempt): Promise<Reply> {
  const { kind, key } = attempt;
  attempt.sent += 1;
  attempt.last = await request(`${url}/api/v1${kind.path}`, kind.token, 'POST', kind.body(key), key);
  if (isAcknowledged(attempt.last)) attempt.acknowledged ??= performance.now();
  return attempt.last;
}
