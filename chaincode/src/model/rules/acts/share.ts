import { type ActRule, type Change, is, manages } from './rule.js';

const provider = ({ next, caller }: Change<'share'>) => is(caller, next.provider, 'steward');
const consumer = ({ next, caller }: Change<'share'>) => is(caller, next.consumer, 'consumer');

function underGrant({ next, related: { grant } }: Change<'share'> | Change<'refusal'>): boolean {
  if (next.kind === 'share' && next.demand !== grant?.demand) return false;
  return grant?.id === next.grant && grant.assigner === next.provider && grant.assignee === next.consumer && grant.asset === next.asset;
}

const said = [
  'payloadHash',
  'hashAlgorithm',
  'bytes',
  'rows',
  'startedAt',
  'endedAt',
  'fingerprint',
  'subjects',
  'caseRef',
  'elements',
  'providerCommitment',
  'answerDueAt',
] as const;
const delivery = [
  'payloadHash',
  'hashAlgorithm',
  'bytes',
  'rows',
  'providerCommitment',
  'startedAt',
  'endedAt',
  'fingerprint',
  'subjects',
] as const;

export const share: ActRule<'share'>[] = [
  {
    step: ['share:open'],
    who: ['provider'],
    from: [undefined],
    to: ['opened'],
    lacks: [...delivery, 'consumerCommitment', 'resolution'],
    by: (c) => provider(c) && underGrant(c),
  },
  {
    step: ['share:commit'],
    who: ['provider'],
    from: [undefined],
    to: ['committed'],
    lacks: ['consumerCommitment', 'resolution'],
    by: (c) => provider(c) && underGrant(c),
  },
  { step: ['share:commit'], who: ['provider'], from: ['opened'], to: ['committed'], fields: said, by: provider },
  {
    step: ['share:acknowledge'],
    who: ['consumer'],
    from: ['committed'],
    to: ['acknowledged'],
    fields: ['consumerCommitment'],
    by: (c) => consumer(c) && digestsAgree(c),
  },
  {
    step: ['share:acknowledge'],
    who: ['consumer'],
    from: ['committed'],
    to: ['mismatched'],
    fields: ['consumerCommitment'],
    by: (c) => consumer(c) && !digestsAgree(c),
  },
  {
    step: ['share:resolve'],
    who: ['consumer', 'manager'],
    from: ['mismatched'],
    to: ['resolved'],
    fields: ['resolution'],
    by: (c) => consumer(c) || manages(c),
  },
  {
    step: ['share:void'],
    who: ['provider', 'manager'],
    from: ['mismatched'],
    to: ['void'],
    fields: ['resolution'],
    by: (c) => provider(c) || manages(c),
  },
  { step: ['share:void'], who: ['provider'], from: ['opened'], to: ['void'], fields: ['resolution'], by: provider },
];

function digestsAgree({ next: { providerCommitment: sent, consumerCommitment: got } }: Change<'share'>): boolean {
  return sent !== undefined && sent.payloadHash === got?.payloadHash && sent.hashAlgorithm === got.hashAlgorithm;
}

export const refusal: ActRule<'refusal'>[] = [
  {
    step: ['share:open', 'share:commit'],
    who: ['provider'],
    from: [undefined],
    to: ['refused'],
    by: (c) => is(c.caller, c.next.provider, 'steward') && underGrant(c),
  },
];
