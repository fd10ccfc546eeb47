/** One element of ASN.1 DER, as far as certificates, revocation lists and signatures use it. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** The whole element, its tag and length included. */
  readonly raw: Buffer;
  readonly rest: Buffer;
}

/** The first element, or undefined where the bytes are not DER: lengths definite and minimal (as Go's encoding/asn1 asks). */
export function element(bytes: Buffer, tag?: number): Element | undefined {
  const first = bytes[0];
  let length = bytes[1];
  if (first === undefined || length === undefined || (first & 0x1f) === 0x1f || (tag !== undefined && first !== tag)) return undefined;
  let at = 2;
  if (length >= 0x80) {
    const octets = length & 0x7f;
    if (octets === 0 || octets > 4 || at + octets > bytes.length) return undefined;
    length = bytes.readUIntBE(at, octets);
    at += octets;
    if (length < 0x80 || length < 2 ** (8 * (octets - 1))) return undefined;
  }
  const end = at + length;
  return end > bytes.length
    ? undefined
    : { tag: first, content: bytes.subarray(at, end), raw: bytes.subarray(0, end), rest: bytes.subarray(end) };
}

/** All elements of a content, or undefined where it is not a run of them. */
export function elements(content: Buffer): Element[] | undefined {
  const found: Element[] = [];
  for (let rest = content; rest.length > 0; ) {
    const next = element(rest);
    if (next === undefined) return undefined;
    found.push(next);
    rest = next.rest;
  }
  return found;
}

export const Tag = {
  BOOLEAN: 0x01,
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OID: 0x06,
  UTF8: 0x0c,
  UTC_TIME: 0x17,
  GENERALIZED_TIME: 0x18,
  SEQUENCE: 0x30,
  SET: 0x31,
} as const;

export function oid(content: Buffer): string {
  const parts: bigint[] = [];
  let value = 0n;
  for (const byte of content) {
    value = (value << 7n) | BigInt(byte & 0x7f);
    if (byte < 0x80) {
      parts.push(value);
      value = 0n;
    }
  }
  const first = parts[0] ?? 0n;
  const top = first < 80n ? first / 40n : 2n;
  return [top, first - top * 40n, ...parts.slice(1)].join('.');
}

/** UTCTime or GeneralizedTime in UTC, the two forms that X.509 allows; NaN for anything else. */
export function time(e: Element): number {
  const text = e.content.toString('latin1');
  const match = (
    e.tag === Tag.UTC_TIME ? /^(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/ : /^(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/
  ).exec(text);
  if (match === null) return Number.NaN;
  const [, y = '', ...rest] = match;
  const year = y.length === 4 ? y : `${Number(y) < 50 ? '20' : '19'}${y}`;
  const [month, day, hour, minute, second] = rest;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
