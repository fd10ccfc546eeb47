import { disputeStatus, disputeTier } from '@drl/chaincode/model/rules/derive';
import type { Survey } from '../readmodel/readmodel.js';
import { definitions } from './definitions.js';
import { count, days, type Figure, median, type Period, rounded, Tally, within } from './figure.js';

/** What departments say of each other's data, and what they quarrel about. */

export async function feedbackFigures(survey: Survey, department: string | undefined, period: Period): Promise<Figure[]> {
  const dimensions = new Tally();
  const took: number[] = [];
  let raised = 0;
  let open = 0;
  for await (const one of survey.each('feedback', department === undefined ? {} : { publisher: department })) {
    if (one.status === 'withdrawn') continue;
    if (one.status === 'raised' || one.status === 'accepted' || one.status === 'contested' || one.status === 'fixed') open += 1;
    if (within(one.created.at, period)) {
      raised += 1;
      dimensions.add(one.dimension);
    }
    if (one.fixedIn === undefined) continue;
    // The first version that says it is fixed, whatever was said of it afterwards.
    const fixed = (await survey.versions('feedback', one.id)).find(({ status }) => status === 'fixed');
    if (fixed !== undefined && within(fixed.updated.at, period)) took.push(days(one.created.at, fixed.updated.at));
  }
  return [count('feedback', raised, dimensions.lines('dimension')), count('feedback-open', open), median('feedback-median-days', took)];
}

export async function ratingFigures(survey: Survey, department: string | undefined, period: Period): Promise<Figure[]> {
  const scores = new Tally();
  let given = 0;
  let sum = 0;
  for await (const { score, created } of survey.each('rating', department === undefined ? {} : { provider: department })) {
    if (!within(created.at, period)) continue;
    given += 1;
    sum += score;
    scores.add(String(score));
  }
  const value = given === 0 ? null : rounded(sum / given);
  return [{ id: 'ratings', ...definitions.ratings, value, numerator: sum, denominator: given, breakdown: scores.lines('score') }];
}

export async function disputeFigures(survey: Survey, department: string | undefined, period: Period): Promise<Figure[]> {
  const tiers = new Tally();
  let opened = 0;
  let open = 0;
  for await (const dispute of survey.each('dispute', department === undefined ? {} : { party: department })) {
    const status = disputeStatus(dispute, survey.at);
    if (status !== 'decided' && status !== 'closed') open += 1;
    if (!within(dispute.created.at, period)) continue;
    opened += 1;
    tiers.add(disputeTier(dispute, survey.at));
  }
  return [count('disputes', opened, tiers.lines('tier')), count('disputes-open', open)];
}
