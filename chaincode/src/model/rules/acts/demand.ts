import { type ActRule, type Change, is, manages } from './rule.js';

const requester = ({ next, caller }: Change<'demand'> | Change<'joining'>) => is(caller, next.by, 'consumer');
const owner = ({ next, caller }: Change<'demand'>) => is(caller, next.match?.owner, 'steward');

/** It is put to what is there to be shared, and to whose it is. */
function matches({ next: { match, by }, related: { asset } }: Change<'demand'>): boolean {
  return (
    match !== undefined &&
    asset?.id === match.asset &&
    asset.publisher === match.owner &&
    asset.status === 'published' &&
    match.owner !== by
  );
}

/** A receipt of its own stands behind it. Of an acknowledgement in this very transaction, the share is as it stood before; it is judged by its own row. */
function received({ next, related: { share, demand } }: Change<'demand'> | Change<'joining'>): boolean {
  if (share === undefined || share.id !== next.resolvedBy || share.consumer !== next.by) return false;
  if (share.status !== 'committed' && share.status !== 'acknowledged') return false;
  const asked = next.kind === 'demand' ? next : demand;
  return asked !== undefined && (share.demand === asked.id || share.asset === asked.match?.asset);
}

export const demand: ActRule<'demand'>[] = [
  { step: ['demand:file'], who: ['requester'], from: [undefined], to: ['open'], lacks: ['match', 'reason', 'resolvedBy'], by: requester },
  {
    step: ['demand:match'],
    who: ['manager', 'asset owner'],
    from: ['open', 'rejected'],
    to: ['matched'],
    fields: ['match', 'reason'],
    by: (change) => (manages(change) || owner(change)) && matches(change),
  },
  {
    step: ['demand:match'],
    who: ['manager'],
    from: ['matched'],
    to: ['matched'],
    fields: ['match', 'reason'],
    by: (change) => manages(change) && matches(change),
  },
  { step: ['demand:reject'], who: ['manager'], from: ['open'], to: ['rejected'], fields: ['reason'], by: manages },
  {
    step: ['demand:reject'],
    who: ['asset owner', 'manager'],
    from: ['matched'],
    to: ['rejected'],
    fields: ['reason'],
    by: (change) => owner(change) || manages(change),
  },
  { step: ['demand:withdraw'], who: ['requester'], from: ['open', 'matched'], to: ['withdrawn'], fields: ['reason'], by: requester },
  {
    step: ['share:acknowledge', 'demand:fulfil'],
    who: ['requester'],
    from: ['open', 'matched', 'rejected'],
    to: ['fulfilled'],
    fields: ['resolvedBy', 'reason'],
    by: (change) => requester(change) && received(change),
  },
];

export const joining: ActRule<'joining'>[] = [
  {
    step: ['demand:join'],
    who: ['requester'],
    from: [undefined],
    to: ['open'],
    lacks: ['reason', 'resolvedBy'],
    by: (change) => requester(change) && change.related.demand?.id === change.next.demand && change.related.demand.by !== change.next.by,
  },
  { step: ['joining:withdraw'], who: ['requester'], from: ['open'], to: ['withdrawn'], fields: ['reason'], by: requester },
  {
    step: ['share:acknowledge', 'joining:fulfil'],
    who: ['requester'],
    from: ['open'],
    to: ['fulfilled'],
    fields: ['resolvedBy', 'reason'],
    by: (change) => requester(change) && received(change),
  },
];
