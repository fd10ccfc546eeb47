import type { RuleCode } from '../errors.js';
import type { Asset } from '../records/asset.js';
import type { Grant } from '../records/grant.js';
import type { Share } from '../records/share.js';
import { grantStatus } from './derive.js';

/** DOMAIN rules 5 and 6: what a share is held against, the grant as agreed and the asset as it is now. The stricter of the two speaks. */
export interface Clause {
  readonly code: Extract<
    RuleCode,
    | 'GRANT_NOT_ACTIVE'
    | 'GRANT_EXPIRED'
    | 'GRANT_FROZEN'
    | 'GRANT_EXHAUSTED'
    | 'ROWS_EXCEEDED'
    | 'PURPOSE_MISMATCH'
    | 'ELEMENT_NOT_GRANTED'
    | 'ELEMENT_WITHHELD'
    | 'RECIPIENT_NOT_GRANTED'
    | 'ASSET_NOT_SHARED'
    | 'METHOD_NOT_SHARED'
    | 'INPUT_SUSPENDED'
    | 'LINEAGE_TOO_LARGE'
    | 'TICKET_USED'
    | 'TICKET_EXPIRED'
    | 'TICKET_MISMATCH'
  >;
  readonly given: string;
  readonly accepted: string;
}

export type Use = Pick<Share, 'purpose' | 'elements' | 'actingFor' | 'method'>;

/** The first clause that forbids this use at this time, counts apart. */
export function forbids(at: string, grant: Grant, asset: Asset, use: Use): Clause | undefined {
  return term(at, grant) ?? sharing(asset) ?? method(asset, use) ?? terms(grant, use) ?? elements(grant, asset, use);
}

function term(at: string, grant: Grant): Clause | undefined {
  const status = grantStatus(grant, at);
  const { validFrom, validTo } = grant.constraints;
  const accepted = [validFrom && `from ${validFrom}`, validTo && `until ${validTo}`].filter(Boolean).join(' ');
  if (status === 'expired' || (status === 'active' && validFrom !== undefined && Date.parse(at) < Date.parse(validFrom)))
    return { code: 'GRANT_EXPIRED', given: at, accepted };
  if (status !== 'active') return { code: 'GRANT_NOT_ACTIVE', given: status, accepted: 'active' };
  return undefined;
}

function sharing(asset: Asset): Clause | undefined {
  if (asset.status !== 'published') return { code: 'ASSET_NOT_SHARED', given: asset.status, accepted: 'published' };
  if (asset.shareType === 'none') return { code: 'ASSET_NOT_SHARED', given: 'shareType none', accepted: 'unconditional or conditional' };
  return undefined;
}

/** 查询核验: what answers questions hands over no data, and what hands over data answers none. */
function method({ shareMethod }: Asset, use: Use): Clause | undefined {
  if ((shareMethod === 'query-verify') === (use.method === 'query-verify')) return undefined;
  return { code: 'METHOD_NOT_SHARED', given: use.method ?? 'the data itself', accepted: shareMethod };
}

function terms(grant: Grant, use: Use): Clause | undefined {
  if (use.purpose !== grant.purpose) return { code: 'PURPOSE_MISMATCH', given: use.purpose, accepted: grant.purpose };
  const recipients = [grant.assignee, ...(grant.constraints.recipients ?? [])];
  if (use.actingFor !== undefined && !recipients.includes(use.actingFor))
    return { code: 'RECIPIENT_NOT_GRANTED', given: use.actingFor, accepted: recipients.join(', ') };
  return undefined;
}

function elements(grant: Grant, asset: Asset, use: Use): Clause | undefined {
  const beyond = use.elements.filter((name) => !grant.elements.includes(name));
  if (beyond.length > 0) return { code: 'ELEMENT_NOT_GRANTED', given: beyond.join(', '), accepted: grant.elements.join(', ') };
  // Withheld since the grant, or gone from the asset.
  const open = asset.elements.flatMap(({ name, shareType }) => (shareType === 'none' ? [] : [name]));
  const closed = use.elements.filter((name) => !open.includes(name));
  if (closed.length > 0) return { code: 'ELEMENT_WITHHELD', given: closed.join(', '), accepted: open.join(', ') || 'none' };
  return undefined;
}

/** A dispute holds everything under the grant until it ends. */
export function freezeForbids(dispute: string | undefined): Clause | undefined {
  return dispute === undefined
    ? undefined
    : { code: 'GRANT_FROZEN', given: `frozen by ${dispute}`, accepted: 'a grant that no dispute freezes' };
}

/** maxRows counts over the grant's whole life; what would exceed it is refused whole. */
export function rowsForbid({ constraints: { maxRows } }: Grant, left: number, rows: number): Clause {
  return { code: 'ROWS_EXCEEDED', given: `${rows} rows`, accepted: `at most ${left} of ${maxRows}` };
}

/** An opened share took its rows when it opened: its commit may say fewer. */
export function reservationForbids(share: Share, rows: number): Clause | undefined {
  if (rows <= share.rowsReserved) return undefined;
  return { code: 'ROWS_EXCEEDED', given: `${rows} rows`, accepted: `at most ${share.rowsReserved}, as opened` };
}

export function countForbids({ constraints: { maxCount } }: Grant): Clause {
  return { code: 'GRANT_EXHAUSTED', given: 'one more', accepted: `${maxCount} in all` };
}
