import { createHash, getHashes, type Hash } from 'node:crypto';
import { ServiceError } from '../errors.js';

/** SM3 (GB/T 32905) is in OpenSSL where it was not left out of the build. */
const NAMES = { 'sha-256': 'sha256', sm3: 'sm3' } as const;
export type HashAlgorithm = keyof typeof NAMES;

export function digestOf(algorithm: HashAlgorithm): Hash {
  if (!getHashes().includes(NAMES[algorithm])) throw new ServiceError('HASH_UNAVAILABLE', { given: algorithm, accepted: 'sha-256' });
  return createHash(NAMES[algorithm]);
}
