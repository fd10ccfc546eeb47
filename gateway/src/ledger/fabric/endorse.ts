import { randomBytes } from 'node:crypto';
import { RuleError } from '@drl/chaincode/model/errors';
import { pair } from '@drl/network/block/action';
import {
  type BuiltProposal,
  buildEnvelope,
  buildProposal,
  type SignedEndorsement,
  serializedIdentity,
  transactionPayload,
} from '@drl/network/block/build';
import { sign } from '@drl/network/block/sign';
import { EMPTY, len, num, Reader } from '@drl/network/block/wire';
import { bytes, message } from '@drl/network/block/write';
import { contractError } from '../contractError.js';
import { type Identity, LedgerError, type SignedTransaction } from '../ledger.js';
import { type Endpoint, processProposal } from './endpoint.js';

/** A peer that does not answer by then is passed over for another of its organisation. */
const ENDORSE_MS = 10_000;

export interface Call {
  readonly channel: string;
  readonly chaincode: string;
  /** The function's name first. */
  readonly args: readonly (string | Uint8Array)[];
  readonly timestamp: Date;
  readonly transient?: Readonly<Record<string, Uint8Array>>;
}

export interface Answer {
  readonly peer: Endpoint;
  readonly status: number;
  readonly message: string;
  readonly result: Buffer;
  /** ProposalResponsePayload, as signed. */
  readonly payload: Buffer;
  readonly endorsement: SignedEndorsement;
  /** The whole ProposalResponse, as it came. */
  readonly bytes: Buffer;
}

export interface SignedProposal {
  readonly proposal: BuiltProposal;
  readonly bytes: Buffer;
}

export async function signProposal({ channel, chaincode, args, timestamp, transient }: Call, as: Identity): Promise<SignedProposal> {
  const proposal = buildProposal({
    channelId: channel,
    chaincode,
    args,
    creator: serializedIdentity(as.mspId, as.certificate),
    nonce: randomBytes(24),
    timestamp,
    ...(transient ? { transient } : {}),
  });
  const signature = await sign(as.privateKey, proposal.bytes);
  return { proposal, bytes: message(bytes(1, proposal.bytes), bytes(2, signature)) };
}

/** Asks one peer of an organisation, the next if it does not answer. Throws UNAVAILABLE when none does. */
export async function ask(peers: readonly Endpoint[], mspId: string, signed: SignedProposal, first: number): Promise<Answer> {
  const own = peers.filter((peer) => peer.mspId === mspId);
  let failure: unknown = new LedgerError('UNAVAILABLE', {
    stage: 'endorse',
    mspId,
    reason: 'the connection profile names no peer of this organisation',
  });
  for (let i = 0; i < own.length; i++) {
    const peer = own[(first + i) % own.length] as Endpoint;
    try {
      return readAnswer(peer, await processProposal(peer, signed.bytes, ENDORSE_MS));
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      failure = error;
    }
  }
  throw failure;
}

/**
 * Endorsements of all organisations named, which must agree byte for byte, and the envelope signed over them. Where some refuse and others
 * do not, or their answers differ, one of them may lag behind the others: that is tried again, and no rule has spoken.
 */
export async function endorse(
  peers: readonly Endpoint[],
  organisations: readonly string[],
  call: Call,
  as: Identity,
  first: number,
): Promise<SignedTransaction> {
  const signed = await signProposal(call, as);
  const answers = await Promise.all(organisations.map((mspId) => ask(peers, mspId, signed, first)));
  const refusals = answers
    .filter(({ status }) => status >= 400)
    .map(({ peer, message }) => contractError(message, { mspId: peer.mspId, peer: peer.name }));
  const [refusal] = refusals;
  if (refusal !== undefined) {
    const ledgerFault = refusals.find((fault) => fault instanceof LedgerError);
    if (ledgerFault) throw ledgerFault;
    if (refusals.length < answers.length || refusals.some((fault) => fault.code !== refusal.code))
      throw new LedgerError('ENDORSEMENTS_DIFFER', { stage: 'endorse', reason: 'some organisations refuse what others accept' });
    throw refusal instanceof RuleError ? refusal : new LedgerError('UNAVAILABLE', { stage: 'endorse' });
  }
  const { payload, result } = answers[0] as Answer;
  if (answers.some((answer) => !answer.payload.equals(payload)))
    throw new LedgerError('ENDORSEMENTS_DIFFER', { stage: 'endorse', reason: 'the organisations came to different results' });
  const unsigned = transactionPayload(
    signed.proposal,
    payload,
    answers.map(({ endorsement }) => endorsement),
  );
  return {
    transactionId: signed.proposal.txId,
    envelope: buildEnvelope(unsigned, await sign(as.privateKey, unsigned)),
    result: result.toString('utf8'),
  };
}

/** peer.ProposalResponse { response: 4 { status, message, payload }, payload: 5, endorsement: 6 { endorser, signature } }. */
export function readAnswer(peer: Endpoint, answer: Buffer): Answer {
  let response = EMPTY;
  let payload = EMPTY;
  let endorsement = EMPTY;
  const reader = new Reader(answer);
  while (reader.next()) {
    if (reader.tag === len(4)) response = reader.bytes();
    else if (reader.tag === len(5)) payload = reader.bytes();
    else if (reader.tag === len(6)) endorsement = reader.bytes();
  }
  let status = 0;
  let text = '';
  let result = EMPTY;
  const inner = new Reader(response);
  while (inner.next()) {
    if (inner.tag === num(1)) status = inner.int32();
    else if (inner.tag === len(2)) text = inner.string();
    else if (inner.tag === len(3)) result = inner.bytes();
  }
  const { first: endorser, second: signature } = pair(endorsement);
  return { peer, status, message: text, result, payload, endorsement: { endorser, signature }, bytes: answer };
}
