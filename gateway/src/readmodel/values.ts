import { BLOCK_LENGTH, blockOfOrder, ORDER_LENGTH } from './keys.js';
import { loadMany } from './load.js';
import { termFields, useFields } from './naming.js';
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

/** The index of names as it stood at the question's block. */
export class Names {
  readonly #question: Question;
  /** Of the past: what each record looked at so far had then. */
  readonly #then = new Map<string, ReadonlySet<string>>();

  constructor(question: Question) {
    this.#question = question;
  }

  /** `enough`: how many places are wanted; none: the values alone, of the past perhaps some that nobody had then. */
  values(kind: NamedKind, field: string, enough: number): Values {
    const now = new Run(this.#question, `i\u0000${kind}\u0000${field}\u0000`);
    const once = this.#question.latest ? undefined : new Run(this.#question, `k\u0000${kind}\u0000${field}\u0000`);
    let last: Held | undefined;

    const heldAt = async (from: string): Promise<Held | undefined> => {
      if (once === undefined) return now.held(from, enough);
      for (let next = from; ; ) {
        const value = least(await now.value(next), await once.value(next));
        if (value === undefined) return undefined;
        const held = enough === 0 ? { value, places: [], more: false } : await this.#heldThen(kind, field, value, now, once, enough);
        if (held !== undefined) return held;
        next = past(value);
      }
    };
    return {
      // What was answered and not passed yet is the answer again: its entries are read already.
      async from(value) {
        if (last === undefined || compare(last.value, value) < 0) last = await heldAt(value);
        return last;
      },
    };
  }

  /** Whoever has the value now or has lost it since, and was there at the block: did they have it then? */
  async #heldThen(kind: NamedKind, field: string, value: string, now: Run, once: Run, enough: number): Promise<Held | undefined> {
    const { block } = this.#question.asOf;
    const candidates = new Set<string>();
    for await (const [key, cluster] of now.entriesOf(value)) candidates.add(key.slice(-ORDER_LENGTH) + cluster);
    for await (const [key, cluster] of once.entriesOf(value)) {
      const ended = Number.parseInt(key.slice(-ORDER_LENGTH - BLOCK_LENGTH, -ORDER_LENGTH), 16);
      if (ended > block) candidates.add(key.slice(-ORDER_LENGTH) + cluster);
    }
    const born = [...candidates].filter((place) => blockOfOrder(place) <= block).sort();
    const places: string[] = [];
    for (let next = 0; next < born.length && places.length <= enough; next += CHECKED) {
      const asked = born.slice(next, next + CHECKED);
      await this.#look(kind, asked);
      places.push(...asked.filter((place) => this.#then.get(kind + place)?.has(`${field} ${value}`)));
    }
    return places.length === 0 ? undefined : { value, places: places.slice(0, enough), more: places.length > enough };
  }

  async #look(kind: NamedKind, places: readonly string[]): Promise<void> {
    const unknown = places.filter((place) => !this.#then.has(kind + place));
    const records = await loadMany(this.#question, kind, unknown);
    unknown.forEach((place, i) => {
      const record = records[i];
      const fields = record === undefined ? [] : record.kind === 'asset' ? useFields(record) : termFields(record);
      this.#then.set(kind + place, new Set(fields.map(([field, value]) => `${field} ${value}`)));
    });
  }
}

type NamedKind = 'asset' | 'data-element';
/** Records looked at in one go. */
const CHECKED = 16;

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
    for await (const [key, cluster] of this.entriesOf(value)) {
      if (places.length === enough) return { value, places, more: true };
      places.push(key.slice(-ORDER_LENGTH) + cluster);
    }
    return { value, places, more: false };
  }

  /** The entries of a value that is next, or of none. */
  async *entriesOf(value: string): AsyncGenerator<readonly [key: string, cluster: string]> {
    for (;;) {
      for (; this.#next < this.#chunk.length && this.#valueAt(this.#next) === value; this.#next++) {
        const [key, cluster] = this.#chunk[this.#next] as readonly [string, Buffer];
        yield [key, cluster.toString('latin1')];
      }
      if (this.#next < this.#chunk.length || this.#ended || this.#chunk.length === 0) return;
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

/** As level orders keys: by the bytes of UTF-8, which is by code point, and so not the order of JavaScript's strings where there are surrogates. */
export function compare(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x !== y) return byCodePoint(x) - byCodePoint(y);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all that one unit can be. */
function byCodePoint(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}

export function least(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compare(a, b) <= 0 ? a : b;
}
