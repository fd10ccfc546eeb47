import { type Grant, grantStatus } from '@drl/chaincode/model/records/grant';
import fc from 'fast-check';
import { digest, localized, optional, plain, recordId, stamp, time, words } from './assets.js';

const departmentId = fc.constantFrom('social-insurance', 'tax', 'transport', 'a--b-');

export const grants: fc.Arbitrary<Grant> = fc
  .record({
    assigner: fc.constant('household'),
    assignee: departmentId,
    asset: recordId,
    assetVersion: fc.integer({ min: 1, max: 99 }),
    elements: fc.uniqueArray(words, { minLength: 1, maxLength: 5 }),
    purpose: fc.constantFrom('dpv:IdentityVerification', 'dpv:PublicBenefit', 'city:FloodRelief'),
    legalBasis: localized,
    constraints: fc.record({
      validFrom: optional(time),
      validTo: optional(time),
      maxCount: optional(fc.integer({ min: 1, max: 1_000_000 })),
      maxRows: optional(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER })),
      recipients: optional(fc.uniqueArray(fc.constantFrom('justice', 'health'), { minLength: 1 })),
      marks: optional(fc.uniqueArray(fc.constantFrom('order' as const, 'canaries' as const), { minLength: 1 })),
    }),
    duties: optional(fc.array(localized, { minLength: 1, maxLength: 3 })),
    termsHash: optional(digest),
    renews: optional(recordId),
    requestedAt: time,
    dueAt: optional(time),
    reason: optional(localized),
    decided: optional(time.map(stamp)),
    status: fc.constantFrom(...grantStatus.options),
  })
  .map(
    (fields) =>
      plain({
        kind: 'grant',
        id: 'grt-1',
        version: 3,
        created: stamp(fields.requestedAt),
        updated: stamp(fields.requestedAt),
        ...fields,
      }) as Grant,
  );
