import { listAuditQueries } from '../../usecases/listAuditQueries.js';
import { listRefusals } from '../../usecases/listRefusals.js';
import { readTrail } from '../../usecases/readTrail.js';
import { traceAsset } from '../../usecases/traceAsset.js';
import { endpoint } from '../endpoint.js';
import { filterOf, pageOf, paging, since, text, until, whole } from '../query.js';
import { listOf, trace, trailEntry, views } from '../schemas.js';
import { z } from '../zod.js';

const outcome = z.enum(['done', 'refused', 'invalid', 'ignored']).optional();
const asOfBlock = whole(0).optional();

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
