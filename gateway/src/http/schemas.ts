import { roles } from '@drl/chaincode/model/caller';
import { assetStatus, distribution } from '@drl/chaincode/model/records/asset';
import { departmentId, localized, mspId, recordId, stamp } from '@drl/chaincode/model/records/common';
import { demandEffectiveStatus } from '@drl/chaincode/model/records/demand';
import { policy } from '@drl/chaincode/model/records/derivation';
import { feedbackStatus } from '@drl/chaincode/model/records/feedback';
import { grantEffectiveStatus } from '@drl/chaincode/model/records/grant';
import { type RecordKind, records } from '@drl/chaincode/model/records/index';
import { planItem } from '@drl/chaincode/model/records/plan';
import { right } from '@drl/chaincode/model/records/right';
import { disclosure } from '@drl/chaincode/model/records/terms';
import { itemStandings } from '@drl/chaincode/model/rules/plan';
import { unmetCodes } from '../demands/unmet.js';
import { definitions } from '../indicators/definitions.js';
import type { FigureId } from '../indicators/figure.js';
import { findingKinds } from '../readmodel/finding.js';
import { type CheckCode, checkCodes } from '../selfcheck/checks.js';
import { z } from './zod.js';

/** What upstream is no longer given. */
const fault = z.strictObject({
  asset: recordId,
  why: z.enum(['suspended', 'retired', 'grant-suspended', 'grant-revoked']),
  grant: recordId.optional(),
});

/** What the API answers with: the ledger's own record schemas, with what is derived beside them. */

const derived = z.boolean().openapi({ description: 'Derived at the time of the question, never stored' });

const unmet = z
  .strictObject({
    code: z.enum(unmetCodes),
    since: z.string(),
    department: departmentId.optional(),
    grant: recordId.optional(),
    reason: localized.optional(),
  })
  .openapi({ description: 'The step at which it stands; derived, never stored' });

const reachability = z
  .strictObject({ reachable: z.boolean(), since: z.string(), checkedAt: z.string(), reason: z.string().optional() })
  .openapi({ description: 'What this gateway last saw of the resource; absent where it has not looked, or would not deliver' });

export const views = {
  settings: named('Settings', records.settings),
  'data-element': named('DataElement', records['data-element']),
  department: named(
    'Department',
    records.department.extend({
      predecessors: z.array(departmentId).optional().openapi({ description: 'Whom it took over from' }),
      waiting: z.record(z.string(), z.int()).optional().openapi({
        description: 'Of a dissolved one: how many records of each kind still wait to be passed on; 200 stands for that or more',
      }),
    }),
  ),
  asset: named(
    'Asset',
    records.asset.extend({
      distributions: z.array(distribution.extend({ reachability: reachability.optional() })),
      overdue: derived,
      contested: derived,
      overruled: z.array(recordId).openapi({ description: 'Data elements that it claims and a ruling has given to another: derived' }),
      inputsSuspended: derived.optional(),
      upstream: z.array(fault).optional(),
      effectivePolicy: policy.optional().openapi({ description: 'Of a derived asset: what its inputs allow now' }),
    }),
  ),
  derivation: named('Derivation', records.derivation.extend({ inForce: derived })),
  right: named(
    'Right',
    records.right.extend({ status: z.enum([...right.shape.status.options, 'contested']), contested: derived, frozen: derived }),
  ),
  contest: named('Contest', records.contest),
  demand: named(
    'Demand',
    records.demand.extend({ status: demandEffectiveStatus, requesters: z.array(departmentId), unmetBecause: z.array(unmet) }),
  ),
  joining: named('Joining', records.joining),
  grant: named('Grant', records.grant.extend({ status: grantEffectiveStatus, overdue: derived, frozen: derived })),
  ticket: named('Ticket', records.ticket.extend({ expired: derived })),
  share: named('Share', records.share.extend({ halfOpen: derived })),
  refusal: named('Refusal', records.refusal),
  rating: named('Rating', records.rating),
  feedback: named('Feedback', records.feedback.extend({ status: z.enum([...feedbackStatus.options, 'escalated']) })),
  dispute: named('Dispute', records.dispute.extend({ overdue: derived })),
  plan: named('Plan', records.plan),
  'audit-query': named(
    'AuditQuery',
    records['audit-query'].extend({
      salt: z.string().optional(),
      question: z.strictObject({ action: z.string(), asked: z.record(z.string(), z.unknown()) }).optional(),
    }),
  ),
} satisfies Record<RecordKind, z.ZodType>;

export const asOf = named('AsOf', z.strictObject({ block: z.int(), headerHash: z.string() }));

export function listOf(name: string, item: z.ZodType): z.ZodType {
  return named(`${name}List`, z.strictObject({ items: z.array(item), nextCursor: z.string().nullable(), asOf }));
}

