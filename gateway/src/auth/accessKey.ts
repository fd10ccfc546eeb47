import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * An API key is `drl_ID_SECRET`: the id finds the entry, the 256-bit secret proves it. Only the SHA-256 of the whole token is stored; a slow hash
 * would add nothing, since there is no guessing 256 bits.
 */
export interface AccessKey {
  readonly id: string;
  /** Hex SHA-256 of the token. */
  readonly hash: string;
  readonly createdAt: string;
}

const SHAPE = /^drl_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;
const NOBODY = Buffer.alloc(32);

export function newAccessKey(at: Date): { readonly token: string; readonly key: AccessKey } {
  const id = randomBytes(8).toString('hex');
  const token = `drl_${id}_${randomBytes(32).toString('base64url')}`;
  return { token, key: { id, hash: digest(token).toString('hex'), createdAt: at.toISOString() } };
}

/** The id inside a token, or undefined if it does not look like one of ours. */
export function accessKeyId(token: string): string | undefined {
  return SHAPE.exec(token)?.[1];
}

/** Compares in constant time; an unknown key is compared too, against nothing, so that both take as long. */
export function provesKey(token: string, key: AccessKey | undefined): boolean {
  const equal = timingSafeEqual(digest(token), key ? Buffer.from(key.hash, 'hex') : NOBODY);
  return equal && key !== undefined;
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
