import { addDuration } from '../duration.js';
import type { Asset } from '../records/asset.js';
import type { Demand, DemandEffectiveStatus } from '../records/demand.js';
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

/** 一数一源: two assets that both claim to be the source of a data element are both contested, and so is one with a contested right. */
export function assetContested(
  asset: Asset,
  others: readonly Asset[],
  rights: readonly Right[],
  contests: readonly Contest[],
  at: string,
): boolean {
  return (
    others.some((other) => authorityClash(asset, other).length > 0) ||
    rights.some((right) => right.asset === asset.id && rightStatus(right, contests, at) === 'contested')
  );
}

/** The data elements that both claim. A retired asset claims nothing. */
export function authorityClash(a: Asset, b: Asset): string[] {
  if (a.id === b.id || a.status === 'retired' || b.status === 'retired') return [];
  return (a.authoritativeFor ?? []).filter((id) => b.authoritativeFor?.includes(id));
}

/** One side has spoken and the other has not answered in time. */
export function shareHalfOpen(share: Share, at: string): boolean {
  return (share.status === 'opened' || share.status === 'committed') && past(at, share.answerDueAt);
}
