import { type ActRule, type Change, is, manages } from './rule.js';

const holder = ({ next, caller }: Change<'right'>) => is(caller, next.holder, 'steward', 'consumer');
/** Whose word a claim waits for. */
const confirmer = (change: Change<'right'>) =>
  change.next.rightType === 'ownership' ? manages(change) : is(change.caller, change.related.owner, 'steward');
const receiver = ({ previous, caller }: Change<'right'>) => is(caller, previous?.offeredTo, 'steward', 'consumer');

export const right: ActRule<'right'>[] = [
  {
    step: ['right:claim'],
    who: ['holder'],
    from: [undefined],
    to: ['claimed'],
    lacks: ['confirmed', 'offeredTo', 'transferredFrom', 'transferredTo', 'reason'],
    by: holder,
  },
  {
    step: ['right:accept'],
    who: ['receiver'],
    from: [undefined],
    to: ['confirmed'],
    lacks: ['offeredTo', 'transferredTo', 'reason'],
    by: (change) => holder(change) && transferred(change),
  },
  { step: ['right:confirm'], who: ['manager', 'owner'], from: ['claimed'], to: ['confirmed'], fields: ['confirmed'], by: confirmer },
  {
    step: ['right:decline'],
    who: ['holder', 'manager', 'owner'],
    from: ['claimed'],
    to: ['lapsed'],
    fields: ['reason'],
    by: (change) => holder(change) || confirmer(change),
  },
  {
    step: ['right:offer', 'right:decline'],
    who: ['holder', 'receiver'],
    from: ['confirmed'],
    to: ['confirmed'],
    fields: ['offeredTo'],
    by: (change) => holder(change) || (receiver(change) && change.next.offeredTo === undefined),
  },
  { step: ['right:accept'], who: ['receiver'], from: ['confirmed'], to: ['transferred'], fields: ['transferredTo'], by: receiver },
  { step: ['right:decline'], who: ['holder'], from: ['confirmed'], to: ['lapsed'], fields: ['reason'], by: holder },
];

/** Both signatures are there: the holder's offer stands in the old right, the receiver signs the new one. */
function transferred({ next, related: { from } }: Change<'right'>): boolean {
  if (from === undefined || from.id !== next.transferredFrom) return false;
  const same =
    from.asset === next.asset && from.rightType === next.rightType && from.confirmed?.transactionId === next.confirmed?.transactionId;
  return same && from.status === 'confirmed' && from.offeredTo === next.holder;
}

export const contest: ActRule<'contest'>[] = [
  {
    step: ['right:contest'],
    who: ['objector'],
    from: [undefined],
    to: ['open'],
    lacks: ['ruling'],
    by: ({ next, caller }) => is(caller, next.by, 'steward', 'consumer'),
  },
  { step: ['right:decline'], who: ['manager'], from: ['open'], to: ['upheld'], fields: ['ruling'], by: manages },
  { step: ['right:confirm'], who: ['manager'], from: ['open'], to: ['dismissed'], fields: ['ruling'], by: manages },
];
