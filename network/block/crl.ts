import { type KeyObject, verify } from 'node:crypto';
import { type Element, element, elements, oid, Tag } from './der.js';
import { EvidenceError } from './errors.js';
import { pemBlocks } from './x509.js';

/** A certificate revocation list (RFC 5280, section 5), as far as fabric msp/mspimplvalidate.go asks about it. */
export interface RevocationList {
  /** Which key signed it: compared with the issuer's subject key identifier. */
  readonly authorityKeyId: Buffer | undefined;
  /** Serial numbers, hex. */
  readonly serials: ReadonlySet<string>;
  signedBy(key: KeyObject): boolean;
}

const digests: Readonly<Record<string, string>> = {
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
  '1.2.840.113549.1.1.11': 'sha256',
};

/** Reads a CRL in PEM or DER. Throws CONFIG. */
export function readRevocationList(bytes: Buffer): RevocationList {
  const der = pemBlocks(bytes.toString('latin1'))[0] ?? bytes;
  const [tbs, algorithm, signature] = content(element(der, Tag.SEQUENCE));
  if (tbs === undefined || algorithm === undefined || signature === undefined) throw bad();
  const fields = content(tbs);
  const revoked = fields.filter((e) => e.tag === Tag.SEQUENCE)[2];
  const [extensions] = content(fields.find((e) => e.tag === 0xa0));
  const authority = content(extensions)
    .map(content)
    .find(([id]) => id !== undefined && oid(id.content) === '2.5.29.35');
  const identifier = authority?.[authority.length - 1]?.content;
  const digest = digests[oid(content(algorithm)[0]?.content ?? Buffer.alloc(0))];
  return {
    authorityKeyId: identifier && content(element(identifier, Tag.SEQUENCE)).find((e) => e.tag === 0x80)?.content,
    serials: new Set(content(revoked).map((e) => content(e)[0]?.content.toString('hex') ?? '')),
    signedBy: (key) => digest !== undefined && verify(digest, tbs.raw, key, signature.content.subarray(1)),
  };
}

function content(e: Element | undefined): Element[] {
  const found = elements(e?.content ?? Buffer.alloc(0));
  if (found === undefined) throw bad();
  return found;
}

function bad(): EvidenceError {
  return new EvidenceError('CONFIG', 'a revocation list that cannot be read');
}
