import type { Settings } from './records/department.js';
import type { LedgerRecord } from './records/index.js';
import { formerlyOf } from './rules/passing.js';

/**
 * Whose peers must sign a change of a key, beside what the chaincode's own policy asks for a new one. The manager signs everything; with it
 * any of those whose word the record carries (so that nobody rewrites it alone, and nobody can veto what another says), or, of what is never
 * rewritten, all of them. A key-level policy replaces the chaincode's for its key.
 */
export interface KeyPolicy {
  readonly manager: string;
  readonly any?: readonly string[];
  readonly all?: readonly string[];
}

/** Departments. */
export interface Parties {
  readonly any?: readonly string[];
  readonly all?: readonly string[];
}

export function partiesOf(record: LedgerRecord): Parties {
  switch (record.kind) {
    case 'settings':
      // The chaincode's policy, manager and any department: a list here would grow with the consortium and go stale with it.
      return {};
    case 'department':
      return { any: [record.id] };
    case 'data-element':
      // The chaincode's too: owner and manager both have a word, and neither the owner's peer nor anyone else's may hold up the manager's.
      return {};
    case 'asset':
      return { any: [record.publisher] };
    case 'derivation':
      return { all: [record.publisher] };
    case 'right':
      return { any: [record.holder, ...(record.offeredTo === undefined ? [] : [record.offeredTo])] };
    case 'contest':
      // A ruling for either is signed by the one it favours, so that the other cannot hold it up.
      return { any: [record.by, record.holder] };
    case 'demand':
      // Its owner's no is signed by the owner's peer, its fulfilment by the requester's own; the manager puts it elsewhere with either.
      return { any: [record.by, ...(record.match === undefined ? [] : [record.match.owner])] };
    case 'joining':
      return { any: [record.by] };
    case 'grant':
      return { any: [record.assigner, record.assignee] };
    case 'share':
      return { any: [record.provider, record.consumer] };
    case 'plan':
      return { any: [record.department] };
    case 'ticket':
    case 'refusal':
      return { all: [record.provider, record.consumer] };
    case 'rating':
      return { all: [record.provider, record.by] };
    case 'feedback':
      return { any: [record.publisher, record.by] };
    case 'dispute':
      return { any: [record.claimant, record.respondent] };
    case 'audit-query':
      return { all: [record.by] };
  }
}

/**
 * The policy that a record's key is given. A record that was passed on to who has no peer beside the manager's must lose the policy of who had it
 * before: it gets the chaincode's of that day in so many words, since Fabric has no way back to the chaincode's own.
 */
export function policyOf(
  record: LedgerRecord,
  mspOf: (department: string) => string | undefined,
  settings: Organisations,
): KeyPolicy | undefined {
  const own = keyPolicy(partiesOf(record), mspOf, settings);
  if (own !== undefined || formerlyOf(record) === undefined) return own;
  return { manager: settings.managerMspId, any: settings.departmentMspIds.filter((mspId) => signs(mspId, settings)).sort() };
}

type Organisations = Pick<Settings, 'managerMspId' | 'departmentMspIds'>;

/**
 * Undefined: the chaincode's policy stays, AND(manager, any department). So it is where one of those who must be able to speak has no peer to
 * sign with beside the manager's (the manager's own departments, the auditor's): a policy of the rest would hand them a veto.
 */
export function keyPolicy(
  parties: Parties,
  mspOf: (department: string) => string | undefined,
  settings: Organisations,
): KeyPolicy | undefined {
  const { managerMspId: manager } = settings;
  const organisations = (departments: readonly string[]) => [...new Set(departments.map(mspOf))];
  if (parties.all !== undefined) {
    const all = organisations(parties.all).filter((mspId) => mspId !== undefined && mspId !== manager) as string[];
    return all.length === 0 ? undefined : { manager, all: all.sort() };
  }
  const any = organisations(parties.any ?? []);
  if (any.length === 0 || !any.every((mspId) => mspId !== undefined && signs(mspId, settings))) return undefined;
  return { manager, any: (any as string[]).sort() };
}

/** Whether an organisation's peers endorse as a department's. */
export function signs(mspId: string, { managerMspId, departmentMspIds }: Organisations): boolean {
  return mspId !== managerMspId && departmentMspIds.includes(mspId);
}
