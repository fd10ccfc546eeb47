import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Ca, enrol, type IdentityType, register } from './ca.js';
import { newKey } from './csr.js';
import { writeOrganisationMsp, writeSigningMsp, writeTls } from './msp.js';
import { HOST, paths } from './paths.js';
import type { OrdererState, OrganisationState, PeerState } from './state.js';

/** One holder of certificates: where they lie, under which id they are issued. */
export interface Holder {
  id: string;
  type: IdentityType;
  /** Absent where only TLS is needed. */
  msp?: string;
  tls: string;
}

export const nodeHolder = (dir: string, node: PeerState | OrdererState, type: 'peer' | 'orderer'): Holder => ({
  id: node.name,
  type,
  msp: paths.nodeMsp(dir, node.name),
  tls: paths.nodeTls(dir, node.name),
});

/** Its certificates sign the organisation's word on the channel; its TLS pair opens the nodes' administrative and operations ports. */
export const adminHolder = (dir: string, mspId: string): Holder => ({
  id: `admin-${mspId}`,
  type: 'admin',
  msp: paths.adminMsp(dir, mspId),
  tls: paths.adminTls(dir, mspId),
});

export const chaincodeHolder = (dir: string, peer: PeerState): Holder => ({
  id: `chaincode-${peer.name}`,
  type: 'client',
  tls: paths.chaincodeTls(dir, peer.name),
});

export function holdersOf(dir: string, organisation: OrganisationState): Holder[] {
  const chaincodes = organisation.endorses ? organisation.peers.map((p) => chaincodeHolder(dir, p)) : [];
  return [adminHolder(dir, organisation.mspId), ...organisation.peers.map((p) => nodeHolder(dir, p, 'peer')), ...chaincodes];
}

export const ordererHolders = (dir: string, mspId: string, nodes: OrdererState[]): Holder[] => [
  adminHolder(dir, mspId),
  ...nodes.map((n) => nodeHolder(dir, n, 'orderer')),
];

/** TLS is written last, so its certificate says that the holder has everything. */
const complete = (holder: Holder): boolean => existsSync(join(holder.tls, 'server.crt'));

async function enrolHolder(dir: string, ca: Ca, holder: Holder): Promise<void> {
  const secret = await register(ca, { id: holder.id, type: holder.type });
  const root = paths.caCert(dir, ca.mspId);
  const sign = async (msp: string) => {
    const key = newKey();
    writeSigningMsp(msp, root, key, await enrol(ca, { id: holder.id, secret, key }));
  };
  const serve = async () => {
    const key = newKey();
    return { key, certificate: await enrol(ca, { id: holder.id, secret, key, profile: 'tls', hosts: [HOST] }) };
  };
  const [tls] = await Promise.all([serve(), holder.msp ? sign(holder.msp) : undefined]);
  writeTls(holder.tls, tls.key, tls.certificate);
}

/** Enrols whoever has no certificates yet, and writes the organisation's own MSP. Answers how many were enrolled. */
export async function enrolHolders(dir: string, mspId: string, holders: Holder[], connect: () => Promise<Ca>): Promise<number> {
  writeOrganisationMsp(paths.organisationMsp(dir, mspId), paths.caCert(dir, mspId));
  const missing = holders.filter((h) => !complete(h));
  if (missing.length === 0) return 0;
  const ca = await connect();
  await Promise.all(missing.map((h) => enrolHolder(dir, ca, h)));
  return missing.length;
}
