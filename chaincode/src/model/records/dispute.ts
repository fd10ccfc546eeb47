import { z } from 'zod';
import { departmentId, digest, formerly, hashAlgorithm, localized, recordBase, recordId, stamp, time } from './common.js';

/** 争议: a claim between two departments, about a record or about who is the authoritative source of a data element. */

/** What a side shows: the digest of something that it keeps, and what that is. */
const evidence = z.strictObject({ hash: digest, hashAlgorithm: hashAlgorithm.optional(), note: localized });
const shown = { text: localized.optional(), evidence: z.array(evidence).max(20) };
/** One side's word; the stamp says whose. Statements are added, and never changed by anybody. */
export const statement = z.strictObject({ ...shown, stamp });
/** For each side: nobody can fill the record and so silence the other. */
export const MAX_STATEMENTS = 20;

const aRecord = z.strictObject({ kind: z.enum(['asset', 'right', 'grant', 'share', 'feedback']), id: recordId });
/** 一数一源: two assets that both claim to be the source of one data element, the claimant's and the respondent's. */
const authority = z.strictObject({ kind: z.literal('authority'), dataElement: recordId, assets: z.tuple([recordId, recordId]) });
export const disputeSubject = z.discriminatedUnion('kind', [aRecord, authority]);
export type DisputeSubject = z.infer<typeof disputeSubject>;

export const freezable = z.enum(['grant', 'right']);
const frozen = z.strictObject({ kind: freezable, id: recordId });
export type Frozen = z.infer<typeof frozen>;

export const disputeTier = z.enum(['negotiation', 'mediation']);
export const disputeStatus = z.enum(['opened', 'negotiation', 'mediation', 'decided', 'closed']);
const outcome = z.enum(['upheld', 'dismissed']);

export const dispute = z.strictObject({
  kind: z.literal('dispute'),
  ...recordBase,
  claimant: departmentId,
  respondent: departmentId,
  subject: disputeSubject,
  /** The asset that the subject is of; the two of an authority conflict. */
  assets: z.array(recordId).min(1).max(2),
  claim: localized,
  statements: z.array(statement).max(2 * MAX_STATEMENTS),
  /** Grants and rights that give nothing and go nowhere while the dispute stands (derive.ts). */
  freezes: z.array(frozen).max(50),
  tier: disputeTier,
  /** The sides have until then to settle it by themselves; then it is in mediation, derived, and the manager has until `mediationDueAt`. */
  dueAt: time,
  mediationDueAt: time,
  outcome: outcome.optional(),
  /** Of an authority conflict: the asset that is the source. The other's claim counts no longer, without its signature. */
  authoritative: recordId.optional(),
  ruling: localized.optional(),
  /** What is to be done. */
  remedy: localized.optional(),
  decided: stamp.optional(),
  /** How it ended: withdrawn, settled, or the remedy carried out. */
  closing: localized.optional(),
  formerly: formerly.optional(),
  status: disputeStatus,
});
export type Dispute = z.infer<typeof dispute>;

/** `freeze`: of one's own grant, at once. What else is to be frozen the manager orders. */
export const disputeOpen = z.strictObject({
  subject: disputeSubject,
  claim: localized,
  evidence: shown.evidence.optional(),
  freeze: z.boolean().optional(),
});
export const disputeAnswer = z.strictObject({ id: recordId, text: localized, evidence: shown.evidence.optional() });
/** Text, evidence, or both. */
export const disputeSubmit = z.strictObject({ id: recordId, text: localized.optional(), evidence: shown.evidence.optional() });
export const disputeStep = z.strictObject({ id: recordId });
/** `authoritative` in place of `outcome` where the dispute is about authority. */
export const disputeDecide = z.strictObject({
  id: recordId,
  outcome: outcome.optional(),
  authoritative: recordId.optional(),
  ruling: localized,
  remedy: localized.optional(),
});
export const disputeClose = z.strictObject({ id: recordId, reason: localized.optional() });
export const disputeFreeze = z.strictObject({ id: recordId, items: z.array(frozen).min(1).max(50) });
