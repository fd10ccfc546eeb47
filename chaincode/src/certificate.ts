import { type DerItem, derItem, derItems } from './der.js';
import { type CertifiedCaller, type Role, roles } from './model/caller.js';
import { sha256 } from './model/commitment.js';

/** fabric-ca puts a certificate's attributes here, as JSON { attrs: { name: value } } (fabric-ca lib/attrmgr). */
const ATTRIBUTES = '2a03040506070801'; // 1.2.3.4.5.6.7.8.1
const COMMON_NAME = '550403'; // 2.5.4.3
const SEQUENCE = 0x30;
const OID = 0x06;
const OCTET_STRING = 0x04;
const EXTENSIONS = 0xa3;

/** Parsing costs as much as a whole small invocation, and the same few callers come again and again. */
const CACHED = 2_000;
const cache = new Map<string, CertifiedCaller>();

/**
 * Who a certificate says its holder is. The peer has checked the certificate against the MSP before a proposal reaches the contract;
 * a verifier checks it by itself. Throws a TypeError on what is no certificate, or does not say one clear thing.
 */
export function callerFromCertificate(pem: string, mspId: string): CertifiedCaller {
  const key = `${mspId}\n${pem}`;
  const known = cache.get(key);
  if (known) return known;
  const caller = read(pem, mspId);
  if (cache.size >= CACHED) cache.delete(cache.keys().next().value as string);
  cache.set(key, caller);
  return caller;
}

/** SHA-256 of the certificate's DER, in hexadecimal. */
export function fingerprint(pem: string): string {
  return sha256(der(pem));
}

function der(pem: string): Uint8Array {
  const body = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1];
  if (body === undefined) throw new TypeError('no PEM certificate');
  return Buffer.from(body, 'base64');
}

function read(pem: string, mspId: string): CertifiedCaller {
  const [tbs] = derItems(derItem(der(pem), SEQUENCE));
  if (tbs?.tag !== SEQUENCE) throw new TypeError('not an X.509 certificate');
  const fields = derItems(tbs.content);
  // RFC 5280 section 4.1: [0] version, serial, signature, issuer, validity, subject, key, [3] extensions. Version 1 has no [0].
  const subject = fields[fields[0]?.tag === 0xa0 ? 5 : 4];
  const attributes = attributesOf(fields.find((field) => field.tag === EXTENSIONS));
  const { department, custodian, auditScope } = attributes;
  const held = (attributes.roles ?? '').split(',').map((role) => role.trim());
  return {
    mspId,
    name: commonName(subject),
    roles: roles.filter((role: Role) => held.includes(role)),
    ...(department ? { department } : {}),
    ...(custodian ? { custodian } : {}),
    ...(held.includes('auditor') ? { auditScope: scope(auditScope) } : {}),
  };
}

/** An auditor without a scope may look at nothing beyond its own. */
function scope(value: string | undefined): 'all' | readonly string[] {
  if (value === 'all') return 'all';
  return (value ?? '').split(',').flatMap((id) => id.trim() || []);
}

function commonName(subject: DerItem | undefined): string {
  const names = derItems(subject?.content ?? new Uint8Array())
    .flatMap((set) => derItems(set.content))
    .map((pair) => derItems(pair.content))
    .filter(([oid]) => oid?.tag === OID && hex(oid.content) === COMMON_NAME);
  // Two names would let a reader of the first and a reader of the last see two callers.
  if (names.length !== 1) throw new TypeError('the certificate has not exactly one common name');
  const name = text(names[0]?.[1]?.content);
  if (!/^\P{Cc}{1,128}$/u.test(name)) throw new TypeError('the common name is empty, too long or holds control characters');
  return name;
}

function attributesOf(extensions: DerItem | undefined): Record<string, string> {
  if (extensions === undefined) return {};
  const found = derItems(derItem(extensions.content, SEQUENCE))
    .map((extension) => derItems(extension.content))
    .filter(([oid]) => oid?.tag === OID && hex(oid.content) === ATTRIBUTES);
  if (found.length === 0) return {};
  const value = found[0]?.at(-1);
  if (found.length > 1 || value?.tag !== OCTET_STRING) throw new TypeError('the attribute extension is not one octet string');
  const attrs = (JSON.parse(text(value.content)) as { attrs?: unknown } | null)?.attrs ?? {};
  if (typeof attrs !== 'object' || !Object.values(attrs).every((v) => typeof v === 'string'))
    throw new TypeError('the attributes are not names and strings');
  return attrs as Record<string, string>;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const text = (bytes: Uint8Array = new Uint8Array()) => new TextDecoder('utf-8', { fatal: true }).decode(bytes);
