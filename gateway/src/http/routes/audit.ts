import { departmentId, recordId } from '@drl/chaincode/model/records/common';
import { listAuditQueries } from '../../usecases/listAuditQueries.js';
import { listRefusals } from '../../usecases/listRefusals.js';
import { personTrail } from '../../usecases/personTrail.js';
import { readTrail } from '../../usecases/readTrail.js';
import { traceAsset } from '../../usecases/traceAsset.js';
import { endpoint } from '../endpoint.js';
import { filterOf, pageOf, paging, since, text, until, whole } from '../query.js';
import { asOf, listOf, named, trace, trailEntry, views } from '../schemas.js';
import { z } from '../zod.js';

const outcome = z.enum(['done', 'refused', 'invalid', 'ignored']).optional();
const asOfBlock = whole(0).optional();

const personUse = named(
  'PersonUse',
  z.strictObject({
    ...{ share: recordId, at: z.string(), transactionId: z.string(), status: views.share.shape.status, asset: recordId },
    ...{ title: views.asset.shape.title, elements: z.array(z.string()), consumer: z.string(), purpose: z.string() },
    ...{ legalBasis: views.grant.shape.legalBasis, grant: recordId },
    method: z.string().optional(),
    actingFor: z.string().optional(),
    concealedUntil: z.string().optional().openapi({ description: 'Only auditors are told' }),
    proof: z
      .strictObject({ root: z.string(), leaf: z.string(), index: z.int(), count: z.int(), path: z.array(z.string()) })
      .optional()
      .openapi({ description: 'That the person is in the tree that the share commits to (RFC 6962)' }),
  }),
);

export const audit = [
  endpoint({
    method: 'get',
    path: '/audit/trail',
    tag: 'audit',
    summary: 'Who did what, newest first',
    who: 'an auditor in scope (the look is recorded on the ledger); a department, for itself and its own assets',
    query: z.strictObject({
      asset: text.optional(),
      department: text.optional(),
      person: text.optional().openapi({ description: 'Enrolment id of who acted' }),
      purpose: text.optional(),
      grant: text.optional(),
      outcome,
      from: since.optional(),
      to: until.optional(),
      asOfBlock,
      ...paging,
    }),
    answers: { 200: { description: 'A page', schema: listOf('Trail', trailEntry) } },
    handle: async ({ query, who, requestId }, services) => ({
      body: await readTrail(services, who, requestId, filterOf(query), pageOf(query)),
    }),
  }),
  endpoint({
    method: 'get',
    path: '/audit/trace/{asset}',
    tag: 'audit',
    summary: 'Everything about one asset',
    who: 'an auditor in scope (the look is recorded on the ledger); a department, for its own assets',
    query: z.strictObject({ asOfBlock, ...paging }),
    answers: { 200: { description: 'The trace', schema: trace } },
    handle: async ({ params, query, who, requestId }, services) => ({
      body: await traceAsset(services, who, requestId, params.asset as string, pageOf(query)),
    }),
  }),
  endpoint({
    method: 'post',
    path: '/audit/persons',
    tag: 'audit',
    summary: 'Who used a person’s data, and why; the identifier is in the body, so that no address or log holds it',
    who: 'a steward of the department whose data it was, on the person’s behalf; an auditor in scope (the look is recorded)',
    body: z.strictObject({
      department: departmentId,
      subject: z
        .record(z.string().min(1).max(200), z.string().min(1).max(500))
        .openapi({ description: 'Element name or data element id → value' }),
    }),
    answers: {
      200: {
        description: 'What was used, newest first; nothing of what is concealed from the person',
        schema: named('PersonTrail', z.strictObject({ items: z.array(personUse), asOf })),
      },
    },
    handle: async ({ body, who, requestId }, services) => ({ body: await personTrail(services, who, requestId, body) }),
  }),
  endpoint({
    method: 'get',
    path: '/audit/refusals',
    tag: 'audit',
    summary: 'What was refused, invalid or ignored, newest first',
    who: 'auditors in scope, managers; a department, for itself and its own assets',
    query: z.strictObject({ outcome, ...paging }),
    answers: { 200: { description: 'A page', schema: listOf('Trail', trailEntry) } },
    handle: async ({ query, who: { caller } }, services) => ({ body: await listRefusals(services, caller, query.outcome, pageOf(query)) }),
  }),
  endpoint({
    method: 'get',
    path: '/audit/queries',
    tag: 'audit',
    summary: 'Which auditor looked when',
    who: 'auditors',
    query: z.strictObject({ by: text.optional(), ...paging }),
    answers: { 200: { description: 'A page', schema: listOf('AuditQuery', views['audit-query']) } },
    handle: async ({ query, who: { caller } }, services) => ({ body: await listAuditQueries(services, caller, query.by, pageOf(query)) }),
  }),
];
