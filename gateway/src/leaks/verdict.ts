import type { MarkEvidence } from './evidence.js';

/** Which deliveries a sample came from, told from what each of them matched. Pure: the matching is done. */

/** That nobody is named by marks who is not the source: over all deliveries asked together. */
export const THRESHOLD = 1e-6;
/** Without marks: the sample must be of rows that were delivered, this share of them at least, and this many that are one row of the delivery. */
const EXPLAINED = 0.9;
const TELLING = 10;
/** A marked delivery whose canaries are missing is not the source, where this many were to be expected (e^-7 is below 0.001). */
const MISSED = 7;

export interface Candidate {
  readonly id: string;
  /** By different row of the sample. */
  readonly found: ReadonlySet<number>;
  /** Rows that are one row of the delivery alone. */
  readonly telling: number;
  readonly marks?: MarkEvidence;
}

/**
 * `identified`: its marks are in the sample. `only-recipient`: without marks, but no other delivery holds these rows. `indistinguishable`: one of several
 * with the same rows. `contains`: holds rows of the sample, and nothing says that they came from it.
 */
export type Finding = 'identified' | 'only-recipient' | 'indistinguishable' | 'contains';

export interface Verdict {
  readonly id: string;
  readonly finding: Finding;
  /** Identified: 1 less the chance of naming it wrongly. Else how probable it is among the deliveries that hold the rows, each as probable as the other. */
  readonly confidence: number;
  readonly falseAccusation?: number;
}

/** `rows`: how many different ones the sample has; `asked`: how many deliveries were held against it. */
export function verdictsOn(candidates: readonly Candidate[], rows: number, asked: number): readonly Verdict[] {
  const wrongly = new Map(candidates.flatMap(({ id, marks }) => (marks ? [[id, Math.min(1, marks.chance * asked)] as const] : [])));
  const verdicts = new Map<string, Verdict>();
  const rest = new Set(candidates.flatMap(({ found }) => [...found]));
  const explained = rest.size / Math.max(1, rows);
  for (const { id, found } of candidates) {
    const falseAccusation = wrongly.get(id) ?? 1;
    if (falseAccusation > THRESHOLD) continue;
    verdicts.set(id, { id, finding: 'identified', confidence: 1 - falseAccusation, falseAccusation });
    for (const row of found) rest.delete(row);
  }
  // What no mark explains: the fewest groups of deliveries that hold it, each of deliveries that hold the same of it.
  let open = candidates.filter((candidate) => !verdicts.has(candidate.id) && !marksMissing(candidate));
  while (rest.size > 0) {
    const held = open.map((candidate) => ({ candidate, rows: [...candidate.found].filter((row) => rest.has(row)) }));
    const [most] = held.sort((a, b) => b.rows.length - a.rows.length);
    if (most === undefined || most.rows.length === 0) break;
    const same = held.filter((one) => one.rows.length === most.rows.length && one.rows.every((row) => most.candidate.found.has(row)));
    const group = same.map(({ candidate }) => candidate);
    const enough = explained >= EXPLAINED && Math.min(most.rows.length, most.candidate.telling) >= Math.min(TELLING, rows);
    const finding: Finding = !enough ? 'contains' : group.length === 1 ? 'only-recipient' : 'indistinguishable';
    for (const { id } of group) verdicts.set(id, { id, finding, confidence: enough ? explained / group.length : 0 });
    for (const row of most.rows) rest.delete(row);
    open = open.filter(({ id }) => !verdicts.has(id));
  }
  for (const { id } of candidates) if (!verdicts.has(id)) verdicts.set(id, { id, finding: 'contains', confidence: 0 });
  return [...verdicts.values()].sort((a, b) => b.confidence - a.confidence || order.indexOf(a.finding) - order.indexOf(b.finding));
}

const order: readonly Finding[] = ['identified', 'only-recipient', 'indistinguishable', 'contains'];

function marksMissing({ marks }: Candidate): boolean {
  return marks?.canaries !== undefined && marks.canaries.found === 0 && marks.canaries.expected >= MISSED;
}
