import { createHash } from 'node:crypto';
import { type IdentityView, readIdentity } from './action.js';
import { certificateChain, describe, inDate } from './certchain.js';
import { type RevocationList, readRevocationList } from './crl.js';
import { EvidenceError } from './errors.js';
import type { MspConfig, NodeKind, NodeOus, OuIdentifier } from './mspconfig.js';
import type { Principal, Signer } from './policy.js';
import { type Certificate, fingerprint, readCertificate } from './x509.js';

/** A certificate that an organisation of the channel issued. Whether it still counts as its member is `invalid`. */
export interface Member extends Signer {
  readonly mspId: string;
  readonly certificate: Certificate;
  /** The certificate first, the root last. */
  readonly chain: readonly Certificate[];
  /** Why it is no member though issued by its organisation: a CA's own certificate, revoked, or without the unit that it needs. */
  readonly invalid: string | undefined;
  readonly kinds: readonly NodeKind[];
  /** Whether it and its issuers were within their dates. Fabric does not ask this of endorsers; an auditor does. */
  inDate(at: Date): boolean;
}

/** One organisation's membership rules (fabric msp/mspimpl.go, mspimplsetup.go, mspimplvalidate.go; MSP version 1.4.3). State: certificates seen. */
export class Msp {
  readonly name: string;
  readonly roots: readonly Certificate[];
  readonly intermediates: readonly Certificate[];
  readonly #admins: ReadonlySet<string>;
  readonly #revoked: readonly RevocationList[];
  readonly #units: ReadonlyMap<string, readonly string[]>;
  readonly #nodeOus: NodeOus | undefined;
  readonly #nodeUnits: ReadonlyMap<string, { readonly kinds: NodeKind[]; readonly certifiers: string | undefined }>;
  readonly #inner: ReadonlySet<string>;
  readonly #members = new Map<string, Member>();

  /** Throws CONFIG or IDENTITY where Fabric would refuse the configuration. `administered` false: nobody needs to be its administrator. */
  constructor(config: MspConfig, administered = true) {
    this.name = config.name;
    if (config.rootCerts.length === 0) throw new EvidenceError('CONFIG', `${config.name} has no root certificate`);
    if (config.signatureHash !== 'SHA2' || config.identityHash !== 'SHA256')
      throw new EvidenceError('CONFIG', `${config.name} signs with ${config.signatureHash}, which is not SHA-2`);
    this.roots = config.rootCerts.map(pem);
    this.intermediates = config.intermediateCerts.map(pem);
    this.#revoked = config.revocationLists.map(readRevocationList);
    const inner = new Set<string>();
    for (const ca of [...this.roots, ...this.intermediates]) {
      if (!ca.ca || ca.subjectKeyId === undefined) throw new EvidenceError('CONFIG', `${this.name}: ${describe(ca)} is not that of a CA`);
      for (const above of certificateChain(ca, this.roots, this.intermediates).slice(1)) inner.add(above.raw.toString('latin1'));
    }
    this.#inner = inner;
    this.#units = groupBy(
      config.units,
      (u) => u.unit,
      (u) => this.#certifiers(u) ?? '',
    );
    this.#nodeOus = config.nodeOus?.enabled ? config.nodeOus : undefined;
    this.#nodeUnits = this.#nodeOus ? this.#readNodeUnits(this.#nodeOus) : new Map();
    // Admins named by certificate are members as they were when the configuration was accepted.
    this.#admins = new Set(config.admins.map((a) => this.member(a.toString('latin1')).id));
    if (administered && this.#admins.size === 0 && this.#nodeOus?.admin === undefined)
      throw new EvidenceError('CONFIG', `${this.name} has no administrator, by certificate or by organisational unit`);
  }

