import type { KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { keyPem } from './csr.js';
import { writeFileSafely } from './files.js';

/** MSP folders as Fabric's msp/configbuilder.go reads them. The CA that issues the signing certificates issues the TLS ones too. */

const CA_FILE = 'cacerts/ca.pem';

/** Node OUs: a certificate's OU says what it is, so that no administrators' certificates need to be listed. */
const NODE_OUS = stringify({
  NodeOUs: {
    Enable: true,
    ClientOUIdentifier: { Certificate: CA_FILE, OrganizationalUnitIdentifier: 'client' },
    PeerOUIdentifier: { Certificate: CA_FILE, OrganizationalUnitIdentifier: 'peer' },
    AdminOUIdentifier: { Certificate: CA_FILE, OrganizationalUnitIdentifier: 'admin' },
    OrdererOUIdentifier: { Certificate: CA_FILE, OrganizationalUnitIdentifier: 'orderer' },
  },
});

/** The organisation's side that others may know: its root, and how roles are told. */
export function writeOrganisationMsp(folder: string, caCertFile: string): void {
  const root = readFileSync(caCertFile);
  writeFileSafely(join(folder, CA_FILE), root, 0o644);
  writeFileSafely(join(folder, 'tlscacerts', 'ca.pem'), root, 0o644);
  writeFileSafely(join(folder, 'config.yaml'), NODE_OUS, 0o644);
}

export function writeSigningMsp(folder: string, caCertFile: string, key: KeyObject, certificate: string): void {
  writeOrganisationMsp(folder, caCertFile);
  writeFileSafely(join(folder, 'keystore', 'key.pem'), keyPem(key));
  writeFileSafely(join(folder, 'signcerts', 'cert.pem'), certificate, 0o644);
}

export const mspKeyFile = (folder: string): string => join(folder, 'keystore', 'key.pem');
export const mspCertFile = (folder: string): string => join(folder, 'signcerts', 'cert.pem');

export const tlsKeyFile = (folder: string): string => join(folder, 'server.key');
export const tlsCertFile = (folder: string): string => join(folder, 'server.crt');

export function writeTls(folder: string, key: KeyObject, certificate: string): void {
  writeFileSafely(tlsKeyFile(folder), keyPem(key));
  writeFileSafely(tlsCertFile(folder), certificate, 0o644);
}
