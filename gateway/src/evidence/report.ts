import { asVerdict, type VerdictCode } from './errors.js';
import type { Subject } from './format.js';

/** What a verification found: plain data, the same for people (render.ts), for `--json` and for `POST /evidence/verify`. */
export interface Report {
  readonly verdict: 'proven' | 'not-proven' | 'unreadable';
  readonly channel?: string;
  readonly chaincode?: string;
  readonly subject?: Subject;
  /** In the order taken; up to and including the one that failed. */
  readonly steps: readonly StepReport[];
  /** Every version shown of the subject, and of what it stood on, oldest first. Empty unless proven. */
  readonly versions: readonly VersionReport[];
  /** The first thing that is wrong. */
  readonly fault?: Fault;
}
export interface Fault {
  readonly step: StepName;
  readonly code: VerdictCode;
  readonly detail: string;
}

/** `trust` is the trust directory and the configurations judged by it; the others are FORMAT.md's steps in their order. */
export const stepNames = ['format', 'data', 'complete', 'content', 'trust', 'order', 'signatures', 'validity', 'policy', 'author'] as const;
export type StepName = (typeof stepNames)[number];

/** `proven`: follows from the file and the trusted roots. `attested`: the organisations named say so under their signatures, and nothing else shows it. */
export type StepStatus = 'proven' | 'attested' | 'failed';

export interface StepReport {
  readonly step: StepName;
  readonly status: StepStatus;
  /** MSP ids of those whose signatures carry the step, where it rests on theirs alone. */
  readonly by?: readonly string[];
}

export interface VersionReport {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly transactionId: string;
  readonly block: number;
  readonly index: number;
  /** By the submitter's clock, which endorsers hold against theirs. */
  readonly at: string;
  /** What was invoked, e.g. `share:commit`. */
  readonly action: string;
  readonly by: { readonly department: string; readonly mspId: string; readonly name: string; readonly custodian?: string };
  readonly endorsedBy: readonly string[];
  readonly attestedBy: readonly string[];
}

/** The report on a file or a trust directory that cannot be read at all. */
export function unreadable(error: unknown): Report {
  const { code, detail } = asVerdict(error);
  const step = code === 'TRUST' ? 'trust' : 'format';
  return { verdict: 'unreadable', steps: [{ step, status: 'failed' }], versions: [], fault: { step, code, detail } };
}
