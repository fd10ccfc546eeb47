import { type ActRule, is } from './rule.js';

export const ticket: ActRule<'ticket'>[] = [
  {
    step: ['ticket:issue'],
    who: ['consumer'],
    from: [undefined],
    to: ['issued'],
    by: ({ next, caller, related: { grant } }) =>
      is(caller, next.consumer, 'consumer') &&
      grant?.id === next.grant &&
      grant.assigner === next.provider &&
      grant.assignee === next.consumer &&
      grant.asset === next.asset,
  },
];
