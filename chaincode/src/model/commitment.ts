import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import type { ConfidentialTerms } from './records/terms.js';
import { termsBytes } from './rules/terms.js';

/** SHA-256 in hexadecimal; @noble/hashes, since the model also runs where there is no node:crypto. */
export function sha256(bytes: Uint8Array): string {
  return bytesToHex(digest(bytes));
}

/** The commitment that a grant holds to confidential terms: SHA-256(salt ‖ canonical JSON). */
export function termsCommitment(salt: string, terms: ConfidentialTerms): string {
  return sha256(termsBytes(hexToBytes(salt), terms));
}
