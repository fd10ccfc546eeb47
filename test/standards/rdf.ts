import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What an RDF library of others makes of our JSON-LD, and what SHACL shapes find in it (judge.mjs). */
export interface Judged {
  /** Why it is no JSON-LD, or drops something. */
  readonly error?: string;
  /** Canonical (RDFC-1.0), so that equal graphs are equal texts. */
  readonly nquads: string;
  // biome-ignore lint/suspicious/noExplicitAny: JSON-LD, expanded; the tests say what it should hold.
  readonly expanded: readonly any[];
  readonly compacted?: unknown;
  readonly results: readonly Finding[];
}

interface Finding {
  readonly severity: 'Violation' | 'Warning' | 'Info';
  readonly component: string;
  readonly path?: string;
  readonly focus?: string;
  readonly value?: string;
  readonly message?: string;
}

export interface Question {
  readonly document: unknown;
  readonly compactWith?: unknown;
}

export function judge(
  documents: readonly Question[],
  shapes: readonly string[] = [],
  contexts: Readonly<Record<string, unknown>> = {},
): Judged[] {
  const ran = spawnSync(process.execPath, [join(__dirname, 'judge.mjs')], {
    input: JSON.stringify({ documents, shapes, contexts }),
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (ran.status !== 0) throw new Error(ran.stderr);
  return JSON.parse(ran.stdout);
}
