import { shareCommit, shareStatus } from '@drl/chaincode/model/records/share';
import { since, text, until } from '../query.js';
import { z } from '../zod.js';
import { readMany, readOne, step, write } from './records.js';

const seen = 'its two parties, managers (without case references), auditors in scope';

export const shares = [
  readMany('share', 'shares', seen, {
    asset: text.optional(),
    grant: text.optional(),
    provider: text.optional(),
    consumer: text.optional(),
    formerly: text.optional(),
    status: z.enum([...shareStatus.options, 'half-open']).optional(),
    from: since.optional(),
    to: until.optional(),
  }),
  write({
    path: '/shares',
    tag: 'shares',
    summary: 'Commit what was sent under a grant',
    who: 'a steward of the provider',
    name: 'share:commit',
    body: shareCommit,
    kind: 'share',
    creates: 'shares',
    input: (body) => body,
  }),
  readOne('share', 'shares', seen),
  step('share', 'shares', 'share:acknowledge', 'Answer with the digest of what was received', 'a consumer of the receiving department'),
  step('share', 'shares', 'share:resolve', 'Resolve a mismatch', 'a consumer of the receiving department, or a manager'),
  step('share', 'shares', 'share:void', 'Void a share that broke off or did not match', 'a steward of the provider; a manager, a mismatch'),
];
