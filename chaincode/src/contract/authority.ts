import { canonical } from '../model/canonical.js';
import { indexKeys } from '../model/keys.js';
import type { Asset } from '../model/records/asset.js';
import type { Dispute } from '../model/records/dispute.js';
import { authorityClash } from '../model/rules/derive.js';
import { openConflict } from '../model/rules/dispute.js';
import type { TransactionName } from '../model/transactions.js';
import type { State } from '../state.js';
import type { Unit } from '../unit.js';

/**
 * 一数一源 (DOMAIN rule 3): each claim has its own key, so that a second one does not overwrite the first; where another publisher's asset claims
 * the same, a dispute between the two opens with the claim. The claims of a data element are read as a range: of two that come at once
 * one meets a phantom, is tried again, and finds the other.
 */
export async function claimAuthority(unit: Unit<TransactionName>, asset: Asset, before: readonly string[]): Promise<void> {
  await indexClaims(unit.state, asset, before);
  let opened = 0;
  for (const element of asset.authoritativeFor ?? []) {
    if (before.includes(element)) continue;
    for (const rival of await rivalsOf(unit.state, asset, element)) if (await openedWith(unit, element, asset, rival, opened)) opened += 1;
  }
}

/** Brings the keys after the claims. */
export async function indexClaims(state: State, { id, publisher, authoritativeFor = [] }: Asset, before: readonly string[]): Promise<void> {
  const put = (element: string, claimed: boolean) =>
    state.putText(indexKeys.authority(element, id), canonical({ asset: id, publisher, claimed }));
  for (const element of authoritativeFor) if (!before.includes(element)) await put(element, true);
  for (const element of before) if (!authoritativeFor.includes(element)) await put(element, false);
}

/** Assets of other publishers that claim it as well. The keys only point: what they point to is looked at. A publisher's own two are its own to mend. */
async function rivalsOf(state: State, asset: Asset, element: string): Promise<Asset[]> {
  const rivals: Asset[] = [];
  for (const id of await state.lastParts('authority', element)) {
    if (id === asset.id) continue;
    const other = await state.need('asset', id);
    if (other.publisher !== asset.publisher && authorityClash(asset, other).includes(element)) rivals.push(other);
  }
  return rivals;
}

async function openedWith(unit: Unit<TransactionName>, element: string, asset: Asset, rival: Asset, nth: number): Promise<boolean> {
  if ((await conflictOf(unit.state, element, asset.id, rival.id)) !== undefined) return false;
  const dispute = openConflict(unit.act, element, asset, rival, nth);
  // The id of a further one says by itself no longer that it is new.
  if (nth > 0) await unit.state.record('dispute', dispute.id);
  await unit.state.putText(indexKeys.conflict(element, asset.id, rival.id), dispute.id);
  await unit.save('dispute', undefined, dispute, { about: [asset, rival] });
  return true;
}

/** The dispute that speaks for these two: one that is open, or one whose ruling named the source. One closed without a ruling says nothing. */
export async function conflictOf(state: State, element: string, a: string, b: string): Promise<Dispute | undefined> {
  const id = await state.text(indexKeys.conflict(element, a, b));
  const dispute = id === undefined ? undefined : await state.need('dispute', id);
  return dispute?.status === 'closed' && dispute.authoritative === undefined ? undefined : dispute;
}
