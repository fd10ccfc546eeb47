import type { Localized } from '@drl/chaincode/model/records/common';
import type { Demand } from '@drl/chaincode/model/records/demand';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { Share } from '@drl/chaincode/model/records/share';
import { demandStatus, grantOverdue, grantStatus } from '@drl/chaincode/model/rules/derive';

/**
 * Why a demand is not met: the step at which it stands, and that its day has passed. Derived from the records at a time, never stored.
 * `asked` is what others are told in place of `not-decided` and all that follows: the course of a grant is between its two parties.
 */
export const unmetTexts = {
  'no-asset': { zh: '尚无可能满足的数据资源', en: 'no asset seems to answer it' },
  'not-routed': { zh: '有可能满足的数据资源，尚未匹配到提供部门', en: 'assets may answer it; it is put to nobody yet' },
  rejected: { zh: '不予满足', en: 'rejected' },
  'not-requested': { zh: '已匹配，需求部门尚未申请授权', en: 'put to an owner; the requester has not asked for a grant' },
  'not-decided': { zh: '已申请授权，提供部门尚未答复', en: 'a grant is asked for; the owner has not decided' },
  overdue: { zh: '授权申请逾期未答复', en: 'the decision on the grant is overdue' },
  returned: { zh: '授权申请被退回补充', en: 'the request for a grant was returned' },
  refused: { zh: '授权申请被拒绝', en: 'the grant was refused' },
  'grant-ended': { zh: '授权已暂停、撤销、到期或用尽', en: 'the grant is suspended, revoked, expired or used up' },
  'nothing-delivered': { zh: '已授权，尚未提供数据', en: 'granted, and nothing delivered' },
  'not-acknowledged': { zh: '已提供数据，需求部门尚未签收', en: 'delivered, and not acknowledged' },
  'not-closed': { zh: '已签收，需求部门尚未了结', en: 'acknowledged; the requester has not closed it' },
  asked: { zh: '已向提供部门申请', en: 'the owner has been asked' },
  'needed-by-passed': { zh: '已过需要日期', en: 'the day by which it was needed has passed' },
} as const;
export type UnmetCode = keyof typeof unmetTexts;
export const unmetCodes = Object.keys(unmetTexts) as [UnmetCode, ...UnmetCode[]];

export interface Unmet {
  readonly code: UnmetCode;
  /** Since when it has stood so. */
  readonly since: string;
  /** Whose step it waits for; of what was rejected or refused, who did. */
  readonly department?: string;
  readonly grant?: string;
  readonly reason?: Localized;
}

export interface Standing {
  readonly demand: Demand;
  /** The requester's grants that name the demand or are of the asset it was put to. */
  readonly grants: readonly Grant[];
  /** Shares under these grants. */
  readonly shares: readonly Share[];
  /** Whether some asset may answer it; asked for only while it is put to none. */
  readonly hasCandidate: boolean;
}

export function unmetBecause(standing: Standing, at: string): Unmet[] {
  const { demand } = standing;
  if (demand.status === 'fulfilled' || demand.status === 'withdrawn') return [];
  const expired = demandStatus(demand, at) === 'expired';
  return [stepOf(standing, at), ...(expired ? [{ code: 'needed-by-passed', since: demand.neededBy } as const] : [])];
}

/** The furthest that any of its grants has come; without one, how far it is itself. */
function stepOf({ demand, grants, shares, hasCandidate }: Standing, at: string): Unmet {
  const steps = grants.filter(({ status }) => status !== 'withdrawn').map((grant) => stepOfGrant(grant, shares, at));
  const furthest = steps.sort((a, b) => ORDER.indexOf(b.code) - ORDER.indexOf(a.code) || (a.since < b.since ? 1 : -1))[0];
  if (furthest !== undefined) return furthest;
  const { match, updated, reason } = demand;
  if (demand.status === 'rejected')
    return { code: 'rejected', since: updated.at, department: updated.department, ...(reason ? { reason } : {}) };
  if (match !== undefined) return { code: 'not-requested', since: match.stamp.at, department: demand.by };
  return { code: hasCandidate ? 'not-routed' : 'no-asset', since: demand.created.at };
}

const ORDER: readonly UnmetCode[] = [
  'refused',
  'grant-ended',
  'returned',
  'not-decided',
  'overdue',
  'nothing-delivered',
  'not-acknowledged',
  'not-closed',
];

function stepOfGrant(grant: Grant, shares: readonly Share[], at: string): Unmet {
  const { id, updated, reason } = grant;
  const because = reason ? { reason } : {};
  const status = grantStatus(grant, at);
  if (status === 'refused') return { code: 'refused', since: updated.at, department: updated.department, grant: id, ...because };
  if (status === 'returned') return { code: 'returned', since: updated.at, department: grant.assignee, grant: id, ...because };
  if (status === 'requested' || status === 'escalated')
    return { code: grantOverdue(grant, at) ? 'overdue' : 'not-decided', since: grant.requestedAt, department: grant.assigner, grant: id };
  if (status !== 'active') return { code: 'grant-ended', since: updated.at, department: grant.assigner, grant: id, ...because };
  const under = shares.filter((share) => share.grant === id);
  const received = under.find((share) => share.status === 'acknowledged');
  if (received) return { code: 'not-closed', since: received.updated.at, department: grant.assignee, grant: id };
  const waiting = under.find((share) => share.status === 'committed');
  return waiting
    ? { code: 'not-acknowledged', since: waiting.updated.at, department: grant.assignee, grant: id }
    : { code: 'nothing-delivered', since: updated.at, department: grant.assigner, grant: id };
}

/** The same for whoever may not see the grant. */
export function toldToOthers({ grant, ...step }: Unmet): Unmet {
  return grant === undefined ? step : { code: 'asked', since: step.since };
}
