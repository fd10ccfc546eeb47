import { addDuration } from '../duration.js';
import type { Asset } from '../records/asset.js';
import type { Demand, DemandEffectiveStatus } from '../records/demand.js';
import type { Dispute, Frozen } from '../records/dispute.js';
import type { Feedback } from '../records/feedback.js';
import type { Grant, GrantEffectiveStatus } from '../records/grant.js';
import type { Contest, Right } from '../records/right.js';
import type { Share } from '../records/share.js';

/** What time, or another's record, brings about by itself: never stored, always the answer to a question asked at some time (`asOf` included). */
export const past = (at: string, limit: string | undefined): boolean => limit !== undefined && Date.parse(at) > Date.parse(limit);

/** `uses`: shares that took from the count, where known. */
export function grantStatus(grant: Grant, at: string, uses = 0): GrantEffectiveStatus {
  if (grant.status === 'requested') return past(at, grant.dueAt) ? 'escalated' : 'requested';
  if (grant.status !== 'active' && grant.status !== 'suspended') return grant.status;
  if (past(at, grant.constraints.validTo)) return 'expired';
  const { maxCount } = grant.constraints;
  return maxCount !== undefined && uses >= maxCount ? 'exhausted' : grant.status;
}

/** The persons that its uses are about are not to be told of them yet. */
export function grantConcealed({ concealed, disclosed }: Grant, at: string): boolean {
  return concealed !== undefined && disclosed === undefined && !past(at, concealed.until);
}

/** The provider has let its time pass: the manager may decide. */
export function grantOverdue(grant: Grant, at: string): boolean {
  return grantStatus(grant, at) === 'escalated';
}

export function rightStatus(right: Right, contests: readonly Contest[], at: string): Right['status'] | 'contested' {
  if (right.status !== 'claimed' && right.status !== 'confirmed') return right.status;
  const own = contests.filter((contest) => contest.right === right.id);
  // An upheld contest ends the right by itself: its holder's signature is not asked for, so that it has no veto over the ruling.
  if (own.some(({ status }) => status === 'upheld') || past(at, right.validTo)) return 'lapsed';
  return own.some(({ status }) => status === 'open') ? 'contested' : right.status;
}

/** Confirmed, not ended, though perhaps contested: the right under which an owner acts. */
export function rightStands(right: Right | undefined, contests: readonly Contest[], at: string): right is Right {
  return right?.status === 'confirmed' && rightStatus(right, contests, at) !== 'lapsed';
}

/** Nobody has met it by the day on which it was needed. A receipt that comes later still fulfils it. */
export function demandStatus(demand: Demand, at: string): DemandEffectiveStatus {
  const waits = demand.status === 'open' || demand.status === 'matched';
  return waits && past(at, demand.neededBy) ? 'expired' : demand.status;
}

/** The declared period has passed since the content changed. `realtime` names no period that could pass. */
export function assetOverdue(asset: Asset, at: string): boolean {
  if (asset.status !== 'published' || asset.accrualPeriodicity === undefined || asset.accrualPeriodicity === 'realtime') return false;
  return past(at, addDuration(asset.contentModified ?? asset.created.at, asset.accrualPeriodicity));
}

/**
 * 一数一源: two assets that both claim to be the source of a data element are both contested, unless a ruling has named one of them; and so is
 * one with a contested right. `disputes`: those about the data elements that the asset claims.
 */
export function assetContested(
  asset: Asset,
  others: readonly Asset[],
  rights: readonly Right[],
  contests: readonly Contest[],
  disputes: readonly Dispute[],
  at: string,
): boolean {
  return (
    others.some((other) =>
      authorityClash(asset, other).some((element) => authoritativeOf(element, asset, other, disputes) === undefined),
    ) || rights.some((right) => right.asset === asset.id && rightStatus(right, contests, at) === 'contested')
  );
}

/** Data elements that the asset claims and a ruling has given to another that claims them still: its claim counts no longer, without its signature. */
export function overruledClaims(asset: Asset, others: readonly Asset[], disputes: readonly Dispute[]): string[] {
  const lost = others.flatMap((other) =>
    authorityClash(asset, other).filter((element) => authoritativeOf(element, asset, other, disputes) === other.id),
  );
  return [...new Set(lost)];
}

/** The asset that a ruling between these two has named as the source; the latest one counts. */
function authoritativeOf(element: string, a: Asset, b: Asset, disputes: readonly Dispute[]): string | undefined {
  return disputes
    .filter(({ subject }) => subject.kind === 'authority' && subject.dataElement === element)
    .filter(({ authoritative, assets }) => authoritative !== undefined && assets.includes(a.id) && assets.includes(b.id))
    .reduce<Dispute | undefined>((last, next) => (last && ruledAt(last) >= ruledAt(next) ? last : next), undefined)?.authoritative;
}

const ruledAt = ({ decided }: Dispute) => Date.parse(decided?.at ?? '');

/** The data elements that both claim. A retired asset claims nothing. */
export function authorityClash(a: Asset, b: Asset): string[] {
  if (a.id === b.id || a.status === 'retired' || b.status === 'retired') return [];
  return (a.authoritativeFor ?? []).filter((id) => b.authoritativeFor?.includes(id));
}

/** One side has spoken and the other has not answered in time. */
export function shareHalfOpen(share: Share, at: string): boolean {
  return (share.status === 'opened' || share.status === 'committed') && past(at, share.answerDueAt);
}

/** Whose turn it is has let its time pass. */
export function feedbackStatus(feedback: Feedback, at: string): Feedback['status'] | 'escalated' {
  const waits =
    feedback.status === 'raised' || feedback.status === 'accepted' || feedback.status === 'contested' || feedback.status === 'fixed';
  return waits && past(at, feedback.dueAt) ? 'escalated' : feedback.status;
}

/** What the two sides have not settled in their time is in mediation by itself. */
export function disputeStatus(dispute: Dispute, at: string): Dispute['status'] {
  const negotiating = dispute.status === 'opened' || dispute.status === 'negotiation';
  return negotiating && past(at, dispute.dueAt) ? 'mediation' : dispute.status;
}

export function disputeTier(dispute: Dispute, at: string): Dispute['tier'] {
  return disputeStatus(dispute, at) === 'mediation' ? 'mediation' : dispute.tier;
}

/** The manager has let its time pass. */
export function disputeOverdue(dispute: Dispute, at: string): boolean {
  return disputeStatus(dispute, at) === 'mediation' && past(at, dispute.mediationDueAt);
}

/** A claim that is dismissed freezes nothing more; one that is upheld does until it is closed, when its remedy is carried out. */
export function endsFreeze({ status, outcome }: Dispute): boolean {
  return status === 'closed' || (status === 'decided' && outcome === 'dismissed');
}

export function isFrozen(item: Frozen, disputes: readonly Dispute[]): boolean {
  return disputes.some((dispute) => !endsFreeze(dispute) && dispute.freezes.some(({ kind, id }) => kind === item.kind && id === item.id));
}
