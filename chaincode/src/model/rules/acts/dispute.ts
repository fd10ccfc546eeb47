import { canonical } from '../../canonical.js';
import type { Dispute } from '../../records/dispute.js';
import { sidesOf } from '../sides.js';
import { type ActRule, type Change, is, manages } from './rule.js';

const claimant = ({ next, caller }: Change<'dispute'>) => is(caller, next.claimant, 'steward', 'consumer');
const respondent = ({ next, caller }: Change<'dispute'>) => is(caller, next.respondent, 'steward', 'consumer');
const side = (change: Change<'dispute'>) => claimant(change) || respondent(change);
/** Of mediation the manager has to be asked, or the sides' time has passed. */
const due = ({ previous, next }: Change<'dispute'>) =>
  previous?.status === 'mediation' || Date.parse(next.updated.at) > Date.parse(previous?.dueAt ?? '');

/** Between those whom its subject concerns; frozen at most the claimant's own grant; of statements only the claimant's own. */
function opens({ next, related: { about = [] } }: Change<'dispute'>): boolean {
  const sides = sidesOf(next.subject, about, next.claimant);
  if (typeof sides === 'string' || sides.respondent !== next.respondent || next.assets.join() !== sides.assets.join()) return false;
  if (next.freezes.some(({ kind, id }) => kind !== 'grant' || id !== sides.grant)) return false;
  return next.tier === 'negotiation' && next.statements.length <= 1;
}

/** One more word, the author's own (authorship.ts holds its stamp), and what was said before stands as it was. */
function adds({ previous, next }: Change<'dispute'>): boolean {
  const before = previous?.statements ?? [];
  const kept = before.every((statement, i) => canonical(statement) === canonical(next.statements[i]));
  return kept && next.statements.length === before.length + 1 && next.statements.at(-1)?.stamp.transactionId === next.updated.transactionId;
}

/** An authority conflict names the source, and its outcome follows from that. */
function rules({ next: { subject, outcome, authoritative } }: Change<'dispute'>): boolean {
  if (subject.kind !== 'authority') return authoritative === undefined && outcome !== undefined;
  return authoritative === subject.assets[outcome === 'upheld' ? 0 : 1] && outcome !== undefined;
}

const within = (items: Dispute['freezes'], all: Dispute['freezes']) =>
  items.length < all.length && items.every((item) => all.some(({ kind, id }) => kind === item.kind && id === item.id));
const fewer = ({ previous, next }: Change<'dispute'>) => within(next.freezes, previous?.freezes ?? []);
const more = ({ previous, next }: Change<'dispute'>) => within(previous?.freezes ?? [], next.freezes);

type Status = Dispute['status'];
const open: readonly Status[] = ['opened', 'negotiation', 'mediation'];
const sides = ['claimant', 'respondent'] as const;

const staying = open.map(
  (status): ActRule<'dispute'> => ({
    step: ['dispute:submit'],
    who: sides,
    from: [status],
    to: [status],
    fields: ['statements'],
    by: (change) => side(change) && adds(change),
  }),
);
const freezing = [...open, 'decided' as const].flatMap((status): ActRule<'dispute'>[] => [
  {
    step: ['dispute:freeze'],
    who: ['manager'],
    from: [status],
    to: [status],
    fields: ['freezes'],
    by: (change) => manages(change) && more(change),
  },
  {
    step: ['dispute:release'],
    who: ['claimant', 'manager'],
    from: [status],
    to: [status],
    fields: ['freezes'],
    by: (change) => (claimant(change) || manages(change)) && fewer(change),
  },
]);

export const dispute: ActRule<'dispute'>[] = [
  {
    // Who registers or revises an asset into an authority conflict opens its dispute by that.
    step: ['dispute:open', 'asset:register', 'asset:revise'],
    who: ['claimant'],
    from: [undefined],
    to: ['opened'],
    lacks: ['outcome', 'authoritative', 'ruling', 'remedy', 'decided', 'closing'],
    by: (change) => claimant(change) && opens(change),
  },
  {
    step: ['dispute:answer'],
    who: ['respondent'],
    from: ['opened'],
    to: ['negotiation'],
    fields: ['statements'],
    by: (change) => respondent(change) && adds(change),
  },
  ...staying,
  {
    step: ['dispute:escalate'],
    who: sides,
    from: ['opened', 'negotiation'],
    to: ['mediation'],
    fields: ['tier', 'dueAt', 'mediationDueAt'],
    by: (change) => side(change) && change.next.tier === 'mediation',
  },
  {
    step: ['dispute:decide'],
    who: ['manager, once overdue'],
    from: ['opened', 'negotiation'],
    to: ['decided'],
    fields: ['tier', 'outcome', 'authoritative', 'ruling', 'remedy', 'decided'],
    by: (change) => manages(change) && due(change) && rules(change),
  },
  {
    step: ['dispute:decide'],
    who: ['manager'],
    from: ['mediation'],
    to: ['decided'],
    fields: ['outcome', 'authoritative', 'ruling', 'remedy', 'decided'],
    by: (change) => manages(change) && rules(change),
  },
  ...freezing,
  {
    step: ['dispute:close'],
    who: ['claimant'],
    from: open,
    to: ['closed'],
    fields: ['closing'],
    // An authority conflict that has gone may be closed by either.
    by: (change) => claimant(change) || (change.next.subject.kind === 'authority' && respondent(change)),
  },
  {
    step: ['dispute:close'],
    who: ['claimant', 'manager'],
    from: ['decided'],
    to: ['closed'],
    fields: ['closing'],
    by: (change) => claimant(change) || manages(change),
  },
];