  /** The member that a certificate speaks for. Throws IDENTITY if no CA of this organisation issued it. */
  member(certificatePem: string): Member {
    const known = this.#members.get(certificatePem);
    if (known !== undefined) return known;
    const certificate = readCertificate(certificatePem);
    const chain = certificateChain(certificate, this.roots, this.intermediates);
    const id = `${this.name}:${fingerprint(certificate, (chain[1] ?? certificate).publicKey)}`;
    const kinds = this.#kinds(certificate, chain);
    const member: Member = {
      id,
      mspId: this.name,
      certificate,
      chain,
      kinds,
      invalid: this.#invalid(certificate, chain),
      inDate: (at) => inDate(chain, at.getTime()),
      satisfies: (principal) => this.#satisfies(member, principal),
    };
    // Bounded: certificates come from the file that is judged.
    if (this.#members.size >= 10_000) this.#members.clear();
    this.#members.set(certificatePem, member);
    return member;
  }

  #invalid(certificate: Certificate, chain: readonly Certificate[]): string | undefined {
    if (certificate.ca) return 'a CA certificate is nobody’s identity';
    const [, issuer] = chain as [Certificate, Certificate];
    if (this.#inner.has(issuer.raw.toString('latin1'))) return 'issued by a CA that has CAs below it';
    if (this.#isRevoked(certificate, issuer)) return 'revoked';
    const certifiers = chainId(chain.slice(1));
    if (this.#units.size > 0 && !certificate.units.some((u) => this.#units.get(u)?.includes(certifiers)))
      return 'without an organisational unit of its organisation';
    if (this.#nodeOus === undefined) return undefined;
    const special = certificate.units.filter((u) => this.#nodeUnits.has(u));
    if (special.length !== 1)
      return special.length === 0 ? 'neither client, peer, admin nor orderer' : 'more than one of client, peer, admin and orderer';
    const wanted = this.#nodeUnits.get(special[0] as string)?.certifiers;
    return wanted !== undefined && wanted !== certifiers ? 'an organisational unit that another CA should have certified' : undefined;
  }

  #isRevoked(certificate: Certificate, issuer: Certificate): boolean {
    const serial = certificate.serial.toString('hex');
    return this.#revoked.some(
      (list) =>
        list.serials.has(serial) &&
        issuer.subjectKeyId !== undefined &&
        list.authorityKeyId?.equals(issuer.subjectKeyId) === true &&
        list.signedBy(issuer.publicKey),
    );
  }

  #kinds(certificate: Certificate, chain: readonly Certificate[]): NodeKind[] {
    return chain.length < 2 ? [] : certificate.units.flatMap((u) => this.#nodeUnits.get(u)?.kinds ?? []);
  }

  #satisfies(member: Member, principal: Principal): boolean {
    switch (principal.kind) {
      case 'role':
        return principal.mspId === this.name && this.#hasRole(member, principal.role);
      case 'ou':
        return (
          principal.mspId === this.name &&
          member.invalid === undefined &&
          member.certificate.units.includes(principal.unit) &&
          chainId(member.chain.slice(1)) === principal.certifiers.toString('hex')
        );
      case 'identity':
        return member.invalid === undefined && this.#isSame(member, principal.identity);
      case 'combined':
        return principal.principals.every((p) => this.#satisfies(member, p));
      case 'anonymity':
        // X.509 identities have a name.
        return !principal.anonymous;
      case 'unknown':
        return false;
    }
  }

  #hasRole(member: Member, role: 'member' | NodeKind): boolean {
    if (role === 'admin' && this.#admins.has(member.id)) return true;
    if (member.invalid !== undefined) return false;
    return role === 'member' || (this.#nodeOus !== undefined && member.kinds.includes(role));
  }

  #isSame(member: Member, identity: Buffer): boolean {
    try {
      const { mspId, certificate } = readIdentity(identity);
      return mspId === this.name && this.member(certificate).id === member.id;
    } catch (error) {
      if (error instanceof EvidenceError) return false;
      throw error;
    }
  }

  #readNodeUnits(nodeOus: NodeOus): Map<string, { kinds: NodeKind[]; certifiers: string | undefined }> {
    const units = new Map<string, { kinds: NodeKind[]; certifiers: string | undefined }>();
    for (const kind of ['client', 'peer', 'admin', 'orderer'] as const) {
      const ou = nodeOus[kind];
      if (ou === undefined) continue;
      const same = units.get(ou.unit);
      if (same) same.kinds.push(kind);
      else units.set(ou.unit, { kinds: [kind], certifiers: this.#certifiers(ou) });
    }
    return units;
  }

  /** The hash of the chain that starts at the CA named for a unit; undefined where any will do. */
  #certifiers(ou: OuIdentifier): string | undefined {
    if (ou.certificate.length === 0) return undefined;
    const ca = pem(ou.certificate);
    if (![...this.roots, ...this.intermediates].some((c) => c.raw.equals(ca.raw)))
      throw new EvidenceError('CONFIG', `${this.name}: the CA named for the unit ${ou.unit} is not one of its own`);
    return chainId(certificateChain(ca, this.roots, this.intermediates));
  }
}

const RECENT = 8;

interface Recent {
  readonly bytes: Buffer;
  readonly found: Member | EvidenceError;
}

function memberOrThrow(found: Member | EvidenceError): Member {
  if (found instanceof EvidenceError) throw found;
  return found;
}

/** All organisations of a channel. State: identities seen. */
export class Members {
  readonly #msps: ReadonlyMap<string, Msp>;
  readonly #seen = new Map<string, Member | EvidenceError>();
  #recent: readonly Recent[] = [];

  constructor(msps: Iterable<Msp>) {
    this.#msps = new Map([...msps].map((m) => [m.name, m]));
  }

  get msps(): ReadonlyMap<string, Msp> {
    return this.#msps;
  }

  /** Who a SerializedIdentity is. Throws IDENTITY: no member of the channel; `invalid` members are returned, for the caller to judge. */
  identify(identity: Uint8Array): Member {
    // A ledger has few signers at a time: comparing bytes with the last ones is cheaper than a key of them.
    for (const { bytes, found } of this.#recent)
      if (bytes.length === identity.length && bytes.equals(identity)) return memberOrThrow(found);
    const bytes = Buffer.from(identity);
    const found = this.#lookUp(bytes);
    this.#recent = [{ bytes, found }, ...this.#recent.slice(0, RECENT - 1)];
    return memberOrThrow(found);
  }

  #lookUp(identity: Buffer): Member | EvidenceError {
    const key = identity.toString('latin1');
    const known = this.#seen.get(key);
    if (known !== undefined) return known;
    const found = this.#find(identity);
    // Bounded: identities come from the file that is judged.
    if (this.#seen.size >= 10_000) this.#seen.clear();
    this.#seen.set(key, found);
    return found;
  }

  #find(identity: Buffer): Member | EvidenceError {
    try {
      const view: IdentityView = readIdentity(identity);
      const msp = this.#msps.get(view.mspId);
      return msp
        ? msp.member(view.certificate)
        : new EvidenceError('IDENTITY', `${view.mspId || 'nobody'} is not an organisation of the channel`);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      return error.code === 'IDENTITY' ? error : new EvidenceError('IDENTITY', error.detail);
    }
  }
}

function pem(bytes: Buffer): Certificate {
  return readCertificate(bytes.toString('latin1'));
}

/** What Fabric calls the certifiers identifier: SHA-256 over the chain's certificates. */
function chainId(chain: readonly Certificate[]): string {
  const hash = createHash('sha256');
  for (const certificate of chain) hash.update(certificate.raw);
  return hash.digest('hex');
}

function groupBy<T>(list: readonly T[], key: (item: T) => string, value: (item: T) => string): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const it of list) groups.set(key(it), [...(groups.get(key(it)) ?? []), value(it)]);
  return groups;
}
