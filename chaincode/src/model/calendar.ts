import type { Settings } from './records/department.js';

/** Working days as the channel counts them: Monday to Friday, without the holidays, with the make-up days (调休), in the channel's time zone. */
export type Calendar = Pick<Settings, 'timeZone' | 'holidays' | 'makeUpDays'>;

const DAY = 86_400_000;
/** A calendar that leaves fewer working days than this within reach of a deadline is a mistake, and must not make a peer count for ever. */
const REACH = 1_000;

/** The end of the nth working day after the day on which `at` lies: 10 working days from a Monday end with the Monday two weeks later. */
export function workingDaysAfter(at: string, days: number, calendar: Calendar): string {
  const start = localDay(Date.parse(at), calendar.timeZone);
  let left = days;
  for (let i = 1; i <= REACH; i++) {
    const day = new Date(Date.parse(start) + i * DAY).toISOString().slice(0, 10);
    if (isWorkingDay(day, calendar) && --left === 0) return new Date(endOfDay(day, calendar.timeZone)).toISOString();
  }
  throw new RangeError('the calendar has too few working days');
}

export function isWorkingDay(day: string, { holidays, makeUpDays }: Calendar): boolean {
  if (makeUpDays.includes(day)) return true;
  const weekday = new Date(day).getUTCDay();
  if (weekday === 0 || weekday === 6) return false;
  return !holidays.some((span) => {
    const [from = span, to = from] = span.split('..');
    return from <= day && day <= to;
  });
}

/** The calendar year in which a moment lies there. */
export function yearOf(at: string, timeZone: string): number {
  return Number(localDay(Date.parse(at), timeZone).slice(0, 4));
}

/** The last millisecond of a local day. */
function endOfDay(day: string, timeZone: string): number {
  const next = new Date(Date.parse(day) + DAY).toISOString().slice(0, 10);
  const midnight = Date.parse(next);
  // The offset at the guess may not be the one at the answer (daylight saving): of the two guesses, the one where the day really turns.
  const first = midnight - offset(midnight, timeZone);
  const second = midnight - offset(first, timeZone);
  const turns = [first, second].find((t) => localDay(t, timeZone) === next && localDay(t - 1, timeZone) === day);
  return (turns ?? second) - 1;
}

/** How far the zone's wall clock is ahead of UTC. */
function offset(instant: number, timeZone: string): number {
  return Date.parse(`${wallClock(instant, timeZone).replace(' ', 'T')}Z`) - Math.floor(instant / 1000) * 1000;
}

/** YYYY-MM. */
export function localMonth(at: string, timeZone: string): string {
  return localDay(Date.parse(at), timeZone).slice(0, 7);
}

function localDay(instant: number, timeZone: string): string {
  return wallClock(instant, timeZone).slice(0, 10);
}

/** Making one costs fifty times what using it does. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** `YYYY-MM-DD HH:MM:SS`, which is how Swedish writes a time. */
function wallClock(instant: number, timeZone: string): string {
  let format = formats.get(timeZone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    formats.set(timeZone, format);
  }
  return format.format(instant);
}
