import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { signSync } from '../block/sign.js';
import { bits, boolean, explicit, implicit, integer, octets, oid, sequence, set, time, utf8 } from './der.js';

/** X.509 v3 certificates and v2 revocation lists (RFC 5280), ECDSA with SHA-256, signed low-S since Fabric's MSP rewrites others. */

export interface Name {
  readonly organisation: string;
  readonly units: readonly string[];
  readonly commonName: string;
}

export interface CertificateFields {
  readonly serial: Buffer;
  readonly issuer: Name;
  readonly subject: Name;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKey: KeyObject;
  /** Subject key identifier of the issuer. */
  readonly authorityKeyId: Buffer;
  /** true: a root that may sign certificates and revocation lists, and no intermediate. */
  readonly authority: boolean;
  readonly hosts?: readonly string[];
  /** What fabric-ca writes under OID 1.2.3.4.5.6.7.8.1, and a contract reads as the caller's attributes. */
  readonly attributes?: Readonly<Record<string, string>>;
}

const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
const ATTRIBUTES = '1.2.3.4.5.6.7.8.1';

/** Key usage bits, most significant first. */
const DIGITAL_SIGNATURE = bits(Buffer.from([0x80]), 7);
const CERT_AND_CRL_SIGN = bits(Buffer.from([0x06]), 1);

export function buildCertificate(fields: CertificateFields, signer: KeyObject): string {
  const extensions = [
    extension('2.5.29.15', true, fields.authority ? CERT_AND_CRL_SIGN : DIGITAL_SIGNATURE),
    extension('2.5.29.19', true, fields.authority ? sequence(boolean(true), integer(Buffer.from([0]))) : sequence()),
    extension('2.5.29.14', false, octets(keyId(fields.publicKey))),
    extension('2.5.29.35', false, sequence(implicit(0, fields.authorityKeyId))),
  ];
  // Go ignores a certificate's common name: host names count as SANs alone (FABRIC: DEP0123 for addresses).
  if (fields.hosts?.length)
    extensions.push(extension('2.5.29.17', false, sequence(...fields.hosts.map((h) => implicit(2, Buffer.from(h))))));
  if (fields.attributes) extensions.push(extension(ATTRIBUTES, false, attributeBytes(fields.attributes)));
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(fields.serial),
    ECDSA_SHA256,
    nameBytes(fields.issuer),
    sequence(time(fields.notBefore), time(fields.notAfter)),
    nameBytes(fields.subject),
    fields.publicKey.export({ type: 'spki', format: 'der' }),
    explicit(3, sequence(...extensions)),
  );
  return pem('CERTIFICATE', sequence(body, ECDSA_SHA256, bits(signSync(signer, body))));
}

export interface RevocationFields {
  readonly issuer: Name;
  readonly authorityKeyId: Buffer;
  readonly at: Date;
  readonly number: number;
  readonly revoked: readonly { readonly serial: Buffer; readonly at: Date }[];
}

export function buildRevocationList(fields: RevocationFields, signer: KeyObject): string {
  const entries = fields.revoked.map((r) => sequence(integer(r.serial), time(r.at)));
  const number = Buffer.alloc(4);
  number.writeUInt32BE(fields.number);
  const body = sequence(
    integer(Buffer.from([1])),
    ECDSA_SHA256,
    nameBytes(fields.issuer),
    time(fields.at),
    ...(entries.length > 0 ? [sequence(...entries)] : []),
    // Fabric finds the list of an issuer by this identifier (msp/mspimplvalidate.go).
    explicit(
      0,
      sequence(extension('2.5.29.35', false, sequence(implicit(0, fields.authorityKeyId))), extension('2.5.29.20', false, integer(number))),
    ),
  );
  return pem('X509 CRL', sequence(body, ECDSA_SHA256, bits(signSync(signer, body))));
}

/** Subject key identifier: SHA-256 of the public point, as Fabric's own keys are named (bccsp/sw). */
export function keyId(publicKey: KeyObject): Buffer {
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  // P-256: the uncompressed point is the last 65 bytes of the SubjectPublicKeyInfo.
  return createHash('sha256')
    .update(spki.subarray(spki.length - 65))
    .digest();
}

/** 20 random octets at most (RFC 5280, 4.1.2.2), positive and never short. */
export function serialNumber(): Buffer {
  const serial = randomBytes(20);
  serial[0] = ((serial[0] as number) & 0x3f) | 0x40;
  return serial;
}

function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return critical ? sequence(oid(id), boolean(true), octets(value)) : sequence(oid(id), octets(value));
}

/** fabric-ca (lib/attrmgr): JSON with its keys sorted as Go's maps are marshalled, put into the extension as it is. */
function attributeBytes(attributes: Readonly<Record<string, string>>): Buffer {
  const attrs = Object.fromEntries(Object.entries(attributes).sort(([a], [b]) => (a < b ? -1 : 1)));
  return Buffer.from(JSON.stringify({ attrs }));
}

function nameBytes(name: Name): Buffer {
  const rdn = (id: string, value: string): Buffer => set(sequence(oid(id), utf8(value)));
  // Go reads several organisational units of one RDN and of many alike; fabric-ca writes one each.
  return sequence(rdn('2.5.4.10', name.organisation), ...name.units.map((u) => rdn('2.5.4.11', u)), rdn('2.5.4.3', name.commonName));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}
