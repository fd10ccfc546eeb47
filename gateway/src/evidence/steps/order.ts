import { pair } from '@drl/network/block/action';
import { blockSignatureBytes } from '@drl/network/block/buildblock';
import { EvidenceError } from '@drl/network/block/errors';
import type { Member } from '@drl/network/block/msp';
import { canonicalSignature, verify } from '@drl/network/block/sign';
import type { BundleBlock } from '../format.js';
import type { Opened, OpenedBlock } from '../opened.js';
import { type Configs, memberAt } from './config.js';

const BLOCK_VALIDATION = '/Channel/Orderer/BlockValidation';

/** The ordering service put each block at its number, under the configuration that it names: its signature satisfies the block validation policy. */
export async function ordered(opened: Opened, configs: Configs): Promise<string[]> {
  const signers = new Set<string>();
  for (const block of opened.blocks.values()) {
    // The first block is signed by nobody: organisations attest to what it holds.
    if (block.block.orderer !== null) signers.add((await ordererOf(block, block.block.orderer, configs)).mspId);
  }
  return [...signers].sort();
}

async function ordererOf(
  opened: OpenedBlock,
  { metadata, header: signatureHeader, signature }: NonNullable<BundleBlock['orderer']>,
  configs: Configs,
): Promise<Member> {
  const { block, time } = opened;
  const channel = configs.of(opened);
  const header = {
    number: BigInt(block.number),
    previousHash: Buffer.from(block.previousHash, 'hex'),
    dataHash: Buffer.from(block.dataHash, 'hex'),
  };
  const member = memberAt(channel, pair(signatureHeader).first, time);
  if (!(await holds(member, blockSignatureBytes(metadata, signatureHeader, header), signature)))
    throw new EvidenceError('BLOCK_SIGNATURE', `block ${block.number}`);
  if (!channel.satisfies(BLOCK_VALIDATION, [member]))
    throw new EvidenceError('BLOCK_SIGNATURE', `block ${block.number}: not by whom the policy asks`);
  return member;
}

/** A signature in its one form: DER, low s, nothing after it. */
export async function holds(member: Member, signed: Uint8Array, signature: Buffer): Promise<boolean> {
  const key = member.certificate.publicKey;
  return canonicalSignature(key, signature)?.equals(signature) === true && (await verify(key, signed, signature));
}
