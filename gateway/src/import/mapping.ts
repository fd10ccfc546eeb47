import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { level, periodicity, shareMethod, shareType } from '@drl/chaincode/model/records/asset';
import { departmentId } from '@drl/chaincode/model/records/common';
import { parse } from 'yaml';
import { z } from 'zod';
import { ImportError } from './errors.js';

/** A mapping: how one kind of catalogue file becomes our assets. README.md says how to write one. */

const names = z.preprocess((v) => (typeof v === 'string' ? [v] : v), z.array(z.string().min(1)).min(1));
const scalar = z.union([z.string(), z.boolean(), z.number()]).nullable();

/** Where one field's value comes from. `columns` are header spellings, the first one that the file has and the row fills counts. */
const plain = z.strictObject({
  columns: names.optional(),
  /** Spelling in the file → our value; null: there is no value, and that is well known. */
  values: z.record(z.string(), scalar).optional(),
  default: scalar.optional(),
});
const words = z.strictObject({
  columns: names.optional(),
  default: z.string().min(1).optional(),
  /** Only for rows of this share type: a reason is a condition for one and a legal basis for another. */
  whenShareType: shareType.optional(),
});
/** Of several, the first that says something. */
const wordsInTurn = z.preprocess((v) => (v === undefined || Array.isArray(v) ? v : [v]), z.array(words).min(1).optional());
const text = z.union([words, z.strictObject({ zh: wordsInTurn, en: wordsInTurn })]);
const list = z.strictObject({ columns: names, separators: z.string().min(1).default(',') });
const dates = z.strictObject({ columns: names, formats: z.array(z.string().min(4)).min(1) });

const department = z.strictObject({
  columns: names,
  list: z
    .array(
      z.strictObject({
        id: departmentId,
        name: z.strictObject({ zh: z.string().min(1).optional(), en: z.string().min(1).optional() }),
        aliases: z.array(z.string().min(1)).default([]),
      }),
    )
    .default([]),
  /** What a spelling outside the list means: refuse the row, take it as a department's id, or make an id of its Latin letters. */
  others: z.enum(['refuse', 'id', 'derive']).default('refuse'),
});

const schema = z.strictObject({
  mapping: z.literal(1),
  format: z.enum(['csv', 'dcat']),
  /** Of text in columns that do not say: the language they are written in. */
  language: z.enum(['zh', 'en']).default('zh'),
  csv: z
    .strictObject({
      delimiter: z.string().length(1).default(','),
      encoding: z.string().refine(isEncoding, { message: 'not an encoding of the WHATWG list' }).default('utf-8'),
    })
    .prefault({}),
  /** Of dates without an offset of their own. */
  utcOffset: z
    .string()
    .regex(/^(Z|[+-]\d{2}:\d{2})$/)
    .default('Z'),
  /** Publish each entry when it is registered. */
  publish: z.boolean().default(false),
  department: department.optional(),
  fields: z.strictObject({
    catalogCode: plain,
    title: text,
    shareType: plain,
    shareMethod: plain,
    description: text.optional(),
    theme: plain.optional(),
    keywords: list.optional(),
    elements: list.optional(),
    shareCondition: text.optional(),
    shareBasis: text.optional(),
    openToPublic: plain.optional(),
    accrualPeriodicity: plain.optional(),
    contentModified: dates.optional(),
    contentHash: plain.optional(),
    level: plain.optional(),
    authoritativeFor: list.optional(),
  }),
  distributions: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        columns: names,
        /** Spellings of "there is none". */
        ignore: z.array(z.string()).default([]),
        mediaType: z.string().optional(),
      }),
    )
    .default([]),
});

export type Mapping = z.infer<typeof schema> & { readonly name: string };
export type PlainSpec = z.infer<typeof plain>;
export type WordsSpec = z.infer<typeof words>;
export type TextSpec = z.infer<typeof text>;

/** What the values of a field may be, where that is a closed list: a value table that maps to anything else is refused when it is read. */
const closed: Record<string, z.ZodType> = {
  shareType,
  shareMethod,
  level,
  accrualPeriodicity: periodicity,
  openToPublic: z.boolean(),
  theme: z.string().regex(/^[a-z][a-z0-9-]{0,62}$/),
};

const here = join(__dirname, '..', '..', 'src', 'import', 'mappings');

/** Reads and checks a mapping; throws ImportError that names every field at fault. */
export function readMapping(yaml: string, name: string): Mapping {
  let value: unknown;
  try {
    value = parse(yaml, { schema: 'core' });
  } catch (error) {
    throw new ImportError('MAPPING_INVALID', { given: `${name}: ${(error as Error).message}` });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ImportError('MAPPING_INVALID', { given: `${name}: ${z.prettifyError(parsed.error)}` });
  const mapping = parsed.data;
  for (const [field, type] of Object.entries(closed)) {
    const spec = mapping.fields[field as keyof typeof mapping.fields] as PlainSpec | undefined;
    for (const [spelling, to] of [...Object.entries(spec?.values ?? {}), ['default', spec?.default ?? null] as const])
      if (to !== null && !type.safeParse(to).success)
        throw new ImportError('MAPPING_INVALID', {
          given: `${name}: fields.${field}: ${spelling} → ${String(to)}`,
          accepted: options(type),
        });
  }
  const ids = mapping.department?.list.map((d) => d.id) ?? [];
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  if (twice) throw new ImportError('MAPPING_INVALID', { given: `${name}: department.list: ${twice} twice` });
  return { ...mapping, name };
}

/** A mapping that ships with the project, by its short name. */
export function shippedMapping(name: string): Mapping {
  if (!shipped.includes(name)) throw new ImportError('MAPPING_UNKNOWN', { given: name, accepted: shipped.join(', ') });
  return readMapping(readFileSync(join(here, `${name}.yaml`), 'utf8'), name);
}
export const shipped = ['dc', 'dcat'];

function options(type: z.ZodType): string {
  return type instanceof z.ZodEnum
    ? type.options.join(', ')
    : type instanceof z.ZodBoolean
      ? 'true, false'
      : String((type as z.ZodString).def.checks?.length ? 'see gateway/src/import/README.md' : '');
}

export function isEncoding(label: string): boolean {
  try {
    return Boolean(new TextDecoder(label));
  } catch {
    return false;
  }
}
