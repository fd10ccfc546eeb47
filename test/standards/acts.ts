import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { shareStatus } from '@drl/chaincode/model/records/share';
import type { Act } from '@drl/gateway/standards/prov';
import fc from 'fast-check';
import { assets, digest, localized, optional, plain, stamp, time, words } from './assets.js';
import { grants } from './grants.js';

/** Trails as the read model tells them: records of every kind that a trail of an asset or share can hold, refused and failed acts among them. */

const department = fc.constantFrom('household', 'tax', 'social-insurance');
const commitment = fc.record({
  payloadHash: fc.constantFrom('a'.repeat(64), 'b'.repeat(64)),
  hashAlgorithm: fc.constantFrom('sha-256', 'sm3'),
  bytes: optional(fc.nat()),
  rows: optional(fc.nat()),
});
const common = {
  asset: fc.constant('ast-1'),
  provider: department,
  consumer: department,
  grant: fc.constant('grt-1'),
  elements: fc.array(words, { minLength: 1, maxLength: 3 }),
};
const purpose = fc.constantFrom('dpv:IdentityVerification', 'city:FloodRelief');

const bodies: fc.Arbitrary<object> = fc.oneof(
  assets,
  grants,
  fc.record({
    ...common,
    kind: fc.constant('share'),
    purpose,
    actingFor: optional(department),
    caseRef: optional(fc.constant('case-7')),
    startedAt: optional(fc.constant('2026-03-01T08:00:00Z')),
    endedAt: optional(fc.constant('2026-03-01T09:00:00Z')),
    providerCommitment: optional(commitment),
    consumerCommitment: optional(commitment),
    resolution: optional(localized),
    status: fc.constantFrom(...shareStatus.options),
  }),
  fc.record({
    ...common,
    kind: fc.constant('refusal'),
    purpose,
    clause: fc.constant('COUNT_EXHAUSTED'),
    given: words,
    accepted: words,
    status: fc.constant('refused'),
  }),
  fc.record({
    kind: fc.constant('right'),
    asset: fc.constant('ast-1'),
    holder: department,
    rightType: fc.constantFrom('ownership', 'use'),
    role: fc.constant('producer'),
    transferredFrom: optional(fc.constant('rgt-0')),
    status: fc.constantFrom('claimed', 'confirmed'),
  }),
  fc.record({
    kind: fc.constant('contest'),
    right: fc.constant('rgt-1'),
    asset: fc.constant('ast-1'),
    by: department,
    status: fc.constant('open'),
  }),
);

const derivations: fc.Arbitrary<object> = fc.record({
  kind: fc.constant('derivation'),
  asset: fc.constant('ast-1'),
  assetVersion: fc.integer({ min: 2, max: 4 }),
  publisher: department,
  inputs: fc.array(
    fc.record({
      asset: fc.constantFrom('ast-0', 'ast-2'),
      version: fc.integer({ min: 1, max: 3 }),
      provider: department,
      share: optional(fc.constantFrom('share-1', 'shr-7')),
    }),
    { minLength: 1, maxLength: 3 },
  ),
  activity: localized,
  startedAt: optional(fc.constant('2026-03-01T08:00:00Z')),
  endedAt: optional(fc.constant('2026-03-01T09:00:00Z')),
  status: fc.constant('recorded'),
});

const actor = fc.record({
  name: fc.constantFrom('tax-steward-1', 'Büro 1/2', '户政'),
  mspId: fc.constantFrom('AgenciesMSP', 'PoliceMSP'),
  custodian: optional(department),
});
const act = fc.record({
  at: time,
  block: fc.nat(),
  transactionId: digest,
  actor,
  department,
  action: fc.constantFrom('asset:register', 'share:commit', 'grant:approve'),
});

const done = fc
  .tuple(act, fc.oneof({ weight: 6, arbitrary: bodies }, { weight: 1, arbitrary: derivations }), fc.integer({ min: 1, max: 3 }))
  .map(([said, body, version]) => {
    const kind = (body as LedgerRecord).kind;
    const record = { ...body, id: `${kind}-1`, version, created: stamp(said.at), updated: stamp(said.at) } as LedgerRecord;
    const outcome = kind === 'refusal' ? ('refused' as const) : ('done' as const);
    return { ...said, outcome, subject: { kind, id: record.id, version }, record };
  });
const failed = fc
  .tuple(act, fc.constantFrom('invalid', 'ignored'), optional(fc.constantFrom('MVCC_READ_CONFLICT', 'AUTHOR_IS_NOT_PARTY')), fc.boolean())
  .map(([said, outcome, clause, named]) => ({
    ...said,
    outcome,
    clause,
    ...(named ? { subject: { kind: 'grant', id: 'grant-1', version: 2 } } : {}),
  }));

/** Each by a transaction of its own, and no version of a record written twice. */
export const trails: fc.Arbitrary<Act[]> = fc
  .uniqueArray(fc.oneof(done, failed), { selector: ({ transactionId }) => transactionId, maxLength: 12 })
  .map((acts) => plain(acts) as unknown as Act[])
  .map((acts) =>
    acts.filter(
      ({ record }, i) =>
        !record || acts.findIndex((other) => other.record?.id === record.id && other.record.version === record.version) === i,
    ),
  );
