import type { Report } from '../evidence/report.js';
import { readTrust } from '../evidence/trust.js';
import { verifyEvidence } from '../evidence/verify.js';
import type { Services } from './services.js';

/** Who may: every caller. The service judges against its own trust anchors; who trusts neither runs `drl verify` instead. */
export async function judgeEvidence({ trustDir }: Services, file: Uint8Array): Promise<Report> {
  return verifyEvidence(file, await readTrust(trustDir));
}
