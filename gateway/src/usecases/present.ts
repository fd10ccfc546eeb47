import type { Caller } from '@drl/chaincode/model/caller';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Frozen } from '@drl/chaincode/model/records/dispute';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import type { Right } from '@drl/chaincode/model/records/right';
import {
  assetContested,
  assetOverdue,
  authorityClash,
  disputeOverdue,
  disputeStatus,
  disputeTier,
  feedbackStatus,
  grantOverdue,
  grantStatus,
  isFrozen,
  overruledClaims,
  rightStatus,
  shareHalfOpen,
} from '@drl/chaincode/model/rules/derive';
import { isInForce, upstreamOf } from '../lineage/upstream.js';
import type { ReadModel } from '../readmodel/readmodel.js';
import { predecessorsOf } from './predecessors.js';
import { presentDemand } from './presentDemand.js';
import { isAuditor, isParty, partiesOf } from './visibility.js';
import { countWaiting } from './waiting.js';

/** A record as a caller sees it: with what time and others' records bring about, as of a moment, and without what is not theirs. */
export interface Presented {
  readonly record: Readonly<Record<string, unknown>>;
  /** What is derived and would change though the version does not: part of the ETag. */
  readonly derived: readonly string[];
}

export interface Moment {
  readonly at: string;
  readonly asOfBlock?: number;
}

/** More open claims on one asset than this change nothing: it is contested. */
const LIMIT = 200;

export async function present(readModel: ReadModel, caller: Caller, record: LedgerRecord, moment: Moment): Promise<Presented> {
  switch (record.kind) {
    case 'asset': {
      const overdue = assetOverdue(record, moment.at);
      const { contested, overruled } = await authorityOf(readModel, record, moment);
      const upstream = await upstreamOf(readModel, record, moment);
      const flags = {
        overdue,
        contested,
        overruled: overruled.length > 0,
        ...(upstream && { 'inputs-suspended': upstream.inputsSuspended }),
      };
      return { record: { ...record, overdue, contested, overruled, ...upstream }, derived: named(flags) };
    }
    case 'derivation': {
      const inForce = await isInForce(readModel, record, moment);
      return { record: { ...record, inForce }, derived: named({ replaced: !inForce }) };
    }
    case 'right': {
      const status = rightStatus(record, await contestsOf(readModel, record, moment), moment.at);
      const frozen = await frozenNow(readModel, { kind: 'right', id: record.id }, moment);
      return {
        record: { ...record, status, contested: status === 'contested', frozen },
        derived: [...changed(status, record.status), ...named({ frozen })],
      };
    }
    case 'demand': {
      const shown = await presentDemand(readModel, caller, record, moment);
      const steps = shown.unmetBecause.map(({ code, grant }) => (grant === undefined ? code : `${code}-${grant}`));
      return { record: { ...shown }, derived: [...changed(shown.status, record.status), ...shown.requesters.slice(1), ...steps] };
    }
    case 'grant': {
      const status = await grantStatusNow(readModel, record, moment);
      const overdue = grantOverdue(record, moment.at);
      const frozen = await frozenNow(readModel, { kind: 'grant', id: record.id }, moment);
      return { record: { ...record, status, overdue, frozen }, derived: [...changed(status, record.status), ...named({ frozen })] };
    }
    case 'share': {
      const halfOpen = shareHalfOpen(record, moment.at);
      const { caseRef, ...rest } = record;
      const theirs = isParty(caller, partiesOf(record)) || isAuditor(caller);
      return {
        record: { ...rest, ...(caseRef !== undefined && theirs ? { caseRef } : {}), halfOpen },
        derived: named({ 'half-open': halfOpen }),
      };
    }
    case 'ticket': {
      const { caseRef, ...rest } = record;
      const expired = Date.parse(moment.at) > Date.parse(record.expiresAt);
      const theirs = isParty(caller, partiesOf(record)) || isAuditor(caller);
      return { record: { ...rest, ...(caseRef !== undefined && theirs ? { caseRef } : {}), expired }, derived: named({ expired }) };
    }
    case 'department': {
      const predecessors = await predecessorsOf(readModel, [record.id], false);
      const waiting = record.status === 'dissolved' ? await countWaiting(readModel, record.id, moment) : undefined;
      const open = Object.entries(waiting ?? {}).map(([kind, count]) => `${kind}-${count}`);
      return {
        record: { ...record, ...(predecessors.length > 0 ? { predecessors } : {}), ...(waiting ? { waiting } : {}) },
        derived: [...predecessors, ...open],
      };
    }
    case 'feedback': {
      const status = feedbackStatus(record, moment.at);
      return { record: { ...record, status }, derived: changed(status, record.status) };
    }
    case 'dispute': {
      const status = disputeStatus(record, moment.at);
      const overdue = disputeOverdue(record, moment.at);
      return {
        record: { ...record, status, tier: disputeTier(record, moment.at), overdue },
        derived: [...changed(status, record.status), ...named({ overdue })],
      };
    }
    default:
      return { record, derived: [] };
  }
}

export async function presentAll(
  readModel: ReadModel,
  caller: Caller,
  records: readonly LedgerRecord[],
  moment: Moment,
): Promise<unknown[]> {
  return Promise.all(records.map(async (record) => (await present(readModel, caller, record, moment)).record));
}

export function now(): Moment {
  return { at: new Date().toISOString() };
}

/** Whether somebody disputes a right or a claim of the asset, and which of its claims a ruling has set aside. */
async function authorityOf(readModel: ReadModel, asset: Asset, moment: Moment): Promise<{ contested: boolean; overruled: string[] }> {
  const page = pageOf(moment);
  const rights = await readModel.list('right', { asset: asset.id, status: 'contested' }, page);
  let contested = rights.items.length > 0;
  const overruled: string[] = [];
  for (const element of asset.authoritativeFor ?? []) {
    const others = (await readModel.list('asset', { authority: element }, page)).items.filter(
      (other) => authorityClash(asset, other).length > 0,
    );
    if (others.length === 0) continue;
    const { items: disputes } = await readModel.list('dispute', { element }, page);
    contested ||= assetContested({ ...asset, authoritativeFor: [element] }, others, [], [], disputes, moment.at);
    if (overruledClaims(asset, others, disputes).includes(element)) overruled.push(element);
  }
  return { contested, overruled };
}

async function frozenNow(readModel: ReadModel, item: Frozen, moment: Moment): Promise<boolean> {
  return isFrozen(item, (await readModel.list('dispute', { freezes: item.id }, pageOf(moment))).items);
}

async function contestsOf(readModel: ReadModel, right: Right, moment: Moment) {
  return (await readModel.list('contest', { right: right.id }, pageOf(moment))).items;
}

async function grantStatusNow(readModel: ReadModel, grant: Grant, moment: Moment) {
  if (grant.constraints.maxCount === undefined) return grantStatus(grant, moment.at);
  const { count } = await readModel.usage(grant.id, moment.asOfBlock === undefined ? {} : { asOfBlock: moment.asOfBlock });
  return grantStatus(grant, moment.at, count);
}

function pageOf({ asOfBlock }: Moment) {
  return { limit: LIMIT, ...(asOfBlock === undefined ? {} : { asOfBlock }) };
}

function named(flags: Record<string, boolean>): string[] {
  return Object.keys(flags).filter((name) => flags[name]);
}

function changed(derived: string, stored: string): string[] {
  return derived === stored ? [] : [derived];
}
