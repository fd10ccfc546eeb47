import { z } from 'zod';
import { departmentId, localized, mspId, recordBase, time } from './common.js';

/** foaf:Organization. `region` is a GB/T 2260 code, `uscc` a GB 32100 unified social credit code with its check digit verified. */
const fields = {
  name: localized,
  mspId,
  region: z.string().regex(/^\d{6}$/).optional(),
  uscc: z.string().regex(/^[0-9A-HJ-NPQRTUWXY]{18}$/).optional(),
};

export const department = z.strictObject({
  kind: z.literal('department'),
  ...recordBase,
  id: departmentId,
  ...fields,
  status: z.enum(['active', 'dissolved']),
});
export type Department = z.infer<typeof department>;

export const departmentAdmit = z.strictObject({ id: departmentId, ...fields });

/** Deadlines, calendar and skew, as the manager set them for the channel (network/consortium.yaml says what each means). */
export const settingsInput = z.strictObject({
  timeZone: z.string().max(64),
  decisionWorkingDays: z.int().min(1).max(90),
  acknowledgeWorkingDays: z.int().min(1).max(90),
  feedbackWorkingDays: z.int().min(1).max(90),
  disputeWorkingDays: z.int().min(1).max(90),
  maxClockSkewSeconds: z.int().min(1).max(900),
  holidays: z.array(z.string().regex(/^\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?$/)).max(200),
  makeUpDays: z.array(z.string().regex(/^\d{4}-\d{2}-\d{2}$/)).max(200),
  managerMspId: mspId,
  /** Organisations whose endorsement counts as "any department" (network/consortium.yaml, role department). */
  departmentMspIds: z.array(mspId).min(1).max(500),
  /** Declared by the embedded demonstration alone: what lies in this span was written on a simulated clock (DOMAIN rule 11). */
  simulatedClock: z.strictObject({ from: time, to: time }).optional(),
});
export const settings = z.strictObject({ kind: z.literal('settings'), ...recordBase, ...settingsInput.shape, status: z.literal('active') });
export type Settings = z.infer<typeof settings>;
