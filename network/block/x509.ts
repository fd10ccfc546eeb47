import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { type Element, element, elements, oid, Tag, time } from './der.js';
import { EvidenceError } from './errors.js';
import { canonicalSignature } from './sign.js';

/** An X.509 certificate, as far as Fabric's membership rules ask about it. */
export interface Certificate {
  readonly raw: Buffer;
  /** DER of the names: they are compared byte for byte, as Go does. */
  readonly subject: Buffer;
  readonly issuer: Buffer;
  readonly commonName: string;
  readonly units: readonly string[];
  readonly serial: Buffer;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly ca: boolean;
  readonly maxPathLength: number | undefined;
  /** RFC 5280 KeyUsage: bit 0 is digitalSignature, bit 5 keyCertSign, bit 6 cRLSign. Undefined: not restricted. */
  readonly keyUsage: ReadonlySet<number> | undefined;
  /** Extended key usages by OID. Undefined: not restricted. */
  readonly extendedKeyUsage: readonly string[] | undefined;
  readonly subjectKeyId: Buffer | undefined;
  /** Extensions by OID that the checks above do not look at though they are critical. */
  readonly unhandled: readonly string[];
  readonly publicKey: KeyObject;
  /** The signed part, signature algorithm and signature: `fingerprint` is made of them. */
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly node: X509Certificate;
}

const CN = '2.5.4.3';
const OU = '2.5.4.11';
const handled = new Set(['2.5.29.14', '2.5.29.15', '2.5.29.17', '2.5.29.19', '2.5.29.35', '2.5.29.37']);

/** The first certificate of a PEM text. Throws IDENTITY. */
export function readCertificate(pem: string): Certificate {
  const [der] = pemBlocks(pem);
  if (der === undefined) throw new EvidenceError('IDENTITY', 'no certificate in PEM');
  try {
    return parse(der);
  } catch (error) {
    if (error instanceof EvidenceError) throw error;
    throw new EvidenceError('IDENTITY', 'a certificate that cannot be read');
  }
}

/** What stands between the PEM markers of a text, whatever they call it: Go's pem.Decode does not look at the name either. */
export function pemBlocks(text: string): Buffer[] {
  return [...text.matchAll(/-----BEGIN ([A-Z0-9 ]*)-----\s([^-]*)-----END \1-----/g)].map(([, , body = '']) => Buffer.from(body, 'base64'));
}

/**
 * Two encodings of one certificate that differ in the form of its signature alone (low or high s) are one: Fabric makes the
 * signature low-S before it compares (msp/cert.go, sanitizeECDSASignedCert).
 */
export function fingerprint(certificate: Certificate, issuerKey: KeyObject): string {
  const signature = canonicalSignature(issuerKey, certificate.signature) ?? certificate.signature;
  return createHash('sha256').update(certificate.signed).update(signature).digest('hex');
}

function parse(der: Buffer): Certificate {
  const node = new X509Certificate(der);
  const [tbs, algorithm, signature] = must(elements(must(element(der, Tag.SEQUENCE)).content));
  const fields = must(elements(must(tbs).content)).filter((e) => e.tag !== 0xa0);
  const [serial, , issuer, validity, subject] = fields as [Element, Element, Element, Element, Element];
  const [notBefore, notAfter] = must(elements(validity.content)) as [Element, Element];
  const extensions = new Map(readExtensions(fields.find((e) => e.tag === 0xa3)));
  const constraints = elements(sequence(extensions.get('2.5.29.19')?.value)) ?? [];
  const path = constraints.find((e) => e.tag === Tag.INTEGER);
  return {
    raw: der,
    subject: subject.raw,
    issuer: issuer.raw,
    commonName: attributes(subject, CN)[0] ?? '',
    units: attributes(subject, OU),
    serial: serial.content,
    notBefore: time(notBefore),
    notAfter: time(notAfter),
    ca: constraints.some((e) => e.tag === Tag.BOOLEAN && e.content[0] !== 0),
    maxPathLength: path && Number(`0x${path.content.toString('hex') || '0'}`),
    keyUsage: bits(extensions.get('2.5.29.15')?.value),
    extendedKeyUsage: purposes(extensions.get('2.5.29.37')?.value),
    subjectKeyId: octets(extensions.get('2.5.29.14')?.value),
    unhandled: [...extensions].filter(([id, e]) => e.critical && !handled.has(id)).map(([id]) => id),
    publicKey: node.publicKey,
    signed: Buffer.concat([must(tbs).raw, must(algorithm).raw]),
    signature: must(signature).content.subarray(1),
    node,
  };
}

interface Extension {
  readonly critical: boolean;
  readonly value: Buffer;
}

function* readExtensions(wrapper: Element | undefined): Iterable<[string, Extension]> {
  for (const e of elements(sequence(wrapper?.content)) ?? []) {
    const parts = must(elements(e.content));
    const value = parts.find((p) => p.tag === Tag.OCTET_STRING);
    const critical = parts.some((p) => p.tag === Tag.BOOLEAN && p.content[0] !== 0);
    yield [oid(must(parts[0]).content), { critical, value: must(value).content }];
  }
}

/** The values of one attribute type within a Name, in order. */
function attributes(name: Element, type: string): string[] {
  return must(elements(name.content))
    .flatMap((set) => must(elements(set.content)))
    .map((attribute) => must(elements(attribute.content)))
    .filter(([id]) => id !== undefined && oid(id.content) === type)
    .map(([, value]) => must(value).content.toString('utf8'));
}

function bits(value: Buffer | undefined): ReadonlySet<number> | undefined {
  if (value === undefined) return undefined;
  const content = must(element(value, Tag.BIT_STRING)).content.subarray(1);
  const set = new Set<number>();
  for (let i = 0; i < content.length * 8; i++) if (((content[i >> 3] as number) >> (7 - (i & 7))) & 1) set.add(i);
  return set;
}

function purposes(value: Buffer | undefined): string[] | undefined {
  return value && must(elements(sequence(value))).map((e) => oid(e.content));
}

function octets(value: Buffer | undefined): Buffer | undefined {
  return value && element(value, Tag.OCTET_STRING)?.content;
}

function sequence(bytes: Buffer | undefined): Buffer {
  return (bytes && element(bytes, Tag.SEQUENCE)?.content) ?? Buffer.alloc(0);
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new EvidenceError('IDENTITY', 'a certificate that is not DER');
  return value;
}
