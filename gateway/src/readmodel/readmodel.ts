import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import type { Finding, FindingFilter } from './finding.js';

/**
 * The read model: follows raw blocks into level and answers what the ledger's key-value state cannot (lists, history, trails, traces).
 * It may lag the ledger, never lead it; every answer says by `asOf` which block it speaks of.
 */
export interface AsOf {
  /** Number of the last block read. */
  readonly block: number;
  /** Hex header hash of that block. */
  readonly headerHash: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  readonly asOf: AsOf;
}

export interface PageRequest {
  /** 1 to 200. */
  readonly limit: number;
  readonly cursor?: string;
  /** Answer as the ledger stood after this block; default: the last one read. */
  readonly asOfBlock?: number;
}

export interface Subject {
  readonly kind: RecordKind;
  readonly id: string;
  readonly version: number;
}

/** One line of the trail: one act on one record, done or recorded as refused, or one that failed and why. Newest first. */
export interface TrailEntry {
  /** The record's own time. Of what was invalid or ignored, whose claim of a time counts for nothing, the ledger's time at its block. */
  readonly at: string;
  readonly block: number;
  readonly transactionId: string;
  readonly actor: { readonly name: string; readonly mspId: string; readonly custodian?: string };
  readonly department: string;
  /** Transaction name, e.g. `share:commit`. */
  readonly action: string;
  /** Absent where a transaction that failed names no record that could be read. */
  readonly subject?: Subject;
  readonly asset?: string;
  readonly grant?: string;
  readonly purpose?: string;
  /** The parties of what was written, but for the one that wrote it: whom to tell. */
  readonly concerns?: readonly string[];
  readonly outcome: 'done' | 'refused' | 'invalid' | 'ignored';
  /** Rule code of a refusal, validation code name of an invalid one, reason of an ignored one. */
  readonly clause?: string;
}

export interface TransactionEntry {
  readonly transactionId: string;
  readonly block: number;
  readonly index: number;
  readonly at: string;
  /** peer.TxValidationCode name, e.g. VALID. */
  readonly code: string;
  readonly creator: { readonly mspId: string; readonly name: string; readonly department: string };
  /** Transaction name, e.g. `share:commit`; empty for a config block's. */
  readonly action: string;
  /** The records that it wrote; none if it is invalid, and without those that were ignored. */
  readonly writes: readonly Subject[];
}

/**
 * Equality filters on indexed fields; undefined members do not filter. `status` is the effective one: a grant past its term is
 * `expired` and no longer `active`, so is a demand past the day it was needed by and no longer `open`, a right in dispute `contested`; a share's `half-open` names what is not answered in time, opened or committed. `q` is words over titles, descriptions and keywords, or over what a demand wants: every one must occur, Latin ones as beginnings of words, Chinese ones anywhere.
 * Of assets and demands it is also over the names of the data elements that they are bound to.
 * `formerly` is a department that bore the record before it was passed on (机构改革).
 * `element` is an element's name or its data element id. `party` is either side. `from` and `to` bound the time of creation, both included.
 */
export interface Filters {
  readonly 'data-element': {
    q?: string;
    owner?: string;
    type?: string;
    status?: string;
    /** A proposed revision waits for the manager. */
    revised?: boolean;
  };
  readonly asset: {
    q?: string;
    publisher?: string;
    formerly?: string;
    theme?: string;
    shareType?: string;
    status?: string;
    element?: string;
    attached?: boolean;
    overdue?: boolean;
    contested?: boolean;
    catalogCode?: string;
    /** Claims to be the authoritative source of this data element (DOMAIN rule 3). */
    authority?: string;
  };
  readonly derivation: { asset?: string; input?: string; publisher?: string };
  readonly right: { asset?: string; holder?: string; offeredTo?: string; formerly?: string; status?: string };
  readonly contest: { right?: string; asset?: string; by?: string; holder?: string; formerly?: string; status?: string };
  /** `asset` and `owner`: what and whom it is put to. */
  readonly demand: {
    q?: string;
    by?: string;
    owner?: string;
    asset?: string;
    theme?: string;
    element?: string;
    status?: string;
    from?: string;
    to?: string;
  };
  readonly joining: { demand?: string; by?: string; formerly?: string; status?: string };
  readonly grant: {
    asset?: string;
    assigner?: string;
    assignee?: string;
    party?: string;
    demand?: string;
    /** One of those on whose behalf the assignee may use the data. */
    recipients?: string;
    formerly?: string;
    status?: string;
    overdue?: boolean;
  };
  readonly ticket: { asset?: string; grant?: string; provider?: string; consumer?: string };
  readonly share: {
    asset?: string;
    grant?: string;
    provider?: string;
    consumer?: string;
    party?: string;
    /** On whose behalf the consumer asked. */
    actingFor?: string;
    formerly?: string;
    /** Of what was sent, hex. */
    payloadHash?: string;
    status?: string;
    from?: string;
    to?: string;
  };
  readonly refusal: { asset?: string; grant?: string; provider?: string; consumer?: string; party?: string; from?: string; to?: string };
  readonly rating: { asset?: string; grant?: string; share?: string; provider?: string; by?: string; party?: string };
  readonly feedback: {
    asset?: string;
    publisher?: string;
    by?: string;
    party?: string;
    dimension?: string;
    status?: string;
    from?: string;
    to?: string;
  };
  /** `element`: the data element that two assets claim. `freezes`: a grant or right. */
  readonly dispute: {
    asset?: string;
    subject?: string;
    element?: string;
    freezes?: string;
    claimant?: string;
    respondent?: string;
    party?: string;
    status?: string;
    from?: string;
    to?: string;
  };
  /** `successor`: those that it took over from. */
  readonly department: { mspId?: string; successor?: string; status?: string };
  readonly plan: { department?: string; year?: string };
  readonly 'audit-query': { by?: string };
  readonly settings: Record<string, never>;
}

