import { workingDaysAfter } from '../calendar.js';
import { RuleError } from '../errors.js';
import type { Asset } from '../records/asset.js';
import type { Feedback } from '../records/feedback.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, changed, invalid, mustActFor, mustHold, mustStand, stampOf, timely } from './act.js';
import { feedbackStatus } from './derive.js';

/**
 * Feedback 数据质量反馈: raised → accepted | contested → fixed → confirmed by who raised it. Each turn has its working days; past them it is
 * escalated (derive.ts), and the manager may decide.
 */
export function raise(act: Act, asset: Asset, { asset: _id, assetVersion = asset.version, ...said }: TransactionInput<'feedback:raise'>) {
  mustHold(act, 'steward', 'consumer');
  if (asset.publisher === act.caller.department) throw invalid('asset', 'an asset of another department');
  if (asset.status !== 'published' && asset.status !== 'suspended')
    throw new RuleError('STATE_FORBIDS', { rule: 'states', given: asset.status, accepted: 'published or suspended' });
  if (assetVersion > asset.version) throw invalid('assetVersion', `at most ${asset.version}`);
  timely(act, asset);
  const feedback: Feedback = {
    ...born(act, 'feedback'),
    kind: 'feedback',
    asset: asset.id,
    assetVersion,
    publisher: asset.publisher,
    by: act.caller.department,
    ...said,
    dueAt: deadline(act),
    status: 'raised',
  };
  return feedback;
}

export function accept(act: Act, feedback: Feedback, { reason }: TransactionInput<'feedback:accept'>): Feedback {
  mustActFor(act, feedback.publisher, 'steward');
  mustStand(feedback, 'raised', 'contested');
  return { ...turned(act, feedback), ...(reason && { answer: reason }), status: 'accepted' };
}

export function contest(act: Act, feedback: Feedback, { reason }: TransactionInput<'feedback:contest'>): Feedback {
  mustActFor(act, feedback.publisher, 'steward');
  mustStand(feedback, 'raised');
  return { ...turned(act, feedback), answer: reason, status: 'contested' };
}

/** The asset as it is now is the one in which it is fixed. */
export function fix(act: Act, feedback: Feedback, asset: Asset, { reason }: TransactionInput<'feedback:fix'>): Feedback {
  mustActFor(act, feedback.publisher, 'steward');
  mustStand(feedback, 'accepted');
  return { ...turned(act, feedback), ...(reason && { answer: reason }), fixedIn: asset.version, status: 'fixed' };
}

export function confirm(act: Act, feedback: Feedback, { reason }: TransactionInput<'feedback:confirm'>): Feedback {
  mustActFor(act, feedback.by, 'steward', 'consumer');
  mustStand(feedback, 'fixed');
  return { ...changed(act, feedback), ...(reason && { reply: reason }), status: 'confirmed' };
}

/** What is said to be fixed is not. */
export function reopen(act: Act, feedback: Feedback, { reason }: TransactionInput<'feedback:reopen'>): Feedback {
  mustActFor(act, feedback.by, 'steward', 'consumer');
  mustStand(feedback, 'fixed');
  return { ...turned(act, feedback), reply: reason, status: 'accepted' };
}

export function withdraw(act: Act, feedback: Feedback, { reason }: TransactionInput<'feedback:withdraw'>): Feedback {
  mustActFor(act, feedback.by, 'steward', 'consumer');
  mustStand(feedback, 'raised', 'contested', 'accepted');
  return { ...changed(act, feedback), ...(reason && { reply: reason }), status: 'withdrawn' };
}

/** Past the deadline of whose turn it is. What is accepted so is the publisher's to fix, with its days from now on. */
export function decide(act: Act, feedback: Feedback, { outcome, reason }: TransactionInput<'feedback:decide'>): Feedback {
  mustHold(act, 'manager');
  mustStand(feedback, ...OPEN);
  if (feedbackStatus(feedback, act.at) !== 'escalated')
    throw new RuleError('NOT_DUE', { rule: '4', given: act.at, accepted: `after ${feedback.dueAt}` });
  if (outcome === 'confirmed') mustStand(feedback, 'fixed');
  const next = outcome === 'accepted' ? turned(act, feedback) : changed(act, feedback);
  return { ...next, ruling: reason, decided: stampOf(act), status: outcome };
}

const OPEN = ['raised', 'contested', 'accepted', 'fixed'] as const;

/** The other side's turn. */
const turned = (act: Act, feedback: Feedback): Feedback => ({ ...changed(act, feedback), dueAt: deadline(act) });

const deadline = ({ at, settings }: Act) => workingDaysAfter(at, settings.feedbackWorkingDays, settings);
