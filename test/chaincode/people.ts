import type { Role } from '@drl/chaincode/model/caller';
import { newKey } from '@drl/network/embedded/ca';
import { buildCertificate, keyId, serialNumber } from '@drl/network/embedded/certificate';

/** Certificates for tests: real X.509 with fabric-ca's attribute extension. One key serves all, since nothing here verifies signatures. */
export interface Person {
  readonly name: string;
  readonly mspId: string;
  readonly pem: string;
}

const key = newKey();

export function person(
  mspId: string,
  name: string,
  roles: readonly Role[],
  { department, ...more }: { department?: string; auditScope?: string; custodian?: string } = {},
): Person {
  const attributes = {
    'hf.EnrollmentID': name,
    'hf.Type': 'client',
    roles: roles.join(','),
    ...(department ? { department } : {}),
    ...more,
  };
  return { name, mspId, pem: certificate(mspId, name, attributes) };
}

export function certificate(mspId: string, name: string, attributes?: Record<string, string>): string {
  return buildCertificate(
    {
      serial: serialNumber(),
      issuer: { organisation: mspId, units: [], commonName: `ca.${mspId}` },
      subject: { organisation: mspId, units: ['client'], commonName: name },
      notBefore: new Date('2026-01-01T00:00:00Z'),
      notAfter: new Date('2036-01-01T00:00:00Z'),
      publicKey: key.publicKey,
      authorityKeyId: keyId(key.publicKey),
      authority: false,
      ...(attributes ? { attributes } : {}),
    },
    key.privateKey,
  );
}
