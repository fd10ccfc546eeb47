import { EvidenceError } from './errors.js';
import type { Certificate } from './x509.js';

const CERT_SIGN = 5;
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const ANY_PURPOSE = '2.5.29.37.0';

/**
 * The chain from a certificate to a root, the certificate first, by the rules of Go's x509 Verify as fabric msp/mspimpl.go calls it:
 * at the certificate's own notBefore (an expired certificate stays a member's; whether it was in date is judged apart, see
 * `inDate`), for the default purpose, and with one way up only. Throws IDENTITY.
 */
export function certificateChain(
  certificate: Certificate,
  roots: readonly Certificate[],
  intermediates: readonly Certificate[],
): readonly Certificate[] {
  const at = certificate.notBefore + 1000;
  const chains = ways([certificate], roots, intermediates, at);
  if (chains.length !== 1)
    throw new EvidenceError(
      'IDENTITY',
      `${describe(certificate)}: ${chains.length === 0 ? 'not issued by' : 'more than one way to'} a CA of its organisation`,
    );
  return chains[0] as readonly Certificate[];
}

export function describe(certificate: Certificate): string {
  return `certificate ${certificate.serial.toString('hex')} (${certificate.commonName})`;
}

/** Whether each certificate of a chain was within its dates. */
export function inDate(chain: readonly Certificate[], at: number): boolean {
  return chain.every((c) => c.notBefore <= at && at <= c.notAfter + 999);
}

function ways(
  chain: readonly Certificate[],
  roots: readonly Certificate[],
  intermediates: readonly Certificate[],
  at: number,
): (readonly Certificate[])[] {
  const child = chain[chain.length - 1] as Certificate;
  if (!usable(child, chain.length - 1, at)) return [];
  // A root may be asked about itself: it is its own chain.
  if (chain.length === 1 && roots.some((r) => r.raw.equals(child.raw))) return [chain];
  const found: (readonly Certificate[])[] = [];
  for (const root of roots) if (issued(root, child) && usable(root, chain.length, at)) found.push([...chain, root]);
  for (const middle of intermediates)
    if (!chain.some((c) => c.raw.equals(middle.raw)) && issued(middle, child))
      found.push(...ways([...chain, middle], roots, intermediates, at));
  return found;
}

/** `above`: how many certificates stand below this one. */
function usable(certificate: Certificate, below: number, at: number): boolean {
  if (certificate.unhandled.length > 0 || at < certificate.notBefore || at > certificate.notAfter + 999) return false;
  const { extendedKeyUsage, maxPathLength } = certificate;
  if (extendedKeyUsage !== undefined && !extendedKeyUsage.some((u) => u === SERVER_AUTH || u === ANY_PURPOSE)) return false;
  if (below === 0) return true;
  return certificate.ca && (maxPathLength === undefined || below - 1 <= maxPathLength);
}

function issued(issuer: Certificate, child: Certificate): boolean {
  if (!issuer.subject.equals(child.issuer) || !issuer.ca) return false;
  if (issuer.keyUsage !== undefined && !issuer.keyUsage.has(CERT_SIGN)) return false;
  try {
    return child.node.verify(issuer.publicKey);
  } catch {
    // OpenSSL throws where the algorithm and the key do not fit: not the issuer.
    return false;
  }
}
