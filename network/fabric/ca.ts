import { createHash, type KeyObject, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import type FabricCAServices from 'fabric-ca-client';
import { registrarOf } from './caServer.js';
import { certificateRequest, newKey } from './csr.js';
import { NetworkError } from './errors.js';
import { HOST, paths } from './paths.js';
import { signLowS } from './signer.js';
import type { CaState } from './state.js';

type RegistrarUser = Parameters<FabricCAServices['register']>[1];
type HttpsRequest = (options: RequestOptions, answer: (message: IncomingMessage) => void) => ClientRequest;
type Suite = NonNullable<ConstructorParameters<typeof FabricCAServices>[3]>;

/** One organisation's CA with the identity that may register others there. */
export interface Ca {
  mspId: string;
  service: FabricCAServices;
  registrar: RegistrarUser;
}

export type IdentityType = 'client' | 'peer' | 'orderer' | 'admin';

export interface Registration {
  id: string;
  type: IdentityType;
  /** Written into every enrolment certificate; an empty value takes the attribute away. */
  attributes?: Record<string, string>;
}

export interface Enrolment {
  id: string;
  secret: string;
  key: KeyObject;
  /** `tls` certificates may serve and dial; the others sign. */
  profile?: 'tls';
  hosts?: string[];
}

/** fabric-ca-client asks for a crypto suite to make keys and hashes with; ours are made by node:crypto, so it needs only this. */
const SUITE = { hash: (text: string) => createHash('sha256').update(text).digest('hex') } as unknown as Suite;

/** Whoever signs a request to the CA: fabric-ca-client asks for a class of this name, and calls these (lib/FabricCAClient.js, generateAuthToken). */
class User {
  readonly #identity: object;
  constructor(certificate: string, key: KeyObject) {
    this.#identity = { _certificate: certificate, sign: (text: string) => signLowS(key, Buffer.from(text)) };
  }
  getSigningIdentity(): object {
    return this.#identity;
  }
}

async function connectService(url: string, name: string, trustedRoot: string): Promise<FabricCAServices> {
  // Loaded late: its configuration reads the process's arguments as it loads, and few commands need it.
  const { default: Services } = await import('fabric-ca-client');
  const settings = Services as unknown as { setConfigSetting(name: string, value: unknown): void };
  // Its 3 s are short for a CA that hashes passwords on a busy machine.
  settings.setConfigSetting('connection-timeout', 30_000);
  // Given explicitly: left out, fabric-ca-client turns verification off.
  const service = new Services(url, { trustedRoots: [trustedRoot], verify: true }, name, SUITE);
  // It adds a listener to the socket with every request; on connections kept alive they pile up until Node warns of a leak.
  const client = (service as unknown as { _fabricCAClient: { _httpClient: { request: HttpsRequest } } })._fabricCAClient;
  client._httpClient = { request: (options, answer) => request({ ...options, agent: false }, answer) };
  return service;
}

/** Connects to a CA of this network as its registrar, who enrols anew each time: nothing to keep, nothing to expire. */
export async function connectCa(dir: string, ca: CaState): Promise<Ca> {
  const root = readFileSync(paths.caCert(dir, ca.mspId), 'utf8');
  const service = await connectService(`https://${HOST}:${ca.port}`, ca.name, root);
  const { name, secret } = registrarOf(dir, ca.mspId);
  const key = newKey();
  const { certificate } = await asked(
    ca.mspId,
    `enrol ${name}`,
    service.enroll({ enrollmentID: name, enrollmentSecret: secret, csr: certificateRequest(key, name) }),
  );
  return { mspId: ca.mspId, service, registrar: new User(certificate, key) as unknown as RegistrarUser };
}

async function asked<T>(mspId: string, what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (e) {
    throw new NetworkError('CA_REFUSED', `${mspId}: ${what}: ${reasonOf(e)}`);
  }
}

interface CaErrors {
  errors?: { code: number; message: string }[];
}

/** The CA's own words; the client's message would repeat the whole answer. */
function reasonOf(e: unknown): string {
  const answers = (e as CaErrors).errors?.map((x) => `${x.message} (${x.code})`);
  return answers?.join('; ') || (e instanceof Error ? e.message : String(e));
}

/** fabric-ca lib/caerrors: the identity is registered already. */
const ALREADY_REGISTERED = 74;

/** Registers, or brings an existing registration up to date; either way with a fresh secret, which is the answer. */
export async function register(ca: Ca, { id, type, attributes = {} }: Registration): Promise<string> {
  const secret = randomBytes(24).toString('hex');
  const attrs = Object.entries(attributes).map(([name, value]) => ({ name, value, ecert: true }));
  const first = attrs.filter((a) => a.value !== '');
  try {
    return await ca.service.register(
      { enrollmentID: id, enrollmentSecret: secret, role: type, affiliation: '', maxEnrollments: -1, attrs: first },
      ca.registrar,
    );
  } catch (e) {
    if (!(e as CaErrors).errors?.some((x) => x.code === ALREADY_REGISTERED))
      throw new NetworkError('CA_REFUSED', `${ca.mspId}: register ${id}: ${reasonOf(e)}`);
    const change = { enrollmentID: id, affiliation: '', type, enrollmentSecret: secret, maxEnrollments: -1, attrs };
    await asked(ca.mspId, `register ${id} anew`, ca.service.newIdentityService().update(id, change, ca.registrar));
    return secret;
  }
}

/** A certificate for a key that the CA never sees. */
export async function enrol(ca: Ca, { id, secret, key, profile, hosts = [] }: Enrolment): Promise<string> {
  const csr = certificateRequest(key, id, hosts);
  const request = { enrollmentID: id, enrollmentSecret: secret, csr, ...(profile ? { profile } : {}) };
  return (await asked(ca.mspId, `enrol ${id}`, ca.service.enroll(request))).certificate;
}

/** Revokes every certificate of an id, bars it from enrolling again, and returns the CA's full revocation list (PEM). */
export async function revoke(ca: Ca, id: string): Promise<string> {
  await asked(ca.mspId, `revoke ${id}`, ca.service.revoke({ enrollmentID: id }, ca.registrar));
  const crl = (await asked(ca.mspId, 'revocation list', ca.service.generateCRL({}, ca.registrar))) as string;
  return Buffer.from(crl, 'base64').toString();
}
