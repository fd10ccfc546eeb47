import { pair } from '@drl/network/block/action';
import { blockSignatureBytes } from '@drl/network/block/buildblock';
import { EvidenceError } from '@drl/network/block/errors';
import type { Member } from '@drl/network/block/msp';
import { canonicalSignature, verify } from '@drl/network/block/sign';
import { BundleError } from '../errors.js';
import type { Opened, OpenedBlock } from '../opened.js';
import { type Configs, memberAt } from './config.js';

const BLOCK_VALIDATION = '/Channel/Orderer/BlockValidation';

/** The ordering service put each block at its number, under the configuration that it names: its signatures satisfy the block validation policy. */
export async function ordered(opened: Opened, configs: Configs): Promise<string[]> {
  const signers = new Set<string>();
  for (const block of opened.blocks.values()) for (const { mspId } of await blockSigners(block, configs)) signers.add(mspId);
  return [...signers].sort();
}

async function blockSigners(opened: OpenedBlock, configs: Configs): Promise<Member[]> {
  const { block, time } = opened;
  // The first block is signed by nobody: organisations attest to what it holds.
  if (block.orderer === null) return [];
  const channel = configs.of(opened);
  const header = {
    number: BigInt(block.number),
    previousHash: Buffer.from(block.previousHash, 'hex'),
    dataHash: Buffer.from(block.dataHash, 'hex'),
  };
  const members = new Map<string, Member>();
  for (const signed of block.orderer.signatures) {
    const member = memberAt(channel, pair(signed.header).first, time);
    // Each signature counts, and none is carried twice or in another form: there is one way to write what is proven.
    if (members.has(member.id)) throw new BundleError('SURPLUS', `block ${block.number} carries two signatures of one orderer`);
    if (!(await holds(member, blockSignatureBytes(block.orderer.metadata, signed.header, header), signed.signature)))
      throw new EvidenceError('BLOCK_SIGNATURE', `block ${block.number}`);
    members.set(member.id, member);
  }
  const found = [...members.values()];
  if (!channel.satisfies(BLOCK_VALIDATION, found))
    throw new EvidenceError('BLOCK_SIGNATURE', `block ${block.number}: not by whom the policy asks`);
  return found;
}

/** A signature in its one form: DER, low s, nothing after it. */
export async function holds(member: Member, signed: Uint8Array, signature: Buffer): Promise<boolean> {
  const key = member.certificate.publicKey;
  return canonicalSignature(key, signature)?.equals(signature) === true && (await verify(key, signed, signature));
}
