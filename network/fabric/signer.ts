import { type KeyObject, sign } from 'node:crypto';

const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

function derInteger(value: bigint): Buffer {
  let hex = value.toString(16);
  if (hex.length % 2) hex = `0${hex}`;
  const bytes = Buffer.from(hex, 'hex');
  const padded = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, padded.length]), padded]);
}

/** An ECDSA P-256 signature in DER with s in the lower half of the order: Fabric and Fabric CA refuse the other one (bccsp/utils/ecdsa.go). */
export function signLowS(key: KeyObject, message: Uint8Array): Buffer {
  const raw = sign('sha256', message, { key, dsaEncoding: 'ieee-p1363' }).toString('hex');
  const s = BigInt(`0x${raw.slice(64)}`);
  const parts = Buffer.concat([derInteger(BigInt(`0x${raw.slice(0, 64)}`)), derInteger(s > P256_ORDER / 2n ? P256_ORDER - s : s)]);
  return Buffer.concat([Buffer.from([0x30, parts.length]), parts]);
}
