import { type KeyObject, sign as nodeSign, verify as nodeVerify } from 'node:crypto';

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
  // Both positive, s at most half the order; the verification itself refuses an r beyond the order.
  if ((r[0] as number) >= 0x80 || (s[0] as number) >= 0x80 || (r.length === 1 && r[0] === 0) || (s.length === 1 && s[0] === 0))
    return undefined;
  if (toBigInt(s) * 2n > order) return undefined;
  return encode(r, s);
}

interface Integers {
  readonly r: Uint8Array;
  readonly s: Uint8Array;
}

/** SEQUENCE { INTEGER, INTEGER, … }, lengths and integers minimal, as Go's encoding/asn1 asks. */
function integers(der: Uint8Array): Integers | undefined {
  const sequence = element(der, 0x30);
  const r = sequence && element(sequence.content, 0x02);
  const s = r && element(r.rest, 0x02);
  return r && s && minimal(r.content) && minimal(s.content) ? { r: r.content, s: s.content } : undefined;
}

function element(bytes: Uint8Array, tag: number): { content: Uint8Array; rest: Uint8Array } | undefined {
  if (bytes.length < 2 || bytes[0] !== tag) return undefined;
  let length = bytes[1] as number;
  let at = 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 2) return undefined;
    length = 0;
    for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at++] ?? Number.NaN);
    if (!(length >= (octets === 1 ? 0x80 : 0x100))) return undefined;
  }
  return at + length > bytes.length ? undefined : { content: bytes.subarray(at, at + length), rest: bytes.subarray(at + length) };
}

function minimal(integer: Uint8Array): boolean {
  const [first, second] = integer;
  if (first === undefined) return false;
  return second === undefined || !((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80));
}

function encode(r: Uint8Array, s: Uint8Array): Buffer {
  const length = r.length + s.length + 4;
  const head = length < 0x80 ? [0x30, length] : [0x30, 0x81, length];
  return Buffer.concat([Buffer.from(head), Buffer.from([2, r.length]), r, Buffer.from([2, s.length]), s]);
}

function toBigInt(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex')}`);
}

function fromBigInt(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return (bytes[0] as number) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
}
