import type { Canary } from './canaries.js';
import { canaryEvidence, type MarkEvidence, orderEvidence, together } from './evidence.js';
import type { Fingerprints, Kept } from './fingerprints.js';
import { type Match, match } from './match.js';
import { type LeakProof, proveRows } from './proof.js';
import type { Sample } from './sample.js';
import { type Candidate, type Verdict, verdictsOn } from './verdict.js';

/** Holds a sample against every delivery it may have come from. One pass over each delivery's tags, one delivery at a time. */

/** Rows that a proof shows, and deliveries that are proven. */
const SHOWN = 16;
const PROVEN = 10;

export interface Traced extends Verdict {
  readonly kept: Kept;
  /** Different rows of the sample that were found in it. */
  readonly found: number;
  readonly marks?: MarkEvidence;
  readonly proof?: LeakProof;
}

export interface Search {
  readonly traced: readonly Traced[];
  /** Deliveries that the sample was held against. */
  readonly asked: number;
  readonly rows: number;
  readonly columns: readonly string[];
  /** That no delivery asked knows. */
  readonly unknownColumns: readonly string[];
}

export async function searchLeak(fingerprints: Fingerprints, candidates: readonly Kept[], sample: Sample): Promise<Search> {
  const rows = sample.cells[0]?.length ?? 0;
  const counted = columnsByAsset(candidates, sample.columns);
  const found: (Candidate & { readonly kept: Kept })[] = [];
  let asked = 0;
  for (const kept of candidates) {
    const columns = counted.get(kept.asset) ?? [];
    if (columns.length === 0 || !columns.every((name) => kept.columns.includes(name))) continue;
    asked += 1;
    const matched = await match(kept, sample, columns, fingerprints.tags(kept));
    if (matched.found === 0) continue;
    const rowsFound = [...matched.first.keys()].filter((row) => matched.first[row] !== -1);
    found.push({
      ...{ id: kept.id, kept, found: new Set(rowsFound) },
      telling: rowsFound.filter((row) => matched.several[row] === 0).length,
      ...(kept.marks.length === 0 ? {} : { marks: await marksIn(fingerprints, kept, columns, matched, sample) }),
    });
  }
  const byId = new Map(found.map((candidate) => [candidate.id, candidate]));
  const traced: Traced[] = [];
  for (const verdict of verdictsOn(found, rows, asked)) {
    const { kept, marks, ...candidate } = byId.get(verdict.id) as (typeof found)[number];
    const provable = verdict.finding !== 'contains' && traced.length < PROVEN;
    const proof = provable ? await proofOf(fingerprints, kept, counted.get(kept.asset) ?? [], sample, marks) : undefined;
    traced.push({ ...verdict, kept, found: candidate.found.size, ...(marks ? { marks } : {}), ...(proof ? { proof } : {}) });
  }
  const known = new Set(candidates.flatMap(({ columns }) => columns));
  const columns = sample.columns.filter((name) => known.has(name));
  return { traced, asked, rows, columns, unknownColumns: sample.columns.filter((name) => !known.has(name)) };
}

/** Of each asset, the sample's columns that any of its deliveries has: whoever was not given one of them cannot have leaked it. */
function columnsByAsset(candidates: readonly Kept[], names: readonly string[]): Map<string, readonly string[]> {
  const known = new Map<string, Set<string>>();
  for (const { asset, columns } of candidates) known.set(asset, new Set([...(known.get(asset) ?? []), ...columns]));
  return new Map([...known].map(([asset, columns]) => [asset, names.filter((name) => columns.has(name))]));
}

async function marksIn(
  fingerprints: Fingerprints,
  kept: Kept,
  columns: readonly string[],
  matched: Match,
  sample: Sample,
): Promise<MarkEvidence> {
  const places = columns.map((name) => kept.columns.indexOf(name));
  let evidence: MarkEvidence = { chance: 1, canaryRows: [] };
  if (kept.marks.includes('canaries')) {
    const canaries: Canary[] = [];
    for await (const canary of fingerprints.canaries(kept.id)) canaries.push(canary);
    evidence = { ...evidence, ...canaryEvidence(canaries, places, matched, kept.fingerprint?.rows ?? 0) };
  }
  if (!kept.marks.includes('order')) return evidence;
  const { chance, ...order } = orderEvidence(matched, sample.order);
  return { ...evidence, order, chance: evidence.chance === 1 ? chance : together(evidence.chance, chance) };
}

async function proofOf(
  fingerprints: Fingerprints,
  kept: Kept,
  columns: readonly string[],
  sample: Sample,
  marks: MarkEvidence | undefined,
): Promise<LeakProof | undefined> {
  const { first, several } = await match(kept, sample, columns, fingerprints.tags(kept));
  const telling = [...first.keys()].filter((row) => first[row] !== -1 && several[row] === 0);
  const shown = [...new Set([...(marks?.canaryRows.slice(0, SHOWN - 4) ?? []), ...telling])].slice(0, SHOWN);
  const cells = columns.map((name) => sample.cells[sample.columns.indexOf(name)] ?? []);
  const rows = shown.map((row) => ({ row: first[row] as number, values: cells.map((column) => column[row] as string) }));
  return proveRows(fingerprints, kept, columns, rows);
}
