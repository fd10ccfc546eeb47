import { z } from 'zod';
import { departmentId, formerly, localized, recordBase, recordId, stamp, time } from './common.js';

/** dqv:UserQualityFeedback, 数据质量反馈. distorted 失真, inaccurate 失准, stale 失效, unstable 失稳. */
export const feedbackDimension = z.enum(['distorted', 'inaccurate', 'stale', 'unstable']);
export const feedbackSeverity = z.enum(['minor', 'major', 'critical']);

const said = {
  dimension: feedbackDimension,
  severity: feedbackSeverity,
  description: localized,
};

export const feedbackStatus = z.enum(['raised', 'accepted', 'contested', 'fixed', 'confirmed', 'withdrawn', 'dismissed']);

export const feedback = z.strictObject({
  kind: z.literal('feedback'),
  ...recordBase,
  asset: recordId,
  assetVersion: z.int().min(1),
  publisher: departmentId,
  /** Who raised it. */
  by: departmentId,
  ...said,
  /** Whose turn it is has until then; past it the feedback counts as `escalated`, which is derived, and the manager may decide. */
  dueAt: time,
  /** The publisher's last word, the raiser's and the manager's: each has a field of its own, so that nobody writes over another's. */
  answer: localized.optional(),
  reply: localized.optional(),
  ruling: localized.optional(),
  /** The asset's version in which the publisher says it is fixed. */
  fixedIn: z.int().min(1).optional(),
  decided: stamp.optional(),
  formerly: formerly.optional(),
  status: feedbackStatus,
});
export type Feedback = z.infer<typeof feedback>;

/** `assetVersion`: what was looked at; absent, the asset as it is now. */
export const feedbackRaise = z.strictObject({ asset: recordId, assetVersion: z.int().min(1).optional(), ...said });
export const feedbackStep = z.strictObject({ id: recordId, reason: localized.optional() });
export const feedbackReasoned = z.strictObject({ id: recordId, reason: localized });
/** What the manager holds: `accepted` is the publisher's to fix (again), `confirmed` is fixed, `dismissed` is no fault. */
export const feedbackDecide = z.strictObject({ id: recordId, outcome: z.enum(['accepted', 'confirmed', 'dismissed']), reason: localized });
