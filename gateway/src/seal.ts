import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** AES-256-GCM over what lies at rest: version ‖ nonce ‖ tag ‖ ciphertext. The label is bound in, so that one sealed thing cannot stand in another's place. */
const VERSION = 1;
const NONCE = 12;
const TAG = 16;
const HEAD = 1 + NONCE + TAG;

export function seal(key: Buffer, label: string, text: string): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  cipher.setAAD(Buffer.from(label));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), sealed]);
}

/** Undefined: not sealed by `seal`, altered, or sealed with another key or label. */
export function unseal(key: Buffer, label: string, bytes: Buffer): string | undefined {
  if (bytes.length < HEAD || bytes[0] !== VERSION) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(1, 1 + NONCE), { authTagLength: TAG });
  decipher.setAAD(Buffer.from(label));
  decipher.setAuthTag(bytes.subarray(1 + NONCE, HEAD));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(HEAD)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}
