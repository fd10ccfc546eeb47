import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type Role, roles } from '@drl/chaincode/model/caller';
import { departmentId, mspId } from '@drl/chaincode/model/records/common';
import { z } from 'zod';
import { type AccessKey, accessKeyId, newAccessKey, provesKey } from './auth/accessKey.js';
import type { Identity } from './ledger/ledger.js';
import { Wallet } from './wallet.js';

/**
 * The users of this gateway: for each an enrolled certificate with its key, the hashes of its API keys, and the subject of its OIDC tokens.
 * What a user may do is the ledger's to say, from the certificate; roles and department are kept here to be listed, nothing more.
 */
export interface NewIdentity {
  /** Enrolment id, e.g. `household-steward-1`; it is on every block, so never a person's name. */
  readonly name: string;
  readonly mspId: string;
  readonly department: string;
  readonly roles: readonly Role[];
  /** Of an auditor: `all`, or departments. */
  readonly auditScope?: 'all' | readonly string[];
  /** The party that holds this identity's key, where another does. */
  readonly custodian?: string;
  readonly oidcSubject?: string;
}

/** An engine's certificate authority issues for one organisation: main.ts hands in the embedded one or Fabric's. */
export type Enrol = (identity: NewIdentity) => Promise<{ readonly certificate: string; readonly privateKey: KeyObject }>;

/** The certificate attributes that the contracts read (chaincode/certificate.ts). */
export function attributesOf({ department, roles, auditScope, custodian }: NewIdentity): Record<string, string> {
  const scope = auditScope === undefined || auditScope === 'all' ? auditScope : auditScope.join(',');
  return { department, roles: roles.join(','), ...(scope ? { auditScope: scope } : {}), ...(custodian ? { custodian } : {}) };
}

const stored = z.strictObject({
  name: z.string(),
  mspId,
  department: departmentId,
  roles: z.array(z.enum(roles)),
  auditScope: z.union([z.literal('all'), z.array(departmentId)]).optional(),
  custodian: z.string().optional(),
  oidcSubject: z.string().optional(),
  certificate: z.string(),
  /** PKCS #8 PEM. */
  privateKey: z.string(),
  keys: z.array(z.strictObject({ id: z.string(), hash: z.string().regex(/^[0-9a-f]{64}$/), createdAt: z.string() })),
  createdAt: z.string(),
  revokedAt: z.string().optional(),
  /** When the ledger's revocation list came to name it. */
  listedAt: z.string().optional(),
});
type Stored = z.infer<typeof stored>;

/** Someone who may call: the signing identity, and who the gateway knows it as. */
export interface User {
  readonly identity: Identity;
  readonly department: string;
  readonly roles: readonly Role[];
}

export interface ListedIdentity {
  readonly name: string;
  readonly mspId: string;
  readonly department: string;
  readonly roles: readonly Role[];
  readonly auditScope?: 'all' | readonly string[];
  readonly custodian?: string;
  readonly createdAt: string;
  readonly revokedAt?: string;
  readonly listedAt?: string;
  readonly certificateExpires: string;
  readonly keys: number;
}

/** A changed directory is noticed by its time; two changes within its granularity would look like one, so a fresh one is read again. */
const GRANULARITY_MS = 50;

export class Identities {
  readonly #wallet: Wallet;
  #users = new Map<string, User>();
  #keys = new Map<string, { readonly key: AccessKey; readonly user: User }>();
  #subjects = new Map<string, User>();
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(dataDir: string, key: Buffer) {
    this.#wallet = new Wallet(dataDir, key);
  }

  byToken(token: string): User | undefined {
    this.#refresh();
    const id = accessKeyId(token);
    const found = id === undefined ? undefined : this.#keys.get(id);
    return provesKey(token, found?.key) ? found?.user : undefined;
  }

  bySubject(subject: string): User | undefined {
    this.#refresh();
    return this.#subjects.get(subject);
  }

  byName(name: string): User | undefined {
    this.#refresh();
    return this.#users.get(name);
  }

