import { progressOf } from '../plans/progress.js';
import type { Survey } from '../readmodel/readmodel.js';
import { count, type Figure, type Line, type Period, percent, ratio, within } from './figure.js';

export async function planFigures(survey: Survey, department: string | undefined, period: Period): Promise<Figure[]> {
  const all = { due: 0, kept: 0, late: 0, missed: 0 };
  const lines: Line[] = [];
  for await (const plan of survey.each('plan', department === undefined ? {} : { department })) {
    const own = { due: 0, kept: 0, late: 0, missed: 0 };
    for (const { standing, dueAt } of await progressOf(survey, plan)) {
      if (!within(dueAt, period) || standing === 'open') continue;
      // What is done before its day has not fallen due yet, and is kept all the same.
      for (const counted of [all, own]) {
        counted.due += 1;
        counted[standing] += 1;
      }
    }
    if (own.due > 0) lines.push({ department: plan.department, year: plan.year, ...own, value: percent(own.kept, own.due) });
  }
  lines.sort((a, b) => (`${a.department} ${a.year}` < `${b.department} ${b.year}` ? -1 : 1));
  return [
    ratio('plans-kept', all.kept, all.due, lines),
    count('plans-missed', all.late + all.missed, [
      { standing: 'late', count: all.late },
      { standing: 'missed', count: all.missed },
    ]),
  ];
}
