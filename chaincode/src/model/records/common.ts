import { z } from 'zod';

/** Field types that every record shares. Lengths are in UTF-16 code units; they bound what one record can weigh on the chain. */

export const departmentId = z.string().regex(/^[a-z][a-z0-9-]{1,62}$/);
export const mspId = z.string().regex(/^[A-Za-z][A-Za-z0-9.-]{1,63}$/);
/** Opaque to clients; made from the transaction id (keys.ts). */
export const recordId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/);
/** RFC 3339, UTC. */
export const time = z.iso.datetime();
export const transactionId = z.string().regex(/^[0-9a-f]{64}$/);
/** A 256-bit digest: SHA-256 and SM3 both have 64 hex digits. */
export const digest = z.string().regex(/^[0-9a-f]{64}$/);
export const hashAlgorithm = z.enum(['sha-256', 'sm3']);
export const requestId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/);

const line = z.string().min(1).max(2000);
/** Localised text: at least one of Chinese and English. */
export const localized = z
  .strictObject({ zh: line.optional(), en: line.optional() })
  .refine((t) => t.zh !== undefined || t.en !== undefined, { message: 'zh or en is needed' });
export type Localized = z.infer<typeof localized>;

/** A name of an element, a distribution, a code: one line, no control characters. */
export const label = z
  .string()
  .min(1)
  .max(200)
  .regex(/^\P{Cc}+$/u);

/** Who wrote a record and when, from the certificate and the proposal; never from a request body. */
export const stamp = z.strictObject({
  at: time,
  transactionId,
  department: departmentId,
  mspId,
  /** Enrolment id (the certificate's common name), never a person's name. */
  name: z.string(),
  /** The party that holds the signer's key, where another does (bulk import). */
  custodian: z.string().optional(),
  /** The gateway's request id, so that its log line and the ledger's record find each other. */
  requestId: requestId.optional(),
});
export type Stamp = z.infer<typeof stamp>;

/**
 * The departments that bore a record before its present ones, oldest first, each with what it was: what a reorganisation (机构改革) has passed on
 * (rules/passing.ts). Finished records keep the names that they ended with and are not rewritten.
 */
export const formerly = z
  .array(z.strictObject({ as: z.string().regex(/^[a-z][A-Za-z.]{0,62}$/), department: departmentId }))
  .min(1)
  .max(200);
export type Formerly = z.infer<typeof formerly>;

/** What every record carries. `version` starts at 1 and grows by 1 with each change. */
export const recordBase = { id: recordId, version: z.int().min(1), created: stamp, updated: stamp };
