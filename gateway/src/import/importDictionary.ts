import { canonical } from '@drl/chaincode/model/canonical';
import { RuleError } from '@drl/chaincode/model/errors';
import type { DataElement } from '@drl/chaincode/model/records/dataElement';
import { bodyOf } from '@drl/chaincode/model/rules/dataElement';
import { type DictionaryRow, readDictionary } from './dictionaryRows.js';
import type { Dropped } from './events.js';
import { droppedBy, droppedFor, overtaken, patiently, pause, type WriteAs } from './row.js';

export interface DictionaryDeps {
  readonly write: WriteAs;
  readonly find: (id: string) => Promise<DataElement | undefined>;
}

export interface DictionaryOptions {
  readonly file: string;
  readonly encoding: string;
  readonly language: 'zh' | 'en';
  /** Adopt what the file says, at once: the importer is the manager. */
  readonly adopt: boolean;
  readonly signal?: AbortSignal;
}

export interface DictionaryBrought {
  readonly event: 'row';
  readonly line: number;
  readonly outcome: 'proposed' | 'revised' | 'unchanged';
  readonly adopted: boolean;
  readonly id: string;
}

export interface DictionarySummary {
  readonly event: 'summary';
  readonly rows: number;
  readonly proposed: number;
  readonly revised: number;
  readonly unchanged: number;
  readonly adopted: number;
  readonly dropped: number;
  readonly seconds: number;
}

export type DictionaryEvent = { readonly event: 'start'; readonly file: string } | DictionaryBrought | Dropped | DictionarySummary;

const PARALLEL = 64;

/**
 * Brings a dictionary to the ledger, row by row, and tells each step. What the ledger has already, in force or asked for, is left alone, so that
 * importing again changes only what changed. Throws ImportError before the first row if the file cannot be used.
 */
export async function* importDictionary(
  bytes: AsyncIterable<Uint8Array>,
  options: DictionaryOptions,
  deps: DictionaryDeps,
): AsyncGenerator<DictionaryEvent> {
  const started = performance.now();
  const total = { rows: 0, proposed: 0, revised: 0, unchanged: 0, adopted: 0, dropped: 0 };
  const told: DictionaryEvent[] = [];
  const busy = new Set<Promise<void>>();
  let failure: unknown;
  const take = (row: DictionaryRow) => {
    const work: Promise<void> = bring(row, options, deps)
      .then((event) => {
        if (event.event === 'row') total[event.outcome] += 1;
        else total.dropped += 1;
        if (event.event === 'row' && event.adopted) total.adopted += 1;
        told.push(event);
      })
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => busy.delete(work));
    busy.add(work);
  };

  yield { event: 'start', file: options.file };
  try {
    for await (const item of readDictionary(bytes, { delimiter: ',', encoding: options.encoding })) {
      if (options.signal?.aborted || failure) break;
      if (item.kind === 'warning') continue;
      total.rows += 1;
      if (item.kind === 'fault') {
        total.dropped += 1;
        yield droppedFor(item, options.language);
        continue;
      }
      take(item);
      if (busy.size >= PARALLEL) await Promise.race(busy);
      yield* told.splice(0);
    }
  } finally {
    await Promise.all(busy);
  }
  yield* told.splice(0);
  if (failure) throw failure;
  options.signal?.throwIfAborted();
  yield { event: 'summary', ...total, seconds: Math.round(performance.now() - started) / 1000 };
}

const LOOKS = 4;

async function bring(row: DictionaryRow, options: DictionaryOptions, deps: DictionaryDeps, look = 1): Promise<DictionaryBrought | Dropped> {
  const { line, element } = row;
  const { id, ...body } = element;
  try {
    const before = await deps.find(id);
    const asked = before === undefined || before.status === 'adopted' ? before?.revision : before;
    const wanted = canonical(bodyOf(body));
    const same = (held: Parameters<typeof bodyOf>[0] | undefined) => held !== undefined && canonical(bodyOf(held)) === wanted;
    const inForce = before?.status === 'adopted' && same(before);
    let outcome: DictionaryBrought['outcome'] = 'unchanged';
    if (before === undefined) {
      await patiently(() => deps.write('data-element:propose', element));
      outcome = 'proposed';
    } else if (!inForce && !same(asked)) {
      await patiently(() => deps.write('data-element:revise', { id, expectedVersion: before.version, ...body }));
      outcome = 'revised';
    }
    const waits = outcome !== 'unchanged' || (!inForce && asked?.status === 'proposed');
    const adopted = options.adopt && waits;
    if (adopted) await patiently(() => deps.write('data-element:adopt', { id }));
    return { event: 'row', line, outcome, adopted, id };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    if (overtaken(error) && look < LOOKS) {
      await pause(look);
      return bring(row, options, deps, look + 1);
    }
    return droppedBy(error, line, id, options.language);
  }
}
