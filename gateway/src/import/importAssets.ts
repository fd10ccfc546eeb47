import { canonical } from '@drl/chaincode/model/canonical';
import { RuleError } from '@drl/chaincode/model/errors';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { importCodes } from './errors.js';
import type { ImportEvent, ImportSummary } from './events.js';
import type { Mapping } from './mapping.js';
import { parseRows } from './parseRows.js';
import { droppedBy, droppedFor, overtaken, patiently, pause, type WriteAs } from './row.js';
import type { DepartmentName, Row } from './rows.js';

export interface ImportDeps {
  /** The importer, who signs rows of its own department. */
  readonly own: { readonly department: string; readonly write: WriteAs };
  /** Who signs for another department, which is admitted first if it has to be. Absent: rows of others are refused. */
  readonly signerFor?: (department: DepartmentName) => Promise<{ readonly write: WriteAs; readonly admitted: boolean }>;
  /** What the ledger has under a department's catalogue code. */
  readonly find: (department: string, catalogCode: string) => Promise<Asset | undefined>;
}

export interface ImportOptions {
  readonly mapping: Mapping;
  /** The file's name, for the records' `source`. */
  readonly file: string;
  readonly language: 'zh' | 'en';
  /** Revise also rows that have not changed: after a change of the mapping. */
  readonly remap?: boolean;
  readonly signal?: AbortSignal;
}

/** Enough to fill blocks, and below what the gateway takes in flight. */
const PARALLEL = 64;

/**
 * Brings a catalogue file to the ledger, row by row, and tells each step. Throws ImportError before the first row if file or mapping cannot be used,
 * and LedgerError if the ledger stays away; begun again, it finds what is there.
 */
export async function* importAssets(
  bytes: AsyncIterable<Uint8Array>,
  options: ImportOptions,
  deps: ImportDeps,
): AsyncGenerator<ImportEvent> {
  const started = performance.now();
  const total = { rows: 0, registered: 0, revised: 0, unchanged: 0, dropped: 0, warnings: 0, admitted: 0 };
  const told: ImportEvent[] = [];
  const busy = new Set<Promise<void>>();
  let failure: unknown;
  const signers = signerTable(deps, (department) => {
    total.admitted += 1;
    told.push({ event: 'department', department: department.id, name: department.name });
  });
  const take = (row: Row) => {
    const work: Promise<void> = bring(row, options, deps, signers)
      .then((event) => {
        if (event.event === 'row') total[event.outcome] += 1;
        else total.dropped += 1;
        told.push(event);
      })
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => busy.delete(work));
    busy.add(work);
  };

  yield { event: 'start', file: options.file, mapping: options.mapping.name };
  try {
    for await (const item of parseRows(bytes, options.mapping, options.file)) {
      if (options.signal?.aborted || failure) break;
      if (item.kind === 'warning') {
        total.warnings += 1;
        const { kind: _, ...warning } = item;
        yield { event: 'warning', ...warning, message: importCodes[item.code][options.language] };
        continue;
      }
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
  const summary: ImportSummary = { event: 'summary', ...total, seconds: Math.round(performance.now() - started) / 1000 };
  yield summary;
}

type Signers = (row: Row) => Promise<{ department: string; write: WriteAs }>;

/** Each department is admitted and its signer found once, however many rows wait for it. */
function signerTable(deps: ImportDeps, admitted: (department: DepartmentName) => void): Signers {
  const known = new Map<string, Promise<{ department: string; write: WriteAs }>>();
  return async ({ department }) => {
    if (!department || department.id === deps.own.department) return deps.own;
    const { signerFor } = deps;
    if (!signerFor) throw new RuleError('NOT_YOURS', { rule: '1', given: department.id, accepted: deps.own.department });
    const signer = known.get(department.id);
    if (signer) return signer;
    const found = signerFor(department).then((s) => {
      if (s.admitted) admitted(department);
      return { department: department.id, write: s.write };
    });
    known.set(department.id, found);
    return found;
  };
}

const LOOKS = 4;

async function bring(row: Row, options: ImportOptions, deps: ImportDeps, signers: Signers, look = 1): Promise<ImportEvent> {
  const { line, asset } = row;
  try {
    const signer = await signers(row);
    const before = await deps.find(signer.department, asset.catalogCode);
    const same = before?.source?.rowDigest === asset.source?.rowDigest && !options.remap;
    const changes = before && !same ? changesOf(before, asset, options.mapping) : undefined;
    let outcome: 'registered' | 'revised' | 'unchanged' = 'unchanged';
    let now: Pick<Asset, 'id' | 'status' | 'version'> | undefined = before;
    if (!before) {
      now = (await patiently(() => signer.write('asset:register', asset))) as Asset;
      outcome = 'registered';
    } else if (changes) {
      now = (await patiently(() => signer.write('asset:revise', { id: before.id, expectedVersion: before.version, changes }))) as Asset;
      outcome = 'revised';
    }
    const { id } = now as Asset;
    // Only what was never published: an asset that its department suspended or retired stays so.
    if (options.mapping.publish && now?.status === 'registered') await patiently(() => signer.write('asset:publish', { id }));
    return { event: 'row', line, outcome, id, department: signer.department, catalogCode: asset.catalogCode };
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    if (overtaken(error) && look < LOOKS) {
      await pause(look);
      return bring(row, options, deps, signers, look + 1);
    }
    return droppedBy(error, line, asset.catalogCode, options.language);
  }
}

/** What the file says otherwise than the ledger, in the fields that the mapping speaks of; the rest is the department's own doing and stays. */
function changesOf(before: Asset, now: Row['asset'], mapping: Mapping): TransactionInput<'asset:revise'>['changes'] | undefined {
  const spoken = [
    ...Object.keys(mapping.fields),
    'source',
    ...(mapping.distributions.length > 0 || mapping.format === 'dcat' ? ['distributions'] : []),
  ];
  const changes: Record<string, unknown> = {};
  for (const field of spoken as (keyof typeof now & keyof Asset)[]) {
    const [old, next] = [before[field], now[field]];
    if (canonical(old ?? null) !== canonical(next ?? null)) changes[field] = next ?? null;
  }
  return Object.keys(changes).length > 0 ? (changes as TransactionInput<'asset:revise'>['changes']) : undefined;
}
