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
  const taken = acceptable(key, signature);
  if (taken === undefined) return Promise.resolve(false);
  return new Promise((resolve, reject) => {
    nodeVerify('sha256', message, key, taken, (error, ok) => (error ? reject(error) : resolve(ok)));
  });
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
function acceptable(key: KeyObject, signature: Uint8Array): Buffer | undefined {
  const order = orders[key.asymmetricKeyDetails?.namedCurve ?? ''];
  const found = order === undefined ? undefined : integers(signature);
  if (order === undefined || found === undefined) return undefined;
  const { r, s } = found;
  // The verification itself refuses an r beyond the order.
  return positive(r) && positive(s) && toBigInt(s) * 2n <= order ? encode(r, s) : undefined;
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
