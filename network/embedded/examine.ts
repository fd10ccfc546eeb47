import { endorsedBytes } from '../block/build.js';
import type { Channel } from '../block/channel.js';
import { ValidationCode as Code } from '../block/codes.js';
import { EvidenceError } from '../block/errors.js';
import { distinct, type Signer } from '../block/policy.js';
import { type EnvelopeView, HeaderType, readEnvelope } from '../block/read.js';
import { verify } from '../block/sign.js';
import { bodyFault, type Content, contentOf, headerFault } from '../block/transaction.js';
import { creatorOf } from './peer.js';

/** A transaction as far as it can be judged by itself, before its place in a block is known. */
export interface Examined {
  readonly bytes: Buffer;
  readonly envelope: EnvelopeView;
  readonly txId: string;
  /** VALID as far as it goes. */
  readonly code: number;
  /** Why an orderer would not take it: the creator is no writer of the channel, or did not sign this. */
  readonly refused: string | undefined;
  /** Of a transaction without a fault so far. */
  readonly content: Content | undefined;
  /** Endorsers whose signature is good. */
  readonly endorsers: readonly Signer[];
  /** The configuration that signers were judged by. */
  readonly config: bigint;
}

/**
 * Everything about a transaction that does not depend on state: form, identities, and every signature, on the thread pool. None of
 * it needs to wait for the block before. Throws MALFORMED on what is no envelope.
 */
export async function examine(bytes: Buffer, channel: Channel, now: Date): Promise<Examined> {
  const envelope = readEnvelope(bytes);
  const judged = { bytes, envelope, txId: envelope.txId, config: channel.config.sequence, content: undefined, endorsers: [] };
  const refuse = (reason: string): Examined => ({ ...judged, code: Code.BAD_CREATOR_SIGNATURE, refused: reason });
  const creator = creatorOf(channel, envelope.creatorBytes, now);
  if (envelope.channelId !== channel.id) return refuse(`the transaction is for channel ${envelope.channelId}`);
  if (envelope.type !== HeaderType.ENDORSER_TRANSACTION) return refuse('the envelope is not an endorsed transaction');
  if (typeof creator === 'string') return refuse(creator);
  if (!channel.satisfies('/Channel/Writers', [creator])) return refuse('the creator may not write to the channel');

  const signed = verify(creator.certificate.publicKey, envelope.payload, envelope.signature);
  const content = headerFault(envelope) ?? bodyFault(envelope) ?? contentOf(envelope);
  const endorsers = 'action' in content ? await signersOf(content, channel) : [];
  if (!(await signed)) return refuse('the signature is not the creator’s');
  if (!('action' in content)) return { ...judged, code: content.code, refused: undefined };
  return { ...judged, code: Code.VALID, refused: undefined, content, endorsers };
}

/** Members whose endorsement holds; one that does not is passed over, since the others may be enough (protoutil SignatureSetToValidIdentities). */
async function signersOf({ action }: Content, channel: Channel): Promise<Signer[]> {
  const judged = action.endorsements.map(async ({ endorser, signature }) => {
    try {
      const member = channel.members.identify(endorser);
      const good = await verify(member.certificate.publicKey, endorsedBytes(action.proposalResponsePayload, endorser), signature);
      return good ? [member] : [];
    } catch (error) {
      if (error instanceof EvidenceError) return [];
      throw error;
    }
  });
  return distinct((await Promise.all(judged)).flat());
}
