import { createHash } from 'node:crypto';

/** What the orderers sign and the next block names: the header as ASN.1 DER (fabric protoutil/blockutils.go, BlockHeaderBytes). */
export function headerBytes(number: bigint, previousHash: Uint8Array, dataHash: Uint8Array): Buffer {
  const body = Buffer.concat([der(0x02, unsigned(number)), der(0x04, previousHash), der(0x04, dataHash)]);
  return der(0x30, body);
}

export function headerHash(number: bigint, previousHash: Uint8Array, dataHash: Uint8Array): Buffer {
  return createHash('sha256')
    .update(headerBytes(number, previousHash, dataHash))
    .digest();
}

/**
 * SHA-256 over the plain concatenation of the envelopes (fabric protoutil, BlockDataHash). Nothing marks where one ends,
 * so whoever relies on it must also see that each envelope is what its own fields re-marshal to: `canonicalEnvelope`.
 */
export function dataHash(envelopes: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256');
  for (const envelope of envelopes) hash.update(envelope);
  return hash.digest();
}

function der(tag: number, content: Uint8Array): Buffer {
  const n = content.length;
  if (n < 0x80) return Buffer.concat([Buffer.from([tag, n]), content]);
  const length = unsigned(BigInt(n));
  const bytes = length[0] === 0 ? length.subarray(1) : length;
  return Buffer.concat([Buffer.from([tag, 0x80 | bytes.length]), bytes, content]);
}

/** DER's INTEGER is signed: a leading zero byte keeps a number with its top bit set positive. */
function unsigned(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return (bytes[0] as number) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
}
