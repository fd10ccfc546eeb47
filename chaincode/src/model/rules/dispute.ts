import { workingDaysAfter } from '../calendar.js';
import { RuleError } from '../errors.js';
import type { Asset } from '../records/asset.js';
import type { Localized, Stamp } from '../records/common.js';
import { type Dispute, type Frozen, MAX_STATEMENTS } from '../records/dispute.js';
import type { LedgerRecord } from '../records/index.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, changed, invalid, mustActFor, mustHold, mustStand, stampOf, timely } from './act.js';
import { authorityClash, disputeStatus, endsFreeze } from './derive.js';
import { type Sides, sidesOf } from './sides.js';

/**
 * Dispute 争议: opened → negotiation → mediation → decided → closed. The two sides speak for themselves and write over nobody's word; either
 * goes on to mediation, or time does (derive.ts); there the manager decides.
 */
export type Claim = Pick<TransactionInput<'dispute:open'>, 'subject' | 'claim' | 'evidence' | 'freeze'>;

/** `about`: what the subject names, as it stands: the record, or the two assets. */
export function open(act: Act, about: readonly LedgerRecord[], { subject, claim, evidence = [], freeze = false }: Claim, nth = 0): Dispute {
  mustHold(act, 'steward', 'consumer');
  const sides = sidesOf(subject, about, act.caller.department);
  if (typeof sides === 'string') throw new RuleError('NOT_YOURS', { rule: '1', given: act.caller.department, accepted: sides });
  if (freeze && sides.grant === undefined) throw invalid('freeze', 'a grant of one’s own; the manager orders any other');
  timely(act, ...about);
  const dueAt = deadline(act, act.at);
  const base = born(act, 'dispute', nth);
  return {
    ...base,
    kind: 'dispute',
    claimant: sides.claimant,
    respondent: sides.respondent,
    subject,
    assets: [...sides.assets],
    claim,
    statements: evidence.length === 0 ? [] : [{ evidence, stamp: base.created }],
    freezes: freeze && sides.grant !== undefined ? [{ kind: 'grant', id: sides.grant }] : [],
    tier: 'negotiation',
    dueAt,
    mediationDueAt: deadline(act, dueAt),
    status: 'opened',
  };
}

/** What opens by itself when a publisher claims what another publisher's asset claims already (DOMAIN rule 3). */
export function openConflict(act: Act, dataElement: string, asset: Asset, rival: Asset, nth: number): Dispute {
  return open(
    act,
    [asset, rival],
    { subject: { kind: 'authority', dataElement, assets: [asset.id, rival.id] }, claim: conflict(dataElement) },
    nth,
  );
}

const conflict = (dataElement: string): Localized => ({
  zh: `两项数据资源都声明是数据元 ${dataElement} 的权威来源`,
  en: `Two assets both claim to be the authoritative source of data element ${dataElement}`,
});

export function answer(act: Act, dispute: Dispute, input: TransactionInput<'dispute:answer'>): Dispute {
  mustActFor(act, dispute.respondent, 'steward', 'consumer');
  mustBeIn(act, dispute, 'opened');
  return { ...said(act, dispute, input), status: 'negotiation' };
}

export function submit(act: Act, dispute: Dispute, input: TransactionInput<'dispute:submit'>): Dispute {
  mustBeSide(act, dispute);
  mustBeIn(act, dispute, ...BEFORE_RULING);
  return said(act, dispute, input);
}

/** To the manager, by either side, before the days of negotiation are over. */
export function escalate(act: Act, dispute: Dispute): Dispute {
  mustBeSide(act, dispute);
  mustBeIn(act, dispute, 'opened', 'negotiation');
  const dueAt = deadline(act, act.at);
  return { ...changed(act, dispute), tier: 'mediation', dueAt, mediationDueAt: dueAt, status: 'mediation' };
}

export function decide(act: Act, dispute: Dispute, input: TransactionInput<'dispute:decide'>): Dispute {
  mustHold(act, 'manager');
  mustBeIn(act, dispute, 'mediation');
  const { ruling, remedy } = input;
  return {
    ...changed(act, dispute),
    ...rulingOf(dispute, input),
    tier: 'mediation',
    ruling,
    ...(remedy === undefined ? {} : { remedy }),
    decided: stampOf(act),
    status: 'decided',
  };
}

/** An authority conflict is decided by naming the source, every other dispute by its outcome. */
function rulingOf(
  { subject }: Dispute,
  { outcome, authoritative }: TransactionInput<'dispute:decide'>,
): Pick<Dispute, 'outcome' | 'authoritative'> {
  if (subject.kind !== 'authority') {
    if (authoritative !== undefined) throw invalid('authoritative', 'only where two assets claim one data element');
    if (outcome === undefined) throw invalid('outcome', 'upheld or dismissed');
    return { outcome };
  }
  if (authoritative === undefined || !subject.assets.includes(authoritative))
    throw invalid('authoritative', `one of ${subject.assets.join(', ')}`);
  const follows = authoritative === subject.assets[0] ? 'upheld' : 'dismissed';
  if (outcome !== undefined && outcome !== follows) throw invalid('outcome', `${follows} follows from the asset named`);
  return { outcome: follows, authoritative };
}