export const problem = named(
  'Problem',
  z.strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable; the closed list is in the documentation' }),
    rule: z.string().optional(),
    given: z.string().optional(),
    accepted: z.string().optional(),
    fields: z.array(z.strictObject({ path: z.string(), message: z.string() })).optional(),
    transactionId: z.string().optional(),
  }),
);

export const receipt = named(
  'QueryReceipt',
  z.strictObject({
    grant: recordId,
    subject: z.record(z.string(), z.string()),
    values: z.record(z.string(), z.string()),
    matches: z.record(z.string(), z.boolean()),
    salt: z.string(),
  }),
);

const likeness = {
  score: z.number().openapi({ description: '0 to 1' }),
  likely: z.boolean().openapi({ description: 'So near that a person should look before filing' }),
  because: z.strictObject({
    elements: z.array(
      z.strictObject({
        wanted: z.string(),
        found: z.string(),
        by: z.enum(['dataElementId', 'name', 'title']),
        typeDiffers: z.literal(true).optional(),
        withheld: z.literal(true).optional(),
      }),
    ),
    words: z.array(z.string()),
    theme: z.boolean(),
  }),
};
const { demand: aDemand, asset: anAsset } = records;
export const similar = named(
  'Similar',
  z.strictObject({
    demands: z.array(
      z.strictObject({ ...likeness, demand: aDemand.pick({ id: true, want: true, by: true, status: true, neededBy: true }) }),
    ),
    assets: z.array(
      z.strictObject({
        ...likeness,
        asset: anAsset.pick({ id: true, title: true, publisher: true, theme: true, shareType: true, status: true }),
      }),
    ),
    asOf,
  }),
);

const texts = z.strictObject({ zh: z.string(), en: z.string() });
const period = z.strictObject({ from: z.string().optional(), to: z.string().optional() });

const figure = named(
  'Figure',
  z.strictObject({
    id: z.enum(Object.keys(definitions) as [FigureId]),
    name: texts,
    definition: texts,
    unit: z.enum(['percent', 'count', 'rows', 'days', 'score']),
    source: texts,
    comparison: z.strictObject({ value: z.number(), name: texts }).optional(),
    value: z.number().nullable().openapi({ description: 'Null where there is nothing that it could be said of' }),
    numerator: z.int().optional(),
    denominator: z.int().optional(),
    breakdown: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.null()]))).optional(),
  }),
);

export const indicators = named(
  'Indicators',
  z.strictObject({ asOf, at: z.string(), department: departmentId.nullable(), period, figures: z.array(figure) }),
);

const selfFinding = z.strictObject({
  code: z.enum(checkCodes as [CheckCode]),
  key: z.string(),
  name: texts,
  remedy: texts,
  subject: z.strictObject({
    kind: z.enum(Object.keys(records) as [RecordKind]),
    id: z.string(),
    title: localized.optional(),
    part: z.string().optional(),
  }),
  since: z.string().optional(),
  detail: texts,
});

export const selfCheck = named(
  'SelfCheck',
  z.strictObject({
    department: departmentId,
    at: z.string(),
    asOf,
    since: z.strictObject({ at: z.string(), asOf }).optional(),
    counts: z.record(z.string(), z.int()),
    findings: z.array(selfFinding.extend({ standing: z.enum(['new', 'still']).optional() })),
    gone: z.array(selfFinding).optional(),
  }),
);

export const planProgress = named(
  'PlanProgress',
  z.strictObject({
    plan: recordId,
    version: z.int(),
    department: departmentId,
    year: z.int(),
    at: z.string(),
    asOf,
    counts: z.record(z.enum(itemStandings), z.int()),
    items: z.array(
      z.strictObject({
        ...planItem.shape,
        standing: z.enum(itemStandings),
        doneAt: z.string().optional(),
        shownBy: z.strictObject({ kind: z.enum(['asset', 'grant', 'share', 'demand']), id: recordId }).optional(),
      }),
    ),
  }),
);

const standing = z.enum(['agreed', 'offered', 'past']);
export const disclosed = named('ConfidentialTerms', disclosure.extend({ standing }));

export const termsVerdict = named(
  'TermsVerdict',
  z.strictObject({
    verdict: z.enum(['matches', 'differs']),
    termsHash: disclosure.shape.termsHash,
    standing: standing.optional(),
    version: z.int().optional(),
    offered: stamp.optional(),
    accepted: stamp.optional(),
    asOf,
  }),
);

const actor = z.strictObject({ name: z.string(), mspId, custodian: z.string().optional() });
const subject = z.strictObject({ kind: z.enum(Object.keys(records) as [RecordKind]), id: recordId, version: z.int() });

