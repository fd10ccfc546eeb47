import { z } from 'zod';
import { elementType, periodicity } from './asset.js';
import { departmentId, formerly, label, localized, recordBase, recordId, stamp, time } from './common.js';
import { purpose } from './grant.js';

/** Demand 需求: what a department needs and has not found, said so that whoever has it can act on it. */

/** An element that is wanted, in the asker's words or in the dictionary's. */
export const wantedElement = z.strictObject({
  name: label,
  title: localized.optional(),
  type: elementType.optional(),
  dataElementId: recordId.optional(),
});
export type WantedElement = z.infer<typeof wantedElement>;

export const demandStatus = z.enum(['open', 'matched', 'rejected', 'withdrawn', 'fulfilled']);
/** `expired` is what time alone brings about: unmet past the day by which it was needed. */
export const demandEffectiveStatus = z.enum([...demandStatus.options, 'expired']);

const need = { purpose, legalBasis: localized, neededBy: time };

const wanted = {
  want: localized,
  elements: z.array(wantedElement).min(1).max(200),
  theme: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/)
    .optional(),
  ...need,
  /** How often, and about how many rows each time. */
  frequency: periodicity.optional(),
  rows: z.int().min(1).max(Number.MAX_SAFE_INTEGER).optional(),
};

export const demand = z.strictObject({
  kind: z.literal('demand'),
  ...recordBase,
  by: departmentId,
  formerly: formerly.optional(),
  ...wanted,
  /** The asset that should answer it, and so the department whom it is put to. */
  match: z.strictObject({ asset: recordId, owner: departmentId, stamp }).optional(),
  /** Of whoever rejected or withdrew it. */
  reason: localized.optional(),
  /** The share whose receipt fulfilled it. */
  resolvedBy: recordId.optional(),
  status: demandStatus,
});
export type Demand = z.infer<typeof demand>;
export type DemandEffectiveStatus = z.infer<typeof demandEffectiveStatus>;

export const joiningStatus = z.enum(['open', 'withdrawn', 'fulfilled']);

/** Another department that needs the same: its own word, on its own ground, under its own key. */
export const joining = z.strictObject({
  kind: z.literal('joining'),
  ...recordBase,
  demand: recordId,
  by: departmentId,
  formerly: formerly.optional(),
  ...need,
  reason: localized.optional(),
  resolvedBy: recordId.optional(),
  status: joiningStatus,
});
export type Joining = z.infer<typeof joining>;

export const demandFile = z.strictObject(wanted);
export const demandMatch = z.strictObject({ id: recordId, asset: recordId });
export const demandReject = z.strictObject({ id: recordId, reason: localized });
export const demandStep = z.strictObject({ id: recordId, reason: localized.optional() });
export const demandFulfil = z.strictObject({ id: recordId, share: recordId });
export const demandJoin = z.strictObject({ id: recordId, ...need });
