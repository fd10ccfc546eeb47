import { grantEffectiveStatus, grantRequest } from '@drl/chaincode/model/records/grant';
import { flag, text } from '../query.js';
import { readMany, readOne, step, write } from './records.js';
import { terms } from './terms.js';

const seen = 'its two parties, managers, auditors in scope';
const owner = 'a steward of the provider';
const provider = `${owner}; the manager once it is overdue`;
const asker = 'a consumer of the department that asked';

export const grants = [
  readMany('grant', 'grants', seen, {
    asset: text.optional(),
    assigner: text.optional(),
    assignee: text.optional(),
    demand: text.optional(),
    formerly: text.optional(),
    status: grantEffectiveStatus.optional(),
    overdue: flag.optional(),
  }),
  write({
    path: '/grants',
    tag: 'grants',
    summary: 'Ask for a grant',
    who: 'a consumer, for the own department',
    name: 'grant:request',
    body: grantRequest,
    kind: 'grant',
    creates: 'grants',
    input: (body) => body,
  }),
  readOne('grant', 'grants', seen),
  step('grant', 'grants', 'grant:approve', 'Approve a request, perhaps narrower', provider),
  step('grant', 'grants', 'grant:refuse', 'Refuse a request', provider),
  step('grant', 'grants', 'grant:return', 'Return a request to be amended', provider),
  step('grant', 'grants', 'grant:resubmit', 'Resubmit a returned request', asker),
  step('grant', 'grants', 'grant:withdraw', 'Withdraw a request', asker),
  step('grant', 'grants', 'grant:suspend', 'Suspend an active grant', owner),
  step('grant', 'grants', 'grant:resume', 'Resume a suspended grant', owner),
  step('grant', 'grants', 'grant:revoke', 'Revoke a grant', owner),
  step(
    'grant',
    'grants',
    'grant:disclose',
    'Let the persons know of uses that were concealed from them',
    'a consumer of the department that asked; the manager',
  ),
  ...terms,
];
