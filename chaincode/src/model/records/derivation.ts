import { z } from 'zod';
import { level, shareType } from './asset.js';
import { departmentId, label, localized, recordBase, recordId, time } from './common.js';

/** prov:wasDerivedFrom: which data an asset was made of, and how far it may therefore go (DOMAIN rule 8). */

/** What the inputs allow: the strictest of them, for each element and for the whole. */
export const policy = z.strictObject({
  /** The strictest of its elements'. */
  shareType,
  level,
  openToPublic: z.boolean(),
  elements: z.array(z.strictObject({ name: label, shareType, personal: z.boolean(), sensitive: z.boolean() })).max(500),
});
export type Policy = z.infer<typeof policy>;

const origin = z.strictObject({ asset: recordId, element: label });
const columnMap = z.array(z.strictObject({ element: label, from: z.array(origin).min(1).max(50) })).max(500);

/** As many inputs as one derivation names; how many lie behind it in all is bounded apart (lineage.ts). */
const MAX_INPUTS = 20;

export const input = z.strictObject({
  asset: recordId,
  version: z.int().min(1),
  /** The acknowledged share by which the department came to have it, and its grant; none for an asset of its own. */
  share: recordId.optional(),
  grant: recordId.optional(),
  provider: departmentId,
  /** What that share delivered; absent: all that the asset has. */
  elements: z.array(label).max(500).optional(),
  /** What the input itself was derived by when it was taken. */
  derivation: recordId.optional(),
});
export type Input = z.infer<typeof input>;

/** Never rewritten. Of several the one in force is the one that the asset names. */
export const derivation = z.strictObject({
  kind: z.literal('derivation'),
  ...recordBase,
  /** What was made, and the version of it that says so. */
  asset: recordId,
  assetVersion: z.int().min(1),
  publisher: departmentId,
  inputs: z.array(input).min(1).max(MAX_INPUTS),
  activity: localized,
  startedAt: time.optional(),
  endedAt: time.optional(),
  /** Output element ← input elements. An element that it does not name comes from all that the inputs have. */
  columnMap: columnMap.optional(),
  /** As the inputs stood when this was recorded. It binds together with what they are now: the stricter wins. */
  effectivePolicy: policy,
  replaces: recordId.optional(),
  status: z.literal('recorded'),
});
export type Derivation = z.infer<typeof derivation>;

export const derivationRecord = z.strictObject({
  asset: recordId,
  expectedVersion: z.int().min(1).optional(),
  inputs: z
    .array(
      z.strictObject({
        asset: recordId,
        /** Absent: the one that the ledger has now. */
        version: z.int().min(1).optional(),
        share: recordId.optional(),
      }),
    )
    .min(1)
    .max(MAX_INPUTS),
  activity: localized,
  startedAt: time.optional(),
  endedAt: time.optional(),
  columnMap: columnMap.optional(),
});
