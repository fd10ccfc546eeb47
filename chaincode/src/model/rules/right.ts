import { RuleError } from '../errors.js';
import type { Asset } from '../records/asset.js';
import type { Department } from '../records/department.js';
import type { Contest, Right } from '../records/right.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, changed, invalid, mustActFor, mustBe, mustFollow, mustHold, timely } from './act.js';
import { rightStands, rightStatus } from './derive.js';

/**
 * Right 数据权利: claimed → confirmed → transferred | lapsed, and contested meanwhile, which is derived from contests. A manager confirms
 * ownership, the confirmed owner the other seven. A transfer takes two signatures of two departments.
 */
export interface RightStanding {
  readonly right: Right;
  /** All contests of this right. */
  readonly contests: readonly Contest[];
  /** The dispute that freezes it: it stays as it is, and is neither confirmed nor passed on. */
  readonly frozen?: string | undefined;
  /** The ownership right that the asset's owner index names, with its contests; undefined if none was ever confirmed. */
  readonly ownership?: Omit<RightStanding, 'ownership'>;
}

/** What a step writes. */
export interface RightOutcome {
  readonly right?: Right;
  readonly contests: readonly Contest[];
}

export function claim(act: Act, asset: Asset, { asset: _id, holder, ...terms }: TransactionInput<'right:claim'>): Right {
  if (holder !== undefined) mustBe(act, holder);
  mustHold(act, 'steward', 'consumer');
  const open = asset.publisher === act.caller.department ? ['registered', 'published', 'suspended'] : ['published', 'suspended'];
  if (!open.includes(asset.status))
    throw new RuleError('STATE_FORBIDS', { rule: 'states', given: asset.status, accepted: open.join(' or ') });
  timely(act, asset);
  mustFollow(terms.validFrom, terms.validTo, 'validTo');
  return { ...born(act, 'right'), kind: 'right', asset: asset.id, holder: act.caller.department, ...terms, status: 'claimed' };
}

/** Confirms a claim; on a contested right, the manager's word that the right stands, which dismisses the contests. */
export function confirm(act: Act, standing: RightStanding, { reason }: TransactionInput<'right:confirm'>): RightOutcome {
  const { right } = standing;
  mustThaw(standing);
  const settled = openOf(act, standing);
  if (settled.length > 0) {
    mustHold(act, 'manager');
    const contests = settled.map((contest) => settle(act, contest, 'dismissed', reason));
    if (right.status !== 'claimed' || right.rightType !== 'ownership') return { contests };
    mustBeFree(act, standing);
    return { right: confirmed(act, right), contests };
  }
  mustBeIn(act, standing, 'claimed');
  if (right.rightType === 'ownership') {
    mustHold(act, 'manager');
    mustBeFree(act, standing);
  } else mustActForOwner(act, standing);
  return { right: confirmed(act, right), contests: [] };
}

export function contest(act: Act, standing: RightStanding, { reason }: TransactionInput<'right:contest'>): Contest {
  const { right } = standing;
  mustHold(act, 'steward', 'consumer');
  if (act.caller.department === right.holder)
    throw new RuleError('NOT_YOURS', { rule: '1', given: right.holder, accepted: 'another department: a holder declines its own right' });
  mustBeIn(act, standing, 'claimed', 'confirmed', 'contested');
  if (openOf(act, standing).some(({ by }) => by === act.caller.department))
    throw new RuleError('ALREADY_EXISTS', {
      rule: 'states',
      given: 'an open contest of this department',
      accepted: 'a ruling on it first',
    });
  timely(act, right);
  return {
    ...born(act, 'contest'),
    kind: 'contest',
    right: right.id,
    asset: right.asset,
    holder: right.holder,
    by: act.caller.department,
    reason,
    status: 'open',
  };
}

export function offer(act: Act, standing: RightStanding, receiver: Department | undefined, { to }: TransactionInput<'right:offer'>): Right {
  const { right } = standing;
  mustActFor(act, right.holder, 'steward', 'consumer');
  mustThaw(standing);
  mustBeIn(act, standing, 'confirmed');
  if (right.offeredTo !== undefined)
    throw new RuleError('STATE_FORBIDS', { rule: 'states', given: `offered to ${right.offeredTo}`, accepted: 'no offer pending' });
  if (receiver === undefined || receiver.status !== 'active')
    throw new RuleError('NOT_FOUND', { rule: 'states', given: to, accepted: 'a registered department' });
  if (to === right.holder) throw invalid('to', 'another department');
  return { ...changed(act, right), offeredTo: to };
}

