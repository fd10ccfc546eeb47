import { planMake } from '@drl/chaincode/model/records/plan';
import { planProgress as readProgress } from '../../usecases/planProgress.js';
import { endpoint } from '../endpoint.js';
import { text, whole } from '../query.js';
import { planProgress } from '../schemas.js';
import { z } from '../zod.js';
import { readMany, readOne, step, write } from './records.js';

const planner = 'a steward, for the own department';

export const plans = [
  readMany('plan', 'plans', 'every caller', {
    department: text.optional(),
    year: z
      .string()
      .regex(/^\d{4}$/)
      .optional(),
  }),
  write({
    path: '/plans',
    tag: 'plans',
    summary: 'Make the plan of a year',
    who: planner,
    name: 'plan:make',
    body: planMake,
    kind: 'plan',
    creates: 'plans',
    input: (body) => body,
  }),
  readOne('plan', 'plans', 'every caller'),
  endpoint({
    method: 'get',
    path: '/plans/{id}/progress',
    tag: 'plans',
    summary: 'How far a plan has come, derived from the ledger as of any block',
    who: 'every caller',
    query: z.strictObject({ asOfBlock: whole(0).optional() }),
    answers: { 200: { description: 'Each item with its standing, and the record that shows it', schema: planProgress } },
    handle: async ({ params, query, who: { caller } }, services) => ({
      body: await readProgress(services, caller, params.id as string, query.asOfBlock),
    }),
  }),
  step('plan', 'plans', 'plan:revise', 'Revise a plan: all its items as they shall be; those whose day has passed as they were', planner),
];
