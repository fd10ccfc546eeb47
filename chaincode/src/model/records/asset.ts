import { z } from 'zod';
import { departmentId, digest, formerly, hashAlgorithm, label, localized, recordBase, recordId, time } from './common.js';

/** dcat:Dataset and dcat:Distribution, with the words of the government data-sharing rules (政务数据共享条例). */

export const shareType = z.enum(['unconditional', 'conditional', 'none']);
export const shareMethod = z.enum(['api', 'file', 'database-exchange', 'query-verify']);
export const elementType = z.enum([
  'string',
  'integer',
  'number',
  'boolean',
  'date',
  'datetime',
  'time',
  'code',
  'geometry',
  'binary',
  'object',
]);
export const level = z.enum(['general', 'important', 'core']);
/** ISO 8601 duration (date part, or hours and minutes), or `realtime`. */
export const periodicity = z.string().regex(/^(realtime|P(?=\d|T\d)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+S)?)?)$/);

export const element = z.strictObject({
  name: label,
  title: localized.optional(),
  type: elementType,
  dataElementId: recordId.optional(),
  /** `none` withholds this one element though the asset is shared. */
  shareType: shareType.optional(),
  personal: z.boolean().optional(),
  sensitive: z.boolean().optional(),
  /** Says whose row it is: a query (`query-verify`) names its one subject by all elements that do. */
  identifies: z.boolean().optional(),
  /** Its detail is not said here: it goes to confidential terms of each grant. */
  confidential: z.boolean().optional(),
});
export type Element = z.infer<typeof element>;

export const distributionInput = z.strictObject({
  /** http(s) URL, or `file:` and a path below the provider's configured root. */
  accessURL: z.string().min(1).max(2000),
  mediaType: z
    .string()
    .regex(/^[a-z]+\/[a-z0-9.+-]+$/i)
    .optional(),
  conformsTo: z.url().max(500).optional(),
  checksum: z.strictObject({ algorithm: hashAlgorithm, value: digest }).optional(),
});
export const distribution = z.strictObject({ name: label, ...distributionInput.shape });
export type Distribution = z.infer<typeof distribution>;

/** Where an imported row came from. `columns` are those that have no field of ours. */
export const source = z.strictObject({
  file: label,
  line: z.int().min(1),
  /** SHA-256 of the row as canonical JSON: an import changes an asset only when this changes. */
  rowDigest: digest,
  columns: z.record(z.string().max(200), z.string().max(10_000)),
});

const fields = {
  /** The publisher's own code; unique among the publisher's assets. */
  catalogCode: label.optional(),
  title: localized,
  description: z.strictObject({ zh: z.string().min(1).max(10_000).optional(), en: z.string().min(1).max(10_000).optional() }).optional(),
  theme: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,62}$/)
    .optional(),
  keywords: z.array(label).max(50).optional(),
  elements: z.array(element).max(500),
  shareType,
  shareCondition: localized.optional(),
  shareBasis: localized.optional(),
  shareMethod,
  openToPublic: z.boolean().optional(),
  accrualPeriodicity: periodicity.optional(),
  contentModified: time.optional(),
  contentHash: digest.optional(),
  level: level.optional(),
  /** 一数一源: data element ids for which this asset claims to be the one authoritative source. */
  authoritativeFor: z.array(recordId).max(100).optional(),
  source: source.optional(),
};

export const assetStatus = z.enum(['registered', 'published', 'suspended', 'retired']);

export const asset = z.strictObject({
  kind: z.literal('asset'),
  ...recordBase,
  publisher: departmentId,
  formerly: formerly.optional(),
  ...fields,
  distributions: z.array(distribution).max(50),
  /**
   * The derivation in force (records/derivation.ts), and the strictest sharing among the elements when it was recorded: whether a request needs
   * a decision is told by the asset alone.
   */
  derived: z.strictObject({ derivation: recordId, shareType }).optional(),
  status: assetStatus,
  /** Why it was suspended or retired. */
  reason: localized.optional(),
});
export type Asset = z.infer<typeof asset>;

export const assetRegister = z.strictObject({ ...fields, distributions: z.array(distribution).max(50).optional() });
/** Absent fields stay as they are; `null` clears an optional one. `expectedVersion` guards against a lost update (If-Match). */
export const assetRevise = z.strictObject({
  id: recordId,
  expectedVersion: z.int().min(1).optional(),
  changes: z
    .strictObject({
      ...(Object.fromEntries(
        Object.entries(fields).map(([name, type]) => [name, type instanceof z.ZodOptional ? type.nullable() : type.optional()]),
      ) as {
        [K in keyof typeof fields]: (typeof fields)[K] extends z.ZodOptional
          ? z.ZodNullable<(typeof fields)[K]>
          : z.ZodOptional<(typeof fields)[K]>;
      }),
      distributions: z.array(distribution).max(50).optional(),
    })
    .refine((changes) => Object.values(changes).some((v) => v !== undefined), { message: 'nothing to change' }),
});
export const assetStep = z.strictObject({ id: recordId, expectedVersion: z.int().min(1).optional(), reason: localized.optional() });
export const assetAttach = z.strictObject({ id: recordId, expectedVersion: z.int().min(1).optional(), distribution });
