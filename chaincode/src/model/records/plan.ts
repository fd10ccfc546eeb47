import { z } from 'zod';
import { departmentId, formerly, label, localized, recordBase, recordId, time } from './common.js';

/** 行动计划: what a department promises for a year. Whether it is kept is derived from the ledger (rules/plan.ts) and never stored. */

/** collect 归集: the asset is published by then. share 共享: the own asset is granted or shared by then. apply 应用: another's asset is received, or a demand fulfilled. */
export const planItemKind = z.enum(['collect', 'share', 'apply']);

export const planItem = z
  .strictObject({
    /** Names the item within its plan, through every revision. */
    name: label,
    kind: planItemKind,
    title: localized,
    /** Absent while it is not known yet: the item is kept by what it names, so it must be named before its day. */
    asset: recordId.optional(),
    demand: recordId.optional(),
    dueAt: time,
  })
  .refine(({ kind, demand }) => kind === 'apply' || demand === undefined, { message: 'only an item of kind apply names a demand' });
export type PlanItem = z.infer<typeof planItem>;

const items = z.array(planItem).min(1).max(100);

export const plan = z.strictObject({
  kind: z.literal('plan'),
  ...recordBase,
  department: departmentId,
  formerly: formerly.optional(),
  year: z.int().min(2000).max(2200),
  items,
  /** Why it was revised. */
  reason: localized.optional(),
  status: z.literal('active'),
});
export type Plan = z.infer<typeof plan>;

export const planMake = z.strictObject({ year: plan.shape.year, items });
/** All items as they shall be: those whose day has passed must stand in it as they were. */
export const planRevise = z.strictObject({ id: recordId, expectedVersion: z.int().min(1).optional(), items, reason: localized.optional() });
