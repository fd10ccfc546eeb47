import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Localized } from '@drl/chaincode/model/records/common';
import type { Feedback } from '@drl/chaincode/model/records/feedback';
import type { RecordKind } from '@drl/chaincode/model/records/index';
import type { PlanItem } from '@drl/chaincode/model/records/plan';
import { feedbackStatus } from '@drl/chaincode/model/rules/derive';
import { renewalDueOf, withholds } from '../indicators/entries.js';
import { progressOf } from '../plans/progress.js';
import type { Survey } from '../readmodel/readmodel.js';
import type { Texts } from '../report/report.js';
import { type CheckCode, checkCodes } from './checks.js';

/** One thing to be put right, at a moment of the ledger. */
export interface SelfFinding {
  readonly code: CheckCode;
  /** The same as long as it lasts: what an earlier self-check is compared by. */
  readonly key: string;
  readonly subject: { readonly kind: RecordKind; readonly id: string; readonly title?: Localized; readonly part?: string };
  /** Since when it is to be put right; of a clash of names, which two departments' records make, that is not known. */
  readonly since?: string;
  readonly detail: Texts;
}

/** What is not on the ledger, and so is known of the present alone. */
export interface Observed {
  readonly resources: (
    asset: Asset,
  ) => ReadonlyMap<string, { readonly reachable: boolean; readonly since: string; readonly reason?: string }>;
}

type Found = AsyncGenerator<SelfFinding>;

/** What one department has to put right, in no order. */
export async function findingsOf(survey: Survey, department: string, observed?: Observed): Promise<SelfFinding[]> {
  const found: SelfFinding[] = [];
  for (const look of [assets, requests, demands, shares, feedback, disputes, plans])
    for await (const finding of look(survey, department, observed)) found.push(finding);
  return found;
}

/** In the order of the checks, oldest first. */
export function inOrder(found: readonly SelfFinding[]): SelfFinding[] {
  const place = ({ code }: SelfFinding) => checkCodes.indexOf(code);
  const when = ({ since = '', key }: SelfFinding) => `${since} ${key}`;
  return [...found].sort((a, b) => place(a) - place(b) || (when(a) < when(b) ? -1 : 1));
}

function finding(
  code: CheckCode,
  { kind, id }: { readonly kind: RecordKind; readonly id: string },
  since: string,
  detail: Texts,
  more: { readonly title?: Localized; readonly part?: string } = {},
): SelfFinding {
  return { code, key: [code, id, more.part].filter(Boolean).join(' '), subject: { kind, id, ...more }, since, detail };
}

async function* assets(survey: Survey, department: string, observed?: Observed): Found {
  for await (const asset of survey.each('asset', { publisher: department })) {
    if (asset.status === 'retired') continue;
    const { title, created, accrualPeriodicity, updated } = asset;
    const due = await renewalDueOf(survey, asset);
    if (due !== undefined && Date.parse(survey.at) > Date.parse(due))
      yield finding('asset-overdue', asset, due, same(`${accrualPeriodicity}, ${day(due)}`), { title });
    if (asset.distributions.length === 0 && asset.shareType !== 'none')
      yield finding('no-resource', asset, created.at, { zh: `登记于 ${day(created.at)}`, en: `registered ${day(created.at)}` }, { title });
    if (withholds(asset) && asset.shareBasis === undefined) {
      const names = asset.elements.filter(({ shareType }) => shareType === 'none').map(({ name }) => name);
      yield finding('withheld-without-basis', asset, updated.at, same(names.slice(0, 5).join(', ')), { title });
    }
    for (const [part, { reachable, since, reason = '' }] of observed?.resources(asset) ?? [])
      if (!reachable) yield finding('resource-unreachable', asset, since, same(reason), { title, part });
  }
  for await (const asset of survey.each('asset', { publisher: department, contested: true }))
    if (asset.status !== 'retired')
      yield finding('contested', asset, asset.updated.at, same((asset.authoritativeFor ?? []).join(', ')), { title: asset.title });
}

async function* requests(survey: Survey, department: string): Found {
  for await (const grant of survey.each('grant', { assigner: department, status: 'escalated' }))
    yield finding(
      'decision-late',
      grant,
      grant.dueAt ?? grant.requestedAt,
      byWhom(grant.assignee, grant.requestedAt),
      await titled(survey, grant.asset),
    );
}

async function* demands(survey: Survey, department: string): Found {
  for await (const demand of survey.each('demand', { owner: department, status: 'expired' }))
    yield finding('demand-unanswered', demand, demand.neededBy, byWhom(demand.by, demand.created.at), { title: demand.want });
}

async function* shares(survey: Survey, department: string): Found {
  for (const status of ['half-open', 'mismatched'])
    for await (const share of survey.each('share', { party: department, status })) {
      const own = share.provider === department;
      const code =
        status === 'mismatched'
          ? 'share-mismatched'
          : share.status === 'committed'
            ? own
              ? 'share-unanswered'
              : 'share-unacknowledged'
            : 'share-unfinished';
      // A delivery that was cut off is its provider's to finish.
      if (code === 'share-unfinished' && !own) continue;
      const since = status === 'mismatched' ? share.updated.at : share.answerDueAt;
      yield finding(code, share, since, byWhom(own ? share.consumer : share.provider, share.created.at), await titled(survey, share.asset));
    }
}

async function* feedback(survey: Survey, department: string): Found {
  for await (const one of survey.each('feedback', { publisher: department })) {
    if (one.status !== 'raised' && one.status !== 'accepted') continue;
    const late = feedbackStatus(one, survey.at) === 'escalated';
    const detail = {
      zh: `${dimensions[one.dimension]}，${severities[one.severity]}，期限 ${day(one.dueAt)}${late ? '（已逾期）' : ''}`,
      en: `${one.dimension}, ${one.severity}, due ${day(one.dueAt)}${late ? ' (overdue)' : ''}`,
    };
    yield finding('feedback-open', one, one.created.at, detail, await titled(survey, one.asset));
  }
}

async function* disputes(survey: Survey, department: string): Found {
  for await (const dispute of survey.each('dispute', { party: department })) {
    if (dispute.status === 'closed' || dispute.status === 'decided') continue;
    const other = dispute.claimant === department ? dispute.respondent : dispute.claimant;
    yield finding('dispute-open', dispute, dispute.created.at, byWhom(other, dispute.created.at), { title: dispute.claim });
  }
}

async function* plans(survey: Survey, department: string): Found {
  for await (const plan of survey.each('plan', { department }))
    for (const { name, title, kind, dueAt, standing } of await progressOf(survey, plan))
      if (standing === 'missed')
        yield finding(
          'plan-item-overdue',
          plan,
          dueAt,
          { zh: `${promises[kind]}，${day(dueAt)}`, en: `${kind}, ${day(dueAt)}` },
          { title, part: name },
        );
}

const dimensions: Readonly<Record<Feedback['dimension'], string>> = {
  distorted: '失真',
  inaccurate: '失准',
  stale: '失效',
  unstable: '失稳',
};
const severities: Readonly<Record<Feedback['severity'], string>> = { minor: '一般', major: '较重', critical: '严重' };
const promises: Readonly<Record<PlanItem['kind'], string>> = { collect: '归集', share: '共享', apply: '应用' };

async function titled(survey: Survey, asset: string): Promise<{ readonly title?: Localized }> {
  const found = await survey.get('asset', asset);
  return found === undefined ? {} : { title: found.title };
}

const day = (at: string): string => at.slice(0, 10);
const same = (text: string): Texts => ({ zh: text, en: text });
const byWhom = (department: string, at: string): Texts => same(`${department}, ${day(at)}`);
