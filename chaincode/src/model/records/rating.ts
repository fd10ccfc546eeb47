import { z } from 'zod';
import { departmentId, localized, recordBase, recordId } from './common.js';

const said = { score: z.int().min(1).max(5), comment: localized.optional() };

/** 部门互评: a score with a receipt behind it, the rater's own acknowledged share. One for each grant and month. */
export const rating = z.strictObject({
  kind: z.literal('rating'),
  ...recordBase,
  asset: recordId,
  grant: recordId,
  share: recordId,
  provider: departmentId,
  by: departmentId,
  /** YYYY-MM in the channel's time zone, when it was given. */
  month: z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/),
  ...said,
  status: z.literal('given'),
});
export type Rating = z.infer<typeof rating>;

export const ratingGive = z.strictObject({ share: recordId, ...said });
