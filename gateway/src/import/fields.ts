import type { Distribution, Element } from '@drl/chaincode/model/records/asset';
import type { Localized } from '@drl/chaincode/model/records/common';
import { fold } from './csv.js';
import { readDate } from './dates.js';
import type { ImportCode } from './errors.js';
import type { Mapping, PlainSpec, TextSpec, WordsSpec } from './mapping.js';
import type { Entry } from './rows.js';

/** One entry's fields, read by the mapping; what could not be read is told by `doubt`, and its column stays among those without a field. */

export type Doubt = (code: ImportCode, field: string, given: string, accepted?: string) => void;

export interface Reader {
  readonly plain: (field: string, spec: PlainSpec | undefined, accepts: (value: unknown) => boolean) => unknown;
  readonly text: (spec: TextSpec | undefined, shareType?: string) => Localized | undefined;
  readonly list: (spec: { columns: readonly string[]; separators: string } | undefined) => string[] | undefined;
  readonly date: (field: string, spec: { columns: readonly string[]; formats: readonly string[] } | undefined) => string | undefined;
  readonly department: (columns: readonly string[]) => string | undefined;
  readonly distributions: () => Distribution[];
  /** Columns whose text no field carries as it stands. */
  readonly left: () => Record<string, string>;
}

export function entryReader(entry: Entry, mapping: Mapping, doubt: Doubt): Reader {
  const byFold = new Map(Object.keys(entry.columns).map((name) => [fold(name), name]));
  const carried = new Set<string>();
  const find = (columns: readonly string[] | undefined): string | undefined => {
    for (const column of columns ?? []) {
      const name = byFold.get(fold(column));
      if (name !== undefined) return name;
    }
    return undefined;
  };
  const cell = (name: string) => (entry.columns[name] as string).trim();
  const words = (spec: WordsSpec | undefined, shareType: string | undefined): string | undefined => {
    if (!spec || (spec.whenShareType && spec.whenShareType !== shareType)) return undefined;
    const name = find(spec.columns);
    if (name === undefined) return undefined;
    carried.add(name);
    return cell(name);
  };
  const byDefault = (spec: WordsSpec | undefined, shareType: string | undefined): string | undefined =>
    spec?.whenShareType && spec.whenShareType !== shareType ? undefined : spec?.default;

  return {
    plain(field, spec, accepts) {
      const name = spec && find(spec.columns);
      if (name !== undefined) {
        const given = cell(name);
        const table = spec?.values ?? {};
        const spelling = Object.keys(table).find((key) => fold(key) === fold(given));
        if (spelling !== undefined) {
          const value = table[spelling];
          if (String(value) === given) carried.add(name);
          return value ?? undefined;
        }
        if (accepts(given)) {
          carried.add(name);
          return given;
        }
        if (spec?.default === undefined) doubt('VALUE_UNKNOWN', field, given, Object.keys(table).join(', ').slice(0, 500));
      }
      return spec?.default ?? undefined;
    },
    text(spec, shareType) {
      if (!spec) return undefined;
      const both: TextParts = isParts(spec) ? spec : { [mapping.language]: [spec] };
      const inLanguage = (language: 'zh' | 'en', read: typeof words) => {
        for (const part of both[language] ?? []) {
          const found = read(part, shareType);
          if (found) return { [language]: found };
        }
        return {};
      };
      // A text in one language needs no default in the other.
      const given = { ...inLanguage('zh', words), ...inLanguage('en', words) };
      const text = Object.keys(given).length > 0 ? given : { ...inLanguage('zh', byDefault), ...inLanguage('en', byDefault) };
      return Object.keys(text).length > 0 ? text : undefined;
    },
    list(spec) {
      const name = spec && find(spec.columns);
      if (!spec || name === undefined) return undefined;
      carried.add(name);
      const separators = new Set([...spec.separators, '\n']);
      return [...new Set(split(cell(name), separators).map((part) => part.replace(/\s+/g, ' ').trim()))].filter((part) => part !== '');
    },
    date(field, spec) {
      const name = spec && find(spec.columns);
      if (!spec || name === undefined) return undefined;
      const date = readDate(cell(name), spec.formats, mapping.utcOffset);
      if (date) carried.add(name);
      else doubt('DATE_UNREADABLE', field, cell(name), spec.formats.join(' / '));
      return date;
    },
    department(columns) {
      const name = find(columns);
      return name === undefined ? undefined : cell(name);
    },
    distributions() {
      const out: Distribution[] = [];
      for (const spec of mapping.distributions) {
        const name = find(spec.columns);
        if (name === undefined) continue;
        const given = cell(name);
        if (isAddress(given)) {
          carried.add(name);
          out.push({ name: spec.name, accessURL: given, ...(spec.mediaType ? { mediaType: spec.mediaType } : {}) });
        } else if (!spec.ignore.some((none) => fold(none) === fold(given))) doubt('URL_UNREADABLE', `distributions.${spec.name}`, given);
      }
      for (const [i, { url, title, verbatim, ...rest }] of (entry.attachments ?? []).entries()) {
        if (!verbatim && !isAddress(url)) doubt('URL_UNREADABLE', 'distributions', url);
        else
          out.push({
            name: unused(title?.slice(0, 190) || `distribution-${i + 1}`, out),
            accessURL: url,
            ...rest,
          });
      }
      return out;
    },
    left: () => Object.fromEntries(Object.entries(entry.columns).filter(([name]) => !carried.has(name))),
  };
}

type TextParts = { zh?: WordsSpec[] | undefined; en?: WordsSpec[] | undefined };
function isParts(spec: TextSpec): spec is TextParts {
  return 'zh' in spec || 'en' in spec;
}

/** WHATWG URL parsing mends `https:/host`; a catalogue's address counts only as written: http(s), two slashes, no white space. */
function isAddress(given: string): boolean {
  return /^https?:\/\/[^\s/]\S*$/i.test(given) && given.length <= 2000 && URL.canParse(given);
}

function split(text: string, separators: ReadonlySet<string>): string[] {
  const out = [''];
  for (const character of text) {
    if (separators.has(character)) out.push('');
    else out[out.length - 1] += character;
  }
  return out;
}

function unused(name: string, taken: readonly Distribution[]): string {
  let free = name;
  for (let n = 2; taken.some((d) => d.name === free); n += 1) free = `${name} ${n}`;
  return free;
}

/** `name`, `name:type` — the two forms in which catalogues list their data items. */
export function readElements(names: readonly string[], types: ReadonlySet<string>): Element[] {
  return names.map((given) => {
    const at = Math.max(given.lastIndexOf(':'), given.lastIndexOf('：'));
    const type = at === -1 ? '' : fold(given.slice(at + 1));
    return types.has(type) ? { name: given.slice(0, at).trim(), type: type as Element['type'] } : { name: given, type: 'string' };
  });
}
