import { BLOCK_LENGTH, hex, ORDER_LENGTH } from './keys.js';
import type { Question } from './question.js';

/**
 * A sorted run of places (an order, then the cluster), newest first. `at(from)` answers the first at or after `from`, and is asked with
 * growing `from` only. Indexes are such runs; questions are unions and intersections of them, read no further than a page needs.
 */
export interface Positions {
  at(from: string): Promise<string | undefined>;
}

const FIRST_CHUNK = 32;
const MAX_CHUNK = 512;

/** Places under one key prefix: the order follows the prefix, the cluster is the value, or given where all have the same. */
export function range(question: Question, prefix: string, cluster?: string): Positions {
  const bounds = { gte: prefix, lt: `${prefix}g` };
  const run = cluster === undefined ? question.entries(bounds) : question.keys(bounds);
  let chunk: readonly string[] = [];
  let next = 0;
  let size = FIRST_CHUNK;
  let last = '';

  async function read(): Promise<void> {
    const found = await run.nextv(size);
    chunk = found.map((entry) =>
      typeof entry === 'string' ? entry.slice(prefix.length) + cluster : entry[0].slice(prefix.length) + entry[1].toString('latin1'),
    );
    next = 0;
    last = chunk.at(-1) ?? last;
    size = Math.min(size * 4, MAX_CHUNK);
  }

  return {
    async at(from) {
      for (let sought = false; ; ) {
        while (next < chunk.length && (chunk[next] as string) < from) next++;
        if (next < chunk.length) return chunk[next];
        // Reading on is cheapest where the next one is wanted; else go to where what is asked for would be.
        if (!sought && !isNext(last, from)) run.seek(prefix + from.slice(0, ORDER_LENGTH));
        sought = true;
        await read();
        if (chunk.length === 0) return undefined;
      }
    },
  };
}

const GATHERED = 4096;

/**
 * Places whose value ended after the question's block. They lie by the block that ended them, so they are gathered and sorted here,
 * some thousands at a time: a question about the near past finds few, one about a far past reads what has changed since.
 */
export function endedSince(question: Question, prefix: string): Positions {
  let held: readonly string[] = [];
  let next = 0;
  let complete = question.latest;

  async function gather(from: string): Promise<void> {
    let found: string[] = [];
    complete = true;
    for await (const [key, cluster] of question.entries({ gt: `${prefix}${hex(question.asOf.block, BLOCK_LENGTH)}g`, lt: `${prefix}g` })) {
      const place = key.slice(prefix.length + BLOCK_LENGTH) + cluster.toString('latin1');
      if (place >= from) found.push(place);
      if (found.length < 2 * GATHERED) continue;
      found = found.sort().slice(0, GATHERED);
      complete = false;
    }
    held = found.sort();
    next = 0;
  }

  let gathered = question.latest;
  return {
    async at(from) {
      for (;;) {
        while (next < held.length && (held[next] as string) < from) next++;
        if (next < held.length) return held[next];
        if (gathered && complete) return undefined;
        await gather(from);
        gathered = true;
      }
    },
  };
}

/** `from` asks for the very next place after `last`. */
function isNext(last: string, from: string): boolean {
  return from === after(last);
}

/** The least text that follows a place, and so asks for the next one. */
export function after(place: string): string {
  return place === '' ? '' : `${place}\u0000`;
}

export function union(runs: readonly Positions[]): Positions {
  if (runs.length === 1) return runs[0] as Positions;
  const heads: (string | undefined)[] = [];
  return {
    async at(from) {
      let least: string | undefined;
      for (let i = 0; i < runs.length; i++) {
        const held = heads[i];
        const head = i in heads && (held === undefined || held >= from) ? held : await runs[i]?.at(from);
        heads[i] = head;
        if (head !== undefined && (least === undefined || head < least)) least = head;
      }
      return least;
    },
  };
}

/** The run whose next place lies furthest ahead leads the others there: what few have in common costs few reads. */
export function intersection(runs: readonly Positions[]): Positions {
  if (runs.length === 1) return runs[0] as Positions;
  return {
    async at(from) {
      let candidate = from;
      for (let agreed = 0, i = 0; agreed < runs.length; i = (i + 1) % runs.length) {
        const found = await runs[i]?.at(candidate);
        if (found === undefined) return undefined;
        agreed = found === candidate ? agreed + 1 : 1;
        candidate = found;
      }
      return candidate;
    },
  };
}