/** The receiver's signature, which completes the transfer: the old right ends, and a new one begins with the receiver. */
export function accept(act: Act, standing: RightStanding): { readonly from: Right; readonly to: Right } {
  const { right } = standing;
  if (right.offeredTo === undefined)
    throw new RuleError('STATE_FORBIDS', { rule: 'states', given: 'no offer pending', accepted: 'an offer of the holder' });
  mustActFor(act, right.offeredTo, 'steward', 'consumer');
  mustThaw(standing);
  mustBeIn(act, standing, 'confirmed');
  const base = born(act, 'right');
  const { reason: _reason, offeredTo: _offeredTo, transferredTo: _to, formerly: _formerly, ...terms } = right;
  const to: Right = { ...terms, ...base, kind: 'right', holder: act.caller.department, transferredFrom: right.id };
  return { from: { ...changed(act, right), status: 'transferred', transferredTo: to.id }, to };
}

/**
 * Whoever must agree says no: the receiver to an offer, whoever would confirm to a claim, the manager to a contested right. The holder
 * takes back its offer, or else the right itself.
 */
export function decline(act: Act, standing: RightStanding, { reason }: TransactionInput<'right:decline'>): RightOutcome {
  const { right } = standing;
  const [oldest] = openOf(act, standing);
  if (oldest !== undefined && act.caller.roles.includes('manager')) return { contests: [settle(act, oldest, 'upheld', reason)] };
  const { holder, offeredTo } = right;
  const { department } = act.caller;
  if (offeredTo !== undefined && (department === offeredTo || department === holder)) {
    mustHold(act, 'steward', 'consumer');
    mustBeIn(act, standing, 'confirmed', 'contested');
    const { offeredTo: _offer, ...kept } = changed(act, right);
    return { right: kept, contests: [] };
  }
  mustBeIn(act, standing, 'claimed', 'confirmed');
  if (department === holder) mustHold(act, 'steward', 'consumer');
  else if (right.status === 'confirmed') mustBe(act, holder);
  else if (right.rightType === 'ownership') mustHold(act, 'manager');
  else mustActForOwner(act, standing);
  return { right: { ...changed(act, right), status: 'lapsed', ...(reason === undefined ? {} : { reason }) }, contests: [] };
}

function confirmed(act: Act, right: Right): Right {
  const next = changed(act, right);
  return { ...next, status: 'confirmed', confirmed: next.updated };
}

function settle(act: Act, contest: Contest, status: 'upheld' | 'dismissed', ruling: Contest['ruling']): Contest {
  return { ...changed(act, contest), status, ...(ruling === undefined ? {} : { ruling }) };
}

/** Open contests of a right that has not ended, oldest first: a ruling on one that has would rule on nothing. */
export function openContests(right: Right, contests: readonly Contest[], at: string): Contest[] {
  if (rightStatus(right, contests, at) !== 'contested') return [];
  return contests
    .filter(({ status }) => status === 'open')
    .sort((a, b) => Date.parse(a.created.at) - Date.parse(b.created.at) || (a.id < b.id ? -1 : 1));
}

const openOf = (act: Act, { right, contests }: RightStanding) => openContests(right, contests, act.at);

function mustBeIn(act: Act, { right, contests }: RightStanding, ...states: readonly string[]): void {
  const status = rightStatus(right, contests, act.at);
  if (!states.includes(status)) throw new RuleError('STATE_FORBIDS', { rule: 'states', given: status, accepted: states.join(' or ') });
}

/** One confirmed owner at a time. */
function mustBeFree(act: Act, { right, ownership }: RightStanding): void {
  if (ownership && ownership.right.id !== right.id && rightStands(ownership.right, ownership.contests, act.at))
    throw new RuleError('ALREADY_EXISTS', {
      rule: 'states',
      given: `owner ${ownership.right.holder}`,
      accepted: 'a transfer by the owner',
    });
}

function mustActForOwner(act: Act, { ownership }: RightStanding): void {
  if (!ownership || !rightStands(ownership.right, ownership.contests, act.at))
    throw new RuleError('STATE_FORBIDS', { rule: 'states', given: 'no confirmed owner', accepted: 'ownership confirmed first' });
  mustActFor(act, ownership.right.holder, 'steward');
  mustThaw(ownership);
}

function mustThaw({ frozen }: Pick<RightStanding, 'frozen'>): void {
  if (frozen !== undefined) throw new RuleError('RIGHT_FROZEN', { rule: 'states', given: frozen, accepted: 'once the dispute has ended' });
}
