import type { AsOf, ReadModel } from '../readmodel/readmodel.js';
import { type CheckCode, checkCodes } from './checks.js';
import { findingsOf, inOrder, type Observed, type SelfFinding } from './findings.js';
import { namingFindings } from './naming.js';

export interface SelfCheck {
  readonly department: string;
  readonly at: string;
  readonly asOf: AsOf;
  /** The moment that it is compared with. */
  readonly since?: { readonly at: string; readonly asOf: AsOf };
  readonly counts: Readonly<Partial<Record<CheckCode, number>>>;
  /** `standing`: against that moment. */
  readonly findings: readonly (SelfFinding & { readonly standing?: 'new' | 'still' })[];
  readonly gone?: readonly SelfFinding[];
}

export interface SelfCheckQuestion {
  readonly department: string;
  readonly asOfBlock?: number;
  /** An earlier block. */
  readonly sinceBlock?: number;
}

/** Both moments are read off the same blocks, so that an earlier self-check need not have been kept: it is made again. */
export async function selfCheck(readModel: ReadModel, question: SelfCheckQuestion, observed: Observed): Promise<SelfCheck> {
  const { department, asOfBlock, sinceBlock } = question;
  const now = await lookAt(readModel, department, asOfBlock, asOfBlock === undefined ? observed : undefined);
  const counts = Object.fromEntries(
    checkCodes.map((code) => [code, now.findings.filter((one) => one.code === code).length] as const).filter(([, n]) => n > 0),
  );
  if (sinceBlock === undefined) return { department, ...now, counts };
  const then = await lookAt(readModel, department, sinceBlock);
  const before = new Set(then.findings.map(({ key }) => key));
  const stands = new Set(now.findings.map(({ key }) => key));
  // What a gateway saw of a resource is on no block: its own beginning says whether it is new.
  const wasThere = ({ code, key, since }: SelfFinding) =>
    code === 'resource-unreachable' && since !== undefined ? Date.parse(since) <= Date.parse(then.at) : before.has(key);
  return {
    department,
    ...now,
    since: { at: then.at, asOf: then.asOf },
    counts,
    findings: now.findings.map((one) => ({ ...one, standing: wasThere(one) ? ('still' as const) : ('new' as const) })),
    gone: then.findings.filter(({ key }) => !stands.has(key)),
  };
}

async function lookAt(readModel: ReadModel, department: string, asOfBlock: number | undefined, observed?: Observed) {
  const seen = await readModel.survey(asOfBlock === undefined ? {} : { asOfBlock }, async (survey) => ({
    at: survey.at,
    asOf: survey.asOf,
    findings: await findingsOf(survey, department, observed),
  }));
  return { ...seen, findings: inOrder([...seen.findings, ...(await namingFindings(readModel, department, seen.asOf.block))]) };
}
