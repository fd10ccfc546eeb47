import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Stamp } from '@drl/chaincode/model/records/common';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import type { Share } from '@drl/chaincode/model/records/share';
import { Chain, type Person, person, type TransactionInput } from './blocks.js';

/** A ledger of many shares: assets, a grant on each for every other department, then shares, of which each is acknowledged some time later. */
const START = Date.parse('2026-03-02T01:00:00.000Z');
const SAID = { payloadHash: 'ab'.repeat(32), hashAlgorithm: 'sha-256' } as const;
/** Shares between a commitment and its acknowledgement. */
const ANSWERED_AFTER = 1000;

export interface Scale {
  /** Shares in all; half as many again are acknowledgements. */
  readonly shares: number;
  readonly assets: number;
  readonly perBlock: number;
  /** Shares of the first asset: always these, however many there are in all. */
  readonly traced: number;
}

export const TRACED = 'ast-000000';

/** Hands out the blocks one after another, and keeps none. */
export function* shareBlocks({ shares, assets, perBlock, traced }: Scale): Generator<Buffer> {
  const chain = new Chain();
  let now = START;
  const tick = () => (now += 100);
  yield chain.genesis(START);
  const { manager, departments } = people();
  const first: TransactionInput[] = [
    { by: manager, at: tick(), action: 'settings:set', writes: (s) => [settings(s)] },
    ...[manager, ...departments].map((d) => ({
      by: manager,
      at: tick(),
      action: 'department:admit',
      writes: (s: Stamp) => [department(d, s)],
    })),
  ];
  for (const tx of first) yield chain.block([tx]);

  const published = Array.from({ length: assets }, (_, i) => ({
    id: `ast-${String(i).padStart(6, '0')}`,
    by: departments[i % departments.length] as Person,
  }));
  yield* inBlocks(published.map(({ id, by }) => ({ by, at: tick(), action: 'asset:register', writes: (s: Stamp) => [assetOf(id, s)] })));
  const grants: { id: string; asset: string; provider: Person; consumer: Person }[] = published.map(({ id, by }, i) => ({
    id: `grn-${String(i).padStart(6, '0')}`,
    asset: id,
    provider: by,
    consumer: departments[(i + 1) % departments.length] as Person,
  }));
  // An unconditional grant would need the asset published; a request that its provider approves is two steps, and as real.
  const requested = new Map<string, Grant>();
  yield* inBlocks(
    grants.map((g) => ({
      by: g.consumer,
      at: tick(),
      action: 'grant:request',
      writes: (s: Stamp) => [keep(requested, grantOf(g.id, g.asset, g.provider, s))],
    })),
  );
  yield* inBlocks(
    grants.map((g) => ({
      by: g.provider,
      at: tick(),
      action: 'grant:approve',
      writes: (s: Stamp) => [{ ...(requested.get(g.id) as Grant), version: 2, updated: s, decided: s, status: 'active' as const }],
    })),
  );

  const open: { share: Share; consumer: Person }[] = [];
  const every = Math.max(1, Math.floor(Math.min(shares, 10_000) / traced));
  let block: TransactionInput[] = [];
  for (let i = 0, seen = 0; i < shares; i++) {
    const isTraced = seen < traced && i % every === 0;
    if (isTraced) seen++;
    const g = grants[isTraced ? 0 : 1 + (i % (grants.length - 1))] as (typeof grants)[number];
    block.push({
      by: g.provider,
      at: tick(),
      action: 'share:commit',
      writes: (s) => {
        const share = shareOf(i, g, s);
        open.push({ share, consumer: g.consumer });
        return [share];
      },
    });
    const answered = open.length > ANSWERED_AFTER && i % 2 === 0 ? open.shift() : undefined;
    if (answered)
      block.push({ by: answered.consumer, at: tick(), action: 'share:acknowledge', writes: (s) => [acknowledged(answered.share, s)] });
    if (block.length >= perBlock) {
      yield chain.block(block);
      block = [];
    }
  }
  if (block.length > 0) yield chain.block(block);

  function* inBlocks(transactions: TransactionInput[]): Generator<Buffer> {
    for (let i = 0; i < transactions.length; i += perBlock) yield chain.block(transactions.slice(i, i + perBlock));
  }
}

export function people(): { manager: Person; departments: Person[] } {
  const manager = person({ department: 'data-bureau', mspId: 'BureauMSP', name: 'bureau-manager-1', roles: ['manager', 'steward'] });
  const departments = Array.from({ length: 10 }, (_, i) =>
    person({ department: `department-${i}`, mspId: 'AgenciesMSP', name: `department-${i}-steward-1`, roles: ['steward', 'consumer'] }),
  );
  return { manager, departments };
}

const born = (id: string, stamp: Stamp) => ({ id, version: 1, created: stamp, updated: stamp });

function keep<R extends LedgerRecord>(into: Map<string, R>, record: R): R {
  into.set(record.id, record);
  return record;
}

export function settings(stamp: Stamp): LedgerRecord {
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
    departmentMspIds: ['AgenciesMSP'],
    auditorMspIds: [],
    status: 'active',
  };
}

export function department({ department: id, mspId }: Person, stamp: Stamp): LedgerRecord {
  return { kind: 'department', ...born(id, stamp), name: { en: id }, mspId, status: 'active' };
}

function assetOf(id: string, stamp: Stamp): Asset {
  return {
    kind: 'asset',
    ...born(id, stamp),
    publisher: stamp.department,
    title: { zh: `第 ${id} 号数据资源`, en: `Asset ${id}` },
    elements: [
      { name: 'name', type: 'string' },
      { name: 'address', type: 'string' },
    ],
    shareType: 'conditional',
    shareCondition: { en: 'on request' },
    shareMethod: 'file',
    distributions: [],
    status: 'registered',
  };
}

function grantOf(id: string, asset: string, provider: Person, stamp: Stamp): Grant {
  return {
    kind: 'grant',
    ...born(id, stamp),
    assigner: provider.department,
    assignee: stamp.department,
    asset,
    assetVersion: 1,
    elements: ['name', 'address'],
    purpose: 'dpv:IdentityVerification',
    legalBasis: { en: 'statute' },
    constraints: { maxCount: 1_000_000 },
    requestedAt: stamp.at,
    status: 'requested',
  };
}

function shareOf(n: number, g: { id: string; asset: string; provider: Person; consumer: Person }, stamp: Stamp): Share {
  return {
    kind: 'share',
    ...born(`shr-${stamp.transactionId.slice(0, 24)}`, stamp),
    grant: g.id,
    asset: g.asset,
    provider: g.provider.department,
    consumer: g.consumer.department,
    purpose: 'dpv:IdentityVerification',
    elements: ['name', 'address'],
    caseRef: `case-${n}`,
    useNumber: (n % 1_000_000) + 1,
    rowsReserved: 10,
    ...SAID,
    bytes: 2048,
    rows: 10,
    providerCommitment: { ...SAID, bytes: 2048, rows: 10, stamp },
    answerDueAt: new Date(Date.parse(stamp.at) + 7 * 86_400_000).toISOString(),
    status: 'committed',
  };
}

function acknowledged(share: Share, stamp: Stamp): Share {
  return { ...share, version: 2, updated: stamp, consumerCommitment: { ...SAID, stamp }, status: 'acknowledged' };
}
