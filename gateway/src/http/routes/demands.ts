import { demandEffectiveStatus, demandFile, demandJoin, joiningStatus } from '@drl/chaincode/model/records/demand';
import type { Likeness, Wish } from '../../demands/likeness.js';
import { findSimilar, LIKELY, type Similar } from '../../usecases/findSimilar.js';
import { now } from '../../usecases/present.js';
import { readVisible } from '../../usecases/visibility.js';
import { endpoint } from '../endpoint.js';
import { since, text, until, whole } from '../query.js';
import { similar } from '../schemas.js';
import { z } from '../zod.js';
import { readMany, readOne, step, write } from './records.js';

const seen = 'every caller; of a grant under it only its two parties, managers, auditors in scope';
const asker = 'a consumer of the department that asks';

const DEFAULT_LIMIT = 10;
const MAX_LIMIT = 50;
const limit = whole(1, MAX_LIMIT).optional();
const answers = { 200: { description: 'Demands and assets like it, best first, each with what the score rests on', schema: similar } };

/** What is known of a demand before it is whole. */
const draft = demandFile.partial().required({ want: true });

export const demands = [
  readMany('demand', 'demands', seen, {
    q: text.optional(),
    by: text.optional(),
    owner: text.optional(),
    asset: text.optional(),
    theme: text.optional(),
    element: text.optional(),
    status: demandEffectiveStatus.optional(),
    from: since.optional(),
    to: until.optional(),
  }),
  write({
    path: '/demands',
    tag: 'demands',
    summary: 'File what is needed and not to be found',
    who: 'a consumer, for the own department',
    name: 'demand:file',
    body: demandFile,
    kind: 'demand',
    creates: 'demands',
    input: (body) => body,
  }),
  endpoint({
    method: 'post',
    path: '/demands:similar',
    tag: 'demands',
    summary: 'Before filing: demands that ask for the same, and assets that may answer it',
    who: 'every caller, over what it sees; nothing is written',
    query: z.strictObject({ limit }),
    body: draft,
    answers,
    handle: async ({ body, query, who }, { readModel }) => ({
      body: summed(await findSimilar(readModel, who, wishOf(body), { limit: query.limit ?? DEFAULT_LIMIT, at: now().at })),
    }),
  }),
  readOne('demand', 'demands', seen),
  endpoint({
    method: 'get',
    path: '/demands/{id}/similar',
    tag: 'demands',
    summary: 'Demands that ask for the same, and assets that may answer it',
    who: 'every caller, over what it sees',
    query: z.strictObject({ limit }),
    answers,
    handle: async ({ params, query, who }, { readModel }) => {
      const demand = await readVisible(readModel, who.caller, 'demand', params.id as string);
      const asked = { limit: query.limit ?? DEFAULT_LIMIT, at: now().at, but: demand.id, asker: demand.by };
      return { body: summed(await findSimilar(readModel, who, demand, asked)) };
    },
  }),
  step(
    'demand',
    'demands',
    'demand:match',
    'Put a demand to an asset, and so to its owner',
    'a manager; a steward of the asset’s publisher',
  ),
  step('demand', 'demands', 'demand:reject', 'Say why it is not met', 'a steward of the owner it was put to; a manager'),
  step('demand', 'demands', 'demand:withdraw', 'Withdraw a demand', asker),
  step('demand', 'demands', 'demand:fulfil', 'Close it with a share that was acknowledged under a grant of the matched asset', asker),
  write({
    path: '/demands/{id}/join',
    tag: 'demands',
    summary: 'Join another department’s demand: a record of its own, beside it',
    who: 'a consumer of another department',
    name: 'demand:join',
    body: demandJoin.omit({ id: true }),
    kind: 'joining',
    creates: 'joinings',
    input: (body, { id }) => ({ ...body, id: id as string }),
  }),
  readMany('joining', 'joinings', 'every caller', { demand: text.optional(), by: text.optional(), status: joiningStatus.optional() }),
  readOne('joining', 'joinings', 'every caller'),
  step('joining', 'joinings', 'joining:withdraw', 'Withdraw a joining', asker),
  step('joining', 'joinings', 'joining:fulfil', 'Close it with a share that was acknowledged under a grant of the matched asset', asker),
];

function wishOf({ want, elements, theme }: z.infer<typeof draft>): Wish {
  return { want, elements, theme };
}

/** Of each enough to choose by; the rest is at its address. */
function summed({ demands: others, assets, asOf }: Similar) {
  const judged = <T>({ score, because }: Likeness, rest: T) => ({ score, likely: score >= LIKELY, because, ...rest });
  return {
    demands: others.map(({ demand: { id, want, by, status, neededBy }, ...likeness }) =>
      judged(likeness, { demand: { id, want, by, status, neededBy } }),
    ),
    assets: assets.map(({ asset: { id, title, publisher, theme, shareType, status }, ...likeness }) =>
      judged(likeness, { asset: { id, title, publisher, ...(theme === undefined ? {} : { theme }), shareType, status } }),
    ),
    asOf,
  };
}
