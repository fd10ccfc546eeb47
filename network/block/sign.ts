import { type KeyObject, sign as nodeSign, verify as nodeVerify } from 'node:crypto';
import { element, Tag } from './der.js';
import { asBuffer } from './wire.js';

/**
 * ECDSA as Fabric takes it (bccsp/utils/ecdsa.go): SHA-256, DER, and s in the lower half of the curve's order, since whoever sees a
 * signature could else make a second one of it, and with it a second envelope of the same transaction.
 * The callback forms run on the thread pool: signatures are most of what a ledger computes.
 */
const orders: Readonly<Record<string, bigint>> = {
  secp224r1: 0xffffffffffffffffffffffffffff16a2e0b8f03e13dd29455c5c2a3dn,
  prime256v1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp521r1:
    0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
};

export function signSync(key: KeyObject, message: Uint8Array): Buffer {
  return lowS(nodeSign('sha256', message, key), orderOf(key));
}

export function sign(key: KeyObject, message: Uint8Array): Promise<Buffer> {
  const order = orderOf(key);
  return new Promise((resolve, reject) => {
    nodeSign('sha256', message, key, (error, signature) => (error ? reject(error) : resolve(lowS(signature, order))));
  });
}

export function verifySync(key: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  const taken = acceptable(key, signature);
  return taken !== undefined && nodeVerify('sha256', message, key, taken);
}

export function verify(key: KeyObject, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  return new Promise((resolve, reject) => verifyThen(key, message, signature, (error, ok) => (error ? reject(error) : resolve(ok))));
}

/** `verify` in callback form, for those who check very many; `done` may be called before this returns. */
export function verifyThen(
  key: KeyObject,
  message: Uint8Array,
  signature: Uint8Array,
  done: (error: Error | null, ok: boolean) => void,
): void {
  const taken = acceptable(key, signature);
  if (taken === undefined) done(null, false);
  else nodeVerify('sha256', message, key, taken, done);
}

/** The order of a key's curve. Throws on a key that Fabric 2.x has no signatures for. */
export function orderOf(key: KeyObject): bigint {
  const order = orders[key.asymmetricKeyDetails?.namedCurve ?? ''];
  if (order === undefined) throw new TypeError(`no Fabric signature scheme for a key of ${key.asymmetricKeyType ?? key.type}`);
  return order;
}

function lowS(signature: Buffer, order: bigint): Buffer {
  const { r, s } = integers(signature) as Integers;
  const value = toBigInt(s);
  return value * 2n <= order ? signature : encode(r, fromBigInt(order - value));
}

/**
 * The signature as OpenSSL reads it, or undefined if Fabric refuses it. Go passes over bytes after the integers and
 * after the sequence, OpenSSL does not; a chain with such a signature is a valid chain, so they are taken off.
 */
function acceptable(key: KeyObject, signature: Uint8Array): Uint8Array | undefined {
  const curve = key.asymmetricKeyDetails?.namedCurve ?? '';
  const half = halves[curve];
  if (half === undefined) return undefined;
  const at = plainS(signature);
  // Nearly every signature: in the one form that OpenSSL writes, taken as it is.
  if (at > 0) return isLow(signature, at, half) ? signature : undefined;
  const found = integers(signature);
  if (found === undefined || !positive(found.r) || !positive(found.s)) return undefined;
  return isLow(found.s, 0, half) ? encode(found.r, found.s) : undefined;
}

/** Half of each order, in bytes: s is compared without making a number of it, since this is done for every signature. */
const halves: Readonly<Record<string, Buffer>> = Object.fromEntries(
  Object.entries(orders).map(([curve, order]) => [curve, fromBigInt(order / 2n)]),
);

/** Where s begins in a signature of two positive minimal integers with nothing after them and one-byte lengths; 0 in any other form. */
function plainS(signature: Uint8Array): number {
  const size = signature.length;
  const r = signature[3] as number;
  const s = signature[5 + r] as number;
  const plain = signature[0] === Tag.SEQUENCE && signature[1] === size - 2 && size < 0x82 && signature[2] === Tag.INTEGER;
  if (!plain || signature[4 + r] !== Tag.INTEGER || 6 + r + s !== size) return 0;
  return isPlain(signature, 4, r) && isPlain(signature, 6 + r, s) ? 6 + r : 0;
}

function isPlain(bytes: Uint8Array, at: number, size: number): boolean {
  const first = bytes[at] as number;
  if (size === 0 || first >= 0x80) return false;
  return first !== 0 || (size > 1 && (bytes[at + 1] as number) >= 0x80);
}

/** Whether the integer from `at` to the end is at most the other. */
function isLow(bytes: Uint8Array, at: number, half: Buffer): boolean {
  const size = bytes.length - at;
  if (size !== half.length) return size < half.length;
  for (let i = 0; i < size; i++) {
    const difference = (bytes[at + i] as number) - (half[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

/** A signature by that key with s made low, or undefined if it is none. */
export function canonicalSignature(key: KeyObject, signature: Uint8Array): Buffer | undefined {
  const order = orders[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const found = order === undefined ? undefined : integers(signature);
  if (order === undefined || found === undefined || !positive(found.r) || !positive(found.s)) return undefined;
  const s = toBigInt(found.s);
  return encode(found.r, s * 2n <= order ? found.s : fromBigInt(order - s));
}

interface Integers {
  readonly r: Buffer;
  readonly s: Buffer;
}

/** SEQUENCE { INTEGER, INTEGER, … } with integers minimal, as Go's encoding/asn1 asks. */
function integers(der: Uint8Array): Integers | undefined {
  const sequence = element(asBuffer(der), Tag.SEQUENCE);
  const r = sequence && element(sequence.content, Tag.INTEGER);
  const s = r && element(r.rest, Tag.INTEGER);
  return r && s && minimal(r.content) && minimal(s.content) ? { r: r.content, s: s.content } : undefined;
}

function minimal(integer: Buffer): boolean {
  const [first, second] = integer;
  if (first === undefined) return false;
  return second === undefined || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

function positive(integer: Buffer): boolean {
  return (integer[0] as number) < 0x80 && !(integer.length === 1 && integer[0] === 0);
}

function encode(r: Buffer, s: Buffer): Buffer {
  const length = r.length + s.length + 4;
  const head = length < 0x80 ? [0x30, length] : [0x30, 0x81, length];
  return Buffer.concat([Buffer.from(head), Buffer.from([2, r.length]), r, Buffer.from([2, s.length]), s]);
}

function toBigInt(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function fromBigInt(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return (bytes[0] as number) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
}
