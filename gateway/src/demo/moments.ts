import { type Calendar, isWorkingDay } from '@drl/chaincode/model/calendar';

/** The demonstration's times: working days before today as the channel counts them, so that its deadlines fall as they are written. */
const DAY = 86_400_000;

export function momentReader(now: Date, calendar: Calendar): (moment: string) => number {
  const days: string[] = [];
  const today = localDay(now, calendar.timeZone);
  return (moment) => {
    const [, back, time] = /^-(\d+) (\d{2}:\d{2})$/.exec(moment) ?? [];
    if (!back || !time || back === '0') throw new Error(`not a moment before today: ${moment}`);
    while (days.length < Number(back)) {
      const last = Date.parse(days.at(-1) ?? today);
      for (let n = 1; ; n += 1) {
        const day = new Date(last - n * DAY).toISOString().slice(0, 10);
        if (!isWorkingDay(day, calendar)) continue;
        days.push(day);
        break;
      }
    }
    return instant(days[Number(back) - 1] as string, time, calendar.timeZone);
  };
}

function localDay(at: Date, timeZone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(at);
}

/** The instant at which that zone's wall clock shows this day and time. */
function instant(day: string, time: string, timeZone: string): number {
  const wall = Date.parse(`${day}T${time}:00Z`);
  const shown = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' }).format(wall);
  return wall - (Date.parse(`${shown.replace(' ', 'T')}Z`) - wall);
}
