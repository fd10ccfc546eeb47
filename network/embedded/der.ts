/** DER (X.690), as far as certificates and revocation lists need it. Lengths are minimal; callers order what a SET holds. */
export function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  const n = body.length;
  if (n < 0x80) return Buffer.concat([Buffer.from([tag, n]), body]);
  const length: number[] = [];
  for (let rest = n; rest > 0; rest >>>= 8) length.unshift(rest & 0xff);
  return Buffer.concat([Buffer.from([tag, 0x80 | length.length, ...length]), body]);
}

export const sequence = (...content: readonly Uint8Array[]): Buffer => der(0x30, ...content);
export const set = (...content: readonly Uint8Array[]): Buffer => der(0x31, ...content);
export const octets = (value: Uint8Array): Buffer => der(0x04, value);
export const boolean = (value: boolean): Buffer => der(0x01, Buffer.from([value ? 0xff : 0]));
export const utf8 = (value: string): Buffer => der(0x0c, Buffer.from(value));
export const bits = (value: Uint8Array, unused = 0): Buffer => der(0x03, Buffer.from([unused]), value);
/** [n] EXPLICIT, constructed. */
export const explicit = (n: number, ...content: readonly Uint8Array[]): Buffer => der(0xa0 | n, ...content);
/** [n] IMPLICIT over a primitive. */
export const implicit = (n: number, content: Uint8Array): Buffer => der(0x80 | n, content);

/** A non-negative INTEGER from its big-endian bytes. */
export function integer(value: Uint8Array): Buffer {
  let at = 0;
  while (at < value.length - 1 && value[at] === 0) at++;
  const body = value.subarray(at);
  return (body[0] as number) < 0x80 ? der(0x02, body) : der(0x02, Buffer.from([0]), body);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes: number[] = [];
  for (const arc of [first * 40 + second, ...rest]) {
    const seven = [arc & 0x7f];
    for (let more = arc >>> 7; more > 0; more >>>= 7) seven.unshift((more & 0x7f) | 0x80);
    bytes.push(...seven);
  }
  return der(0x06, Buffer.from(bytes));
}

/** RFC 5280, 4.1.2.5: UTCTime up to 2049, GeneralizedTime from 2050 on; whole seconds, Zulu. */
export function time(date: Date): Buffer {
  const digits = date.toISOString().replace(/[-:T]|\.\d+/g, '');
  return date.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits));
}