/**
 * The claimant withdraws, or says that it is settled or that the remedy is carried out; the manager ends what it has decided. An authority
 * conflict without a ruling ends only once the two no longer claim the same: `assets`, as they stand.
 */
export function close(act: Act, dispute: Dispute, assets: readonly Asset[], { reason }: TransactionInput<'dispute:close'>): Dispute {
  const { subject } = dispute;
  if (dispute.status === 'decided' && act.caller.roles.includes('manager')) mustStand(dispute, 'decided');
  else if (subject.kind === 'authority' && dispute.status !== 'decided') mustBeSide(act, dispute);
  else mustActFor(act, dispute.claimant, 'steward', 'consumer');
  mustStand(dispute, ...BEFORE_RULING, 'decided');
  const [own, rival] = assets;
  if (
    subject.kind === 'authority' &&
    dispute.status !== 'decided' &&
    own &&
    rival &&
    authorityClash(own, rival).includes(subject.dataElement)
  )
    throw new RuleError('STATE_FORBIDS', { rule: '3', given: 'both assets still claim', accepted: 'one claim given up, or a ruling' });
  return { ...changed(act, dispute), ...(reason === undefined ? {} : { closing: reason }), status: 'closed' };
}

/** Ordered by the manager: grants and rights of the assets in dispute. `found`: what is named, as it stands. */
export function freeze(act: Act, dispute: Dispute, found: readonly LedgerRecord[], { items }: TransactionInput<'dispute:freeze'>): Dispute {
  mustHold(act, 'manager');
  if (endsFreeze(dispute)) mustStand(dispute, ...BEFORE_RULING);
  const stray = found.findIndex((record) => !('asset' in record && dispute.assets.includes(record.asset)));
  if (stray >= 0) throw invalid(`items.${stray}`, `of ${dispute.assets.join(' or ')}`);
  const added = items.filter((item) => !dispute.freezes.some((known) => sameItem(known, item)));
  if (added.length === 0) throw invalid('items', 'not frozen by this dispute yet');
  if (dispute.freezes.length + added.length > 50) throw invalid('items', 'at most 50 in all');
  return { ...changed(act, dispute), freezes: [...dispute.freezes, ...added] };
}

export function release(act: Act, dispute: Dispute, { items }: TransactionInput<'dispute:release'>): Dispute {
  if (!act.caller.roles.includes('manager')) mustActFor(act, dispute.claimant, 'steward', 'consumer');
  mustStand(dispute, ...BEFORE_RULING, 'decided');
  const unknown = items.findIndex((item) => !dispute.freezes.some((known) => sameItem(known, item)));
  if (unknown >= 0) throw invalid(`items.${unknown}`, 'not frozen by this dispute');
  return { ...changed(act, dispute), freezes: dispute.freezes.filter((known) => !items.some((item) => sameItem(known, item))) };
}

/**
 * Whose peers sign what the manager does: the side that it is for, so that the other cannot hold it up (endorsers.ts). A freeze is for the
 * claimant, its end for the respondent.
 */
export function favoured(name: string, dispute: Dispute, input: unknown): string {
  const { claimant, respondent, subject } = dispute;
  if (name === 'dispute:freeze') return claimant;
  if (name !== 'dispute:decide') return respondent;
  const { outcome, authoritative } = (input ?? {}) as Partial<TransactionInput<'dispute:decide'>>;
  const upheld = subject.kind === 'authority' ? authoritative === subject.assets[0] : outcome === 'upheld';
  return upheld ? claimant : respondent;
}

export const BEFORE_RULING = ['opened', 'negotiation', 'mediation'] as const;
export const sameItem = (a: Frozen, b: Frozen) => a.kind === b.kind && a.id === b.id;

function said(act: Act, dispute: Dispute, { text, evidence = [] }: Pick<TransactionInput<'dispute:submit'>, 'text' | 'evidence'>): Dispute {
  if (text === undefined && evidence.length === 0) throw invalid('text', 'text or evidence');
  const stamp: Stamp = stampOf(act);
  const own = dispute.statements.filter((earlier) => earlier.stamp.department === stamp.department);
  if (own.length >= MAX_STATEMENTS) throw invalid('text', `a side has at most ${MAX_STATEMENTS} statements`);
  const statement = { ...(text === undefined ? {} : { text }), evidence, stamp };
  return { ...changed(act, dispute), statements: [...dispute.statements, statement] };
}

function mustBeSide(act: Act, { claimant, respondent }: Pick<Sides, 'claimant' | 'respondent'>): void {
  const { department } = act.caller;
  mustActFor(act, department === respondent ? respondent : claimant, 'steward', 'consumer');
}

function mustBeIn(act: Act, dispute: Dispute, ...states: readonly string[]): void {
  const status = disputeStatus(dispute, act.at);
  if (!states.includes(status)) throw new RuleError('STATE_FORBIDS', { rule: 'states', given: status, accepted: states.join(' or ') });
}

const deadline = ({ settings }: Act, from: string) => workingDaysAfter(from, settings.disputeWorkingDays, settings);
