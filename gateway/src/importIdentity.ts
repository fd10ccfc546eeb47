import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { callerFromCertificate } from '@drl/chaincode/certificate';
import type { Consortium } from '@drl/network/consortium';
import type { NewIdentity } from './identities.js';

/** An identity that its organisation's own tools have issued: any CA's, as PEM files. What it may do stands in its certificate alone. */

export interface Credentials {
  /** PEM, this certificate alone. */
  readonly certificate: string;
  readonly privateKey: KeyObject;
}

/** An MSP folder as Fabric's tools lay it out (cryptogen, fabric-ca-client): one certificate in signcerts, one key in keystore. */
export function filesOfMsp(dir: string): { readonly cert: string; readonly key: string } {
  const only = (folder: string): string => {
    const names = readdirSync(join(dir, folder)).filter((name) => !name.startsWith('.'));
    if (names.length !== 1) throw new Error(`${join(dir, folder)}: one file is expected, ${names.length} are there`);
    return join(dir, folder, names[0] as string);
  };
  return { cert: only('signcerts'), key: only('keystore') };
}

/** Reads both and holds one against the other. Throws an Error that names the file at fault, never what it holds. */
export function readCredentials({ cert, key }: { readonly cert: string; readonly key: string }): Credentials {
  const certificate = certificateIn(cert);
  const privateKey = keyIn(key);
  const { asymmetricKeyType, asymmetricKeyDetails } = privateKey;
  if (asymmetricKeyType !== 'ec' || asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new Error(`${key}: not an EC key on P-256, which is what this client signs with`);
  const parsed = new X509Certificate(certificate);
  if (!parsed.checkPrivateKey(privateKey)) throw new Error(`${key}: not the key of the certificate ${cert}`);
  if (Date.parse(parsed.validTo) <= Date.now()) throw new Error(`${cert}: ran out on ${parsed.validTo}`);
  return { certificate, privateKey };
}

/** openssl writes words before the certificate, fabric-ca a chain after it; the ledger takes the one. */
function certificateIn(file: string): string {
  const found = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/.exec(readFileSync(file, 'utf8'))?.[0];
  if (!found) throw new Error(`${file}: no PEM certificate`);
  try {
    new X509Certificate(found);
  } catch {
    throw new Error(`${file}: not a certificate`);
  }
  return `${found}\n`;
}

function keyIn(file: string): KeyObject {
  const text = readFileSync(file);
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error(`${file}: not a private key in PEM without a password`);
  }
}

export interface Imported {
  readonly name: string;
  readonly mspId: string;
  /** Where the certificate names none and the organisation has several. */
  readonly department?: string;
  readonly oidcSubject?: string;
}

/** What the gateway keeps beside the certificate, to be listed: read from it, and from the consortium file where it does not say. */
export function importedIdentity({ name, mspId, department, oidcSubject }: Imported, pem: string, consortium: Consortium): NewIdentity {
  const organisation = consortium.organisations.find((one) => one.mspId === mspId);
  if (!organisation) throw new Error(`${mspId} is not in the consortium file`);
  const said = callerFromCertificate(pem, mspId);
  if (department !== undefined && said.department !== undefined && department !== said.department)
    throw new Error(`the certificate says department ${said.department}, not ${department}`);
  const sole = organisation.departments.length === 1 ? organisation.departments[0]?.id : undefined;
  const home = said.department ?? department ?? sole;
  if (!home) throw new Error(`the certificate names no department and ${mspId} has several: --department says which`);
  const { roles, auditScope, custodian } = said;
  return {
    ...{ name, mspId, department: home, roles },
    ...(auditScope === undefined ? {} : { auditScope }),
    ...(custodian === undefined ? {} : { custodian }),
    ...(oidcSubject === undefined ? {} : { oidcSubject }),
  };
}
