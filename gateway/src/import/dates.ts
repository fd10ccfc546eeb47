/** Dates as catalogues write them: YYYY MM DD hh mm ss and whatever stands between, digit for digit; M D h take one or two digits. */

const parts: Record<string, string> = {
  YYYY: '(?<year>\\d{4})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
  hh: '(?<hour>\\d{2})',
  h: '(?<hour>\\d{1,2})',
  mm: '(?<minute>\\d{2})',
  ss: '(?<second>\\d{2})(?:\\.(?<fraction>\\d{1,9}))?',
  Z: '(?<offset>Z|[+-]\\d{2}:\\d{2})',
};
const compiled = new Map<string, RegExp>();

function pattern(format: string): RegExp {
  const known = compiled.get(format);
  if (known) return known;
  const source = format.replace(
    /YYYY|MM|DD|hh|mm|ss|M|D|h|Z|[^\p{L}\p{N}]/gu,
    (part) => parts[part] ?? part.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&'),
  );
  const made = new RegExp(`^${source}$`, 'u');
  compiled.set(format, made);
  return made;
}

/** RFC 3339 in UTC, or undefined if no format fits or the calendar has no such day. */
export function readDate(given: string, formats: readonly string[], utcOffset: string): string | undefined {
  for (const format of formats) {
    const g = pattern(format).exec(given)?.groups;
    if (!g) continue;
    const two = (part: string | undefined, otherwise: string) => (part ?? otherwise).padStart(2, '0');
    const day = `${g.year}-${two(g.month, '01')}-${two(g.day, '01')}`;
    const local = new Date(
      `${day}T${two(g.hour, '00')}:${two(g.minute, '00')}:${two(g.second, '00')}.${(g.fraction ?? '').slice(0, 3).padEnd(3, '0')}Z`,
    );
    // Date takes 30 February for 1 March: what comes back must be the day that went in.
    if (Number.isNaN(local.getTime()) || local.toISOString().slice(0, 10) !== day) continue;
    return new Date(local.getTime() - offsetMinutes(g.offset ?? utcOffset) * 60_000).toISOString().replace('.000Z', 'Z');
  }
  return undefined;
}

function offsetMinutes(offset: string): number {
  if (offset === 'Z') return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(4, 6));
  return offset.startsWith('-') ? -minutes : minutes;
}
