import { proposalHash, transactionId } from '@drl/network/block/build';
import { EvidenceError } from '@drl/network/block/errors';
import type { Member } from '@drl/network/block/msp';
import { distinct } from '@drl/network/block/policy';
import { HeaderType } from '@drl/network/block/read';
import { verify } from '@drl/network/block/sign';
import { actionOf, type Opened, type OpenedTransaction } from '../opened.js';
import { type Configs, memberAt } from './config.js';

/** Who submitted a transaction, and who endorsed it: signatures that hold, of members at the transaction's time. */
export interface Signers {
  /** Nobody submitted the first block's. */
  readonly creator: Member | undefined;
  readonly endorsers: readonly Member[];
}

export async function signed(opened: Opened, configs: Configs): Promise<Map<OpenedTransaction, Signers>> {
  const signers = new Map<OpenedTransaction, Signers>();
  for (const transaction of opened.transactions.values()) signers.set(transaction, await signersOf(transaction, configs));
  return signers;
}

async function signersOf(transaction: OpenedTransaction, configs: Configs): Promise<Signers> {
  if (transaction.entry.block === 0) return { creator: undefined, endorsers: [] };
  const creator = await creatorOf(transaction, configs);
  if (transaction.envelope.type === HeaderType.CONFIG) return { creator, endorsers: [] };
  if (transaction.envelope.type !== HeaderType.ENDORSER_TRANSACTION)
    throw new EvidenceError('HEADER', `transaction ${transaction.entry.id} is of another type`);
  sameProposal(transaction);
  return { creator, endorsers: await endorsersOf(transaction, configs) };
}

async function creatorOf({ entry, envelope, block }: OpenedTransaction, configs: Configs): Promise<Member> {
  const member = memberAt(configs.of(block), envelope.creatorBytes, envelope.timestamp);
  if (!(await verify(member.certificate.publicKey, envelope.payload, envelope.signature)))
    throw new EvidenceError('CREATOR_SIGNATURE', `transaction ${entry.id}`);
  if (transactionId(envelope.nonce, envelope.creatorBytes) !== entry.id) throw new EvidenceError('TX_ID', entry.id);
  return member;
}

/** What was endorsed is what was submitted: same headers, same invocation. */
function sameProposal(transaction: OpenedTransaction): void {
  const { envelope, entry } = transaction;
  const action = actionOf(transaction);
  if (!action.header.equals(envelope.signatureHeader))
    throw new EvidenceError('HEADER', `transaction ${entry.id}: the action is another submitter’s`);
  if (!proposalHash(envelope.channelHeader, action.header, action.proposalPayload).equals(action.proposalHash))
    throw new EvidenceError('PROPOSAL_HASH', `transaction ${entry.id}`);
  if (action.chaincodeId.name !== action.chaincode || action.response.status >= 400)
    throw new EvidenceError('HEADER', `transaction ${entry.id}: another chaincode answered, or it refused`);
}

/** An endorsement that does not hold is not counted, as on a peer; whether the rest is enough the policy says. */
async function endorsersOf(transaction: OpenedTransaction, configs: Configs): Promise<Member[]> {
  const channel = configs.of(transaction.block);
  const action = actionOf(transaction);
  const members: Member[] = [];
  for (const { endorser, signature } of action.endorsements) {
    try {
      const member = memberAt(channel, endorser, transaction.envelope.timestamp);
      if (await verify(member.certificate.publicKey, Buffer.concat([action.proposalResponsePayload, endorser]), signature))
        members.push(member);
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
    }
  }
  return distinct(members);
}
