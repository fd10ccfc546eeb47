import type { FieldFault } from '@drl/chaincode/model/errors';
import { z } from 'zod';
import type { Language } from './language.js';

/** Why an input is not what its schema says: every field at fault, in the caller's language, and never the value that was given. */

const wording = { zh: z.locales.zhCN().localeError, en: z.locales.en().localeError } as const;

export type Parsed<T> = { readonly value: T } | { readonly faults: readonly FieldFault[] };

export function parse<T extends z.ZodType>(schema: T, input: unknown, language: Language, prefix?: string): Parsed<z.infer<T>> {
  const parsed = schema.safeParse(input, { error: wording[language] });
  if (!parsed.success) return { faults: parsed.error.issues.flatMap((issue) => faultsOf(issue, language, prefix)) };
  const broken = illFormed(parsed.data, prefix ?? '');
  return broken === undefined ? { value: parsed.data } : { faults: [{ path: broken, message: texts.surrogate[language] }] };
}

/** What our own schemas say beside zod's words. */
const own: Readonly<Record<string, string>> = {
  'zh or en is needed': '中文、英文至少须有其一',
  'at least one of price, contacts, text, elements': '价格、联系方式、条款文本、数据项说明至少须有其一',
  'nothing to change': '没有要修改的内容',
  'only an item of kind apply names a demand': '只有应用类事项可以指明需求',
  'two days of the calendar, the earlier first': '须为日历中的两天，先早后晚',
  'an IANA time zone': '须为 IANA 时区名',
};

const texts = {
  surrogate: { zh: '含有不成对的代理码位', en: 'Holds a lone surrogate' },
} as const;

function faultsOf(issue: z.core.$ZodIssue, language: Language, prefix: string | undefined): FieldFault[] {
  const at = [...(prefix === undefined ? [] : [prefix]), ...issue.path.map(String)];
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => ({ path: [...at, key].join('.'), message: issue.message }));
  return [{ path: at.join('.'), message: language === 'zh' ? (own[issue.message] ?? issue.message) : issue.message }];
}

/** Where a string holds what canonical JSON cannot carry (RFC 8785 section 3.2.2.2). Parsed values are as shallow as their schemas. */
function illFormed(value: unknown, path: string): string | undefined {
  if (typeof value === 'string') return value.isWellFormed() ? undefined : path;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const found = name.isWellFormed() ? illFormed(member, at) : path;
    if (found !== undefined) return found;
  }
  return undefined;
}
