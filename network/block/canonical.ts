import { len, Reader } from './wire.js';

/**
 * Whether an envelope re-marshals to the same bytes: payload, signature, then at most fields that nobody knows, each once, in
 * order, of minimal length, neither of the two missing (fabric protoutil VerifyTransactionsAreWellFormed). The data hash runs over
 * the plain concatenation of envelopes; this is what makes where one ends and the next begins part of what it says.
 * Only a genesis block's envelope has no signature.
 */
export function canonicalEnvelope(envelope: Uint8Array, signed = true): boolean {
  let payload = false;
  let signature = false;
  const r = new Reader(envelope);
  let expected = 0;
  for (let last = 0; r.next(); ) {
    const field = r.tag >>> 3;
    if (r.tag === len(1) || r.tag === len(2)) {
      const { length } = r.bytes();
      if (field <= last || length === 0) return false;
      last = field;
      expected += 1 + minimal(length) + length;
      if (r.at !== expected) return false;
      if (field === 1) payload = true;
      else signature = true;
    } else {
      // Go keeps fields that it does not know as they are, behind those that it knows.
      last = 3;
      expected = r.at;
    }
  }
  return payload && (signature || !signed);
}

function minimal(length: number): number {
  let size = 1;
  for (let rest = length; rest > 0x7f; rest = Math.floor(rest / 128)) size++;
  return size;
}
