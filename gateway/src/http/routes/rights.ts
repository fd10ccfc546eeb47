import { right, rightClaim } from '@drl/chaincode/model/records/right';
import { now, presentAll } from '../../usecases/present.js';
import { readVisible } from '../../usecases/visibility.js';
import { endpoint } from '../endpoint.js';
import { pageOf, paging, text } from '../query.js';
import { listOf, views } from '../schemas.js';
import { z } from '../zod.js';
import { readMany, readOne, step, write } from './records.js';

const seen = 'whoever sees the asset; holder and receiver';
const receiver = 'a steward of the department that it is offered to';
const status = z.enum([...right.shape.status.options, 'contested']).optional();

export const rights = [
  endpoint({
    method: 'get',
    path: '/assets/{id}/rights',
    tag: 'rights',
    summary: 'Rights over an asset',
    who: 'whoever sees the asset',
    query: z.strictObject({ holder: text.optional(), status, ...paging }),
    answers: { 200: { description: 'A page', schema: listOf('Right', views.right) } },
    handle: async ({ params, query: { holder, status: wanted, ...rest }, who: { caller } }, { readModel }) => {
      const asset = await readVisible(readModel, caller, 'asset', params.id as string);
      const filter = { asset: asset.id, ...(holder ? { holder } : {}), ...(wanted ? { status: wanted } : {}) };
      const page = await readModel.list('right', filter, pageOf(rest));
      return { body: { ...page, items: await presentAll(readModel, caller, page.items, now()) } };
    },
  }),
  write({
    path: '/assets/{id}/rights',
    tag: 'rights',
    summary: 'Claim a right',
    who: 'a steward or consumer, for the own department',
    name: 'right:claim',
    body: rightClaim.omit({ asset: true }),
    kind: 'right',
    creates: 'rights',
    input: (body, { id }) => ({ ...body, asset: id as string }),
  }),
  readMany('right', 'rights', 'holder, receiver, managers, auditors in scope', {
    asset: text.optional(),
    holder: text.optional(),
    offeredTo: text.optional(),
    formerly: text.optional(),
    status,
  }),
  readOne('right', 'rights', seen),
  step(
    'right',
    'rights',
    'right:confirm',
    'Confirm a claimed right',
    'a manager for ownership, a steward of the confirmed owner for the others',
  ),
  step(
    'right',
    'rights',
    'right:contest',
    'Contest a right: a record of its own, beside it',
    'a department that sees the asset',
    'contest',
  ),
  step('right', 'rights', 'right:offer', 'Offer a right to another department', 'a steward of the holder'),
  step('right', 'rights', 'right:accept', 'Accept an offered right', receiver),
  step('right', 'rights', 'right:decline', 'Decline an offered right', receiver),
];
