import { partiesOf, signs } from './endorsement.js';
import type { Settings } from './records/department.js';
import type { LedgerRecord } from './records/index.js';
import type { Contest } from './records/right.js';
import { favoured } from './rules/dispute.js';
import type { TransactionName } from './transactions.js';

/** What a client knows of a transaction before it asks for endorsements. */
export interface EndorserContext {
  readonly settings: Pick<Settings, 'managerMspId' | 'departmentMspIds'>;
  readonly callerMspId: string;
  readonly mspOf: (department: string) => string | undefined;
  /** The record that the transaction changes, as it stands; none where it makes a new one. A joining makes one, and names another's. */
  readonly record?: LedgerRecord | undefined;
  /** Of a department:passOn, the department that is left: its peers may be gone, so another's are asked where one will do. */
  readonly leaving?: string | undefined;
  /** Of a manager's right:decline: the oldest open contest, which it upholds. */
  readonly contest?: Contest | undefined;
  /** What is asked for: of a ruling, for whom it is. */
  readonly input?: unknown;
  /** Organisations whose peers do not answer: of what is new another department signs as well. */
  readonly silent?: readonly string[] | undefined;
}

/**
 * The organisations to ask: two, however many there are. The manager, and the one that satisfies every key the transaction touches: the
 * caller's own where its word counts for the record, else the party that the act favours, else any department for what is new.
 */
export function endorsersFor(
  name: TransactionName,
  { settings, callerMspId, mspOf, record, contest, leaving, input, silent = [] }: EndorserContext,
): string[] {
  if (name === 'terms:write') return partiesAlone(record, callerMspId, mspOf);
  if (name === 'terms:purge') return [callerMspId];
  const touched = name === 'right:decline' && contest !== undefined ? contest : name === 'demand:join' ? undefined : record;
  const favoured = touched === undefined ? [] : inFavour(name, touched, input);
  const order = leaving === undefined ? favoured : favoured.toSorted((a, b) => Number(a === leaving) - Number(b === leaving));
  const parties = order.map(mspOf).filter((mspId) => mspId !== undefined);
  const first = parties.length === 0 || parties.includes(callerMspId) ? [callerMspId, ...parties] : parties;
  const all = [...first, ...settings.departmentMspIds].filter((mspId) => signs(mspId, settings));
  const second = (touched === undefined ? all.find((mspId) => !silent.includes(mspId)) : undefined) ?? all[0];
  return second === undefined ? [settings.managerMspId] : [settings.managerMspId, second];
}

/** The parties whose word counts, those first that a manager's act is for: none can hold up what goes against it. */
function inFavour(name: TransactionName, record: LedgerRecord, input: unknown): readonly string[] {
  const { any = [] } = partiesOf(record);
  switch (record.kind) {
    case 'dispute': {
      const first = favoured(name, record, input);
      return [first, ...any.filter((party) => party !== first)];
    }
    // What the manager decides is signed by the side that asked, not by the one whose time has passed.
    case 'grant':
    case 'share':
      return any.toReversed();
    case 'feedback':
      return (input as { outcome?: string } | undefined)?.outcome === 'dismissed' ? any : any.toReversed();
    default:
      return any;
  }
}

/**
 * Whoever endorses sees the transient data: the two parties' organisations and no third, the manager's included. Where nothing is known of the
 * grant the caller's own is asked, which has what the caller has.
 */
function partiesAlone(record: LedgerRecord | undefined, callerMspId: string, mspOf: EndorserContext['mspOf']): string[] {
  if (record?.kind !== 'grant') return [callerMspId];
  const parties = [record.assigner, record.assignee].map(mspOf);
  return parties.every((mspId) => mspId !== undefined) ? [...new Set(parties)] : [callerMspId];
}