export const trailEntry = named(
  'TrailEntry',
  z.strictObject({
    at: z.string(),
    block: z.int(),
    transactionId: z.string(),
    actor,
    department: z.string(),
    action: z.string(),
    subject: subject.optional(),
    asset: z.string().optional(),
    grant: z.string().optional(),
    purpose: z.string().optional(),
    concerns: z.array(z.string()).optional().openapi({ description: 'Parties of what was written, but for who wrote it' }),
    outcome: z.enum(['done', 'refused', 'invalid', 'ignored']),
    clause: z.string().optional(),
  }),
);

export const trace = named(
  'Trace',
  z.strictObject({
    asset: views.asset,
    asOf,
    rights: z.array(views.right),
    grants: z.array(views.grant),
    shares: z.array(views.share),
    derivations: z.array(views.derivation),
    refusals: z.array(views.refusal),
    nextCursor: z.string().nullable(),
  }),
);

export const lineage = named(
  'Lineage',
  z.strictObject({
    asset: recordId,
    asOf,
    nodes: z.array(
      z.strictObject({
        asset: recordId,
        distance: z.int().openapi({ description: 'Steps from the asset: upstream below zero, downstream above' }),
        publisher: departmentId,
        title: localized.optional().openapi({ description: 'Where the caller sees the asset itself' }),
        status: assetStatus.optional(),
      }),
    ),
    links: z.array(
      z.strictObject({
        derivation: recordId,
        inForce: z.boolean().openapi({ description: 'False: what was made has been derived anew since' }),
        output: recordId,
        outputVersion: z.int(),
        input: recordId,
        inputVersion: z.int(),
        share: recordId.optional(),
        grant: recordId.optional(),
        activity: localized,
        at: z.string(),
      }),
    ),
    inputsSuspended: z.boolean(),
    upstream: z.array(fault).openapi({ description: 'What upstream of the asset is suspended, retired or revoked, however far' }),
    truncated: z.boolean().openapi({ description: 'There is more than is shown' }),
  }),
);

export const transaction = named(
  'Transaction',
  z.strictObject({
    transactionId: z.string(),
    status: z.enum(['committed', 'invalid', 'pending']),
    block: z.int().optional(),
    index: z.int().optional(),
    at: z.string().optional(),
    code: z.string().optional(),
    creator: z.strictObject({ mspId, name: z.string(), department: z.string() }).optional(),
    action: z.string().optional(),
    writes: z.array(subject).optional(),
  }),
);

export const me = named(
  'Caller',
  z.strictObject({
    department: departmentId,
    mspId,
    roles: z.array(z.enum(roles)),
    name: z.string(),
    auditScope: z.union([z.literal('all'), z.array(departmentId)]).optional(),
    custodian: z.string().optional(),
    predecessors: z.array(departmentId).optional(),
    certificate: z.string(),
  }),
);

const entry = records['data-element'].pick({ id: true, name: true, type: true, owner: true, status: true, replacedBy: true });

/** A name or a type that differs where it should not (readmodel/finding.ts). */
export const finding = named(
  'Finding',
  z.strictObject({
    id: z.string().openapi({ description: 'The same as long as it lasts, and when it comes again' }),
    kind: z.enum(findingKinds),
    name: z.string().optional(),
    dataElementId: recordId.optional(),
    dataElements: z.array(entry),
    uses: z.array(
      z.strictObject({
        department: departmentId,
        name: z.string(),
        type: entry.shape.type,
        dataElementId: recordId.optional(),
        published: z.boolean(),
        assets: z.array(recordId),
        more: z.boolean(),
      }),
    ),
    more: z.boolean(),
    departments: z.array(departmentId).openapi({ description: 'Whom it concerns' }),
  }),
);

export const term = named('Term', z.strictObject({ id: z.string(), zh: z.string(), en: z.string() }));

export const ledger = named(
  'Ledger',
  z.strictObject({
    engine: z.enum(['embedded', 'fabric']),
    channel: z.string(),
    height: z.int(),
    headerHash: z.string().nullable(),
    readModel: asOf.nullable(),
    simulatedClock: records.settings.shape.simulatedClock,
  }),
);

export const block = named(
  'Block',
  z.strictObject({
    number: z.int(),
    previousHash: z.string(),
    dataHash: z.string(),
    headerHash: z.string(),
    at: z.string(),
    bytes: z.int(),
    transactions: z.array(
      z.strictObject({
        index: z.int(),
        transactionId: z.string(),
        code: z.string(),
        action: z.string(),
        creator: z.strictObject({ mspId, name: z.string(), department: z.string() }),
        endorsers: z.array(z.string()),
      }),
    ),
    acts: z.array(trailEntry),
  }),
);

/** The contracts' schemas were made before zod learnt `.openapi()`, so the name goes on a copy. */
export function named<T extends z.ZodType>(name: string, schema: T): T {
  return (schema.clone() as T).openapi(name);
}
