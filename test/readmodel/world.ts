import { planId } from '@drl/chaincode/model/keys';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Stamp } from '@drl/chaincode/model/records/common';
import type { DataElement } from '@drl/chaincode/model/records/dataElement';
import type { Demand, Joining } from '@drl/chaincode/model/records/demand';
import type { Department, Settings } from '@drl/chaincode/model/records/department';
import type { Derivation } from '@drl/chaincode/model/records/derivation';
import type { Dispute } from '@drl/chaincode/model/records/dispute';
import type { Feedback } from '@drl/chaincode/model/records/feedback';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { Plan, PlanItem } from '@drl/chaincode/model/records/plan';
import type { Contest, Right } from '@drl/chaincode/model/records/right';
import type { Refusal, Share } from '@drl/chaincode/model/records/share';
import { type Person, person } from '../../scripts/bench/blocks';

/** A small consortium, and records of it as honest contracts write them: the starting point of histories, honest and forged. */
export const START = Date.parse('2026-03-02T01:00:00.000Z');

export const manager = person({ department: 'data-bureau', mspId: 'BureauMSP', name: 'bureau-manager-1', roles: ['manager', 'steward'] });
export const household = person({
  department: 'household',
  mspId: 'PoliceMSP',
  name: 'household-steward-1',
  roles: ['steward', 'consumer'],
});
export const social = person({
  department: 'social-insurance',
  mspId: 'SocialMSP',
  name: 'social-steward-1',
  roles: ['steward', 'consumer'],
});
export const tax = person({ department: 'tax', mspId: 'AgenciesMSP', name: 'tax-steward-1', roles: ['steward', 'consumer'] });
export const auditor = person({ department: 'audit-office', mspId: 'AuditMSP', name: 'auditor-1', roles: ['auditor'], auditScope: 'all' });
export const stranger = person({ department: 'nowhere', mspId: 'PoliceMSP', name: 'nobody-1', roles: ['steward', 'consumer'] });

export const members = [manager, household, social, tax, auditor];
export const parties = [household, social, tax];

const born = (id: string, stamp: Stamp) => ({ id, version: 1, created: stamp, updated: stamp });

export function settings(stamp: Stamp): Settings {
  return {
    kind: 'settings',
    ...born('settings', stamp),
    timeZone: 'Asia/Shanghai',
    decisionWorkingDays: 10,
    acknowledgeWorkingDays: 5,
    feedbackWorkingDays: 10,
    disputeWorkingDays: 10,
    maxClockSkewSeconds: 60,
    holidays: [],
    makeUpDays: [],
    managerMspId: 'BureauMSP',
    departmentMspIds: ['PoliceMSP', 'SocialMSP', 'AgenciesMSP'],
    auditorMspIds: ['AuditMSP'],
    status: 'active',
  };
}

export function department({ department: id, mspId }: Person, stamp: Stamp): Department {
  return { kind: 'department', ...born(id, stamp), name: { en: id }, mspId, status: 'active' };
}

export function dataElement(id: string, stamp: Stamp, more: Partial<DataElement> = {}): DataElement {
  return {
    kind: 'data-element',
    ...born(id, stamp),
    owner: stamp.department,
    name: { zh: '姓名', en: 'Name' },
    definition: { en: 'what it is' },
    type: 'string',
    status: 'proposed',
    ...more,
  };
}

export function asset(id: string, stamp: Stamp, more: Partial<Asset> = {}): Asset {
  return {
    kind: 'asset',
    ...born(id, stamp),
    publisher: stamp.department,
    title: { zh: '人口基础信息', en: 'Population register' },
    elements: [{ name: 'name', type: 'string' }],
    shareType: 'unconditional',
    shareMethod: 'file',
    distributions: [],
    status: 'registered',
    ...more,
  };
}

export function derivation(id: string, of: Asset, from: Asset, stamp: Stamp): Derivation {
  return {
    kind: 'derivation',
    ...born(id, stamp),
    asset: of.id,
    assetVersion: of.version + 1,
    publisher: of.publisher,
    inputs: [{ asset: from.id, version: from.version, provider: from.publisher }],
    activity: { en: 'summed' },
    effectivePolicy: { shareType: from.shareType, level: 'general', openToPublic: false, elements: [] },
    status: 'recorded',
  };
}

export function right(id: string, asset: string, stamp: Stamp, more: Partial<Right> = {}): Right {
  return {
    kind: 'right',
    ...born(id, stamp),
    asset,
    holder: stamp.department,
    rightType: 'ownership',
    role: 'producer',
    basis: { en: 'statute' },
    status: 'claimed',
    ...more,
  };
}

export function contest(id: string, of: Right, stamp: Stamp, more: Partial<Contest> = {}): Contest {
  return {
    kind: 'contest',
    ...born(id, stamp),
    right: of.id,
    asset: of.asset,
    holder: of.holder,
    by: stamp.department,
    reason: { en: 'ours' },
    status: 'open',
    ...more,
  };
}

