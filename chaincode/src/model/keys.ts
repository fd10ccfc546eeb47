import type { RecordKind } from './records/index.js';

/**
 * World-state keys. A composite key is U+0000 type U+0000 part U+0000 … (fabric-shim's form; Go's peers refuse what JavaScript's shim lets through,
 * so parts are checked here: no U+0000, no U+10FFFF, no lone surrogates, bounded length).
 */
const MAX_PART = 256;

export function compositeKey(type: string, ...parts: string[]): string {
  for (const part of [type, ...parts]) {
    if (part.length === 0 || part.length > MAX_PART) throw new TypeError(`a key part has 1 to ${MAX_PART} characters`);
    if (part.includes('\u0000') || part.includes('\u{10ffff}') || !part.isWellFormed())
      throw new TypeError('a key part holds a forbidden character');
  }
  return `\u0000${[type, ...parts].join('\u0000')}\u0000`;
}

export function splitKey(key: string): string[] {
  return key.startsWith('\u0000') && key.endsWith('\u0000') && key.length > 1 ? key.slice(1, -1).split('\u0000') : [];
}

/** Where a record lives. */
export function recordKey(kind: RecordKind, id: string): string {
  return compositeKey(kind, id);
}

export const SETTINGS_ID = 'settings';

/**
 * Index keys: two who want the same thing read the same key as absent, and have one winner (MVCC). They carry the chaincode's own policy,
 * manager and any department: nobody writes one alone and nobody can hold one up, a loser meets a read conflict and not a policy that the
 * winner set a moment before, and all that they say can be had again from the records, which carry policies of their own.
 */
export const indexKeys = {
  /** The publisher's catalogue code → asset id. */
  catalogCode: (publisher: string, code: string) => compositeKey('catalog-code', publisher, code),
  /** The asset's confirmed owner → right id. */
  owner: (asset: string) => compositeKey('owner', asset),
  /** A claim to be the authoritative source of a data element: one key for each claim. */
  authority: (dataElement: string, asset: string) => compositeKey('authority', dataElement, asset),
  /** The n-th use of a grant with a count limit → the transaction that took it. Numbered keys are exact without a counter that every share would fight over. */
  use: (grant: string, n: number) => compositeKey('use', grant, String(n).padStart(7, '0')),
  /** Every use key below this node is taken (slots.ts). */
  full: (grant: string, height: number, index: number) => compositeKey('full', grant, String(height), String(index)),
  /** The grant is used up: every use key is taken. */
  exhausted: (grant: string) => compositeKey('exhausted', grant),
  /** The one share that may stand on a ticket → the transaction that opened it. */
  ticketUse: (ticket: string) => compositeKey('ticket-use', ticket),
  /** Rows taken so far from one allotment of a grant's row limit (allotments.ts). */
  rows: (grant: string, allotment: number) => compositeKey('rows', grant, String(allotment)),
  /** A right's contests, found by range → who contests; the contest is a record of its own. */
  contests: (right: string, id: string) => compositeKey('contests', right, id),
  /** A department's joining of another's demand → the joining. */
  joining: (demand: string, department: string) => compositeKey('demand-joining', demand, department),
  /** The rating of a grant in a month → rating id. */
  rated: (grant: string, month: string) => compositeKey('rated', grant, month),
  /** The dispute of two assets about one data element → dispute id, whichever of the two came first. */
  conflict: (dataElement: string, ...assets: readonly [string, string]) => compositeKey('conflict', dataElement, ...[...assets].sort()),
  /** The disputes that freeze a grant or right, as a JSON list of ids. A share reads its grant's; the disputes themselves say whether they stand. */
  frozen: (kind: 'grant' | 'right', id: string) => compositeKey('frozen', kind, id),
  /** What a certificate without a department means: the only department of its organisation, or that there are several. */
  soleDepartment: (mspId: string) => compositeKey('sole-department', mspId),
} as const;

/** A department's own copy of a text, in its organisation's collection: named by what it says, so that none is ever written over another. */
export function termsKey(grant: string, termsHash: string, department: string): string {
  return compositeKey('terms', grant, termsHash, department);
}

/** Fabric gives every organisation a collection without anybody defining it: their number does not grow with pairs of departments. */
export function ownCollection(mspId: string): string {
  return `_implicit_org_${mspId}`;
}

const prefixes: Record<Exclude<RecordKind, 'settings' | 'department' | 'data-element' | 'plan'>, string> = {
  asset: 'ast',
  derivation: 'drv',
  right: 'rgt',
  contest: 'cts',
  demand: 'dmd',
  joining: 'jng',
  grant: 'grn',
  ticket: 'tkt',
  share: 'shr',
  refusal: 'rfs',
  rating: 'rtg',
  feedback: 'fbk',
  dispute: 'dsp',
  'audit-query': 'aqy',
};

/** One plan for each department and year, so the id says which. */
export function planId(department: string, year: number): string {
  return `pln-${department}-${year}`;
}

/** A new record's id: unique as the transaction id is, equal on every endorser. 96 bits of SHA-256; `nth` counts those of one kind in one transaction. */
export function newId(kind: keyof typeof prefixes, transactionId: string, nth = 0): string {
  return `${prefixes[kind]}-${transactionId.slice(0, 24)}${nth === 0 ? '' : `-${nth}`}`;
}
