import type { Demand } from '@drl/chaincode/model/records/demand';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { Share } from '@drl/chaincode/model/records/share';
import { demandStatus } from '@drl/chaincode/model/rules/derive';
import { unmetBecause } from '../demands/unmet.js';
import type { Survey } from '../readmodel/readmodel.js';
import { count, days, type Figure, median, type Period, ratio, Tally, within } from './figure.js';

export async function demandFigures(survey: Survey, department: string | undefined, period: Period): Promise<Figure[]> {
  let open = 0;
  let filed = 0;
  let met = 0;
  const took: number[] = [];
  const unmet: Demand[] = [];
  for await (const demand of survey.each('demand', department === undefined ? {} : { by: department })) {
    const status = demandStatus(demand, survey.at);
    if (status === 'open' || status === 'matched') open += 1;
    if (status === 'fulfilled' && within(demand.updated.at, period)) took.push(days(demand.created.at, demand.updated.at));
    if (status === 'withdrawn' || !within(demand.created.at, period)) continue;
    filed += 1;
    if (status === 'fulfilled') met += 1;
    else unmet.push(demand);
  }
  const reasons = new Tally();
  for (const demand of unmet) reasons.add(await stepOf(survey, demand));
  return [
    count('demands-open', open),
    ratio('demands-met', met, filed),
    median('demands-median-days', took),
    count('demands-unmet', unmet.length, reasons.lines('reason')),
  ];
}

/** The step at which it stands. Whether some asset might answer what was put to none is a guess, and not asked here. */
async function stepOf(survey: Survey, demand: Demand): Promise<string> {
  const grants: Grant[] = [];
  for await (const grant of survey.each('grant', { demand: demand.id, assignee: demand.by })) grants.push(grant);
  if (demand.match !== undefined)
    for await (const grant of survey.each('grant', { asset: demand.match.asset, assignee: demand.by }))
      if (grant.demand !== demand.id && grant.created.at >= demand.created.at) grants.push(grant);
  const shares: Share[] = [];
  for (const { id } of grants) for await (const share of survey.each('share', { grant: id })) shares.push(share);
  return unmetBecause({ demand, grants, shares, hasCandidate: true }, survey.at)[0]?.code ?? 'not-routed';
}
