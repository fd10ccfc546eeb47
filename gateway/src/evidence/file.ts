import { readFile, stat } from 'node:fs/promises';
import { BundleError } from './errors.js';
import { MAX_BUNDLE_BYTES } from './format.js';
import { type Report, unreadable } from './report.js';
import { readTrust } from './trust.js';
import { verifyEvidence } from './verify.js';

export interface FileVerdict {
  /** 0 proven, 1 not proven, 2 unreadable: what `drl verify` exits with. */
  readonly exit: 0 | 1 | 2;
  readonly report: Report;
}

/** `drl verify FILE --trust DIR`, without the printing. Neither a missing file nor a bad one is an exception. */
export async function verifyFile(path: string, trustDir: string): Promise<FileVerdict> {
  const report = await judge(path, trustDir);
  return { exit: report.verdict === 'proven' ? 0 : report.verdict === 'not-proven' ? 1 : 2, report };
}

async function judge(path: string, trustDir: string): Promise<Report> {
  try {
    const trust = await readTrust(trustDir);
    return await verifyEvidence(await readBounded(path), trust);
  } catch (error) {
    return unreadable(error);
  }
}

async function readBounded(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BUNDLE_BYTES) throw new BundleError('UNREADABLE', `more than ${MAX_BUNDLE_BYTES} bytes`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof BundleError) throw error;
    throw new BundleError('UNREADABLE', `the file cannot be opened (${(error as NodeJS.ErrnoException).code ?? 'unknown'})`);
  }
}