export function demand(id: string, stamp: Stamp, more: Partial<Demand> = {}): Demand {
  return {
    kind: 'demand',
    ...born(id, stamp),
    by: stamp.department,
    want: { zh: '人口车辆', en: 'Population by district' },
    elements: [{ name: 'name' }],
    purpose: 'dpv:IdentityVerification',
    legalBasis: { en: 'statute' },
    neededBy: new Date(Date.parse(stamp.at) + 2 * 86_400_000).toISOString(),
    status: 'open',
    ...more,
  };
}

export function joining(id: string, of: Demand, stamp: Stamp): Joining {
  const { purpose, legalBasis, neededBy } = of;
  return { kind: 'joining', ...born(id, stamp), demand: of.id, by: stamp.department, purpose, legalBasis, neededBy, status: 'open' };
}

export function grant(id: string, of: Asset, stamp: Stamp, more: Partial<Grant> = {}): Grant {
  return {
    kind: 'grant',
    ...born(id, stamp),
    assigner: of.publisher,
    assignee: stamp.department,
    asset: of.id,
    assetVersion: of.version,
    elements: ['name'],
    purpose: 'dpv:IdentityVerification',
    legalBasis: { en: 'statute' },
    constraints: {},
    requestedAt: stamp.at,
    status: 'requested',
    ...more,
  };
}

export function share(id: string, of: Grant, stamp: Stamp, more: Partial<Share> = {}): Share {
  const said = { payloadHash: 'ab'.repeat(32), hashAlgorithm: 'sha-256' } as const;
  return {
    kind: 'share',
    ...born(id, stamp),
    grant: of.id,
    asset: of.asset,
    provider: of.assigner,
    consumer: of.assignee,
    purpose: of.purpose,
    elements: ['name'],
    rowsReserved: 10,
    ...said,
    bytes: 2048,
    rows: 10,
    providerCommitment: { ...said, bytes: 2048, rows: 10, stamp },
    answerDueAt: new Date(Date.parse(stamp.at) + 5 * 86_400_000).toISOString(),
    status: 'committed',
    ...more,
  };
}

export function promise(dueAt: string, more: Partial<PlanItem> = {}): PlanItem {
  return { name: '1', kind: 'collect', title: { zh: '归集' }, dueAt, ...more };
}

export function plan(department: string, year: number, stamp: Stamp, more: Partial<Plan> = {}): Plan {
  // After every history’s end: what has fallen due could not be revised.
  const items = [promise('2026-12-01T00:00:00Z')];
  return { kind: 'plan', ...born(planId(department, year), stamp), department, year, items, status: 'active', ...more };
}

export function feedback(id: string, of: Asset, stamp: Stamp): Feedback {
  return {
    kind: 'feedback',
    ...born(id, stamp),
    asset: of.id,
    assetVersion: of.version,
    publisher: of.publisher,
    by: stamp.department,
    dimension: 'stale',
    severity: 'minor',
    description: { en: 'old' },
    dueAt: new Date(Date.parse(stamp.at) + 86_400_000).toISOString(),
    status: 'raised',
  };
}

const opening = (id: string, stamp: Stamp) => ({
  ...born(id, stamp),
  kind: 'dispute' as const,
  claimant: stamp.department,
  claim: { en: 'ours' },
  statements: [],
  freezes: [],
  tier: 'negotiation' as const,
  dueAt: new Date(Date.parse(stamp.at) + 86_400_000).toISOString(),
  mediationDueAt: new Date(Date.parse(stamp.at) + 2 * 86_400_000).toISOString(),
  status: 'opened' as const,
});

export function dispute(id: string, of: Grant, stamp: Stamp): Dispute {
  const respondent = of.assigner === stamp.department ? of.assignee : of.assigner;
  return {
    ...opening(id, stamp),
    respondent,
    subject: { kind: 'grant', id: of.id },
    assets: [of.asset],
    freezes: [{ kind: 'grant', id: of.id }],
  };
}

export function conflict(id: string, dataElement: string, own: Asset, rival: Asset, stamp: Stamp): Dispute {
  const assets: [string, string] = [own.id, rival.id];
  return { ...opening(id, stamp), respondent: rival.publisher, subject: { kind: 'authority', dataElement, assets }, assets };
}

export function refusal(id: string, of: Grant, stamp: Stamp): Refusal {
  return {
    kind: 'refusal',
    ...born(id, stamp),
    grant: of.id,
    asset: of.asset,
    provider: of.assigner,
    consumer: of.assignee,
    action: 'share:commit',
    purpose: of.purpose,
    elements: ['name'],
    clause: 'GRANT_EXHAUSTED',
    given: '2',
    accepted: '1',
    status: 'refused',
  };
}

/** The next version of a record, as its author signs it. */
export function changed<R extends { version: number; updated: Stamp }>(record: R, stamp: Stamp, changes: Partial<R>): R {
  return { ...record, ...changes, version: record.version + 1, updated: stamp };
}
