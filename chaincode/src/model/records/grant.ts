import { z } from 'zod';
import { departmentId, digest, formerly, label, localized, recordBase, recordId, stamp, time } from './common.js';

/**
 * How a delivery may be made recognisable, should it leak: rows in an order of its own, or made-up rows among the true ones, which the provider lists
 * so that the consumer can take them out. Without either the data is handed over as it is.
 */
export const mark = z.enum(['order', 'canaries']);
export type Mark = z.infer<typeof mark>;

/** odrl:Agreement: what one department lets another do with one asset. */
export const constraints = z.strictObject({
  validFrom: time.optional(),
  validTo: time.optional(),
  /** How many shares, and how many rows over all shares, the grant allows in its whole life. */
  maxCount: z.int().min(1).max(1_000_000).optional(),
  maxRows: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
  /** On whose behalf the assignee may use the data; absent: its own only. */
  recipients: z.array(departmentId).max(100).optional(),
  /** The marks that the consumer puts up with; absent: none. */
  marks: z.array(mark).max(mark.options.length).optional(),
});
export type Constraints = z.infer<typeof constraints>;

export const grantStatus = z.enum(['requested', 'returned', 'active', 'refused', 'withdrawn', 'suspended', 'revoked']);
/** What time or use alone brings about, derived at the time of the question and never stored. */
export const grantEffectiveStatus = z.enum([...grantStatus.options, 'escalated', 'expired', 'exhausted']);

/** A DPV purpose (W3C Data Privacy Vocabulary), e.g. dpv:IdentityVerification. */
export const purpose = z.string().regex(/^[a-z][a-z0-9]{0,15}:[A-Za-z][A-Za-z0-9]{0,99}$/);

const terms = {
  elements: z.array(label).min(1).max(500),
  purpose,
  legalBasis: localized,
  constraints: constraints.optional(),
  duties: z.array(localized).max(50).optional(),
};

/** The persons that these uses are about are not told of them before then, or before they are released: an investigation, an inspection. */
const concealed = z.strictObject({ until: time, reason: localized });

/** SHA-256 of salt ‖ canonical JSON of confidential terms (terms.ts), which only the two parties hold. */
const termsHash = digest;

export const grant = z.strictObject({
  kind: z.literal('grant'),
  ...recordBase,
  assigner: departmentId,
  assignee: departmentId,
  formerly: formerly.optional(),
  asset: recordId,
  assetVersion: z.int().min(1),
  ...terms,
  constraints,
  /** Confidential terms that one party offers and the other has not answered. */
  termsOffer: z.strictObject({ termsHash, stamp }).optional(),
  /** Confidential terms in force: both parties have put their word to this commitment. */
  termsHash: termsHash.optional(),
  termsAgreed: z.strictObject({ offered: stamp, accepted: stamp }).optional(),
  renews: recordId.optional(),
  /** The demand that it is to answer: the assignee's own, or one that it has joined. */
  demand: recordId.optional(),
  concealed: concealed.optional(),
  /** Who asked for it to be concealed, or the manager, lets the persons know. */
  disclosed: stamp.optional(),
  requestedAt: time,
  /** The provider's deadline; past it the manager may decide too. */
  dueAt: time.optional(),
  decided: stamp.optional(),
  reason: localized.optional(),
  status: grantStatus,
});
export type Grant = z.infer<typeof grant>;
export type GrantEffectiveStatus = z.infer<typeof grantEffectiveStatus>;

/** `termsHash`: the request offers confidential terms, whose text follows in a transaction of its own. */
export const grantRequest = z.strictObject({
  asset: recordId,
  ...terms,
  termsHash: termsHash.optional(),
  renews: recordId.optional(),
  demand: recordId.optional(),
  concealed: concealed.optional(),
});
/** The decider may narrow the constraints, never widen them. */
export const grantApprove = z.strictObject({ id: recordId, reason: localized.optional(), constraints: constraints.optional() });
export const grantReasoned = z.strictObject({ id: recordId, reason: localized });
export const grantStep = z.strictObject({ id: recordId, reason: localized.optional() });
/** Lets the persons know of uses that were concealed from them. */
export const grantDisclose = z.strictObject({ id: recordId });
export const grantResubmit = z.strictObject({
  id: recordId,
  elements: terms.elements.optional(),
  purpose: purpose.optional(),
  legalBasis: localized.optional(),
  constraints: constraints.optional(),
});
/** Offers, accepts, declines or takes back confidential terms, named by their commitment. */
export const grantTerms = z.strictObject({ id: recordId, termsHash });
