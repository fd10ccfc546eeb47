import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { share } from '@drl/chaincode/model/records/share';
import { z } from 'zod';
import { verifyFile } from '../evidence/file.js';
import { readBundle } from '../evidence/format.js';
import type { Report } from '../evidence/report.js';
import { faultOf, type LeakProof, leakProof } from './proof.js';

/** What `drl leak FILE -o DIR` writes for a delivery, and `drl leak verify` reads without any service: the rows' proof, and the share's evidence. */
const proofFile = z.strictObject({ type: z.literal('drl-leak-proof'), proof: leakProof, evidence: z.record(z.string(), z.unknown()) });

export function writeProof(proof: LeakProof, evidence: unknown): string {
  return `${JSON.stringify({ type: 'drl-leak-proof', proof, evidence })}\n`;
}

export interface LeakReport {
  readonly verdict: 'proven' | 'not-proven' | 'unreadable';
  readonly share?: string;
  readonly provider?: string;
  readonly consumer?: string;
  readonly rows?: number;
  /** Of these rows, those that were made for this delivery alone. */
  readonly canaries?: number;
  readonly columns?: readonly string[];
  readonly fault?: string;
  /** Of the share's evidence. */
  readonly evidence?: Report;
}

/** Proven: the ledger holds the root under this share, and the rows shown lead to it. Who let them out is not a thing that a proof shows. */
export async function verifyProof(path: string, trustDir: string): Promise<LeakReport> {
  let file: z.infer<typeof proofFile>;
  try {
    file = proofFile.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    const fault = error instanceof z.ZodError ? `not a leak proof: ${error.issues[0]?.path.join('.')}` : (error as Error).message;
    return { verdict: 'unreadable', fault };
  }
  const { proof } = file;
  const bundle = Buffer.from(JSON.stringify(file.evidence));
  const { exit, report } = await verified(bundle, trustDir);
  if (exit !== 0) return { verdict: exit === 1 ? 'not-proven' : 'unreadable', fault: report.fault?.detail ?? 'evidence', evidence: report };
  const versions = readBundle(bundle).records.find(({ kind, id }) => kind === 'share' && id === proof.share)?.versions ?? [];
  const last = versions.flatMap(({ record }) => share.safeParse(record).data ?? []).at(-1);
  const fault =
    last === undefined || report.subject?.id !== proof.share
      ? 'the evidence is of another record'
      : last.fingerprint?.root !== proof.root
        ? 'the share on the ledger has another root'
        : faultOf(proof);
  if (last === undefined || fault !== undefined) return { verdict: 'not-proven', fault: fault ?? 'no share', evidence: report };
  return {
    ...{ verdict: 'proven', share: last.id, provider: last.provider, consumer: last.consumer, evidence: report },
    rows: proof.rows.length,
    canaries: proof.rows.filter(({ canary }) => canary).length,
    columns: proof.columns.map(({ name }) => name),
  };
}

/** The verifier of evidence reads files. */
async function verified(bundle: Buffer, trustDir: string) {
  const dir = await mkdtemp(join(tmpdir(), 'drl-proof-'));
  try {
    const path = join(dir, 'share.json');
    await writeFile(path, bundle, { mode: 0o600 });
    return await verifyFile(path, trustDir);
  } finally {
    await rm(dir, { recursive: true });
  }
}
