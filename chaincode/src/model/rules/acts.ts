import type { Caller, Role } from '../caller.js';
import type { Asset } from '../records/asset.js';
import type { Grant } from '../records/grant.js';
import type { RecordKind, RecordOf } from '../records/index.js';
import type { Right } from '../records/right.js';
import { widened } from './narrow.js';

/**
 * Who may bring a record from one state to another, and which fields move with it: a table, apart from the rules that make the records, so
 * that contract, read model and verifier hold the same thing against each other. What is not in the table may not be.
 */
export interface Related {
  /** The asset's confirmed owner (a department), who confirms and declines all rights but ownership. */
  readonly owner?: string | undefined;
  /** The right that a transfer ends, as it stood before. */
  readonly from?: Right | undefined;
  /** The asset of a grant, as it stood: whether it needed a decision. */
  readonly asset?: Asset | undefined;
  /** The grant of a share or refusal, as it stood. */
  readonly grant?: Grant | undefined;
}

export interface Change<K extends RecordKind> {
  readonly previous: RecordOf<K> | undefined;
  readonly next: RecordOf<K>;
  readonly caller: Caller;
  readonly related: Related;
}

export interface ActRule<K extends RecordKind> {
  /** undefined: a new record. */
  readonly from: readonly (RecordOf<K>['status'] | undefined)[];
  readonly to: readonly RecordOf<K>['status'][];
  /** Fields that may change beside version, updated and status. A new record has them all but what `lacks` names. */
  readonly fields?: readonly (keyof RecordOf<K> & string)[];
  readonly lacks?: readonly (keyof RecordOf<K> & string)[];
  readonly by: (change: Change<K>) => boolean;
}

const is = (caller: Caller, department: string | undefined, ...roles: Role[]) =>
  caller.department === department && roles.some((role) => caller.roles.includes(role));
const manages = ({ caller }: { caller: Caller }) => caller.roles.includes('manager');

const publisher = ({ next, caller }: Change<'asset'>) => is(caller, next.publisher, 'steward');
const holder = ({ next, caller }: Change<'right'>) => is(caller, next.holder, 'steward', 'consumer');
/** Whose word a claim waits for. */
const confirmer = (change: Change<'right'>) =>
  change.next.rightType === 'ownership' ? manages(change) : is(change.caller, change.related.owner, 'steward');
const receiver = ({ previous, caller }: Change<'right'>) => is(caller, previous?.offeredTo, 'steward', 'consumer');
const assigner = ({ next, caller }: Change<'grant'>) => is(caller, next.assigner, 'steward');
const assignee = ({ next, caller }: Change<'grant'>) => is(caller, next.assignee, 'consumer');
const decider = (change: Change<'grant'>) =>
  assigner(change) || (manages(change) && Date.parse(change.next.updated.at) > Date.parse(change.previous?.dueAt ?? ''));
const provider = ({ next, caller }: Change<'share'>) => is(caller, next.provider, 'steward');
const consumer = ({ next, caller }: Change<'share'>) => is(caller, next.consumer, 'consumer');

function needsNoDecision({ next, related: { asset } }: Change<'grant'>): boolean {
  if (asset?.id !== next.asset || asset.publisher !== next.assigner || asset.status !== 'published') return false;
  const asked = next.elements.map((name) => asset.elements.find((element) => element.name === name));
  const open = (type: Asset['shareType'] | undefined) => type === undefined || type === 'unconditional';
  return asset.shareType === 'unconditional' && asked.every((element) => element !== undefined && open(element.shareType));
}

function underGrant({ next, related: { grant } }: Change<'share'> | Change<'refusal'>): boolean {
  return grant?.id === next.grant && grant.assigner === next.provider && grant.assignee === next.consumer && grant.asset === next.asset;
}

const body = ['catalogCode', 'title', 'description', 'theme', 'keywords', 'elements', 'shareType', 'shareCondition', 'shareBasis'] as const;
const more = ['shareMethod', 'openToPublic', 'accrualPeriodicity', 'contentModified', 'contentHash', 'level', 'authoritativeFor'] as const;
const revised = [...body, ...more, 'source', 'distributions'] as const;

const asset: ActRule<'asset'>[] = [
  { from: [undefined], to: ['registered'], lacks: ['reason'], by: publisher },
  { from: ['registered'], to: ['registered', 'published'], fields: [...revised, 'reason'], by: publisher },
  { from: ['published'], to: ['published', 'suspended', 'retired'], fields: [...revised, 'reason'], by: publisher },
  { from: ['suspended'], to: ['suspended', 'published', 'retired'], fields: [...revised, 'reason'], by: publisher },
];

const right: ActRule<'right'>[] = [
  { from: [undefined], to: ['claimed'], lacks: ['confirmed', 'offeredTo', 'transferredFrom', 'transferredTo', 'reason'], by: holder },
  {
    from: [undefined],
    to: ['confirmed'],
    lacks: ['offeredTo', 'transferredTo', 'reason'],
    by: (change) => holder(change) && transferred(change),
  },
  { from: ['claimed'], to: ['confirmed'], fields: ['confirmed'], by: confirmer },
  { from: ['claimed'], to: ['lapsed'], fields: ['reason'], by: (change) => holder(change) || confirmer(change) },
  {
    from: ['confirmed'],
    to: ['confirmed'],
    fields: ['offeredTo'],
    by: (change) => holder(change) || (receiver(change) && change.next.offeredTo === undefined),
  },
  { from: ['confirmed'], to: ['transferred'], fields: ['transferredTo'], by: receiver },
  { from: ['confirmed'], to: ['lapsed'], fields: ['reason'], by: holder },
];

