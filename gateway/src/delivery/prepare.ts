import type { Distribution } from '@drl/chaincode/model/records/asset';
import { ServiceError } from '../errors.js';
import type { Cut, Cutter } from './cut/cutter.js';
import { formatOf } from './cut/formats.js';
import { Whole } from './cut/whole.js';
import { digestOf } from './digest.js';
import type { Source } from './resource.js';

/**
 * What a delivery will be, known before its share opens: the form it has, and how many rows at most. Rows are counted exactly where they fit into the
 * read-ahead, where the grant limits them, and where nothing says how long the resource is (which costs a pass of its own); else the length bounds them.
 */
const READ_AHEAD = 4 * 1024 * 1024;

/** Who is told of the rows that leave, or arranges them. */
export type Watch = Pick<Cut, 'cells' | 'arranger'>;

export interface Wanted {
  readonly elements: readonly string[];
  /** Every element of the asset: what cannot be cut may go only then. */
  readonly all: readonly string[];
  readonly rows?: number;
  readonly exact: boolean;
  /** Asked for once, before the pass over the resource whose rows leave. */
  readonly watch?: () => Watch;
}

export interface Prepared {
  readonly mediaType: string;
  readonly rows: number;
  /** What leaves; once only. */
  readonly payload: AsyncIterable<Buffer>;
  /** How many rows have left. */
  readonly sent: () => number;
}

export async function prepare(source: Source, distribution: Distribution, wanted: Wanted): Promise<Prepared> {
  const limit = wanted.rows ?? Number.POSITIVE_INFINITY;
  const format = formatOf(distribution.mediaType, source.mediaType, distribution.accessURL);
  if (!format) mustGoWhole(wanted);
  const make = (watch: Watch = {}): Cutter => (format ? format.make({ elements: wanted.elements, limit, ...watch }) : new Whole());
  const twice = format !== undefined && (wanted.exact || source.length === undefined);
  const mediaType = format?.mediaType ?? distribution.mediaType ?? source.mediaType ?? 'application/octet-stream';

  const cutter = make(twice ? {} : wanted.watch?.());
  const chunks = checked(source, distribution, cutter)[Symbol.asyncIterator]();
  const held: Buffer[] = [];
  const read: Buffer[] = [];
  let taken = 0;
  let ended = false;
  while (!ended && taken < READ_AHEAD) {
    const { value, done } = await chunks.next();
    if (done) ended = true;
    else {
      taken += value.length;
      if (twice && wanted.watch) read.push(Buffer.from(value));
      held.push(...cutter.write(value));
    }
  }
  const prepared = { mediaType, sent: () => cutter.rows };
  if (ended) {
    held.push(cutter.end());
    if (!twice || !wanted.watch) return { ...prepared, rows: cutter.rows, payload: given(held) };
    // Counted; now that it leaves, with whoever watches.
    return { ...prepared, rows: cutter.rows, payload: cut(make(wanted.watch()), given(read), []) };
  }
  if (twice) {
    held.length = 0;
    read.length = 0;
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) cutter.write(next.value);
    cutter.end();
    const again = make(wanted.watch?.());
    return {
      mediaType,
      sent: () => again.rows,
      rows: cutter.rows,
      payload: cut(again, checked(source, distribution, again), [], cutter.rows),
    };
  }
  const bound = format ? Math.ceil(((source.length ?? 0) + 1) / cutter.leastRow) : 0;
  return { ...prepared, rows: Math.min(limit, bound), payload: cut(cutter, { [Symbol.asyncIterator]: () => chunks }, held) };
}

/** Bytes that hold nobody knows which elements leave only for whom every element is granted, and only where no rows are counted. */
function mustGoWhole({ elements, all, rows, exact }: Wanted): void {
  const missing = all.filter((name) => !elements.includes(name));
  if (missing.length > 0)
    throw new ServiceError('RESOURCE_NOT_CUTTABLE', {
      given: `without ${missing.join(', ')}`.slice(0, 500),
      accepted: 'CSV, JSON, NDJSON',
    });
  if (rows !== undefined || exact)
    throw new ServiceError('RESOURCE_NOT_CUTTABLE', { given: 'a limit of rows', accepted: 'CSV, JSON, NDJSON' });
}

async function* cut(cutter: Cutter, chunks: AsyncIterable<Buffer>, held: readonly Buffer[], counted?: number): AsyncGenerator<Buffer> {
  yield* held;
  for await (const chunk of chunks) yield* cutter.write(chunk);
  const last = cutter.end();
  if (counted !== undefined && cutter.rows !== counted)
    throw new ServiceError('RESOURCE_CHANGED', { given: `${cutter.rows} rows`, accepted: `${counted}, as counted before` });
  yield last;
}

async function* given(held: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* held;
}

/** The resource's bytes, as far as they are needed; where the ledger holds its checksum, these must be it. */
export async function* checked(source: Source, { checksum }: Distribution, cutter: Cutter): AsyncGenerator<Buffer> {
  const hash = checksum && digestOf(checksum.algorithm);
  for await (const chunk of source.read()) {
    hash?.update(chunk);
    yield chunk;
    if (cutter.done && !checksum) return;
  }
  if (hash && hash.digest('hex') !== checksum?.value)
    throw new ServiceError('RESOURCE_CHANGED', { given: 'another content', accepted: 'the checksum on the ledger' });
}
