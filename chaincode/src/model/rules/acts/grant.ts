import type { Asset } from '../../records/asset.js';
import { widened } from '../narrow.js';
import { type ActRule, type Change, is, manages } from './rule.js';

const assigner = ({ next, caller }: Change<'grant'>) => is(caller, next.assigner, 'steward');
const assignee = ({ next, caller }: Change<'grant'>) => is(caller, next.assignee, 'consumer');
const decider = (change: Change<'grant'>) =>
  assigner(change) || (manages(change) && Date.parse(change.next.updated.at) > Date.parse(change.previous?.dueAt ?? ''));

function needsNoDecision({ next, related: { asset } }: Change<'grant'>): boolean {
  // What is kept from the persons it is about needs somebody's consent.
  if (next.concealed !== undefined) return false;
  if (asset?.id !== next.asset || asset.publisher !== next.assigner || asset.status !== 'published') return false;
  if (asset.derived !== undefined && asset.derived.shareType !== 'unconditional') return false;
  const asked = next.elements.map((name) => asset.elements.find((element) => element.name === name));
  const open = (type: Asset['shareType'] | undefined) => type === undefined || type === 'unconditional';
  return asset.shareType === 'unconditional' && asked.every((element) => element !== undefined && open(element.shareType));
}

const asked = ['elements', 'purpose', 'legalBasis', 'constraints', 'assetVersion', 'requestedAt', 'dueAt', 'reason'] as const;

/** A side of the grant offers confidential terms, or an offer goes: taken back, or declined. */
function offers({ previous, next }: Change<'grant'>): boolean {
  if (next.termsOffer === undefined) return previous?.termsOffer !== undefined;
  return next.termsOffer.stamp.transactionId === next.updated.transactionId;
}

/** Both words are there: the offer stands in the record under the other side's signature, and this side agrees to the same commitment. */
function accepts({ previous, next, caller }: Change<'grant'>): boolean {
  const offer = previous?.termsOffer;
  if (offer === undefined || offer.stamp.department === caller.department) return false;
  if (next.termsOffer !== undefined || next.termsHash !== offer.termsHash) return false;
  const { offered, accepted } = next.termsAgreed ?? {};
  return offered?.transactionId === offer.stamp.transactionId && accepted?.transactionId === next.updated.transactionId;
}

const side = (change: Change<'grant'>) => assigner(change) || assignee(change);
const agreeing = (['requested', 'returned', 'active', 'suspended'] as const).flatMap((status): ActRule<'grant'>[] => [
  {
    step: ['grant:offerTerms', 'grant:declineTerms'],
    who: ['provider', 'consumer'],
    from: [status],
    to: [status],
    fields: ['termsOffer'],
    by: (change) => side(change) && offers(change),
  },
  {
    step: ['grant:acceptTerms'],
    who: ['provider', 'consumer'],
    from: [status],
    to: [status],
    fields: ['termsOffer', 'termsHash', 'termsAgreed'],
    by: (change) => side(change) && accepts(change),
  },
]);
const unanswered = ['decided', 'reason', 'termsHash', 'termsAgreed', 'disclosed'] as const;

const disclosing = (['active', 'suspended', 'revoked'] as const).map(
  (status): ActRule<'grant'> => ({
    step: ['grant:disclose'],
    who: ['consumer', 'manager'],
    from: [status],
    to: [status],
    fields: ['disclosed'],
    by: (change) =>
      (assignee(change) || manages(change)) && change.next.concealed !== undefined && change.previous?.disclosed === undefined,
  }),
);

export const grant: ActRule<'grant'>[] = [
  ...agreeing,
  ...disclosing,
  { step: ['grant:request'], who: ['consumer'], from: [undefined], to: ['requested'], lacks: unanswered, by: assignee },
  {
    step: ['grant:request'],
    who: ['consumer'],
    from: [undefined],
    to: ['active'],
    lacks: [...unanswered, 'dueAt'],
    by: (change) => assignee(change) && needsNoDecision(change),
  },
  { step: ['grant:resubmit'], who: ['consumer'], from: ['returned'], to: ['requested'], fields: asked, by: assignee },
  {
    step: ['grant:resubmit'],
    who: ['consumer'],
    from: ['returned'],
    to: ['active'],
    fields: asked,
    by: (change) => assignee(change) && needsNoDecision(change),
  },
  {
    step: ['grant:approve'],
    who: ['provider', 'manager, once overdue'],
    from: ['requested'],
    to: ['active'],
    fields: ['decided', 'reason', 'constraints', 'assetVersion'],
    by: (change) => decider(change) && widened(change.previous?.constraints ?? {}, change.next.constraints) === undefined,
  },
  {
    step: ['grant:refuse'],
    who: ['provider', 'manager, once overdue'],
    from: ['requested'],
    to: ['refused'],
    fields: ['decided', 'reason'],
    by: decider,
  },
  { step: ['grant:return'], who: ['provider'], from: ['requested'], to: ['returned'], fields: ['reason', 'dueAt'], by: assigner },
  { step: ['grant:withdraw'], who: ['consumer'], from: ['requested', 'returned'], to: ['withdrawn'], fields: ['reason'], by: assignee },
  { step: ['grant:suspend'], who: ['provider'], from: ['active'], to: ['suspended'], fields: ['reason'], by: assigner },
  { step: ['grant:resume'], who: ['provider'], from: ['suspended'], to: ['active'], fields: ['reason'], by: assigner },
  { step: ['grant:revoke'], who: ['provider'], from: ['active', 'suspended'], to: ['revoked'], fields: ['reason'], by: assigner },
];
