import { planMake } from '@drl/chaincode/model/records/plan';
import { text } from '../query.js';
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
  step('plan', 'plans', 'plan:revise', 'Revise a plan: all its items as they shall be; those whose day has passed as they were', planner),
];
