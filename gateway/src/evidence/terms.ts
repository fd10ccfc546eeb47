import { readFile } from 'node:fs/promises';
import { termsCommitment } from '@drl/chaincode/model/commitment';
import { type Grant, grant } from '@drl/chaincode/model/records/grant';
import { type Disclosure, disclosure, MAX_TERMS_BYTES } from '@drl/chaincode/model/records/terms';
import { z } from 'zod';
import { BundleError } from './errors.js';
import { readBundle } from './format.js';
import { readJson } from './json.js';

/** What a file of confidential terms comes to, held against a proven grant. */
export type TermsReport =
  | { readonly verdict: 'matches'; readonly termsHash: string; readonly standing: 'agreed' | 'offered' | 'past'; readonly version: number }
  | { readonly verdict: 'differs'; readonly termsHash: string }
  | { readonly verdict: 'unreadable'; readonly detail: string };

/** As GET …/terms answers it: beside the text, what the one who hands it over says of it. */
const handed = disclosure.extend({ standing: z.string().optional() });
const MAX_DEPTH = 8;

/**
 * Only for evidence that was proven: the versions that it shows are then the ledger's. Whoever hands the text over says which commitment it belongs
 * to; that and the grant's own have to be what text and salt come to.
 */
export async function verifyTerms(evidence: string, file: string): Promise<TermsReport> {
  try {
    const told = read(await readFile(file));
    const termsHash = termsCommitment(told.salt, told.terms);
    const [{ versions = [] } = {}] = readBundle(await readFile(evidence)).records;
    const history = versions.flatMap(({ record }) => grant.safeParse(record).data ?? []);
    const last = history.at(-1);
    const found = history.findLast((version) => version.termsHash === termsHash) ?? history.findLast((v) => offered(v) === termsHash);
    if (last === undefined || last.id !== told.grant || told.termsHash !== termsHash || found === undefined)
      return { verdict: 'differs', termsHash };
    const standing = last.termsHash === termsHash ? 'agreed' : offered(last) === termsHash ? 'offered' : 'past';
    return { verdict: 'matches', termsHash, standing, version: found.version };
  } catch (error) {
    if (error instanceof BundleError) return { verdict: 'unreadable', detail: error.detail };
    return { verdict: 'unreadable', detail: (error as NodeJS.ErrnoException).code ?? 'unknown' };
  }
}

const offered = ({ termsOffer }: Grant) => termsOffer?.termsHash;

/** JSON writes half as much again at most, and white space. */
function read(bytes: Buffer): Disclosure {
  if (bytes.length > 4 * MAX_TERMS_BYTES) throw new BundleError('UNREADABLE', `more than ${4 * MAX_TERMS_BYTES} bytes`);
  const parsed = handed.safeParse(readJson(bytes, MAX_DEPTH));
  if (!parsed.success) throw new BundleError('UNREADABLE', `not a file of terms: ${parsed.error.issues[0]?.path.join('.') || 'the file'}`);
  return parsed.data;
}
