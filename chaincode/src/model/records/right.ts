import { z } from 'zod';
import { departmentId, digest, formerly, localized, recordBase, recordId, stamp, time } from './common.js';

/** A right over one asset. ownership 归属, control 控制, use 使用, interpretation 解释, custody 安全照护, disposal 处置, trading 交易, revenue 收益. */
export const rightType = z.enum(['ownership', 'control', 'use', 'interpretation', 'custody', 'disposal', 'trading', 'revenue']);
export const rightRole = z.enum(['producer', 'user', 'manager']);

const claim = {
  rightType,
  role: rightRole,
  duties: z.array(localized).max(50).optional(),
  basis: localized,
  validFrom: time.optional(),
  validTo: time.optional(),
  /** Digest of the evidence for the claim, kept by the claimant. */
  evidenceHash: digest.optional(),
};

export const right = z.strictObject({
  kind: z.literal('right'),
  ...recordBase,
  asset: recordId,
  holder: departmentId,
  formerly: formerly.optional(),
  ...claim,
  /** The department that claims or held the claim open; equals the holder. Confirmed by: the manager for ownership, the confirmed owner for the rest. */
  confirmed: stamp.optional(),
  offeredTo: departmentId.optional(),
  /** The right this one came from, and went to, by transfer. */
  transferredFrom: recordId.optional(),
  transferredTo: recordId.optional(),
  reason: localized.optional(),
  /** `contested` is derived from open contests (records of their own, so that no one's word rewrites another's record). */
  status: z.enum(['claimed', 'confirmed', 'transferred', 'lapsed']),
});
export type Right = z.infer<typeof right>;

/** One department's objection to a right: its own record, under its own key. The manager settles it. */
export const contest = z.strictObject({
  kind: z.literal('contest'),
  ...recordBase,
  right: recordId,
  asset: recordId,
  /** Whose right it is. */
  holder: departmentId,
  by: departmentId,
  formerly: formerly.optional(),
  reason: localized,
  ruling: localized.optional(),
  status: z.enum(['open', 'upheld', 'dismissed']),
});
export type Contest = z.infer<typeof contest>;

export const rightClaim = z.strictObject({ asset: recordId, holder: departmentId.optional(), ...claim });
export const rightStep = z.strictObject({ id: recordId, reason: localized.optional() });
export const rightContest = z.strictObject({ id: recordId, reason: localized });
export const rightOffer = z.strictObject({ id: recordId, to: departmentId });
