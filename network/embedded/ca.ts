import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildCertificate, buildRevocationList, keyId, type Name, serialNumber } from './certificate.js';
import { appendDurably, makeDirectory, PUBLIC, SECRET, syncDirectory, writeDurably } from './files.js';

/**
 * One organisation's certificate authority: a root that issues signing certificates directly, as a fabric-ca-server with its
 * default profile does. Its key lies in its directory, readable by the owner alone.
 */
export type NodeType = 'client' | 'peer' | 'orderer' | 'admin';

export interface CertificateRequest {
  /** Enrolment id: the common name. */
  readonly name: string;
  /** NodeOU: what the MSP takes the holder for. */
  readonly type: NodeType;
  readonly publicKey: KeyObject;
  /** Beside those that fabric-ca adds by itself (hf.EnrollmentID, hf.Type, hf.Affiliation). */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly hosts?: readonly string[];
  readonly days: number;
}

interface Issued {
  readonly serial: string;
  readonly name: string;
  readonly type: NodeType;
  readonly notAfter: string;
}
interface Revoked {
  readonly serial: string;
  readonly at: string;
}

const DAY = 86_400_000;
/** fabric-ca backdates by five minutes, so that a clock a little behind takes a new certificate. */
const BACKDATE = 5 * 60_000;
const ROOT_DAYS = 15 * 365;

/** State: the key, and what was issued and revoked, each also in a file of the directory. */
export class CertificateAuthority {
  readonly rootCertificate: string;
  readonly #key: KeyObject;
  readonly #keyId: Buffer;
  readonly #name: Name;
  readonly #issued: Issued[];
  #revoked: Revoked[];

  private constructor(
    readonly mspId: string,
    private readonly dir: string,
    private readonly now: () => Date,
  ) {
    this.rootCertificate = readFileSync(join(dir, 'root.pem'), 'utf8');
    this.#key = createPrivateKey(readFileSync(join(dir, 'root.key.pem')));
    this.#keyId = keyId(createPublicKey(this.#key));
    this.#name = rootName(mspId);
    this.#issued = readLines<Issued>(join(dir, 'issued.jsonl'));
    this.#revoked = readLines<Revoked>(join(dir, 'revoked.jsonl'));
  }

  /** Opens the authority in `dir`, making its root first if there is none. */
  static open(mspId: string, dir: string, now: () => Date): CertificateAuthority {
    if (!existsSync(join(dir, 'root.pem'))) createRoot(mspId, dir, now());
    return new CertificateAuthority(mspId, dir, now);
  }

  issue(request: CertificateRequest): string {
    const notBefore = new Date(this.now().getTime() - BACKDATE);
    const root = new X509Certificate(this.rootCertificate);
    const notAfter = new Date(Math.min(notBefore.getTime() + request.days * DAY, Date.parse(root.validTo)));
    const serial = serialNumber();
    const certificate = buildCertificate(
      {
        serial,
        issuer: this.#name,
        subject: { organisation: this.mspId, units: [request.type], commonName: request.name },
        notBefore,
        notAfter,
        publicKey: request.publicKey,
        authorityKeyId: this.#keyId,
        authority: false,
        ...(request.hosts ? { hosts: request.hosts } : {}),
        attributes: { ...request.attributes, 'hf.Affiliation': '', 'hf.EnrollmentID': request.name, 'hf.Type': request.type },
      },
      this.#key,
    );
    const entry: Issued = { serial: serial.toString('hex'), name: request.name, type: request.type, notAfter: notAfter.toISOString() };
    // Recorded before it is handed out: what is not in the list cannot be revoked by name.
    appendDurably(join(this.dir, 'issued.jsonl'), JSON.stringify(entry));
    this.#issued.push(entry);
    return certificate;
  }

  /** Revokes every certificate issued to that enrolment id; answers how many were not revoked before. */
  revoke(name: string): number {
    const held = new Set(this.#revoked.map((r) => r.serial));
    // Read again: another process may have issued beside this one (`drl identity add`).
    const issued = readLines<Issued>(join(this.dir, 'issued.jsonl'));
    const fresh = issued.filter((i) => i.name === name && !held.has(i.serial));
    const at = this.now().toISOString();
    for (const { serial } of fresh) {
      appendDurably(join(this.dir, 'revoked.jsonl'), JSON.stringify({ serial, at }));
      this.#revoked = [...this.#revoked, { serial, at }];
    }
    return fresh.length;
  }

  /** PEM revocation list of all that is revoked, or undefined while nothing is. */
  revocationList(): string | undefined {
    if (this.#revoked.length === 0) return undefined;
    return buildRevocationList(
      {
        issuer: this.#name,
        authorityKeyId: this.#keyId,
        at: this.now(),
        number: this.#revoked.length,
        revoked: this.#revoked.map((r) => ({ serial: Buffer.from(r.serial, 'hex'), at: new Date(r.at) })),
      },
      this.#key,
    );
  }

  issued(): readonly Issued[] {
    return this.#issued;
  }
}

export function newKey(): { publicKey: KeyObject; privateKey: KeyObject } {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function rootName(mspId: string): Name {
  return { organisation: mspId, units: [], commonName: `ca.${mspId}` };
}

/** Key and certificate appear together or not at all: they are made in a directory that is renamed when both are synced. */
function createRoot(mspId: string, dir: string, now: Date): void {
  const beside = `${dir}.new`;
  rmSync(beside, { recursive: true, force: true });
  makeDirectory(beside);
  const { publicKey, privateKey } = newKey();
  const notBefore = new Date(now.getTime() - BACKDATE);
  const root = buildCertificate(
    {
      serial: serialNumber(),
      issuer: rootName(mspId),
      subject: rootName(mspId),
      notBefore,
      notAfter: new Date(notBefore.getTime() + ROOT_DAYS * DAY),
      publicKey,
      authorityKeyId: keyId(publicKey),
      authority: true,
    },
    privateKey,
  );
  writeDurably(join(beside, 'root.key.pem'), keyPem(privateKey), SECRET);
  writeDurably(join(beside, 'root.pem'), root, PUBLIC);
  makeDirectory(join(dir, '..'));
  renameSync(beside, dir);
  syncDirectory(join(dir, '..'));
}

/** Lines of JSON. A last line that a kill left torn was never handed out: it is cut off. */
function readLines<T>(file: string): T[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) writeDurably(file, whole);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as T);
}
