import type { RecordKind } from '@drl/chaincode/model/records/index';

/**
 * The keyspace (README.md draws it). Parts are parted by U+0000, which no id, label or word can hold, so that no value can reach into another's range.
 *
 * An order says where a record or a transaction stands: time, block, transaction and write, each inverted, so that reading forward is newest first.
 */
const S = '\u0000';
const MAX_TIME = 0xffff_ffff_ffff;
const MAX_BLOCK = 0xff_ffff_ffff;
const MAX_TX = 0xff_ffff;
const MAX_WRITE = 0xffff;
const ORDER = /^[0-9a-f]{32}$/;
export const ORDER_LENGTH = 32;
/** Hex digits of a block number in a key or at the head of a value. */
export const BLOCK_LENGTH = 10;

export function order(time: number, block: number, tx: number, write: number): string {
  return hex(MAX_TIME - time, 12) + hex(MAX_BLOCK - block, BLOCK_LENGTH) + hex(MAX_TX - tx, 6) + hex(MAX_WRITE - write, 4);
}

/** The first order of that time or earlier. */
export function orderAt(time: number): string {
  return hex(MAX_TIME - clampTime(time), 12).padEnd(32, '0');
}

export const isOrder = (text: string): boolean => ORDER.test(text);
export const timeOfOrder = (text: string): number => MAX_TIME - Number.parseInt(text.slice(0, 12), 16);
export const txOfOrder = (text: string): number => MAX_TX - Number.parseInt(text.slice(22, 28), 16);
export const blockOfOrder = (text: string): number => MAX_BLOCK - Number.parseInt(text.slice(12, 22), 16);

/** Milliseconds since 1970 as an order holds them: from 0 to the year 10889. */
export function clampTime(ms: number): number {
  return Number.isFinite(ms) ? Math.min(Math.max(Math.trunc(ms), 0), MAX_TIME) : 0;
}

export function hex(n: number, width: number): string {
  return n.toString(16).padStart(width, '0');
}

/** What every range of a prefix ends before: parts after it are hex digits, ids or words, all below U+10FFFF. */
export const END = '\u{10ffff}';

export const keys = {
  format: `m${S}format`,
  checkpoint: `m${S}checkpoint`,
  block: (n: number) => `b${S}${hex(n, BLOCK_LENGTH)}`,
  /** Records as they stand, those of one asset together: `cluster` is the asset, or the record's own id where it has none. */
  current: (kind: RecordKind, cluster: string, order: string) => `p${S}${kind}${S}${cluster}${S}${order}`,
  currentOf: (kind: RecordKind, cluster: string) => `p${S}${kind}${S}${cluster}${S}`,
  currentOfKind: (kind: RecordKind) => `p${S}${kind}${S}`,
  /** Id to order and cluster. */
  place: (kind: RecordKind, id: string) => `d${S}${kind}${S}${id}`,
  /** The record that a place key is of. */
  placed: (key: string) => {
    const kind = key.slice(2, key.indexOf(S, 2)) as RecordKind;
    return { kind, id: key.slice(kind.length + 3) };
  },
  /** Versions that a later one has replaced. */
  version: (kind: RecordKind, id: string, version: number) => `v${S}${kind}${S}${id}${S}${hex(version, 8)}`,
  versionsOf: (kind: RecordKind, id: string) => `v${S}${kind}${S}${id}${S}`,
  /** Field values that hold now; and those that once did, by the block that ended them. */
  index: (kind: RecordKind, field: string, value: string) => `i${S}${kind}${S}${field}${S}${value}${S}`,
  ended: (kind: RecordKind, field: string, value: string) => `k${S}${kind}${S}${field}${S}${value}${S}`,
  transaction: (order: string) => `t${S}${order}`,
  transactions: `t${S}`,
  transactionId: (id: string) => `x${S}${id}`,
  trail: (field: string, value: string) => `a${S}${field}${S}${value}${S}`,
  /** Who owns an asset now; empty: nobody any more. */
  owner: (asset: string) => `o${S}${asset}`,
  usage: (grant: string) => `u${S}${grant}`,
  usageAt: (grant: string, block: number) => `w${S}${grant}${S}${hex(MAX_BLOCK - block, BLOCK_LENGTH)}`,
  usagesOf: (grant: string) => `w${S}${grant}${S}`,
} as const;

/** For people: a key with its parts visible. */
export function readable(key: string): string {
  return key.split(S).join(' · ');
}
