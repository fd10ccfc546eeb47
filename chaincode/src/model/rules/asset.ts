import { RuleError } from '../errors.js';
import type { Asset } from '../records/asset.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, changed, invalid, mustActFor, mustDiffer, mustHold, mustMatch, mustStand } from './act.js';

/** Asset 数据资源: registered → published ⇄ suspended → retired. Written by the publisher's stewards alone. */
export function register(act: Act, { distributions = [], authoritativeFor = [], ...fields }: TransactionInput<'asset:register'>): Asset {
  mustHold(act, 'steward');
  // Who is authoritative is answered from the start: no claim is an answer, and stands as the empty list.
  const asset: Asset = {
    ...born(act, 'asset'),
    kind: 'asset',
    publisher: act.caller.department,
    ...fields,
    authoritativeFor,
    distributions,
    status: 'registered',
  };
  mustHoldTogether(asset);
  return asset;
}

export function revise(act: Act, asset: Asset, { expectedVersion, changes }: TransactionInput<'asset:revise'>): Asset {
  mustOwn(act, asset, expectedVersion);
  mustStand(asset, 'registered', 'published', 'suspended');
  const next: Record<string, unknown> = { ...changed(act, asset) };
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete next[name];
    else if (value !== undefined) next[name] = value;
  }
  const revised = { ...next, authoritativeFor: next.authoritativeFor ?? [] } as Asset;
  mustHoldTogether(revised);
  return revised;
}

/** Whether a revision speaks of what inputs bound. A title may be mended though they have become stricter meanwhile. */
export function touchesPolicy(changes: TransactionInput<'asset:revise'>['changes']): boolean {
  const bound = [changes.elements, changes.shareType, changes.level, changes.openToPublic];
  return bound.some((change) => change !== undefined);
}

/** 挂接: a distribution of a new name is added, one of a known name replaced. */
export function attach(act: Act, asset: Asset, { expectedVersion, distribution }: TransactionInput<'asset:attach'>): Asset {
  mustOwn(act, asset, expectedVersion);
  mustStand(asset, 'registered', 'published', 'suspended');
  const at = asset.distributions.findIndex(({ name }) => name === distribution.name);
  const distributions = at < 0 ? [...asset.distributions, distribution] : asset.distributions.with(at, distribution);
  if (distributions.length > 50)
    throw new RuleError('INPUT_INVALID', {
      rule: 'schema',
      fields: [{ path: 'distribution', message: 'an asset has at most 50 distributions' }],
    });
  return { ...changed(act, asset), distributions };
}

type Step = TransactionInput<'asset:publish'>;

export function publish(act: Act, asset: Asset, input: Step): Asset {
  mustOwn(act, asset, input.expectedVersion);
  mustStand(asset, 'registered');
  mustAnswer(asset);
  return step(act, asset, 'published', input);
}

export function suspend(act: Act, asset: Asset, input: Step): Asset {
  mustOwn(act, asset, input.expectedVersion);
  mustStand(asset, 'published');
  return step(act, asset, 'suspended', input);
}

export function resume(act: Act, asset: Asset, input: Step): Asset {
  mustOwn(act, asset, input.expectedVersion);
  mustStand(asset, 'suspended');
  mustAnswer(asset);
  return step(act, asset, 'published', input);
}

export function retire(act: Act, asset: Asset, input: Step): Asset {
  mustOwn(act, asset, input.expectedVersion);
  mustStand(asset, 'published', 'suspended');
  return step(act, asset, 'retired', input);
}

function step(act: Act, asset: Asset, status: Asset['status'], { reason }: Step): Asset {
  const { reason: _earlier, ...next } = changed(act, asset);
  return { ...next, status, ...(reason === undefined ? {} : { reason }) };
}

function mustOwn(act: Act, asset: Asset, expectedVersion: number | undefined): void {
  mustActFor(act, asset.publisher, 'steward');
  mustMatch(asset, expectedVersion);
}

/** DOMAIN rule 2: `none` needs a basis, `conditional` a condition, and `unconditional` may not carry one. */
export function shareTypeFault({ shareType, shareCondition, shareBasis }: Pick<Asset, 'shareType' | 'shareCondition' | 'shareBasis'>) {
  if (shareType === 'none' && shareBasis === undefined) return { given: 'none without a basis', accepted: 'shareBasis' };
  if (shareType === 'conditional' && shareCondition === undefined)
    return { given: 'conditional without a condition', accepted: 'shareCondition' };
  if (shareType === 'unconditional' && shareCondition !== undefined)
    return { given: 'unconditional with a condition', accepted: 'no shareCondition' };
  return undefined;
}

function mustHoldTogether(asset: Asset): void {
  const fault = shareTypeFault(asset);
  if (fault) throw new RuleError('SHARE_TYPE_RULE', { rule: '2', ...fault });
  mustDiffer(
    asset.elements.map(({ name }) => name),
    'elements',
  );
  // What has been on a block once is there for good: a mark beside the very detail would promise what cannot be kept.
  const told = asset.elements.findIndex(({ confidential, title, dataElementId }) => confidential && (title ?? dataElementId) !== undefined);
  if (told >= 0) throw invalid(`elements.${told}`, 'a confidential element has no title and no dataElementId here');
  mustDiffer(
    asset.distributions.map(({ name }) => name),
    'distributions',
  );
  mustDiffer(asset.authoritativeFor ?? [], 'authoritativeFor');
}

/** DOMAIN rule 2, 以谁的数据为准、能否共享、如何共享: a record of an older schema, or of an import, may lack an answer. */
function mustAnswer(asset: Asset): void {
  const missing = [
    asset.authoritativeFor === undefined && 'authoritativeFor',
    shareTypeFault(asset) !== undefined && 'shareType with its condition or basis',
    asset.shareMethod === undefined && 'shareMethod',
  ].filter((answer) => answer !== false);
  if (missing.length > 0) throw new RuleError('PUBLISH_INCOMPLETE', { rule: '2', given: 'no answer', accepted: missing.join(', ') });
}
