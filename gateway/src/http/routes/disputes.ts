import { disputeOpen, disputeStatus } from '@drl/chaincode/model/records/dispute';
import { since, text, until } from '../query.js';
import { readMany, readOne, step, write } from './records.js';

const seen = 'its two sides, managers, auditors in scope';
const side = 'a steward or consumer of either side';

export const disputes = [
  readMany('dispute', 'disputes', seen, {
    party: text.optional(),
    claimant: text.optional(),
    respondent: text.optional(),
    asset: text.optional(),
    subject: text.optional(),
    element: text.optional(),
    status: disputeStatus.optional(),
    from: since.optional(),
    to: until.optional(),
  }),
  write({
    path: '/disputes',
    tag: 'disputes',
    summary: 'Open a dispute about a record, or about who is the authoritative source of a data element',
    who: 'a party of the record; about an asset or right, another department; about authority, the publisher of an asset that claims it',
    name: 'dispute:open',
    body: disputeOpen,
    kind: 'dispute',
    creates: 'disputes',
    input: (body) => body,
  }),
  readOne('dispute', 'disputes', seen),
  step('dispute', 'disputes', 'dispute:answer', 'Answer the claim', 'a steward or consumer of the respondent'),
  step('dispute', 'disputes', 'dispute:submit', 'Add a statement or evidence', side),
  step('dispute', 'disputes', 'dispute:escalate', 'Ask the manager to mediate', side),
  step('dispute', 'disputes', 'dispute:decide', 'Decide it: by outcome, or by naming the authoritative asset', 'a manager, in mediation'),
  step(
    'dispute',
    'disputes',
    'dispute:close',
    'Close it: withdrawn, settled, or the remedy carried out',
    'the claimant; a manager, once decided',
  ),
  step('dispute', 'disputes', 'dispute:freeze', 'Freeze grants and rights of the assets in dispute', 'a manager'),
  step('dispute', 'disputes', 'dispute:release', 'Release what is frozen', 'a manager, or the claimant'),
];
