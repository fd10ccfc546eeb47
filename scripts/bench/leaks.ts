import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Mark } from '@drl/chaincode/model/records/grant';
import type { Share } from '@drl/chaincode/model/records/share';
import { prepare } from '@drl/gateway/delivery/prepare';
import type { Source } from '@drl/gateway/delivery/resource';
import { Fingerprints, type Kept } from '@drl/gateway/leaks/fingerprints';
import { Recorder } from '@drl/gateway/leaks/recorder';
import { readSample } from '@drl/gateway/leaks/sample';
import { searchLeak } from '@drl/gateway/leaks/search';

/**
 * Leaks of one resource that many departments received, each in its own delivery: whom a search names, against who leaked it. The deliveries are made by
 * the gateway's own cutter, marker and fingerprinter; the ledger's part, which does not bear on whom a search names, is left out.
 */
export interface LeakFigures {
  readonly scenario: string;
  readonly leaks: number;
  /** Of the deliveries named, how many had leaked; 1 where none was named. */
  readonly precision: number;
  /** Of those that had leaked, how many were named. */
  readonly recall: number;
  /** Whether anybody had leaked. */
  readonly guilty: boolean;
  readonly wronglyNamed: number;
  readonly msPerSearch: number;
}

export interface LeakBench {
  /** CSV with a header. */
  readonly resource: Buffer;
  /** Columns that are left where columns are dropped. */
  readonly kept: readonly string[];
  readonly marks: readonly Mark[];
  readonly recipients: number;
  /** Of each scenario. */
  readonly leaks: number;
}

interface Received {
  readonly id: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** By number, so that every run leaks the same. */
function drawer(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

export async function benchLeaks({ resource, kept: columns, marks, recipients, leaks }: LeakBench): Promise<LeakFigures[]> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-leaks-'));
  const fingerprints = await Fingerprints.open(dir, Buffer.alloc(32, 7));
  try {
    const received: Received[] = [];
    for (let n = 0; n < recipients; n += 1) received.push(await deliver(fingerprints, resource, marks, n));
    const candidates: Kept[] = [];
    for await (const kept of fingerprints.all()) candidates.push(kept);
    const draw = drawer(marks.length + 1);
    const part = (from: Received, share: number) => ({ ...from, rows: from.rows.filter(() => draw(10_000) < share * 10_000) });
    const mixed = ({ rows, ...rest }: Received) => ({
      ...rest,
      rows: [...rows]
        .map((row) => [draw(2 ** 30), row] as const)
        .sort(([a], [b]) => a - b)
        .map(([, row]) => row),
    });
    const cut = ({ header, rows, ...rest }: Received) => {
      const places = columns.map((name) => header.indexOf(name));
      return { ...rest, header: columns, rows: rows.map((row) => places.map((place) => row[place] as string)) };
    };
    const own = await readRows(resource);
    const one = () => received[draw(recipients)] as Received;
    const scenarios: readonly (readonly [string, () => readonly [readonly string[], Received]])[] = [
      ['the whole file', () => ((r) => [[r.id], r] as const)(one())],
      ['5 % of its rows, in their order', () => ((r) => [[r.id], part(r, 0.05)] as const)(one())],
      ['5 %, reordered', () => ((r) => [[r.id], mixed(part(r, 0.05))] as const)(one())],
      [`5 %, reordered, ${columns.length} columns left`, () => ((r) => [[r.id], cut(mixed(part(r, 0.05)))] as const)(one())],
      ['half of it, reordered, columns dropped', () => ((r) => [[r.id], cut(mixed(part(r, 0.5)))] as const)(one())],
      [
        'two leaks mixed, 5 % of each, reordered',
        () => {
          const [a, b] = [draw(recipients), draw(recipients - 1)];
          const two = [received[a], received[b < a ? b : b + 1]] as [Received, Received];
          return [two.map(({ id }) => id), mixed({ ...two[0], rows: two.flatMap((r) => part(r, 0.05).rows) })];
        },
      ],
      ['the provider’s own copy, never delivered as it is', () => [[], part(own, 0.5)]],
      ['other data in the same columns, never delivered', () => [[], altered(part(own, 0.5), draw)]],
    ];
    const figures: LeakFigures[] = [];
    for (const [scenario, leak] of scenarios) {
      let [right, named, sources, ms] = [0, 0, 0, 0];
      for (let n = 0; n < leaks; n += 1) {
        const [guilty, { header, rows }] = leak();
        const [sample] = await readSample('text/csv', bytesOf(header, rows));
        const start = performance.now();
        const { traced } = sample ? await searchLeak(fingerprints, candidates, sample) : { traced: [] };
        ms += performance.now() - start;
        const accused = traced
          .filter(({ finding }) => finding === 'identified' || finding === 'only-recipient')
          .map(({ kept }) => kept.share);
        right += accused.filter((share) => guilty.includes(share)).length;
        named += accused.length;
        sources += guilty.length;
      }
      figures.push({
        ...{ scenario, leaks, guilty: sources > 0, wronglyNamed: named - right, msPerSearch: ms / leaks },
        ...{ precision: named === 0 ? 1 : right / named, recall: sources === 0 ? 1 : right / sources },
      });
    }
    return figures;
  } finally {
    await fingerprints.close();
    rmSync(dir, { recursive: true });
  }
}

async function deliver(fingerprints: Fingerprints, resource: Buffer, marks: readonly Mark[], n: number): Promise<Received> {
  const [header] = resource.toString().split(/\r?\n/, 1) as [string];
  const elements = header.replace('\ufeff', '').split(',');
  const source: Source = {
    length: resource.length,
    async *read() {
      for (let at = 0; at < resource.length; at += 65536) yield Buffer.from(resource.subarray(at, at + 65536));
    },
    close: async () => undefined,
  };
  const recorder = new Recorder(fingerprints, elements, marks);
  const prepared = await prepare(
    source,
    { name: 'data', accessURL: 'file:data.csv', mediaType: 'text/csv' },
    {
      ...{ elements, all: elements, exact: false },
      watch: () => recorder.watch(),
    },
  );
  const id = `share-${n}`;
  await recorder.begin({ id, asset: 'asset', provider: 'household', consumer: `department-${n}` } as Share);
  const chunks: Buffer[] = [];
  for await (const chunk of recorder.follow(prepared.payload)) chunks.push(Buffer.from(chunk));
  await recorder.finish();
  await recorder.end();
  return { ...(await readRows(Buffer.concat(chunks))), id };
}

async function readRows(csv: Buffer): Promise<Received> {
  const rows: string[][] = [];
  const [sample] = await readSample(
    'text/csv',
    (async function* () {
      yield csv;
    })(),
  );
  for (const row of sample?.order ?? []) rows.push((sample?.cells ?? []).map((column) => column[row] as string));
  return { id: '', header: sample?.columns ?? [], rows };
}

/** Another release: every row differs from what was delivered in a digit or letter of one of its cells, as a correction would. */
function altered({ rows, ...rest }: Received, draw: (below: number) => number): Received {
  const change = (text: string) => {
    const at = draw(Math.max(1, text.length));
    return `${text.slice(0, at)}${'0123456789abcdefghijklmnopqrstuvwxyz'[draw(36)]}${text.slice(at + 1)}`;
  };
  return { ...rest, rows: rows.map((row) => row.map(change)) };
}

async function* bytesOf(header: readonly string[], rows: readonly (readonly string[])[]): AsyncGenerator<Buffer> {
  const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  yield Buffer.from(`${[header, ...rows].map((row) => row.map(quoted).join(',')).join('\n')}\n`);
}
