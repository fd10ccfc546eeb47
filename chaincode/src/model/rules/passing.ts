import type { Asset } from '../records/asset.js';
import type { Formerly } from '../records/common.js';
import type { Department } from '../records/department.js';
import type { LedgerRecord, RecordKind, RecordOf } from '../records/index.js';

/**
 * What a dissolved department's successors take over: a line for each kind of record. What is in none of these states is finished: it keeps
 * the names that it ended with.
 */
interface Passing<K extends RecordKind> {
  /** The stored states in which a record still gives something or asks for something. */
  readonly states: readonly RecordOf<K>['status'][];
  /** Paths of the members that name who bears it; a list of departments counts as well. */
  readonly bearers: readonly string[];
  /** Of these, who bears it because it publishes the asset: it goes where the asset goes. */
  readonly publisher?: string;
  /** Said by a department that can no longer be answered: it goes. */
  readonly drops?: readonly (keyof RecordOf<K> & string)[];
}

export const passings = {
  asset: { states: ['registered', 'published', 'suspended'], bearers: ['publisher'] },
  right: { states: ['claimed', 'confirmed'], bearers: ['holder', 'offeredTo'] },
  contest: { states: ['open'], bearers: ['by', 'holder'] },
  'data-element': { states: ['proposed', 'returned', 'adopted'], bearers: ['owner'] },
  demand: { states: ['open', 'matched', 'rejected'], bearers: ['by', 'match.owner'], publisher: 'match.owner' },
  joining: { states: ['open'], bearers: ['by'] },
  plan: { states: ['active'], bearers: ['department'] },
  grant: {
    states: ['requested', 'returned', 'active', 'suspended'],
    bearers: ['assigner', 'assignee', 'constraints.recipients'],
    publisher: 'assigner',
    drops: ['termsOffer'],
  },
  share: { states: ['opened', 'committed', 'mismatched'], bearers: ['provider', 'consumer', 'actingFor'], publisher: 'provider' },
  feedback: { states: ['raised', 'accepted', 'contested', 'fixed'], bearers: ['publisher', 'by'], publisher: 'publisher' },
  dispute: { states: ['opened', 'negotiation', 'mediation', 'decided'], bearers: ['claimant', 'respondent'] },
} satisfies { readonly [K in RecordKind]?: Passing<K> };

export type PassingKind = keyof typeof passings;
export const passingKinds = Object.keys(passings) as PassingKind[];

export function passingOf(kind: string): Passing<RecordKind> | undefined {
  return Object.hasOwn(passings, kind) ? (passings[kind as PassingKind] as Passing<RecordKind>) : undefined;
}

/** Whether it waits for a successor of that department. */
export function waits(record: LedgerRecord, department: string): boolean {
  const passing = passingOf(record.kind);
  if (!passing?.states.includes(record.status)) return false;
  return borneBy(record, passing, department).length > 0;
}

/** The record as that successor has it, but for version and stamp: the same in every place but where it named the department before. */
export function passed<R extends LedgerRecord>(record: R, from: string, to: string): R {
  const passing = passingOf(record.kind);
  const paths = passing === undefined ? [] : borneBy(record, passing, from);
  const next = paths.reduce<unknown>((value, path) => replaced(value, path.split('.'), from, to), record) as R & { formerly?: Formerly };
  for (const name of passing?.drops ?? []) delete (next as unknown as Record<string, unknown>)[name];
  return { ...next, formerly: [...(formerlyOf(record) ?? []), ...paths.map((as) => ({ as, department: from }))] };
}

/** A code that the successor has given to another asset: which of its predecessors' it is, then the code. */
export function codeOfFormer(from: string, code: string): string {
  return `${from}/${code}`.slice(0, 200);
}

/** The asset that a record is about. */
export function assetOf(record: LedgerRecord): string | undefined {
  if (record.kind === 'demand') return record.match?.asset;
  return 'asset' in record ? record.asset : undefined;
}

export function formerlyOf(record: LedgerRecord): Formerly | undefined {
  return 'formerly' in record ? record.formerly : undefined;
}

/** The department that this change takes a record from. */
export function passedFrom(previous: LedgerRecord | undefined, next: LedgerRecord): string | undefined {
  const [before, after] = [previous && formerlyOf(previous), formerlyOf(next)];
  return after !== undefined && after.length > (before?.length ?? 0) ? after.at(-1)?.department : undefined;
}

/** Whether its records may be passed on to that one: after a split that it lives through, some of them. */
export const passesTo = (department: Department, to: string): boolean =>
  to !== department.id && (department.succession?.successors.includes(to) ?? false);

/** Whether that one has taken its place. */
export const succeeds = (department: Department | undefined, to: string): boolean =>
  department?.status === 'dissolved' && (department.succession?.successors.includes(to) ?? false);

/** No department's id has a capital. */
export const FIRST = 'FIRST';

/**
 * To whom it must go: what is borne as the asset's publisher follows the asset. `FIRST`: the asset itself has not been passed on yet.
 * Undefined: any of the successors.
 */
export function bound(record: LedgerRecord, from: string, asset: Asset | undefined): string | undefined {
  const path = passingOf(record.kind)?.publisher;
  if (path === undefined || valueAt(record, path) !== from) return undefined;
  if (asset === undefined || waits(asset, from)) return FIRST;
  const publishers = [...(asset.formerly ?? []).map(({ department }) => department), asset.publisher];
  // The last time: what went may have come back.
  const at = publishers.lastIndexOf(from);
  return at < 0 ? undefined : publishers[at + 1];
}

function borneBy(record: LedgerRecord, { bearers }: Passing<RecordKind>, department: string): string[] {
  return bearers.filter((path) => {
    const value = valueAt(record, path);
    return Array.isArray(value) ? value.includes(department) : value === department;
  });
}

function valueAt(record: LedgerRecord, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, name) => (inner as Record<string, unknown> | undefined)?.[name], record);
}

function replaced(value: unknown, [name, ...rest]: string[], from: string, to: string): unknown {
  if (name !== undefined) {
    const members = value as Record<string, unknown>;
    return { ...members, [name]: replaced(members[name], rest, from, to) };
  }
  return Array.isArray(value) ? [...new Set(value.map((item) => (item === from ? to : item)))] : to;
}
