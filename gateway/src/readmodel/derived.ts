import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Dispute } from '@drl/chaincode/model/records/dispute';
import type { Grant, GrantEffectiveStatus } from '@drl/chaincode/model/records/grant';
import type { LedgerRecord, RecordKind } from '@drl/chaincode/model/records/index';
import type { Contest, Right } from '@drl/chaincode/model/records/right';
import {
  assetContested,
  authorityClash,
  demandStatus,
  disputeStatus,
  feedbackStatus,
  grantStatus,
  rightStatus,
  shareHalfOpen,
} from '@drl/chaincode/model/rules/derive';
import { statuses } from './fields.js';
import { keys } from './keys.js';
import { loadMany } from './load.js';
import { after, endedSince, type Positions, range, union } from './positions.js';
import type { Question } from './question.js';
import type { Usage } from './readmodel.js';
import { readUse } from './standing.js';

/** States that time or another's record brings about (chaincode/model/rules/derive.ts), judged at the question's time and block. */

/** The stored statuses among which records of an effective one are found. */
const sources: Readonly<Record<string, readonly string[]>> = {
  'grant escalated': ['requested'],
  'grant expired': ['active', 'suspended'],
  'grant exhausted': ['active', 'suspended'],
  'demand expired': ['open', 'matched'],
  'right contested': ['claimed', 'confirmed'],
  'right lapsed': ['lapsed', 'claimed', 'confirmed'],
  'share half-open': ['opened', 'committed'],
  'feedback escalated': ['raised', 'accepted', 'contested', 'fixed'],
  'dispute mediation': ['opened', 'negotiation', 'mediation'],
};

export function storedStatuses(kind: RecordKind, status: string): readonly string[] {
  return sources[`${kind} ${status}`] ?? statuses[kind].filter((stored) => stored === status);
}

/** Every status, stored or derived, that a record with one of these stored ones may have. */
export function effectiveStatuses(kind: RecordKind, stored: readonly string[]): string[] {
  const derived = Object.entries(sources).flatMap(([name, from]) => {
    const [of, status] = name.split(' ');
    return of === kind && status !== undefined && from.some((state) => stored.includes(state)) ? [status] : [];
  });
  return [...new Set([...stored, ...derived])];
}

export async function hasStatus(question: Question, record: LedgerRecord, status: string): Promise<boolean> {
  if (record.kind === 'share' && status === 'half-open') return shareHalfOpen(record, question.at);
  if (record.kind === 'demand') return demandStatus(record, question.at) === status;
  if (record.kind === 'grant') return (await effectiveGrantStatus(question, record)) === status;
  if (record.kind === 'right') return rightStatus(record, await contestsOf(question, record), question.at) === status;
  if (record.kind === 'feedback') return feedbackStatus(record, question.at) === status;
  if (record.kind === 'dispute') return disputeStatus(record, question.at) === status;
  return record.status === status;
}

export async function effectiveGrantStatus(question: Question, grant: Grant): Promise<GrantEffectiveStatus> {
  const counted = grant.constraints.maxCount !== undefined && (grant.status === 'active' || grant.status === 'suspended');
  return grantStatus(grant, question.at, counted ? (await usageOf(question, grant.id)).count : 0);
}

export async function usageOf(question: Question, grant: string): Promise<Usage> {
  const latest = question.latest ? await question.get(keys.usage(grant)) : await usageAt(question, grant);
  return readUse(latest);
}

async function usageAt(question: Question, grant: string): Promise<Buffer | undefined> {
  const [found] = await question.entries({ gte: keys.usageAt(grant, question.asOf.block), lt: `${keys.usagesOf(grant)}g` }).nextv(1);
  return found?.[1];
}

async function contestsOf(question: Question, right: Right): Promise<Contest[]> {
  if (right.status !== 'claimed' && right.status !== 'confirmed') return [];
  return all(question, 'contest', range(question, keys.index('contest', 'right', right.id)));
}

/** A right in dispute, or another asset that claims the same data element. */
export async function isContested(question: Question, asset: Asset): Promise<boolean> {
  const contests = await all(question, 'contest', range(question, keys.currentOf('contest', asset.id), asset.id));
  const rights = contests.length === 0 ? [] : await all(question, 'right', range(question, keys.currentOf('right', asset.id), asset.id));
  const claims = (asset.authoritativeFor ?? []).flatMap((element) => [
    range(question, keys.index('asset', 'authority', element)),
    endedSince(question, keys.ended('asset', 'authority', element)),
  ]);
  const others = claims.length === 0 ? [] : await all(question, 'asset', union(claims));
  const disputes = others.some((other) => authorityClash(asset, other).length > 0) ? await conflictsOf(question, asset) : [];
  return assetContested(asset, others, rights, contests, disputes, question.at);
}

/** The disputes about the data elements that an asset claims. */
function conflictsOf(question: Question, asset: Asset): Promise<Dispute[]> {
  const elements = asset.authoritativeFor ?? [];
  return all(question, 'dispute', union(elements.map((element) => range(question, keys.index('dispute', 'element', element)))));
}

/** Every record of a run that is known to be short. */
export async function all<K extends RecordKind>(question: Question, kind: K, run: Positions) {
  const places: string[] = [];
  for (let place = await run.at(''); place !== undefined; place = await run.at(after(place))) places.push(place);
  return (await loadMany(question, kind, places)).filter((record) => record !== undefined);
}
