import { createHash } from 'node:crypto';
import type { ConfidentialTerms } from './model/records/terms.js';
import { termsBytes } from './model/rules/terms.js';

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** The commitment that a grant holds to confidential terms: SHA-256(salt ‖ canonical JSON). */
export function termsCommitment(salt: string, terms: ConfidentialTerms): string {
  return sha256(termsBytes(Buffer.from(salt, 'hex'), terms));
}
