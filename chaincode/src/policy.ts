import type { KeyPolicy } from './model/endorsement.js';

/**
 * fabric-protos common/policies.proto SignaturePolicyEnvelope, written by hand: its bytes are part of what endorsers must agree on, so they
 * must not depend on which protobuf library a peer's chaincode was installed with. Peers sign, not any member: a client's key of the
 * manager's organisation must not count as the manager's word.
 */
const PEER = 3;

/** AND(manager, OR(any)) or AND(manager, all). */
export function policyBytes({ manager, any, all }: KeyPolicy): Uint8Array {
  const mspIds = [manager, ...(any ?? all ?? [])];
  const others = mspIds.slice(1).map((_, i) => signedBy(i + 1));
  const rules = any === undefined || any.length === 1 ? others : [outOf(1, others)];
  const rule = outOf(rules.length + 1, [signedBy(0), ...rules]);
  return Buffer.concat([field(2, rule), ...mspIds.map((mspId) => field(3, principal(mspId)))]);
}

/** SignaturePolicy: a member of a oneof is written though it is 0. */
const signedBy = (index: number) => Buffer.concat([Buffer.of(0x08), varint(index)]);
const outOf = (n: number, rules: readonly Buffer[]) =>
  field(2, Buffer.concat([Buffer.of(0x08), varint(n), ...rules.map((rule) => field(2, rule))]));

/** MSPPrincipal of classification ROLE, which is 0 and left out. */
const principal = (mspId: string) => field(2, Buffer.concat([field(1, Buffer.from(mspId)), Buffer.of(0x10, PEER)]));

const field = (number: number, bytes: Buffer) => Buffer.concat([Buffer.of((number << 3) | 2), varint(bytes.length), bytes]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left > 0x7f; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.of(...bytes, left);
}
