import { connectCa, enrol, register, revoke } from './ca.js';
import { awaitPeers } from './channel.js';
import { updateConfig } from './configUpdate.js';
import { openContext } from './context.js';
import { keyPem, newKey } from './csr.js';
import { NetworkError } from './errors.js';
import { portAnswers } from './ports.js';
import { type CaState, organisationOf, readNetwork } from './state.js';

export const ROLES = ['steward', 'consumer', 'auditor', 'manager'] as const;

export interface UserRequest {
  /** Enrolment id, e.g. `household-steward-1`; never a person's name: it is on every block that the user signs. */
  name: string;
  roles: (typeof ROLES)[number][];
  department: string;
  /** Of an auditor: `all`, or department ids. */
  auditScope?: 'all' | string[];
  /** The party that holds this user's key, where another does. */
  custodian?: string;
}

export interface EnrolledUser {
  mspId: string;
  name: string;
  certificate: string;
  /** PKCS #8, PEM. Made here; no CA has seen it. */
  privateKey: string;
}

const ID = /^[a-z0-9][a-z0-9-]{0,62}$/;

function check(user: UserRequest): void {
  const scope = user.auditScope === undefined || user.auditScope === 'all' ? [] : user.auditScope;
  const wrong = [
    ...(ID.test(user.name) ? [] : ['name: lower-case letters, digits and hyphens, 63 at most']),
    ...(user.roles.length > 0 && user.roles.every((r) => ROLES.includes(r)) ? [] : [`roles: some of ${ROLES.join(', ')}`]),
    ...[user.department, ...scope, ...(user.custodian === undefined ? [] : [user.custodian])]
      .filter((id) => !ID.test(id))
      .map((id) => `${JSON.stringify(id)} is not a department's id`),
  ];
  if (wrong.length > 0) throw new NetworkError('IDENTITY_INVALID', wrong.join('; '));
}

/** As chaincode/src/caller.ts reads them. An empty value takes away what an earlier enrolment had. */
const attributesOf = ({ roles, department, auditScope, custodian }: UserRequest): Record<string, string> => ({
  roles: roles.join(','),
  department,
  auditScope: Array.isArray(auditScope) ? auditScope.join(',') : (auditScope ?? ''),
  custodian: custodian ?? '',
});

async function running(dir: string, mspId: string): Promise<CaState> {
  const { ca } = organisationOf(readNetwork(dir), mspId);
  if (!(await portAnswers(ca.port))) throw new NetworkError('NETWORK_DOWN', `${ca.name}, port ${ca.port}`);
  return ca;
}

/** Enrols a user at its organisation's CA, with attributes that the ledger reads. A name that is there is enrolled anew: new key, attributes as given now. */
export async function enrolUser(network: { dir: string }, mspId: string, user: UserRequest): Promise<EnrolledUser> {
  check(user);
  const ca = await connectCa(network.dir, await running(network.dir, mspId));
  const key = newKey();
  const secret = await register(ca, { id: user.name, type: 'client', attributes: attributesOf(user) });
  const certificate = await enrol(ca, { id: user.name, secret, key });
  return { mspId, name: user.name, certificate, privateKey: keyPem(key) };
}

/**
 * Revokes a user's certificates at the CA and puts the CA's revocation list into the channel's MSP. Without the second step every peer
 * still takes what the user signs. Resolves once every peer that lives has the list.
 */
export async function revokeUser(network: { dir: string }, mspId: string, name: string): Promise<void> {
  const ca = await connectCa(network.dir, await running(network.dir, mspId));
  const crl = Buffer.from(await revoke(ca, name)).toString('base64');
  const context = await openContext(network.dir);
  await updateConfig(context, [mspId], (config) => {
    const organisation = config.channel_group.groups.Application.groups[mspId];
    if (!organisation) throw new NetworkError('BAD_ARGUMENT', `${mspId} is not on the channel`);
    // The CA's list is complete each time, so it replaces the last one.
    organisation.values.MSP.value.config.revocation_list = [crl];
    return config;
  });
  await awaitPeers(context);
}
