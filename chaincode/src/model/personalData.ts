import type { FieldFault } from './errors.js';

/**
 * DOMAIN rule 10: no resident id number (GB 11643: 17 digits and a check digit) and no mainland mobile number in any text that reaches
 * the ledger. Numbers are named by field only: an error that quoted them would carry them into logs.
 */
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK = '10X98765432';

/** GB 11643-1999: check digit by ISO 7064 MOD 11-2, and a day of birth that the calendar has. */
export function isResidentId(text: string): boolean {
  if (!/^\d{17}[\dXx]$/.test(text)) return false;
  const sum = WEIGHTS.reduce((total, weight, i) => total + weight * Number(text[i]), 0);
  if (CHECK[sum % 11] !== text[17]?.toUpperCase()) return false;
  const [year, month, day] = [text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)].map(Number) as [number, number, number];
  const born = new Date(Date.UTC(year, month - 1, day));
  return year >= 1800 && year < 2200 && born.getUTCMonth() === month - 1 && born.getUTCDate() === day;
}

/** Digits may stand in groups, as people write them: 138 1234 5678, 110101-19491001-0023. */
const ID = /(?<!\d)(\d{6})[ -]?(\d{8})[ -]?(\d{3}[\dXx])(?![\dA-Za-z])/g;
const MOBILE = /(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)/;

export function holdsPersonalData(text: string): boolean {
  if (!/\d{3}/.test(text) && !/[０-９]/.test(text)) return false;
  // Full-width digits are digits to a reader.
  const plain = text.normalize('NFKC');
  if (MOBILE.test(plain)) return true;
  for (const [, region = '', born = '', rest = ''] of plain.matchAll(ID)) if (isResidentId(region + born + rest)) return true;
  return false;
}

/** Not text that anybody writes: digests, our own record ids, times, and organisation codes (GB 32100 is public by design). */
const MACHINE_MADE = /^(?:[0-9a-f]{64}|[a-z]{3}-[0-9a-f]{24}(?:-\d{1,4})?|\d{4}-\d{2}-\d{2}T[\d:.]+Z)$/;
/** Where hexadecimal names are common, only a number that stands by itself counts. */
const TOKENS_ONLY = new Set(['accessURL', 'conformsTo', 'requestId']);

/** Every field that holds a number of a person, by path. */
export function personalDataFaults(value: unknown, path: readonly string[] = []): FieldFault[] {
  if (typeof value === 'string') {
    if (MACHINE_MADE.test(value)) return [];
    const name = path.at(-1) ?? '';
    const found = TOKENS_ONLY.has(name)
      ? value.split(/[^0-9A-Za-z]+/).some((token) => isResidentId(token) || /^(?:(?:00)?86)?1[3-9]\d{9}$/.test(token))
      : name !== 'uscc' && holdsPersonalData(value);
    return found ? [{ path: path.join('.'), message: 'a resident id number or a mobile number' }] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item, i) => personalDataFaults(item, [...path, String(i)]));
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, item]) =>
      holdsPersonalData(name)
        ? [{ path: path.join('.'), message: 'a name that holds a resident id number or a mobile number' }]
        : personalDataFaults(item, [...path, name]),
    );
  return [];
}
