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

/** A peer that does not answer by then is passed over for another. */
const ENDORSE_MS = 10_000;
/** The same, of one that failed lately while others are there. */
const TRIAL_MS = 1000;
/** For how long a peer that failed is asked after all others. */
const SICK_MS = 3000;

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

export interface Asking {
  /** A system chaincode answers, also where the peer runs none of ours. */
  readonly system?: boolean;
  readonly timeoutMs?: number;
}

/**
 * Asks one peer of an organisation, the next if it does not answer or its chaincode is not there; who failed lately comes last, and is tried
 * again by one caller at a time. Throws UNAVAILABLE when none answers, IDENTITY_REFUSED when one says so: then all would.
 */
export async function ask(
  peers: readonly Endpoint[],
  mspId: string,
  signed: SignedProposal,
  first: number,
  asking: Asking = {},
): Promise<Answer> {
  const own = peers.filter((peer) => peer.mspId === mspId);
  let failure: unknown;
  const order = wellFirst(
    own.map((_, i) => own[(first + i) % own.length] as Endpoint),
    asking,
  );
  for (const [i, peer] of order.entries()) {
    try {
      return await askPeer(peer, signed, asking, i < order.length - 1);
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code === 'IDENTITY_REFUSED') throw error;
      failure = error;
    }
  }
  throw (
    failure ??
    new LedgerError('UNAVAILABLE', { stage: 'endorse', mspId, reason: 'the connection profile names no peer of this organisation' })
  );
}

/** Those that are well, in their order, then those that failed lately. */
export function wellFirst(peers: readonly Endpoint[], { system = false }: Asking = {}): Endpoint[] {
  const now = Date.now();
  const isSick = ({ sick }: Endpoint) => sick.peer > now || (!system && sick.chaincode > now);
  return [...peers.filter((peer) => !isSick(peer)), ...peers.filter(isSick)];
}

async function askPeer(peer: Endpoint, signed: SignedProposal, asking: Asking, others: boolean): Promise<Answer> {
  const { sick } = peer;
  const full = asking.timeoutMs ?? ENDORSE_MS;
  const timeout = others && (sick.peer > 0 || sick.chaincode > 0) ? Math.min(TRIAL_MS, full) : full;
  if (sick.peer > 0) sick.peer = Date.now() + timeout;
  let answer: Answer;
  try {
    answer = readAnswer(peer, await processProposal(peer, signed.bytes, timeout));
  } catch (error) {
    const refused = error instanceof LedgerError && error.code === 'IDENTITY_REFUSED';
    sick.peer = refused ? 0 : Date.now() + SICK_MS;
    throw error;
  }
  sick.peer = 0;
  if (asking.system) return answer;
  // What a contract refuses comes with the payload that it refused; where there is none the peer itself has failed, or its chaincode has not answered.
  const failed = answer.status >= 400 && answer.payload.length === 0;
  sick.chaincode = failed ? Date.now() + SICK_MS : 0;
  if (failed) throw contractError(answer.message, { mspId: peer.mspId, peer: peer.name });
  return answer;
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
