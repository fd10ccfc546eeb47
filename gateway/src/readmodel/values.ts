import type { RecordKind } from '@drl/chaincode/model/records/index';
import { indexedOf } from './fields.js';
import { keys, ORDER_LENGTH } from './keys.js';
import { loadMany } from './load.js';
import { after, endedSince, range, union } from './positions.js';
import type { Question } from './question.js';

/** A value of an indexed field that some record has at the question's block, and the places of the first few. */
export interface Held {
  readonly value: string;
  readonly places: readonly string[];
  /** There are more records than places. */
  readonly more: boolean;
}

/** The values of a field in the order of their bytes, read forward only: `from` is asked with growing values. */
export interface Values {
  from(value: string): Promise<Held | undefined>;
}

/** `enough`: how many places are wanted. */
export function valuesOf(question: Question, kind: RecordKind, field: string, enough: number): Values {
  const now = new Run(question, `i\u0000${kind}\u0000${field}\u0000`);
  const once = question.latest ? undefined : new Run(question, `k\u0000${kind}\u0000${field}\u0000`);
  let last: Held | undefined;

  async function heldAt(value: string): Promise<Held | undefined> {
    if (once === undefined) return now.held(value, enough);
    for (let next = value; ; ) {
      const found = least(await now.value(next), await once.value(next));
      if (found === undefined) return undefined;
      const held = await heldThen(question, kind, field, found, enough);
      if (held !== undefined) return held;
      next = past(found);
    }
  }

  return {
    // What was answered and not passed yet is the answer again: its entries are read already.
    async from(value) {
      if (last === undefined || compare(last.value, value) < 0) last = await heldAt(value);
      return last;
    },
  };
}

/** Of the past: whoever has the value now or has lost it since, as it stood. */
async function heldThen(question: Question, kind: RecordKind, field: string, value: string, enough: number): Promise<Held | undefined> {
  const candidates = union([range(question, keys.index(kind, field, value)), endedSince(question, keys.ended(kind, field, value))]);
  const places: string[] = [];
  for (let place = await candidates.at(''); place !== undefined && places.length <= enough; place = await candidates.at(after(place))) {
    const [record] = await loadMany(question, kind, [place]);
    if (record !== undefined && indexedOf(record).some(([f, v]) => f === field && v === value)) places.push(place);
  }
  return places.length === 0 ? undefined : { value, places: places.slice(0, enough), more: places.length > enough };
}

/** The least that follows every entry of a value. */
export const past = (value: string): string => `${value}\u0000g`;

const FIRST_CHUNK = 16;
const MAX_CHUNK = 512;

/** Entries under a prefix whose key goes on with a value, U+0000 and the rest, an order last. */
class Run {
  readonly #prefix: string;
  readonly #entries: ReturnType<Question['entries']>;
  #chunk: readonly (readonly [key: string, cluster: Buffer])[] = [];
  #next = 0;
  /** Of the chunk: read in vain. */
  #skipped = 0;
  #size = FIRST_CHUNK;
  #ended = false;

  constructor(question: Question, prefix: string) {
    this.#prefix = prefix;
    this.#entries = question.entries({ gte: prefix, lt: `${prefix}\u{10ffff}` });
  }

  /** The first value at or after one. */
  async value(from: string): Promise<string | undefined> {
    for (let sought = false; ; ) {
      for (; this.#next < this.#chunk.length; this.#next++, this.#skipped++) {
        const value = this.#valueAt(this.#next);
        if (compare(value, from) >= 0) return value;
      }
      if (this.#ended) return undefined;
      // Where most of a chunk was wanted the next one will be too; else it is cheaper to go there.
      const onward: boolean = sought || this.#skipped * 2 < this.#chunk.length;
      if (!onward) this.#entries.seek(this.#prefix + from);
      sought ||= !onward;
      await this.#read(onward);
    }
  }

  /** The same with its places. */
  async held(from: string, enough: number): Promise<Held | undefined> {
    const value = await this.value(from);
    if (value === undefined) return undefined;
    const places: string[] = [];
    for (;;) {
      for (; this.#next < this.#chunk.length && this.#valueAt(this.#next) === value; this.#next++) {
        if (places.length === enough) return { value, places, more: true };
        const [key, cluster] = this.#chunk[this.#next] as readonly [string, Buffer];
        places.push(key.slice(-ORDER_LENGTH) + cluster.toString('latin1'));
      }
      if (this.#next < this.#chunk.length || this.#ended) return { value, places, more: false };
      await this.#read(true);
    }
  }

  #valueAt(i: number): string {
    const [key] = this.#chunk[i] as readonly [string, Buffer];
    return key.slice(this.#prefix.length, key.indexOf('\u0000', this.#prefix.length));
  }

  async #read(onward: boolean): Promise<void> {
    this.#size = onward ? Math.min(this.#size * 4, MAX_CHUNK) : FIRST_CHUNK;
    this.#chunk = (await this.#entries.nextv(this.#size)) as [string, Buffer][];
    this.#next = 0;
    this.#skipped = 0;
    // level may give fewer than asked for, and more after that.
    this.#ended = this.#chunk.length === 0;
  }
}

/** As level orders keys: by the bytes of UTF-8, which is not the order of JavaScript's strings. */
export function compare(a: string, b: string): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(a), Buffer.from(b));
}

export function least(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compare(a, b) <= 0 ? a : b;
}
