import { feedbackDimension, feedbackRaise, feedbackStatus } from '@drl/chaincode/model/records/feedback';
import { ratingGive } from '@drl/chaincode/model/records/rating';
import { since, text, until } from '../query.js';
import { z } from '../zod.js';
import { readMany, readOne, step, write } from './records.js';

const seen = 'whoever sees the asset; its parties, managers, auditors in scope';
const listed = 'its parties, managers, auditors in scope; with `asset`, whoever sees the asset';
const publisher = 'a steward of the publishing department';
const raiser = 'the department that raised it';

export const feedback = [
  readMany(
    'feedback',
    'feedback',
    listed,
    {
      asset: text.optional(),
      publisher: text.optional(),
      by: text.optional(),
      party: text.optional(),
      dimension: feedbackDimension.optional(),
      status: z.enum([...feedbackStatus.options, 'escalated']).optional(),
      from: since.optional(),
      to: until.optional(),
    },
    true,
  ),
  write({
    path: '/feedback',
    tag: 'feedback',
    summary: 'Say what is wrong with an asset’s data',
    who: 'a steward or consumer of another department',
    name: 'feedback:raise',
    body: feedbackRaise,
    kind: 'feedback',
    creates: 'feedback',
    input: (body) => body,
  }),
  readOne('feedback', 'feedback', seen),
  step('feedback', 'feedback', 'feedback:accept', 'Accept it: it will be fixed', publisher),
  step('feedback', 'feedback', 'feedback:contest', 'Contest it: the data is as it should be', publisher),
  step('feedback', 'feedback', 'feedback:fix', 'Say that it is fixed, in the asset as it is now', publisher),
  step('feedback', 'feedback', 'feedback:confirm', 'Confirm that it is fixed', raiser),
  step('feedback', 'feedback', 'feedback:reopen', 'It is not fixed', raiser),
  step('feedback', 'feedback', 'feedback:withdraw', 'Take it back', raiser),
  step('feedback', 'feedback', 'feedback:decide', 'Decide it, once it is overdue', 'a manager'),
];

export const ratings = [
  readMany(
    'rating',
    'ratings',
    listed,
    {
      asset: text.optional(),
      grant: text.optional(),
      share: text.optional(),
      provider: text.optional(),
      by: text.optional(),
      party: text.optional(),
    },
    true,
  ),
  write({
    path: '/ratings',
    tag: 'ratings',
    summary: 'Rate a share that one has acknowledged: one for each grant and month',
    who: 'a steward or consumer of the department that received the share',
    name: 'rating:give',
    body: ratingGive,
    kind: 'rating',
    creates: 'ratings',
    input: (body) => body,
  }),
  readOne('rating', 'ratings', seen),
];
