import type { Caller } from '../caller.js';
import type { RuleCode } from '../errors.js';
import type { Stamp } from '../records/common.js';
import type { DisputeSubject } from '../records/dispute.js';
import type { LedgerRecord, RecordKind, RecordOf } from '../records/index.js';
import type { ActRule, Change, Related } from './acts/rule.js';
import { acts } from './acts.js';
import { assetOf, formerlyOf, passedFrom } from './passing.js';

export type { Related } from './acts/rule.js';

/**
 * Whether this creator may have made this change: undefined, or the code of what is wrong. Fabric takes a new record from the manager's peer
 * and one department's, tampered both; but who created it stays in the block, and everyone can ask this of it. `caller` is the creator's
 * certificate held against the register (caller.ts), `related` what the change stands on: what it needs and does not find is a fault.
 */
export function authorshipFault<K extends RecordKind>(
  kind: K,
  previous: RecordOf<K> | undefined,
  next: RecordOf<K>,
  caller: Caller,
  related: Related = {},
): RuleCode | undefined {
  if (next.kind !== kind || !follows(previous, next)) return 'VERSION_MISMATCH';
  if (!signedBy(next.updated, caller) || !ownStamps(previous, next, related).every((stamp) => same(stamp, next.updated)))
    return 'NOT_YOURS';
  const change: Change<K> = { previous, next, caller, related };
  const possible = (acts[kind] as readonly ActRule<K>[]).filter(
    (act) => act.from.includes(previous?.status) && act.to.includes(next.status),
  );
  const fitting = possible.filter((act) => touchesOnly(change, act));
  if (fitting.length === 0) return 'STATE_FORBIDS';
  return fitting.some((act) => act.by(change)) ? undefined : 'NOT_YOURS';
}

type AnyRecord = RecordOf<RecordKind>;

/** What a reader of blocks must look up, as it stood before the transaction, to give as `related`. */
export interface RelatedIds {
  readonly asset?: string;
  readonly grant?: string;
  readonly from?: string;
  readonly demand?: string;
  readonly share?: string;
  /** The asset whose standing confirmed owner (derive.ts rightStands) is asked for. */
  readonly ownerOf?: string;
  /** The department that this change passes the record on from. */
  readonly predecessor?: string;
  /** What a dispute is about; the claimant's asset may be one that the same transaction writes. */
  readonly about?: readonly { readonly kind: RecordKind; readonly id: string }[];
}

export function relatedIds(previous: LedgerRecord | undefined, next: LedgerRecord): RelatedIds {
  const predecessor = passedFrom(previous, next);
  const about = assetOf(next);
  if (predecessor !== undefined) return { predecessor, ...(about === undefined ? {} : { asset: about }) };
  if (next.kind === 'grant' && next.status === 'active' && previous?.status !== 'requested' && previous?.status !== 'suspended')
    return { asset: next.asset };
  if (next.kind === 'derivation') return { asset: next.asset };
  if ((next.kind === 'share' || next.kind === 'refusal' || next.kind === 'ticket') && previous === undefined) return { grant: next.grant };
  if (next.kind === 'demand') return next.status === 'matched' && next.match ? { asset: next.match.asset } : resolvedBy(next);
  if (next.kind === 'joining') return { demand: next.demand, ...resolvedBy(next) };
  if (next.kind === 'feedback' && previous === undefined) return { asset: next.asset };
  if (next.kind === 'rating') return { share: next.share };
  if (next.kind === 'dispute' && previous === undefined) return { about: namedBy(next.subject) };
  if (next.kind !== 'right') return {};
  if (previous === undefined) return next.transferredFrom === undefined ? {} : { from: next.transferredFrom };
  return previous.status === 'claimed' && next.rightType !== 'ownership' ? { ownerOf: next.asset } : {};
}

const resolvedBy = ({ resolvedBy: share }: { readonly resolvedBy?: string | undefined }) => (share === undefined ? {} : { share });

/** The records that a dispute is about. */
export function namedBy(subject: DisputeSubject): { readonly kind: RecordKind; readonly id: string }[] {
  return subject.kind === 'authority' ? subject.assets.map((id) => ({ kind: 'asset', id })) : [{ kind: subject.kind, id: subject.id }];
}

function follows(previous: AnyRecord | undefined, next: AnyRecord): boolean {
  if (previous === undefined) return next.version === 1 && same(next.created, next.updated);
  return next.id === previous.id && next.version === previous.version + 1 && same(next.created, previous.created);
}

function signedBy(stamp: Stamp, { department, mspId, name, custodian }: Caller): boolean {
  return stamp.department === department && stamp.mspId === mspId && stamp.name === name && stamp.custodian === custodian;
}

/** Stamps inside the record that this change set: each must be the change's own. A transferred right keeps the one of its confirmation. */
function ownStamps(previous: AnyRecord | undefined, next: AnyRecord, { from }: Related): Stamp[] {
  const before = stampsIn(previous);
  return stampsIn(next).filter((stamp) => ![...before, ...stampsIn(from)].some((earlier) => same(earlier, stamp)));
}

function stampsIn(record: AnyRecord | undefined): Stamp[] {
  if (record === undefined) return [];
  return heldStamps(record).filter((stamp) => stamp !== undefined);
}

function heldStamps(record: AnyRecord): (Stamp | undefined)[] {
  switch (record.kind) {
    case 'data-element':
      return [record.adopted, record.revision?.proposed];
    case 'right':
      return [record.confirmed];
    case 'demand':
      return [record.match?.stamp];
    case 'grant':
      return [record.decided, record.disclosed, record.termsOffer?.stamp, record.termsAgreed?.offered, record.termsAgreed?.accepted];
    case 'share':
      return [record.providerCommitment?.stamp, record.consumerCommitment?.stamp];
    case 'feedback':
      return [record.decided];
    case 'dispute':
      return [record.decided, ...record.statements.map(({ stamp }) => stamp)];
    default:
      return [];
  }
}

const ALWAYS = ['version', 'updated', 'status'];

function touchesOnly<K extends RecordKind>({ previous, next }: Change<K>, { fields = [], lacks = [] }: ActRule<K>): boolean {
  if (lacks.some((field) => next[field] !== undefined)) return false;
  if (previous === undefined) return formerlyOf(next as LedgerRecord) === undefined;
  const names = new Set([...Object.keys(previous), ...Object.keys(next)]) as Set<keyof RecordOf<K> & string>;
  return [...names].every((name) => ALWAYS.includes(name) || fields.includes(name) || same(previous[name], next[name]));
}

/** Equal as JSON: a member that is undefined is none. Compared in place, since the read model asks this of every write of the ledger. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return (
    Object.keys(left).every((name) => same(left[name], right[name])) &&
    Object.keys(right).every((name) => Object.hasOwn(left, name) || right[name] === undefined)
  );
}
