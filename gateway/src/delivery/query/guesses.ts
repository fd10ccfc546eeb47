import { createHmac } from 'node:crypto';
import { canonical } from '@drl/chaincode/model/canonical';
import { Level } from 'level';
import { ServiceError } from '../../errors.js';
import type { Question } from './compare.js';

/**
 * Answers that were not a match in everything, counted, so that values cannot be found by trying: for each consumer and asset, by whole subject, by each
 * single value that names it (else a guess could be put into a subject of several), and in all (else subjects could be tried one after another). What is
 * counted lies under an HMAC: nobody reads here whom was asked about. It outlives a restart.
 */
const HOUR_MS = 3_600_000;
export const GUESSES = {
  subject: { most: 5, within: 24 * HOUR_MS },
  value: { most: 20, within: 24 * HOUR_MS },
  asset: { most: 100, within: HOUR_MS },
} as const;
type Counted = keyof typeof GUESSES;

export interface Asker {
  readonly consumer: string;
  readonly asset: string;
}

export class Guesses {
  readonly #db: Level<string, string>;
  readonly #key: Buffer;
  readonly #times = new Map<string, readonly number[]>();
  #swept: number;

  private constructor(db: Level<string, string>, key: Buffer, now: number) {
    this.#db = db;
    this.#key = key;
    this.#swept = now;
  }

  static async open(dir: string, key: Buffer, now = Date.now()): Promise<Guesses> {
    const db = new Level<string, string>(dir, { keyEncoding: 'utf8', valueEncoding: 'utf8' });
    await db.open();
    const guesses = new Guesses(db, createHmac('sha256', key).update('query guesses').digest(), now);
    for await (const [id, text] of db.iterator()) await guesses.#keep(id, JSON.parse(text) as number[], now);
    return guesses;
  }

  /** Counts one more before it is answered, so that many at once are as many; throws where it would be too many. Answers how to take it back. */
  async take(asker: Asker, { subject }: Pick<Question, 'subject'>, now = Date.now()): Promise<() => Promise<void>> {
    await this.#sweep(now);
    const counters = [...this.#countersOf(asker, subject)];
    for (const [counted, id] of counters) {
      const { most, within } = GUESSES[counted];
      const recent = (this.#times.get(id) ?? []).filter((at) => at > now - within);
      if (recent.length >= most)
        throw new ServiceError('QUERY_THROTTLED', { rule: counted, accepted: `${most} without a match in ${within / HOUR_MS} h` });
    }
    for (const [, id] of counters) this.#times.set(id, [...(this.#times.get(id) ?? []), now]);
    await this.#write(counters, now);
    return async () => {
      for (const [, id] of counters) this.#times.set(id, without(this.#times.get(id) ?? [], now));
      await this.#write(counters, now);
    };
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  *#countersOf({ consumer, asset }: Asker, subject: Question['subject']): Generator<readonly [Counted, string]> {
    const id = (...what: unknown[]) =>
      createHmac('sha256', this.#key)
        .update(canonical([consumer, asset, ...what]))
        .digest('hex');
    yield ['asset', id()];
    yield ['subject', id(subject)];
    const values = Object.entries(subject);
    if (values.length > 1) for (const pair of values) yield ['value', id(...pair)];
  }

  /** Now and then: nobody is remembered for longer than need be. */
  async #sweep(now: number): Promise<void> {
    if (now - this.#swept < HOUR_MS) return;
    this.#swept = now;
    await Promise.all([...this.#times].map(([id, times]) => this.#keep(id, times, now)));
  }

  async #write(counters: readonly (readonly [Counted, string])[], now: number): Promise<void> {
    await Promise.all(counters.map(([, id]) => this.#keep(id, this.#times.get(id) ?? [], now)));
  }

  /** What no window reaches any more is forgotten. */
  async #keep(id: string, times: readonly number[], now: number): Promise<void> {
    const kept = times.filter((at) => at > now - GUESSES.subject.within);
    if (kept.length === 0) {
      this.#times.delete(id);
      await this.#db.del(id);
    } else {
      this.#times.set(id, kept);
      await this.#db.put(id, JSON.stringify(kept));
    }
  }
}

function without(times: readonly number[], one: number): number[] {
  const at = times.indexOf(one);
  return times.filter((_, i) => i !== at);
}