  list(): ListedIdentity[] {
    return this.#wallet.names().map((name) => {
      const { certificate, privateKey: _, keys, oidcSubject: __, ...rest } = this.#read(name) as Stored;
      return {
        ...rest,
        certificateExpires: new Date(new X509Certificate(certificate).validTo).toISOString(),
        keys: keys.length,
      } as ListedIdentity;
    });
  }

  /** Enrols a new identity and gives its API key, which is shown this once and kept only as a hash. `withKey: false`: one that only signs here. */
  async create(
    identity: NewIdentity,
    enrol: Enrol,
    { at = new Date(), withKey = true } = {},
  ): Promise<{ readonly user: User; readonly token: string }> {
    if (this.#read(identity.name)) throw new Error(`the identity ${identity.name} exists already`);
    const { certificate, privateKey } = await enrol(identity);
    const { token, key } = newAccessKey(at);
    const entry: Stored = stored.parse({
      ...identity,
      roles: [...identity.roles],
      certificate,
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      keys: withKey ? [key] : [],
      createdAt: at.toISOString(),
    });
    this.#wallet.write(identity.name, JSON.stringify(entry));
    this.#readAt = Number.NEGATIVE_INFINITY;
    return { user: userOf(entry), token };
  }

  /**
   * A new certificate and key for an identity, with what it had; its API keys stay. A service that runs takes it up with the next request. The old
   * certificate stays good until it runs out, so that what it has signed and is on its way is still taken.
   */
  async renew(name: string, enrol: Enrol): Promise<void> {
    const entry = this.#read(name);
    if (!entry) throw new Error(`there is no identity ${name}`);
    if (entry.revokedAt) throw new Error(`the identity ${name} is revoked`);
    const { certificate, privateKey } = await enrol(newIdentityOf(entry));
    // Read again: enrolling takes a while, and a revocation meanwhile must not be undone.
    const now = this.#read(name);
    if (!now || now.revokedAt) throw new Error(`the identity ${name} is revoked`);
    const renewed = { ...now, certificate, privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
    this.#wallet.write(name, JSON.stringify(stored.parse(renewed)));
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  /** The same, for one that its organisation issued: roles and department are the new certificate's. */
  async replace(identity: NewIdentity, { certificate, privateKey }: Awaited<ReturnType<Enrol>>): Promise<void> {
    const entry = this.#read(identity.name);
    if (entry && entry.mspId !== identity.mspId) throw new Error(`the identity ${identity.name} is of ${entry.mspId}`);
    await this.renew(identity.name, async () => ({ certificate, privateKey }));
    const { roles, department, auditScope, custodian, ...kept } = this.#read(identity.name) as Stored;
    const { oidcSubject: _, ...said } = identity;
    this.#wallet.write(identity.name, JSON.stringify(stored.parse({ ...kept, ...said, roles: [...said.roles] })));
  }

  /** Changes whenever an identity does, through whichever process. */
  stamp(): number {
    return this.#wallet.stamp();
  }

  /** Revoked here, and not yet named by the ledger's revocation list. */
  unlisted(): { readonly name: string; readonly mspId: string }[] {
    return this.list().filter(({ revokedAt, listedAt }) => revokedAt !== undefined && listedAt === undefined);
  }

  markListed(name: string, at = new Date()): void {
    const entry = this.#read(name);
    if (entry) this.#wallet.write(name, JSON.stringify({ ...entry, listedAt: at.toISOString() }));
  }

  /** The service refuses its keys and tokens from now on; a running one then puts its certificates on the ledger's revocation list. */
  revoke(name: string, at = new Date()): void {
    const entry = this.#read(name);
    if (!entry) throw new Error(`there is no identity ${name}`);
    if (entry.revokedAt) return;
    this.#wallet.write(name, JSON.stringify({ ...entry, keys: [], revokedAt: at.toISOString() }));
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  #read(name: string): Stored | undefined {
    const text = this.#wallet.read(name);
    return text === undefined ? undefined : stored.parse(JSON.parse(text));
  }

  #refresh(): void {
    const changed = this.#wallet.stamp();
    if (changed + GRANULARITY_MS < this.#readAt) return;
    const now = Date.now();
    const users = new Map<string, User>();
    const keys = new Map<string, { key: AccessKey; user: User }>();
    const subjects = new Map<string, User>();
    for (const name of this.#wallet.names()) {
      const entry = this.#read(name);
      if (!entry || entry.revokedAt) continue;
      const known = this.#users.get(name);
      const user = known?.identity.certificate === entry.certificate ? known : userOf(entry);
      users.set(name, user);
      for (const key of entry.keys) keys.set(key.id, { key, user });
      if (entry.oidcSubject) subjects.set(entry.oidcSubject, user);
    }
    this.#users = users;
    this.#keys = keys;
    this.#subjects = subjects;
    this.#readAt = now;
  }
}

function newIdentityOf({ name, mspId, department, roles, auditScope, custodian, oidcSubject }: Stored): NewIdentity {
  return {
    ...{ name, mspId, department, roles },
    ...(auditScope === undefined ? {} : { auditScope }),
    ...(custodian === undefined ? {} : { custodian }),
    ...(oidcSubject === undefined ? {} : { oidcSubject }),
  };
}

function userOf(entry: Stored): User {
  return {
    identity: { name: entry.name, mspId: entry.mspId, certificate: entry.certificate, privateKey: createPrivateKey(entry.privateKey) },
    department: entry.department,
    roles: entry.roles,
  };
}
