import { workingDaysAfter } from '../calendar.js';
import { RuleError } from '../errors.js';
import type { Asset } from '../records/asset.js';
import type { Localized } from '../records/common.js';
import type { Constraints, Grant } from '../records/grant.js';
import type { TransactionInput } from '../transactions.js';
import {
  type Act,
  born,
  changed,
  invalid,
  mustActFor,
  mustBe,
  mustDiffer,
  mustFollow,
  mustHold,
  mustStand,
  stampOf,
  timely,
} from './act.js';
import { grantStatus } from './derive.js';
import { widened } from './narrow.js';

/**
 * Grant 使用授权: requested ⇄ returned → active | refused | withdrawn; active ⇄ suspended → revoked. Escalated, expired and exhausted are
 * what time and use bring about (derive.ts).
 */
export function request(act: Act, asset: Asset, renewed: Grant | undefined, input: TransactionInput<'grant:request'>): Grant {
  mustHold(act, 'consumer');
  if (asset.publisher === act.caller.department) throw invalid('asset', 'an asset of another department');
  timely(act, asset);
  const openness = mustBeShareable(asset, input.elements);
  const { asset: _id, constraints = {}, termsHash, ...terms } = input;
  mustHoldTogether(act, { ...terms, constraints });
  if (input.concealed !== undefined && Date.parse(input.concealed.until) <= Date.parse(act.at))
    throw invalid('concealed.until', `after ${act.at}`);
  if (input.renews !== undefined) mustRenew(act, asset, renewed, input.renews);
  return {
    ...born(act, 'grant'),
    kind: 'grant',
    assigner: asset.publisher,
    assignee: act.caller.department,
    asset: asset.id,
    assetVersion: asset.version,
    ...terms,
    constraints,
    ...(termsHash === undefined ? {} : { termsOffer: { termsHash, stamp: stampOf(act) } }),
    requestedAt: act.at,
    ...(openness === 'unconditional' && input.concealed === undefined
      ? { status: 'active' }
      : { dueAt: deadline(act), status: 'requested' }),
  };
}

/** What was asked, or less. The asset is looked at again: it may have become stricter since. */
export function approve(act: Act, grant: Grant, asset: Asset, { reason, constraints = {} }: TransactionInput<'grant:approve'>): Grant {
  mustDecide(act, grant);
  timely(act, asset);
  mustBeShareable(asset, grant.elements);
  const fault = widened(grant.constraints, constraints);
  if (fault) throw new RuleError('WIDER_THAN_ASKED', { rule: '5', ...fault });
  const agreed: Constraints = { ...grant.constraints, ...constraints };
  mustHoldTogether(act, { elements: grant.elements, constraints: agreed });
  return { ...decided(act, grant, reason), assetVersion: asset.version, constraints: agreed, status: 'active' };
}

export function refuse(act: Act, grant: Grant, { reason }: TransactionInput<'grant:refuse'>): Grant {
  mustDecide(act, grant);
  return { ...decided(act, grant, reason), status: 'refused' };
}

/** 退回: the request goes back to be completed; its deadline stops until it comes again. */
export function giveBack(act: Act, grant: Grant, { reason }: TransactionInput<'grant:return'>): Grant {
  mustActFor(act, grant.assigner, 'steward');
  mustStand(grant, 'requested');
  const { dueAt: _stopped, ...next } = changed(act, grant);
  return { ...next, reason, status: 'returned' };
}

export function resubmit(act: Act, grant: Grant, asset: Asset, { id: _id, ...changes }: TransactionInput<'grant:resubmit'>): Grant {
  mustActFor(act, grant.assignee, 'consumer');
  mustStand(grant, 'returned');
  timely(act, asset);
  const { reason: _answered, ...next } = changed(act, grant);
  const again: Grant = { ...next, ...given(changes), assetVersion: asset.version, requestedAt: act.at };
  const openness = mustBeShareable(asset, again.elements);
  mustHoldTogether(act, again);
  return {
    ...again,
    ...(openness === 'unconditional' && again.concealed === undefined
      ? { status: 'active' }
      : { dueAt: deadline(act), status: 'requested' }),
  };
}

export function withdraw(act: Act, grant: Grant, { reason }: TransactionInput<'grant:withdraw'>): Grant {
  mustActFor(act, grant.assignee, 'consumer');
  mustStand(grant, 'requested', 'returned');
  return { ...changed(act, grant), ...given({ reason }), status: 'withdrawn' };
}

export function suspend(act: Act, grant: Grant, { reason }: TransactionInput<'grant:suspend'>): Grant {
  mustActFor(act, grant.assigner, 'steward');
  mustBeLive(act, grant, 'active');
  return { ...changed(act, grant), reason, status: 'suspended' };
}

export function resume(act: Act, grant: Grant, { reason }: TransactionInput<'grant:resume'>): Grant {
  mustActFor(act, grant.assigner, 'steward');
  mustBeLive(act, grant, 'suspended');
  const { reason: _lifted, ...next } = changed(act, grant);
  return { ...next, ...given({ reason }), status: 'active' };
}