/** Both signatures are there: the holder's offer stands in the old right, the receiver signs the new one. */
function transferred({ next, related: { from } }: Change<'right'>): boolean {
  if (from === undefined || from.id !== next.transferredFrom) return false;
  const same =
    from.asset === next.asset && from.rightType === next.rightType && from.confirmed?.transactionId === next.confirmed?.transactionId;
  return same && from.status === 'confirmed' && from.offeredTo === next.holder;
}

const contest: ActRule<'contest'>[] = [
  { from: [undefined], to: ['open'], lacks: ['ruling'], by: ({ next, caller }) => is(caller, next.by, 'steward', 'consumer') },
  { from: ['open'], to: ['upheld', 'dismissed'], fields: ['ruling'], by: manages },
];

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
  { from: [status], to: [status], fields: ['termsOffer'], by: (change) => side(change) && offers(change) },
  { from: [status], to: [status], fields: ['termsOffer', 'termsHash', 'termsAgreed'], by: (change) => side(change) && accepts(change) },
]);
const unanswered = ['decided', 'reason', 'termsHash', 'termsAgreed'] as const;

const grant: ActRule<'grant'>[] = [
  ...agreeing,
  { from: [undefined], to: ['requested'], lacks: unanswered, by: assignee },
  { from: [undefined], to: ['active'], lacks: [...unanswered, 'dueAt'], by: (change) => assignee(change) && needsNoDecision(change) },
  { from: ['returned'], to: ['requested'], fields: asked, by: assignee },
  { from: ['returned'], to: ['active'], fields: asked, by: (change) => assignee(change) && needsNoDecision(change) },
  {
    from: ['requested'],
    to: ['active'],
    fields: ['decided', 'reason', 'constraints', 'assetVersion'],
    by: (change) => decider(change) && widened(change.previous?.constraints ?? {}, change.next.constraints) === undefined,
  },
  { from: ['requested'], to: ['refused'], fields: ['decided', 'reason'], by: decider },
  { from: ['requested'], to: ['returned'], fields: ['reason', 'dueAt'], by: assigner },
  { from: ['requested', 'returned'], to: ['withdrawn'], fields: ['reason'], by: assignee },
  { from: ['active'], to: ['suspended', 'revoked'], fields: ['reason'], by: assigner },
  { from: ['suspended'], to: ['active', 'revoked'], fields: ['reason'], by: assigner },
];

const said = [
  'payloadHash',
  'hashAlgorithm',
  'bytes',
  'rows',
  'startedAt',
  'endedAt',
  'caseRef',
  'elements',
  'providerCommitment',
  'answerDueAt',
] as const;
const delivery = ['payloadHash', 'hashAlgorithm', 'bytes', 'rows', 'providerCommitment', 'startedAt', 'endedAt'] as const;

const share: ActRule<'share'>[] = [
  { from: [undefined], to: ['opened'], lacks: [...delivery, 'consumerCommitment', 'resolution'], by: (c) => provider(c) && underGrant(c) },
  { from: [undefined], to: ['committed'], lacks: ['consumerCommitment', 'resolution'], by: (c) => provider(c) && underGrant(c) },
  { from: ['opened'], to: ['committed'], fields: said, by: provider },
  { from: ['committed'], to: ['acknowledged'], fields: ['consumerCommitment'], by: (c) => consumer(c) && digestsAgree(c) },
  { from: ['committed'], to: ['mismatched'], fields: ['consumerCommitment'], by: (c) => consumer(c) && !digestsAgree(c) },
  { from: ['mismatched'], to: ['resolved'], fields: ['resolution'], by: (c) => consumer(c) || manages(c) },
  { from: ['mismatched'], to: ['void'], fields: ['resolution'], by: (c) => provider(c) || manages(c) },
  { from: ['opened'], to: ['void'], fields: ['resolution'], by: provider },
];

function digestsAgree({ next: { providerCommitment: sent, consumerCommitment: got } }: Change<'share'>): boolean {
  return sent !== undefined && sent.payloadHash === got?.payloadHash && sent.hashAlgorithm === got.hashAlgorithm;
}

const manager = (mspId: string | undefined, caller: Caller) => caller.mspId === mspId && caller.roles.includes('manager');

export const acts: { readonly [K in RecordKind]: readonly ActRule<K>[] } = {
  asset,
  right,
  contest,
  grant,
  share,
  refusal: [{ from: [undefined], to: ['refused'], by: (c) => is(c.caller, c.next.provider, 'steward') && underGrant(c) }],
  'audit-query': [{ from: [undefined], to: ['recorded'], by: ({ next, caller }) => is(caller, next.by, 'auditor') }],
  department: [{ from: [undefined], to: ['active'], by: manages }],
  settings: [
    {
      from: [undefined, 'active'],
      to: ['active'],
      fields: [
        'timeZone',
        'decisionWorkingDays',
        'acknowledgeWorkingDays',
        'feedbackWorkingDays',
        'disputeWorkingDays',
        'maxClockSkewSeconds',
        'holidays',
        'makeUpDays',
        'managerMspId',
        'departmentMspIds',
        'auditorMspIds',
        'simulatedClock',
      ],
      by: ({ previous, next, caller }) => manager((previous ?? next).managerMspId, caller),
    },
  ],
};
