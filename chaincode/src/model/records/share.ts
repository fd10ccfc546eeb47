import { z } from 'zod';
import { departmentId, digest, formerly, hashAlgorithm, label, localized, recordBase, recordId, stamp, time } from './common.js';
import { mark, purpose } from './grant.js';

/** prov:Activity: one delivery of data under one grant, with both sides' word on what was delivered. */

/** One side's commitment: the digest of what it sent or received, and who said so when. */
export const commitment = z.strictObject({
  payloadHash: digest,
  hashAlgorithm,
  bytes: z.int().min(0).optional(),
  rows: z.int().min(0).optional(),
  stamp,
});

/**
 * What a delivery can be known by, should it leak: the root of a Merkle tree (RFC 6962) over keyed tags of all rows that left. Keys and tags stay
 * with the gateway that delivered; without them the root says nothing about any row.
 */
export const fingerprint = z.strictObject({
  algorithm: z.enum(['aes-cmac-rows-1']),
  root: digest,
  /** Of the data and the canaries together. */
  rows: z.int().min(0),
  marks: z.array(mark).max(mark.options.length).optional(),
  /** Made-up rows among them, which are no data and count in no limit. */
  canaries: z.int().min(0).optional(),
});
export type Fingerprint = z.infer<typeof fingerprint>;

/**
 * Whom a share was about: the root of a Merkle tree (RFC 6962) over salted HMACs of the persons in its rows. Keys, salts and tags stay with the gateway
 * that answered; a person, through the provider, or an auditor is shown their own leaf.
 */
export const subjects = z.strictObject({ root: digest, count: z.int().min(1) });
export type Subjects = z.infer<typeof subjects>;

export const use = {
  purpose,
  /** Says that no data is handed over but answers, match or no match, about one subject; absent: the data itself. */
  method: z.literal('query-verify').optional(),
  elements: z.array(label).min(1).max(500),
  actingFor: departmentId.optional(),
  /** The consumer's case number; never a person's id (rule 10). */
  caseRef: z.string().min(1).max(200).optional(),
};
const payload = { payloadHash: digest, hashAlgorithm, bytes: z.int().min(0), rows: z.int().min(0) };

export const shareStatus = z.enum(['opened', 'committed', 'acknowledged', 'mismatched', 'resolved', 'void']);

export const share = z.strictObject({
  kind: z.literal('share'),
  ...recordBase,
  grant: recordId,
  asset: recordId,
  /** The demand that its grant is to answer: its receipt fulfils that. */
  demand: recordId.optional(),
  provider: departmentId,
  consumer: departmentId,
  formerly: formerly.optional(),
  ...use,
  /** The consumer's own word that it asked, where it asked from another gateway (ticket.ts). */
  ticket: recordId.optional(),
  /** What it took from the grant's limits when it opened; a void share gives nothing back. */
  useNumber: z.int().min(1).optional(),
  rowsReserved: z.int().min(0),
  payloadHash: digest.optional(),
  hashAlgorithm: hashAlgorithm.optional(),
  bytes: z.int().min(0).optional(),
  rows: z.int().min(0).optional(),
  startedAt: time.optional(),
  endedAt: time.optional(),
  fingerprint: fingerprint.optional(),
  subjects: subjects.optional(),
  providerCommitment: commitment.optional(),
  consumerCommitment: commitment.optional(),
  /** Not answered by then: `half-open`, which is derived and never stored. */
  answerDueAt: time,
  resolution: localized.optional(),
  status: shareStatus,
});
export type Share = z.infer<typeof share>;

/** A delivery whose digest is known only afterwards: opens first, which takes its count and rows. Said by the provider. */
export const shareOpen = z.strictObject({ grant: recordId, ticket: recordId.optional(), ...use, rows: z.int().min(0) });
/** The provider commits what it sent: a share of its own, or (with `share`) the one that opened before. */
export const shareCommit = z.strictObject({
  grant: recordId,
  share: recordId.optional(),
  ticket: recordId.optional(),
  ...use,
  ...payload,
  startedAt: time.optional(),
  endedAt: time.optional(),
  fingerprint: fingerprint.optional(),
  subjects: subjects.optional(),
});
export const shareAcknowledge = z.strictObject({ id: recordId, payloadHash: digest, hashAlgorithm });
export const shareResolve = z.strictObject({ id: recordId, resolution: localized });
export const shareVoid = z.strictObject({ id: recordId, reason: localized });

/** What a refused share leaves: an auditable trace with the clause that refused it (rule 6). */
export const refusal = z.strictObject({
  kind: z.literal('refusal'),
  ...recordBase,
  grant: recordId,
  asset: recordId,
  provider: departmentId,
  consumer: departmentId,
  action: z.string(),
  purpose,
  elements: z.array(label).max(500),
  /** An error code of model/errors.ts. */
  clause: z.string(),
  given: z.string().max(2000),
  accepted: z.string().max(2000),
  status: z.literal('refused'),
});
export type Refusal = z.infer<typeof refusal>;
