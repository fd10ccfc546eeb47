import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Keys and PKCS #10 requests (RFC 2986), so that a private key is made here and never travels. */

export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
export const keyFromPem = (pem: string | Buffer): KeyObject => createPrivateKey(pem);

function der(tag: number, ...parts: Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const size = body.length < 0x100 ? Buffer.from([0x81, body.length]) : Buffer.from([0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), size, body]);
}

const SEQUENCE = 0x30;
const SET = 0x31;
const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
const COMMON_NAME = oid('550403');
const EXTENSION_REQUEST = oid('2a864886f70d01090e');
const SUBJECT_ALT_NAME = oid('551d11');
const ECDSA_WITH_SHA256 = oid('2a8648ce3d040302');

function subjectAltNames(hosts: string[]): Buffer {
  if (hosts.length === 0) return der(0xa0);
  const names = der(SEQUENCE, ...hosts.map((host) => der(0x82, Buffer.from(host))));
  const extension = der(SEQUENCE, SUBJECT_ALT_NAME, der(0x04, names));
  return der(0xa0, der(SEQUENCE, EXTENSION_REQUEST, der(SET, der(SEQUENCE, extension))));
}

/** A request whose only subject field is the enrolment id: Fabric CA wants CN = id, and sets the OUs itself. */
export function certificateRequest(key: KeyObject, commonName: string, hosts: string[] = []): string {
  const subject = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(0x0c, Buffer.from(commonName)))));
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const info = der(SEQUENCE, Buffer.from([0x02, 0x01, 0x00]), subject, publicKey, subjectAltNames(hosts));
  const signature = Buffer.concat([Buffer.from([0]), sign('sha256', info, key)]);
  const request = der(SEQUENCE, info, der(SEQUENCE, ECDSA_WITH_SHA256), der(0x03, signature));
  const lines = request.toString('base64').replace(/.{64}/g, '$&\n').trimEnd();
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines}\n-----END CERTIFICATE REQUEST-----\n`;
}