export function revoke(act: Act, grant: Grant, { reason }: TransactionInput<'grant:revoke'>): Grant {
  mustActFor(act, grant.assigner, 'steward');
  mustBeLive(act, grant, 'active', 'suspended');
  return { ...changed(act, grant), reason, status: 'revoked' };
}

/** Concealed uses are told of from now on: by whom they were concealed for, or the manager. */
export function disclose(act: Act, grant: Grant): Grant {
  if (!act.caller.roles.includes('manager')) mustActFor(act, grant.assignee, 'consumer');
  mustStand(grant, 'active', 'suspended', 'revoked');
  if (grant.concealed === undefined || grant.disclosed !== undefined)
    throw new RuleError('STATE_FORBIDS', { rule: 'states', given: grant.disclosed ? 'disclosed' : 'not concealed', accepted: 'concealed' });
  return { ...changed(act, grant), disclosed: stampOf(act) };
}

const deadline = ({ at, settings }: Act) => workingDaysAfter(at, settings.decisionWorkingDays, settings);

/** DOMAIN rule 4: the provider decides; once its deadline has passed, the manager may too. */
function mustDecide(act: Act, grant: Grant): void {
  const provider = act.caller.department === grant.assigner && act.caller.roles.includes('steward');
  const manager = act.caller.roles.includes('manager');
  if (!provider && !manager) {
    mustBe(act, grant.assigner);
    mustHold(act, 'steward', 'manager');
  }
  mustStand(grant, 'requested');
  if (!provider && grantStatus(grant, act.at) !== 'escalated')
    throw new RuleError('NOT_DUE', { rule: '4', given: act.at, accepted: `after ${grant.dueAt}` });
}

function decided(act: Act, grant: Grant, reason: Localized | undefined): Grant {
  return { ...changed(act, grant), decided: stampOf(act), ...given({ reason }) };
}

function mustBeLive(act: Act, grant: Grant, ...states: readonly string[]): void {
  const status = grantStatus(grant, act.at);
  if (!states.includes(status)) throw new RuleError('STATE_FORBIDS', { rule: 'states', given: status, accepted: states.join(' or ') });
}

/** DOMAIN rules 4 and 5. Answers how open the elements are: the strictest of the asset and each of them. */
function mustBeShareable(asset: Asset, elements: readonly string[]): 'unconditional' | 'conditional' {
  if (asset.status !== 'published') throw new RuleError('ASSET_NOT_SHARED', { rule: '5', given: asset.status, accepted: 'published' });
  if (asset.shareType === 'none') throw new RuleError('WITHHELD', { rule: '4', given: quote(asset.shareBasis), accepted: 'no request' });
  const asked = elements.map((name) => asset.elements.find((element) => element.name === name) ?? name);
  const unknown = asked.filter((element) => typeof element === 'string');
  if (unknown.length > 0)
    throw new RuleError('ELEMENT_UNKNOWN', { rule: '5', given: list(unknown), accepted: list(asset.elements.map(({ name }) => name)) });
  const found = asked.filter((element) => typeof element !== 'string');
  const withheld = found.filter(({ shareType }) => shareType === 'none');
  if (withheld.length > 0)
    throw new RuleError('ELEMENT_WITHHELD', {
      rule: '5',
      given: list(withheld.map(({ name }) => name)),
      accepted: list(asset.elements.flatMap(({ name, shareType }) => (shareType === 'none' ? [] : [name]))),
    });
  // What the inputs of a derived asset allow changes; once strict, it is decided by somebody (acts/grant.ts).
  return [asset, asset.derived, ...found].some((item) => item?.shareType !== undefined && item.shareType !== 'unconditional')
    ? 'conditional'
    : 'unconditional';
}

function mustHoldTogether(act: Act, { elements, constraints }: Pick<Grant, 'elements' | 'constraints'>): void {
  mustDiffer(elements, 'elements');
  mustDiffer(constraints.recipients ?? [], 'constraints.recipients');
  mustDiffer(constraints.marks ?? [], 'constraints.marks');
  mustFollow(constraints.validFrom, constraints.validTo, 'constraints.validTo');
  mustFollow(act.at, constraints.validTo, 'constraints.validTo');
}

function mustRenew(act: Act, asset: Asset, renewed: Grant | undefined, id: string): void {
  if (renewed === undefined || renewed.assignee !== act.caller.department || renewed.asset !== asset.id)
    throw new RuleError('NOT_FOUND', { rule: 'states', given: id, accepted: 'a grant of this asset to this department' });
  mustStand(renewed, 'active', 'suspended', 'revoked');
  timely(act, renewed);
}

/** Members that were given. */
function given<T extends object>(members: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}

const quote = (text: Localized | undefined) => [text?.zh, text?.en].filter((words) => words !== undefined).join(' / ');

/** Bounded: an asset has up to 500 elements, and an answer need not repeat them. */
function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).join(', ');
  return names.length > 20 ? `${shown}, … (${names.length})` : shown;
}
