import { createHmac, randomBytes } from 'node:crypto';

/** Signatures as the Standard Webhooks specification (standardwebhooks.com, 1.0) writes them, so that receivers can check them with its libraries. */
const PREFIX = 'whsec_';

/** 256 bits; the specification asks for 24 to 64 bytes. */
export function newSecret(): string {
  return PREFIX + randomBytes(32).toString('base64');
}

export function signedHeaders(secret: string, id: string, seconds: number, body: string): Record<string, string> {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(seconds), 'webhook-signature': `v1,${signature}` };
}
