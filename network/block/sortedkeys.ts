/**
 * Keys in the order of their UTF-8 bytes, as Fabric's range queries give them. A list of short runs: putting a key in costs a
 * binary search and a move within one run. State: the keys.
 */
const RUN = 512;

export class SortedKeys {
  #runs: string[][] = [];

  constructor(keys: Iterable<string>) {
    const all = [...keys].map(toBytes).sort(byUnits);
    for (let i = 0; i < all.length; i += RUN) this.#runs.push(all.slice(i, i + RUN));
  }

  add(key: string): void {
    const bytes = toBytes(key);
    const at = this.#runOf(bytes);
    const run = this.#runs[at];
    if (run === undefined) {
      this.#runs.push([bytes]);
      return;
    }
    const position = lowerBound(run, bytes);
    if (run[position] === bytes) return;
    run.splice(position, 0, bytes);
    if (run.length > 2 * RUN) this.#runs.splice(at, 1, run.slice(0, RUN), run.slice(RUN));
  }

  delete(key: string): void {
    const bytes = toBytes(key);
    const at = this.#runOf(bytes);
    const run = this.#runs[at];
    const position = run ? lowerBound(run, bytes) : 0;
    if (run?.[position] !== bytes) return;
    run.splice(position, 1);
    if (run.length === 0) this.#runs.splice(at, 1);
  }

  /** From `start` to before `end`; an empty `end` is no bound. */
  *range(start: string, end: string): Iterable<string> {
    const from = toBytes(start);
    const to = toBytes(end);
    for (let at = this.#runOf(from); at < this.#runs.length; at++) {
      const run = this.#runs[at] as string[];
      for (let i = lowerBound(run, from); i < run.length; i++) {
        const key = run[i] as string;
        if (to !== '' && key >= to) return;
        yield fromBytes(key);
      }
    }
  }

  /** The first run whose last key is not before this one; the last run if there is none. */
  #runOf(bytes: string): number {
    let low = 0;
    let high = this.#runs.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      const run = this.#runs[middle] as string[];
      if ((run[run.length - 1] as string) < bytes) low = middle + 1;
      else high = middle;
    }
    return Math.max(low, 0);
  }
}

/** One character for each UTF-8 byte: JavaScript compares strings by 16-bit units, which orders these by bytes. */
function toBytes(key: string): string {
  return /^[\0-\x7f]*$/.test(key) ? key : Buffer.from(key, 'utf8').toString('latin1');
}

function fromBytes(bytes: string): string {
  return /^[\0-\x7f]*$/.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

function byUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function lowerBound(run: readonly string[], key: string): number {
  let low = 0;
  let high = run.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((run[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
