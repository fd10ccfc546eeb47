import { describeMe } from '../../usecases/describeMe.js';
import { endpoint } from '../endpoint.js';
import { me } from '../schemas.js';

export const meRoutes = [
  endpoint({
    method: 'get',
    path: '/me',
    tag: 'me',
    summary: 'Whom the ledger takes you for',
    who: 'every caller',
    answers: { 200: { description: 'You', schema: me } },
    handle: async ({ who }) => ({ body: describeMe(who) }),
  }),
];
