import { type ActRule, type Change, is, manages } from './rule.js';

const publisher = ({ next, caller }: Change<'feedback'>) => is(caller, next.publisher, 'steward');
const raiser = ({ next, caller }: Change<'feedback'>) => is(caller, next.by, 'steward', 'consumer');
const late = (change: Change<'feedback'>) =>
  manages(change) && Date.parse(change.next.updated.at) > Date.parse(change.previous?.dueAt ?? '');

/** Of an asset that others see, against who publishes it. */
function ofOthers({ next, related: { asset } }: Change<'feedback'>): boolean {
  if (asset === undefined || asset.id !== next.asset || asset.publisher !== next.publisher || next.by === next.publisher) return false;
  return (asset.status === 'published' || asset.status === 'suspended') && next.assetVersion <= asset.version;
}

const answered = ['answer', 'dueAt'] as const;
const ruled = ['ruling', 'decided', 'dueAt'] as const;
const overdue = ['manager, once overdue'] as const;

export const feedback: ActRule<'feedback'>[] = [
  {
    step: ['feedback:raise'],
    who: ['raiser'],
    from: [undefined],
    to: ['raised'],
    lacks: ['answer', 'reply', 'ruling', 'fixedIn', 'decided'],
    by: (change) => raiser(change) && ofOthers(change),
  },
  { step: ['feedback:accept'], who: ['publisher'], from: ['raised', 'contested'], to: ['accepted'], fields: answered, by: publisher },
  { step: ['feedback:contest'], who: ['publisher'], from: ['raised'], to: ['contested'], fields: answered, by: publisher },
  { step: ['feedback:fix'], who: ['publisher'], from: ['accepted'], to: ['fixed'], fields: [...answered, 'fixedIn'], by: publisher },
  { step: ['feedback:confirm'], who: ['raiser'], from: ['fixed'], to: ['confirmed'], fields: ['reply'], by: raiser },
  { step: ['feedback:reopen'], who: ['raiser'], from: ['fixed'], to: ['accepted'], fields: ['reply', 'dueAt'], by: raiser },
  {
    step: ['feedback:withdraw'],
    who: ['raiser'],
    from: ['raised', 'contested', 'accepted'],
    to: ['withdrawn'],
    fields: ['reply'],
    by: raiser,
  },
  {
    step: ['feedback:decide'],
    who: overdue,
    from: ['raised', 'contested', 'accepted', 'fixed'],
    to: ['accepted', 'dismissed'],
    fields: ruled,
    by: late,
  },
  { step: ['feedback:decide'], who: overdue, from: ['fixed'], to: ['confirmed'], fields: ruled, by: late },
];

export const rating: ActRule<'rating'>[] = [
  {
    step: ['rating:give'],
    who: ['consumer'],
    from: [undefined],
    to: ['given'],
    by: ({ next, caller, related: { share } }) =>
      is(caller, next.by, 'consumer', 'steward') &&
      share?.id === next.share &&
      share.status === 'acknowledged' &&
      share.consumer === next.by &&
      share.provider === next.provider &&
      share.grant === next.grant &&
      share.asset === next.asset,
  },
];
