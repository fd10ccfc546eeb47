import { derivationRecord } from '@drl/chaincode/model/records/derivation';
import { readLineage } from '../../usecases/readLineage.js';
import { endpoint } from '../endpoint.js';
import { text, whole } from '../query.js';
import { lineage } from '../schemas.js';
import { z } from '../zod.js';
import { readMany, readOne, write } from './records.js';

const seen = 'whoever sees what was made; the departments whose data went in';
/** As far as anybody will want to look; what lies further is said to be there. */
const MAX_DEPTH = 100;

export const derivations = [
  readMany('derivation', 'derivations', 'the department that made it, those whose data went in, managers, auditors in scope', {
    asset: text.optional(),
    input: text.optional().openapi({ description: 'What was made of this asset' }),
    publisher: text.optional(),
  }),
  write({
    path: '/derivations',
    tag: 'derivations',
    summary: 'Say what an asset was made of',
    who: 'a steward of the department that publishes it',
    name: 'derivation:record',
    body: derivationRecord,
    kind: 'derivation',
    creates: 'derivations',
    input: (body) => body,
  }),
  readOne('derivation', 'derivations', seen),
  endpoint({
    method: 'get',
    path: '/assets/{id}/lineage',
    tag: 'derivations',
    summary: 'What an asset was made of, and what was made of it',
    who: 'whoever sees the asset',
    query: z.strictObject({
      direction: z.enum(['upstream', 'downstream', 'both']).optional().openapi({ description: 'Default: both' }),
      depth: whole(1, MAX_DEPTH)
        .optional()
        .openapi({ description: `Steps each way; default: ${MAX_DEPTH}` }),
      asOfBlock: whole(0).optional(),
    }),
    answers: { 200: { description: 'The lineage', schema: lineage } },
    handle: async ({ params, query, who: { caller } }, { readModel }) => {
      const { direction = 'both', depth = MAX_DEPTH, asOfBlock } = query;
      const asked = { direction, depth, ...(asOfBlock === undefined ? {} : { asOfBlock }) };
      return { body: await readLineage(readModel, caller, params.id as string, asked) };
    },
  }),
];
