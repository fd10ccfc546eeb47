import { z } from 'zod';
import { elementType } from './asset.js';
import { departmentId, formerly, label, localized, recordBase, recordId, stamp } from './common.js';

/** DataElement 数据元: one entry of the shared dictionary, with the attributes of GB/T 18391 (ISO/IEC 11179). */

/** What a value may be: how it is written (`an..18`, `YYYYMMDD`), the published code list that it is from, or the codes themselves. */
const valueDomain = z
  .strictObject({
    format: label.optional(),
    codeList: label.optional(),
    codes: z
      .array(z.strictObject({ code: label, meaning: localized }))
      .max(500)
      .optional(),
  })
  .refine((domain) => Object.values(domain).some((v) => v !== undefined), { message: 'format, codeList or codes' });

const body = {
  name: z
    .strictObject({ zh: label.optional(), en: label.optional() })
    .refine(({ zh, en }) => zh !== undefined || en !== undefined, { message: 'zh or en is needed' }),
  /** Other names under which it is known and found: 同义名称, a column's usual name. */
  aliases: z.array(label).max(20).optional(),
  definition: localized,
  type: elementType,
  valueDomain: valueDomain.optional(),
  unit: label.optional(),
  /** Where it is laid down, e.g. `GB/T 19488.2-2008`. */
  standard: label.optional(),
};
export const dataElementBody = z.strictObject(body);
export type DataElementBody = z.infer<typeof dataElementBody>;

/** A revision that is not in force yet: the adopted body stays so meanwhile. */
const revision = z.strictObject({
  ...body,
  proposed: stamp,
  status: z.enum(['proposed', 'returned']),
  /** Why it was returned. */
  reason: localized.optional(),
});

export const dataElementStatus = z.enum(['proposed', 'returned', 'adopted', 'retired']);

/** The body that stands here is the one in force, or, before the first adoption, the one that is asked for. */
export const dataElement = z.strictObject({
  kind: z.literal('data-element'),
  ...recordBase,
  /** Chosen by who proposes it, e.g. a standard's code. */
  id: recordId,
  /** The department that proposed it and may revise it. */
  owner: departmentId,
  formerly: formerly.optional(),
  ...body,
  /** 版本: which adopted body this is, from 1. `version` counts every act on the record. */
  edition: z.int().min(1).optional(),
  adopted: stamp.optional(),
  revision: revision.optional(),
  /** Why it was returned, or retired. */
  reason: localized.optional(),
  /** What to use in place of a retired one. */
  replacedBy: recordId.optional(),
  status: dataElementStatus,
});
export type DataElement = z.infer<typeof dataElement>;

const guarded = { id: recordId, expectedVersion: z.int().min(1).optional() };
export const dataElementPropose = z.strictObject({ id: recordId, ...body });
/** A whole body: what it does not say is not so in the next edition. */
export const dataElementRevise = z.strictObject({ ...guarded, ...body });
export const dataElementAdopt = z.strictObject(guarded);
export const dataElementReturn = z.strictObject({ ...guarded, reason: localized });
export const dataElementRetire = z.strictObject({ ...guarded, reason: localized, replacedBy: recordId.optional() });
