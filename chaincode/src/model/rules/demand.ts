import { RuleError } from '../errors.js';
import type { Asset } from '../records/asset.js';
import type { Demand, Joining } from '../records/demand.js';
import type { Share } from '../records/share.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, changed, invalid, mustActFor, mustDiffer, mustHold, mustStand, stampOf, timely } from './act.js';
import { demandStatus, past } from './derive.js';

/**
 * Demand 需求: open → matched → fulfilled | rejected | withdrawn, and expired by time alone (derive.ts). Manager or owner put it to an asset, owner or
 * manager say no to it, and what fulfils it is a receipt: the requester's own acknowledged share.
 */
export function file(act: Act, input: TransactionInput<'demand:file'>): Demand {
  mustHold(act, 'consumer');
  mustDiffer(
    input.elements.map(({ name }) => name),
    'elements',
  );
  mustLieAhead(act, input.neededBy);
  return { ...born(act, 'demand'), kind: 'demand', by: act.caller.department, ...input, status: 'open' };
}

/** Puts the demand to the asset's publisher. A manager may put it elsewhere later; an owner takes none out of another's hands. */
export function match(act: Act, demand: Demand, asset: Asset): Demand {
  const owner = act.caller.department === asset.publisher && act.caller.roles.includes('steward');
  if (!owner) mustHold(act, 'manager');
  mustBeUnmet(act, demand, ...(act.caller.roles.includes('manager') ? ['open', 'matched', 'rejected'] : ['open', 'rejected']));
  timely(act, asset);
  if (asset.publisher === demand.by) throw invalid('asset', 'an asset of another department than the one that asks');
  if (asset.status !== 'published') throw new RuleError('ASSET_NOT_SHARED', { rule: '5', given: asset.status, accepted: 'published' });
  if (asset.shareType === 'none') throw new RuleError('WITHHELD', { rule: '4', given: asset.id, accepted: 'an asset that may be shared' });
  const { reason: _answered, ...next } = changed(act, demand);
  return { ...next, match: { asset: asset.id, owner: asset.publisher, stamp: stampOf(act) }, status: 'matched' };
}

/** By the owner it was put to, who says why not; by the manager at any time before it is met. */
export function reject(act: Act, demand: Demand, { reason }: TransactionInput<'demand:reject'>): Demand {
  if (act.caller.roles.includes('manager')) mustBeUnmet(act, demand, 'open', 'matched');
  else {
    if (demand.match === undefined) mustHold(act, 'manager');
    else mustActFor(act, demand.match.owner, 'steward');
    mustBeUnmet(act, demand, 'matched');
  }
  return { ...changed(act, demand), reason, status: 'rejected' };
}

export function withdraw<R extends Demand | Joining>(act: Act, record: R, { reason }: TransactionInput<'demand:withdraw'>): R {
  mustActFor(act, record.by, 'consumer');
  mustStand(record, 'open', 'matched');
  return { ...changed(act, record), ...(reason === undefined ? {} : { reason }), status: 'withdrawn' };
}

export function join(
  act: Act,
  demand: Demand,
  earlier: Joining | undefined,
  { id: _id, ...need }: TransactionInput<'demand:join'>,
): Joining {
  mustHold(act, 'consumer');
  const { department } = act.caller;
  if (demand.by === department)
    throw new RuleError('ALREADY_EXISTS', { rule: 'states', given: demand.id, accepted: 'a demand of another department' });
  if (earlier?.status === 'open')
    throw new RuleError('ALREADY_EXISTS', { rule: 'states', given: earlier.id, accepted: 'one joining of each department' });
  mustBeUnmet(act, demand, 'open', 'matched', 'rejected');
  timely(act, demand);
  mustLieAhead(act, need.neededBy);
  return { ...born(act, 'joining'), kind: 'joining', demand: demand.id, by: department, ...need, status: 'open' };
}

/** A request for a grant may name the demand that it is to answer: one's own, or one that one has joined. */
export function mustBeNameable(act: Act, demand: Demand, own: Demand | Joining | undefined): void {
  if (own === undefined)
    throw new RuleError('NOT_YOURS', { rule: '1', given: demand.id, accepted: 'a demand of this department, or one that it has joined' });
  mustStand(own, 'open', 'matched', 'rejected');
  timely(act, own);
}

/** What an acknowledged share does to the demand that its grant names. One that has ended already stays as it is: a receipt is never refused for it. */
export function fulfilled<R extends Demand | Joining>(act: Act, record: R, share: Share): R | undefined {
  if (share.status !== 'acknowledged' || share.consumer !== record.by) return undefined;
  if (!['open', 'matched', 'rejected'].includes(record.status)) return undefined;
  const { reason: _moot, ...next } = changed(act, record);
  return { ...next, resolvedBy: share.id, status: 'fulfilled' } as R;
}

/** The same, said afterwards by the requester: the grant named no demand, but is on the very asset to which the demand was put. */
export function fulfil<R extends Demand | Joining>(act: Act, record: R, { id, match }: Demand, share: Share): R {
  mustActFor(act, record.by, 'consumer');
  mustStand(record, 'open', 'matched', 'rejected');
  timely(act, share);
  const received = share.consumerCommitment?.stamp.at;
  const since = received !== undefined && Date.parse(received) >= Date.parse(record.created.at);
  const answers = share.demand === id || share.asset === match?.asset;
  const next = since && answers ? fulfilled(act, record, share) : undefined;
  if (next === undefined)
    throw new RuleError('NOT_AN_ANSWER', {
      rule: 'states',
      given: `${share.status} share of ${share.asset} to ${share.consumer}`,
      accepted: `a share that ${record.by} acknowledged since it asked, under a grant that names the demand or of ${match?.asset ?? 'a matched asset'}`,
    });
  return next;
}

/** Past the day by which it was needed only the requester's own acts still count. */
function mustBeUnmet(act: Act, demand: Demand, ...states: readonly string[]): void {
  const status = demandStatus(demand, act.at);
  if (!states.includes(status)) throw new RuleError('STATE_FORBIDS', { rule: 'states', given: status, accepted: states.join(' or ') });
}

function mustLieAhead(act: Act, neededBy: string): void {
  if (past(act.at, neededBy)) throw invalid('neededBy', `after ${act.at}`);
}