export interface TrailFilter {
  readonly asset?: string;
  readonly department?: string;
  readonly purpose?: string;
  readonly grant?: string;
  /** Enrolment id of who acted. */
  readonly person?: string;
  /** What others did that concerns this department. */
  readonly concerns?: string;
  /** One, or any of several: what failed is `['refused', 'invalid', 'ignored']`. */
  readonly outcome?: TrailEntry['outcome'] | readonly TrailEntry['outcome'][];
  readonly from?: string;
  readonly to?: string;
}

export interface Trace {
  readonly asset: RecordOf<'asset'>;
  readonly asOf: AsOf;
  readonly rights: readonly RecordOf<'right'>[];
  readonly grants: readonly RecordOf<'grant'>[];
  /** Newest first; a page of at most `limit`, `nextCursor` for the rest. */
  readonly shares: readonly RecordOf<'share'>[];
  readonly refusals: readonly RecordOf<'refusal'>[];
  /** What it was made of, and what was made of it, one step each way. */
  readonly derivations: readonly RecordOf<'derivation'>[];
  readonly nextCursor: string | null;
}

/** Kinds that are found by their words and elements. */
export type NearKind = 'asset' | 'demand';

/** One word (words.ts), an element by its name or data element id, or by what it is called (`nameKey` in naming.ts). */
export interface Sign {
  readonly field: 'word' | 'element' | 'titled';
  readonly value: string;
}

export interface Near<K extends NearKind> {
  readonly records: readonly RecordOf<K>[];
  /** How much a sign tells one record from another: from 1 for what only one has, towards 0. By `signKey` (near.ts). */
  readonly rarity: ReadonlyMap<string, number>;
  readonly asOf: AsOf;
}

/** What a caller may see (API.md "Who sees what"), applied inside the range reads so that pages stay full. Undefined: everything. */
export type Visible = (record: LedgerRecord) => boolean;

/** One moment of the ledger, to be read through: what figures over everything are made from. All of it is of one block. */
export interface Survey {
  readonly asOf: AsOf;
  /** RFC 3339: the time at which what only time brings about is to be judged. */
  readonly at: string;
  /** In no order that means anything; other work of the process goes on meanwhile. */
  each<K extends RecordKind>(kind: K, filter?: Filters[K]): AsyncIterable<RecordOf<K>>;
  get<K extends RecordKind>(kind: K, id: string): Promise<RecordOf<K> | undefined>;
  /** Oldest first. */
  versions<K extends RecordKind>(kind: K, id: string): Promise<readonly RecordOf<K>[]>;
}

export interface ReadModel {
  /** Last block read; undefined before the first. */
  asOf(): AsOf | undefined;
  /** Resolves once the block of that number is read; rejects on the signal. */
  reached(block: number, signal?: AbortSignal): Promise<void>;
  get<K extends RecordKind>(kind: K, id: string, options?: { version?: number; asOfBlock?: number }): Promise<RecordOf<K> | undefined>;
  list<K extends RecordKind>(kind: K, filter: Filters[K], page: PageRequest, visible?: Visible): Promise<Page<RecordOf<K>>>;
  /** Present records that have any of the signs, most and rarest first; what is visible alone counts towards `limit`. */
  near<K extends NearKind>(kind: K, signs: readonly Sign[], limit: number, visible?: Visible): Promise<Near<K>>;
  /** Every version of a record, newest first. */
  history<K extends RecordKind>(kind: K, id: string, page: PageRequest): Promise<Page<RecordOf<K>>>;
  /** Where names and types differ from one another and from the dictionary (finding.ts). */
  findings(filter: FindingFilter, page: PageRequest): Promise<Page<Finding>>;
  trail(filter: TrailFilter, page: PageRequest, visible?: (entry: TrailEntry) => boolean): Promise<Page<TrailEntry>>;
  trace(asset: string, page: PageRequest): Promise<Trace | undefined>;
  transaction(transactionId: string): Promise<TransactionEntry | undefined>;
  /** The transactions that wrote a record, oldest first: what evidence is made from. */
  writers(kind: RecordKind, id: string): Promise<readonly TransactionEntry[]>;
  /** What one block brought, or undefined if it is not read yet. */
  block(number: number): Promise<BlockEntry | undefined>;
  /** Every block from that number on, as it is read, forever (until the signal): what the event stream is made from. */
  changes(from: number, signal: AbortSignal): AsyncIterable<BlockEntry>;
  /** What a grant has given so far: shares that took from its count, and rows. */
  usage(grant: string, options?: { asOfBlock?: number }): Promise<Usage>;
  survey<T>(options: { readonly asOfBlock?: number }, work: (survey: Survey) => Promise<T>): Promise<T>;
  status(): FollowStatus;
  close(): Promise<void>;
}

export interface BlockEntry extends AsOf {
  /** The ledger's time: the latest of all that was done up to this block. */
  readonly at: string;
  readonly transactions: readonly TransactionEntry[];
  readonly acts: readonly TrailEntry[];
}

export interface Usage {
  readonly count: number;
  readonly rows: number;
}

/** For readiness and metrics. */
export interface FollowStatus {
  /** Blocks read, in all: the number of the next one. */
  readonly height: number;
  /** Read since this process opened the model. */
  readonly transactions: number;
  readonly invalid: number;
  readonly ignored: number;
  /** Why following has ended for good: the ledger's bytes did not fit. Absent while all is well. */
  readonly failure?: { readonly code: string; readonly message: string };
}
