import { X509Certificate } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EvidenceError } from '@drl/network/block/errors';
import type { Trust } from '@drl/network/block/trust';

/**
 * Reads a trust directory: `MSPID.pem`, one root certificate each. The name binds the root to its organisation: were it only a set of roots, an
 * organisation could pass its own off as another's. Throws EvidenceError TRUST.
 */
export async function readTrust(dir: string): Promise<Trust> {
  let names: string[];
  try {
    names = (await readdir(dir)).filter((name) => name.endsWith('.pem')).sort();
  } catch {
    throw new EvidenceError('TRUST', `${dir} cannot be read`);
  }
  if (names.length === 0) throw new EvidenceError('TRUST', `${dir} holds no MSPID.pem`);
  const trust = new Map<string, string>();
  for (const name of names) trust.set(name.slice(0, -'.pem'.length), root(name, await readFile(join(dir, name), 'utf8')));
  return trust;
}

function root(name: string, pem: string): string {
  if (pem.split('-----BEGIN ').length !== 2) throw new EvidenceError('TRUST', `${name} does not hold exactly one certificate`);
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(pem);
  } catch {
    throw new EvidenceError('TRUST', `${name} is not a certificate`);
  }
  if (!certificate.ca) throw new EvidenceError('TRUST', `${name} is not a certificate authority’s`);
  return pem;
}
