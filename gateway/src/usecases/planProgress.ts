import type { Caller } from '@drl/chaincode/model/caller';
import { type ItemStanding, itemStandings } from '@drl/chaincode/model/rules/plan';
import { progressOf } from '../plans/progress.js';
import type { Services } from './services.js';
import { notFound, readVisible } from './visibility.js';

/** Who may: every caller. */
export async function planProgress({ readModel }: Services, caller: Caller, id: string, asOfBlock: number | undefined) {
  await readVisible(readModel, caller, 'plan', id);
  return readModel.survey(asOfBlock === undefined ? {} : { asOfBlock }, async (survey) => {
    const plan = await survey.get('plan', id);
    if (plan === undefined) throw notFound(`${id} as of block ${asOfBlock}`);
    const items = await progressOf(survey, plan);
    const counted = (standing: ItemStanding) => items.filter((item) => item.standing === standing).length;
    return {
      plan: plan.id,
      version: plan.version,
      department: plan.department,
      year: plan.year,
      at: survey.at,
      asOf: survey.asOf,
      counts: Object.fromEntries(itemStandings.map((standing) => [standing, counted(standing)])),
      items,
    };
  });
}
