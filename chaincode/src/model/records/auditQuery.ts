import { z } from 'zod';
import { departmentId, digest, recordBase } from './common.js';

/** An auditor's look, recorded. The ledger holds a salted commitment to what was asked; the auditors keep the text. */
export const auditQueryInput = z.strictObject({
  action: z.enum(['trace', 'trail', 'leak', 'evidence', 'person', 'terms']),
  /** SHA-256 of salt ‖ canonical JSON of the question. */
  queryHash: digest,
  resultCount: z.int().min(0),
  asOfBlock: z.int().min(0),
  outcome: z.enum(['answered', 'refused']),
});
export const auditQuery = z.strictObject({
  kind: z.literal('audit-query'),
  ...recordBase,
  by: departmentId,
  ...auditQueryInput.shape,
  status: z.literal('recorded'),
});
export type AuditQuery = z.infer<typeof auditQuery>;
