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

/** An answer that was not what its client waits for. */
export interface Failure {
  /** When the write was sent for the first time. */
  readonly begun: number;
  readonly status: number;
  readonly what: string;
}

export const isAcknowledged = ({ status }: Reply): boolean => status === 201;
const OPEN = 202;

const PAUSE_MS = 150;
const NOTHING: Reply = { status: 0, transactionId: undefined, block: undefined, location: undefined, body: undefined };

/** How a client goes about its writes, in turn over the writers. */
const habits = [
  /** Sends a write again under its key until it is acknowledged, also while things are broken. */
  'insists',
  /** Lets go of what was not acknowledged at once; judge.ts asks what became of it. */
  'lets go',
  /** Asks for an answer before the commit (`Prefer: respond-async`), and for the outcome only when all is over. */
  'promised',
] as const;
type Habit = (typeof habits)[number];

/** State: clients that write one thing after another, all the time. */
export class Load {
  readonly attempts: Attempt[] = [];
  readonly failures: Failure[] = [];
  readonly #url: string;
  readonly #writers: Promise<void>[];
  /** Of each writer, when the last write that was answered as it should be was begun. */
  readonly #lastBegun: number[];
  /** The ledger may hold writes of earlier runs. */
  readonly #run = randomBytes(3).toString('hex');
  #stopped = false;

  constructor(url: string, kinds: readonly Kind[], writers: number) {
    this.#url = url;
    this.#lastBegun = new Array(writers).fill(0);
    this.#writers = Array.from({ length: writers }, (_, i) => this.#write(i, kinds));
  }

  /** Resolves when every writer has had a write answered that it began from now on; rejects after the time given. */
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
    const habit = habits[writer % habits.length] as Habit;
    for (let n = 0; !this.#stopped; n += 1) {
      const kind = kinds[(writer + n) % kinds.length] as Kind;
      const attempt: Attempt = { key: `${this.#run}-w${writer}-n${n}`, kind, begun: performance.now(), sent: 0, last: NOTHING };
      this.attempts.push(attempt);
      do {
        const reply = await send(this.#url, attempt, habit === 'promised' ? { Prefer: 'respond-async' } : {});
        if (attempt.acknowledged !== undefined || (habit === 'promised' && reply.status === OPEN)) {
          this.#lastBegun[writer] = attempt.begun;
          break;
        }
        this.failures.push({ begun: attempt.begun, status: reply.status, what: describe(reply) });
        await sleep(PAUSE_MS);
      } while (habit === 'insists' && !this.#stopped);
      // A promise costs its client nothing, and must not be all that the gateway does.
      if (habit === 'promised') await sleep(PAUSE_MS);
    }
  }
}

const describe = ({ status, body }: Reply): string => (status === 0 ? 'no answer' : `${status} ${body?.code ?? 'open'}`);

export async function send(url: string, attempt: Attempt, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
  const { kind, key } = attempt;
  attempt.sent += 1;
  attempt.last = await request(`${url}/api/v1${kind.path}`, kind.token, 'POST', kind.body(key), { 'Idempotency-Key': key, ...headers });
  if (isAcknowledged(attempt.last)) attempt.acknowledged ??= performance.now();
  return attempt.last;
}
