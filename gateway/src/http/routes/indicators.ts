import { readIndicators } from '../../usecases/readIndicators.js';
import { endpoint } from '../endpoint.js';
import { filterOf, since, text, until, whole } from '../query.js';
import { indicators as schema } from '../schemas.js';
import { z } from '../zod.js';

export const indicators = [
  endpoint({
    method: 'get',
    path: '/indicators',
    tag: 'indicators',
    summary: 'The evaluation indicators, recomputed from the ledger as of any block, each with its definition',
    who: 'managers and auditors of everything: of all departments, or of one; others: of their own, or of those in their scope',
    query: z.strictObject({
      from: since.optional(),
      to: until.optional(),
      department: text.optional(),
      asOfBlock: whole(0).optional(),
    }),
    answers: { 200: { description: 'The figures', schema } },
    handle: async ({ query, who: { caller } }, services) => {
      const { asOfBlock } = query;
      return { body: await readIndicators(services, caller, { ...filterOf(query), ...(asOfBlock === undefined ? {} : { asOfBlock }) }) };
    },
  }),
];
