import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Holder, holdersOf, ordererHolders } from './identities.js';
import { mspCertFile, tlsCertFile } from './msp.js';
import { paths } from './paths.js';
import type { NetworkState } from './state.js';

export interface CertificateStatus {
  /** The node, administrator or CA that it belongs to. */
  holder: string;
  mspId: string;
  use: 'sign' | 'tls' | 'root';
  file: string;
  notAfter: string;
  daysLeft: number;
}

const DAY = 86_400_000;

function judge(now: Date, mspId: string, holder: string, use: CertificateStatus['use'], file: string): CertificateStatus[] {
  if (!existsSync(file)) return [];
  const notAfter = new Date(new X509Certificate(readFileSync(file)).validTo);
  return [{ holder, mspId, use, file, notAfter: notAfter.toISOString(), daysLeft: Math.floor((notAfter.getTime() - now.getTime()) / DAY) }];
}

const ofHolder = (now: Date, mspId: string, holder: Holder): CertificateStatus[] => [
  ...(holder.msp ? judge(now, mspId, holder.id, 'sign', mspCertFile(holder.msp)) : []),
  ...judge(now, mspId, holder.id, 'tls', tlsCertFile(holder.tls)),
];

const ofCa = (now: Date, dir: string, mspId: string): CertificateStatus[] => [
  ...judge(now, mspId, `ca-${mspId}`, 'root', paths.caCert(dir, mspId)),
  ...judge(now, mspId, `ca-${mspId}`, 'tls', join(paths.ca(dir, mspId), 'tls-cert.pem')),
];

/** Every certificate that the network's own nodes use, and when it runs out. */
export function certificatesOf(dir: string, state: NetworkState, now = new Date()): CertificateStatus[] {
  const { mspId, nodes } = state.ordering;
  return [
    ...ofCa(now, dir, mspId),
    ...ordererHolders(dir, mspId, nodes).flatMap((h) => ofHolder(now, mspId, h)),
    ...state.organisations.flatMap((o) => [...ofCa(now, dir, o.mspId), ...holdersOf(dir, o).flatMap((h) => ofHolder(now, o.mspId, h))]),
  ];
}

export const expired = (certificates: CertificateStatus[], now = new Date()): CertificateStatus[] =>
  certificates.filter((c) => new Date(c.notAfter).getTime() <= now.getTime());
