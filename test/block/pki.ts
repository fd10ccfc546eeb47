import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { serializedIdentity } from '@drl/network/block/build';
import { buildCertificate, keyId, serialNumber } from '@drl/network/embedded/certificate';

/** Certificates for tests: an organisation's root, and what it issues. */
export interface Holder {
  readonly mspId: string;
  readonly certificate: string;
  readonly key: KeyObject;
  readonly identity: Buffer;
  readonly serial: Buffer;
}
export interface Authority {
  readonly mspId: string;
  readonly certificate: string;
  readonly key: KeyObject;
  readonly keyId: Buffer;
  readonly name: { readonly organisation: string; readonly units: readonly string[]; readonly commonName: string };
}

const start = new Date('2026-01-01T00:00:00Z');
const end = new Date('2036-01-01T00:00:00Z');

export function authority(mspId: string): Authority {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = { organisation: mspId, units: [], commonName: `ca.${mspId}` };
  const id = keyId(publicKey);
  const dates = { notBefore: start, notAfter: end };
  const fields = { serial: serialNumber(), issuer: name, subject: name, ...dates, publicKey, authorityKeyId: id, authority: true };
  return { mspId, certificate: buildCertificate(fields, privateKey), key: privateKey, keyId: id, name };
}

export interface Wish {
  readonly name?: string;
  readonly units?: readonly string[];
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly authority?: boolean;
}

export function issue(ca: Authority, wish: Wish = {}): Holder {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const serial = serialNumber();
  const certificate = buildCertificate(
    {
      serial,
      issuer: ca.name,
      subject: { organisation: ca.mspId, units: wish.units ?? ['peer'], commonName: wish.name ?? 'someone' },
      notBefore: wish.notBefore ?? start,
      notAfter: wish.notAfter ?? end,
      publicKey,
      authorityKeyId: ca.keyId,
      authority: wish.authority ?? false,
    },
    ca.key,
  );
  return { mspId: ca.mspId, certificate, key: privateKey, identity: serializedIdentity(ca.mspId, certificate), serial };
}
