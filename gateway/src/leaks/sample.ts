import { formatOf } from '../delivery/cut/formats.js';
import { ServiceError } from '../errors.js';

/** What was found somewhere: rows under column names, as text. Different rows once; in which order they stood is kept beside them. */
export interface Sample {
  readonly columns: readonly string[];
  /** Column by column. */
  readonly cells: readonly (readonly string[])[];
  /** Line after line, which of the different rows it is. */
  readonly order: readonly number[];
}

/** Larger files are no samples: a part of one says as much. */
export const MAX_SAMPLE = 64 * 1024 * 1024;
const MAX_LINES = 1_000_000;
const MAX_ROWS = 200_000;
/** JSON rows may have different members; rows of more forms than this are left out, the rarest first. */
const MAX_FORMS = 8;

export const sampleFormats = { 'text/csv': 'csv', 'application/x-ndjson': 'ndjson', 'application/json': 'json' } as const;
export type SampleType = keyof typeof sampleFormats;

export async function readSample(type: SampleType, bytes: AsyncIterable<Buffer>): Promise<readonly Sample[]> {
  const builder = new SampleBuilder();
  const format = formatOf(type, undefined, '');
  const cutter = format?.make({
    elements: 'all',
    limit: Number.POSITIVE_INFINITY,
    onRow: (names, values) => builder.add(names, values),
  });
  let size = 0;
  try {
    for await (const chunk of bytes) {
      size += chunk.length;
      if (size > MAX_SAMPLE) throw new ServiceError('BODY_TOO_LARGE', { accepted: `${MAX_SAMPLE} bytes` });
      cutter?.write(Buffer.from(chunk));
    }
    cutter?.end();
  } catch (error) {
    if (error instanceof ServiceError && error.code === 'RESOURCE_MALFORMED') throw new ServiceError('SAMPLE_MALFORMED', error.detail);
    throw error;
  }
  return builder.samples();
}

export function sampleOf(record: Readonly<Record<string, string>>): readonly Sample[] {
  const builder = new SampleBuilder();
  builder.add(Object.keys(record), Object.values(record));
  return builder.samples();
}

interface Form {
  readonly columns: readonly string[];
  readonly cells: string[][];
  readonly known: Map<string, number>;
  readonly order: number[];
}

class SampleBuilder {
  readonly #forms = new Map<string, Form>();
  #names: readonly string[] | undefined;
  #form: Form | undefined;
  #lines = 0;
  #rows = 0;

  add(names: readonly string[], values: readonly string[]): void {
    if (names !== this.#names || this.#form === undefined) {
      this.#names = names;
      this.#form = this.#formOf(names);
    }
    const form = this.#form;
    this.#lines += 1;
    const key = JSON.stringify(values);
    let row = form.known.get(key);
    if (row === undefined) {
      row = form.known.size;
      form.known.set(key, row);
      for (const [c, value] of values.entries()) (form.cells[c] as string[]).push(value);
      this.#rows += 1;
    }
    form.order.push(row);
    if (this.#lines > MAX_LINES || this.#rows > MAX_ROWS)
      throw new ServiceError('BODY_TOO_LARGE', { given: 'more rows', accepted: `${MAX_LINES} rows, ${MAX_ROWS} different ones` });
  }

  samples(): readonly Sample[] {
    return [...this.#forms.values()]
      .sort((a, b) => b.order.length - a.order.length)
      .slice(0, MAX_FORMS)
      .map(({ columns, cells, order }) => ({ columns, cells, order }));
  }

  #formOf(columns: readonly string[]): Form {
    const name = JSON.stringify(columns);
    const form = this.#forms.get(name) ?? { columns, cells: columns.map(() => []), known: new Map(), order: [] };
    this.#forms.set(name, form);
    return form;
  }
}
