import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CertificateAuthority, keyPem, type NodeType, newKey } from './ca.js';
import { makeDirectory, PUBLIC, SECRET, writeDurably } from './files.js';

/** A node's or administrator's own key and certificate, kept in the ledger's directory. */
export interface Node {
  readonly name: string;
  readonly mspId: string;
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

const DAYS = 5 * 365;
const RENEW_BEFORE = 60 * 86_400_000;

/** The node as it was, or a new one; a certificate that runs out within 60 days is issued again for the same key. */
export function nodeOf(authority: CertificateAuthority, dir: string, name: string, type: NodeType, now: Date): Node {
  const at = join(dir, authority.mspId);
  makeDirectory(at);
  const keyFile = join(at, `${name}.key.pem`);
  const certificateFile = join(at, `${name}.pem`);
  if (!existsSync(keyFile)) writeDurably(keyFile, keyPem(newKey().privateKey), SECRET);
  const privateKey = createPrivateKey(readFileSync(keyFile));
  const held = existsSync(certificateFile) ? readFileSync(certificateFile, 'utf8') : undefined;
  const lasts = held !== undefined && Date.parse(new X509Certificate(held).validTo) - now.getTime() > RENEW_BEFORE;
  if (held !== undefined && lasts) return { name, mspId: authority.mspId, certificate: held, privateKey };
  const certificate = authority.issue({ name, type, publicKey: createPublicKey(privateKey), hosts: ['localhost'], days: DAYS });
  writeDurably(certificateFile, certificate, PUBLIC);
  return { name, mspId: authority.mspId, certificate, privateKey };
}
