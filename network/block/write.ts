import { EMPTY } from './wire.js';

/**
 * Writes protobuf as Go does: fields in order of number, defaults left out, lengths minimal. Callers list the fields in that order.
 * Hashes and signatures are over these bytes, so they are held against fabric-protos in test/block/build.test.ts.
 */
export function message(...fields: readonly Buffer[]): Buffer {
  return Buffer.concat(fields);
}

/** bytes or string; empty is the default and left out. */
export function bytes(field: number, value: Uint8Array | string): Buffer {
  return value.length === 0 ? EMPTY : item(field, value);
}

/** An embedded message or an element of a repeated field: written though empty. */
export function item(field: number, value: Uint8Array | string): Buffer {
  const size = typeof value === 'string' ? Buffer.byteLength(value) : value.length;
  const tag = (field << 3) | 2;
  const out = Buffer.allocUnsafe(varintSize(tag) + varintSize(size) + size);
  const at = putVarint(out, putVarint(out, 0, tag), size);
  if (typeof value === 'string') out.write(value, at);
  else out.set(value, at);
  return out;
}

export function items(field: number, values: readonly (Uint8Array | string)[]): Buffer {
  return values.length === 0 ? EMPTY : Buffer.concat(values.map((value) => item(field, value)));
}

/** uint64, int64, int32, enum or bool; zero is the default and left out. */
export function varint(field: number, value: number | bigint | boolean): Buffer {
  return value ? varintAlways(field, value) : EMPTY;
}

/** A member of a oneof is written though it holds the default. */
export function varintAlways(field: number, value: number | bigint | boolean): Buffer {
  const big = BigInt.asUintN(64, BigInt(value));
  if (big > 0x7fffffffn) return Buffer.concat([varint32(field << 3), varint64(big)]);
  return Buffer.concat([varint32(field << 3), varint32(Number(big))]);
}

/** map<string, message or bytes>: sorted by key, as a deterministic marshal gives it; an entry's key and value are written though empty. */
export function map(field: number, entries: Iterable<readonly [string, Uint8Array]>): Buffer {
  const sorted = [...entries].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return Buffer.concat(sorted.map(([key, value]) => item(field, message(item(1, key), item(2, value)))));
}

function varint32(value: number): Buffer {
  const out = Buffer.allocUnsafe(varintSize(value));
  putVarint(out, 0, value);
  return out;
}

function varint64(value: bigint): Buffer {
  const out: number[] = [];
  let rest = value;
  for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
  return Buffer.from(out);
}

function varintSize(value: number): number {
  return value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;
}

/** Writes a number below 2^32 and gives the position after it. */
function putVarint(out: Buffer, at: number, value: number): number {
  let rest = value;
  let next = at;
  for (; rest > 0x7f; rest >>>= 7) out[next++] = (rest & 0x7f) | 0x80;
  out[next++] = rest;
  return next;
}
