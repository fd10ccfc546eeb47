import { z } from 'zod';
import { departmentId, digest, recordBase, recordId, time } from './common.js';
import { use } from './share.js';

/**
 * What a consumer has ready for the provider's gateway, where each department runs its own: its word that it asks for this use, good once. Its id is the
 * nonce: transaction ids hold one.
 */
export const ticket = z.strictObject({
  kind: z.literal('ticket'),
  ...recordBase,
  grant: recordId,
  asset: recordId,
  provider: departmentId,
  consumer: departmentId,
  ...use,
  /** SHA-256 of the certificate (DER) that signed this: whoever shows the ticket signs with its key. */
  certificate: digest,
  expiresAt: time,
  /** Used and expired are derived: by the share that names it, and by time. */
  status: z.literal('issued'),
});
export type Ticket = z.infer<typeof ticket>;

export const ticketIssue = z.strictObject({
  grant: recordId,
  ...use,
  /** How long it is good for. */
  seconds: z.int().min(1).max(3600),
});
