import type { Share } from '@drl/chaincode/model/records/share';
import { shareHalfOpen } from '@drl/chaincode/model/rules/derive';
import type { Survey } from '../readmodel/readmodel.js';
import { count, days, type Figure, median, type Period, ratio, within } from './figure.js';

/** What departments ask of each other and give each other: decisions against their deadline, shares and rows by pair. */

/** Decided: with whom it rests no more. A request on an unconditional asset never rested with anybody, and names no deadline. */
export async function requestFigures(survey: Survey, department: string | undefined, period: Period): Promise<Figure[]> {
  let inTime = 0;
  let asked = 0;
  const took: number[] = [];
  for await (const grant of survey.each('grant', department === undefined ? {} : { assigner: department })) {
    const { decided, dueAt, requestedAt } = grant;
    if (dueAt === undefined) continue;
    if (decided !== undefined && within(decided.at, period)) {
      asked += 1;
      took.push(days(requestedAt, decided.at));
      if (Date.parse(decided.at) <= Date.parse(dueAt)) inTime += 1;
    } else if (grant.status === 'requested' && Date.parse(survey.at) > Date.parse(dueAt) && within(dueAt, period)) asked += 1;
  }
  return [ratio('requests-in-time', inTime, asked), median('requests-median-days', took)];
}

interface Pair {
  readonly provider: string;
  readonly consumer: string;
  shares: number;
  rows: number;
  acknowledged: number;
  halfOpen: number;
  mismatched: number;
}

export async function shareFigures(survey: Survey, department: string | undefined, period: Period): Promise<Figure[]> {
  const pairs = new Map<string, Pair>();
  const all = { shares: 0, rows: 0, halfOpen: 0, mismatched: 0 };
  const filter = { ...(department === undefined ? {} : { party: department }), ...(department === undefined ? {} : period) };
  for await (const share of survey.each('share', filter)) {
    if (share.status === 'void' || !within(share.created.at, period)) continue;
    const pair = pairOf(pairs, share);
    const halfOpen = shareHalfOpen(share, survey.at) ? 1 : 0;
    const mismatched = share.status === 'mismatched' ? 1 : 0;
    for (const counted of [all, pair]) {
      counted.shares += 1;
      counted.rows += share.rows ?? 0;
      counted.halfOpen += halfOpen;
      counted.mismatched += mismatched;
    }
    if (share.status === 'acknowledged') pair.acknowledged += 1;
  }
  const lines = [...pairs.values()].sort(
    (a, b) => b.shares - a.shares || (`${a.provider} ${a.consumer}` < `${b.provider} ${b.consumer}` ? -1 : 1),
  );
  return [
    count(
      'shares',
      all.shares,
      lines.map((pair) => ({ ...pair })),
    ),
    count('share-rows', all.rows),
    ratio('shares-half-open', all.halfOpen, all.shares),
    ratio('shares-mismatched', all.mismatched, all.shares),
  ];
}

function pairOf(pairs: Map<string, Pair>, { provider, consumer }: Share): Pair {
  const key = `${provider} ${consumer}`;
  let pair = pairs.get(key);
  if (pair === undefined) {
    pair = { provider, consumer, shares: 0, rows: 0, acknowledged: 0, halfOpen: 0, mismatched: 0 };
    pairs.set(key, pair);
  }
  return pair;
}
