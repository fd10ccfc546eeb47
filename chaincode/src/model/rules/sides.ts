import type { Asset } from '../records/asset.js';
import type { DisputeSubject } from '../records/dispute.js';
import type { LedgerRecord } from '../records/index.js';

/** Between whom a dispute is, told by what it is about: the same for the contract and for whoever reads a block. */
export interface Sides {
  readonly claimant: string;
  readonly respondent: string;
  readonly assets: readonly string[];
  /** The claimant's own grant, which it may have frozen at once. */
  readonly grant?: string;
}

/** The sides if this department claims, or who could have. Of a grant and all under it the claimant is one of its parties. */
export function sidesOf(subject: DisputeSubject, about: readonly LedgerRecord[], claimant: string): Sides | string {
  if (subject.kind === 'authority') return authoritySides(subject, about as readonly Asset[], claimant);
  const [record] = about;
  if (record === undefined || record.kind !== subject.kind || record.id !== subject.id) return 'a party of the record';
  switch (record.kind) {
    case 'asset':
      if (record.status === 'registered') return 'nobody before its publication';
      return against(claimant, record.publisher, [record.id]);
    case 'right':
      return against(claimant, record.holder, [record.asset]);
    case 'grant':
      return between(claimant, record.assigner, record.assignee, [record.asset], record.id);
    case 'share':
      return between(claimant, record.provider, record.consumer, [record.asset], record.grant);
    case 'feedback':
      return between(claimant, record.publisher, record.by, [record.asset]);
    default:
      return 'a party of the record';
  }
}

function authoritySides(
  { dataElement, assets }: Extract<DisputeSubject, { kind: 'authority' }>,
  [own, rival]: readonly Asset[],
  claimant: string,
): Sides | string {
  const claims = (asset: Asset | undefined, id: string) =>
    asset?.kind === 'asset' && asset.id === id && asset.status !== 'retired' && asset.authoritativeFor?.includes(dataElement);
  if (!claims(own, assets[0]) || !claims(rival, assets[1]) || own?.publisher !== claimant)
    return 'the publisher of an asset that claims it';
  return against(claimant, rival?.publisher as string, assets);
}

function against(claimant: string, respondent: string, assets: readonly string[]): Sides | string {
  return claimant === respondent ? 'another department' : { claimant, respondent, assets };
}

function between(claimant: string, one: string, other: string, assets: readonly string[], grant?: string): Sides | string {
  if (claimant !== one && claimant !== other) return `${one} or ${other}`;
  return { claimant, respondent: claimant === one ? other : one, assets, ...(grant === undefined ? {} : { grant }) };
}
