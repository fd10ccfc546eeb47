import { createHash } from 'node:crypto';
import { HeaderType } from './read.js';
import { bytes, item, items, map, message, varint } from './write.js';

/** What a client and its endorsers make of one transaction, byte for byte as fabric protoutil/proputils.go and txutils.go do. */
export interface ProposalInput {
  readonly channelId: string;
  readonly chaincode: string;
  /** The function's name first. */
  readonly args: readonly (Uint8Array | string)[];
  /** SerializedIdentity bytes: `serializedIdentity`. */
  readonly creator: Uint8Array;
  /** 24 random bytes. */
  readonly nonce: Uint8Array;
  readonly timestamp: Date;
  /** Goes to the endorsers and into no block. */
  readonly transient?: Readonly<Record<string, Uint8Array>>;
  readonly isInit?: boolean;
}
export interface BuiltProposal {
  readonly txId: string;
  /** Proposal bytes: what the client signs for its endorsers. */
  readonly bytes: Buffer;
  readonly header: Buffer;
  readonly channelHeader: Buffer;
  readonly signatureHeader: Buffer;
  /** ChaincodeProposalPayload as it is committed: without the transient data. */
  readonly payload: Buffer;
  readonly hash: Buffer;
}
export interface ResponseInput {
  readonly status: number;
  readonly message?: string;
  readonly payload?: Uint8Array | string;
}
export interface ResponsePayloadInput {
  readonly proposalHash: Uint8Array;
  readonly chaincode: string;
  readonly version: string;
  readonly response: ResponseInput;
  /** TxReadWriteSet bytes: `buildRwset`. */
  readonly results: Uint8Array;
  readonly event?: { readonly name: string; readonly payload: Uint8Array; readonly txId: string } | undefined;
}
export interface SignedEndorsement {
  readonly endorser: Uint8Array;
  readonly signature: Uint8Array;
}

/** msp.SerializedIdentity: who a creator, an endorser or an orderer is. */
export function serializedIdentity(mspId: string, certificatePem: string): Buffer {
  return message(bytes(1, mspId), bytes(2, certificatePem));
}

/** protoutil ComputeTxID. */
export function transactionId(nonce: Uint8Array, creator: Uint8Array): string {
  return createHash('sha256').update(nonce).update(creator).digest('hex');
}

/** protoutil GetProposalHash2: the two headers and the payload as committed. */
export function proposalHash(channelHeader: Uint8Array, signatureHeader: Uint8Array, committedPayload: Uint8Array): Buffer {
  return createHash('sha256').update(channelHeader).update(signatureHeader).update(committedPayload).digest();
}

export function signatureHeader(creator: Uint8Array, nonce: Uint8Array): Buffer {
  return message(bytes(1, creator), bytes(2, nonce));
}

export interface ChannelHeaderInput {
  readonly type: number;
  readonly version?: number;
  readonly timestamp: Date;
  readonly channelId: string;
  readonly txId?: string;
  readonly extension?: Uint8Array;
}

export function channelHeader(input: ChannelHeaderInput): Buffer {
  return message(
    varint(1, input.type),
    varint(2, input.version ?? 0),
    item(3, timestamp(input.timestamp)),
    bytes(4, input.channelId),
    bytes(5, input.txId ?? ''),
    bytes(7, input.extension ?? ''),
  );
}

/** google.protobuf.Timestamp: nanos count upwards, before 1970 too. */
export function timestamp(date: Date): Buffer {
  const ms = date.getTime();
  const seconds = Math.floor(ms / 1000);
  return message(varint(1, seconds), varint(2, (ms - seconds * 1000) * 1_000_000));
}

/** ChaincodeSpec.Type of Node chaincode; a peer does not look at it. */
const NODE = 2;

export function buildProposal(input: ProposalInput): BuiltProposal {
  const chaincodeId = bytes(2, input.chaincode);
  const txId = transactionId(input.nonce, input.creator);
  const channel = channelHeader({
    type: HeaderType.ENDORSER_TRANSACTION,
    timestamp: input.timestamp,
    channelId: input.channelId,
    txId,
    extension: item(2, chaincodeId),
  });
  const signer = signatureHeader(input.creator, input.nonce);
  const header = message(bytes(1, channel), bytes(2, signer));
  const call = message(items(1, input.args), varint(3, input.isInit ?? false));
  const spec = message(varint(1, NODE), item(2, chaincodeId), item(3, call));
  const payload = bytes(1, item(1, spec));
  const transient = map(2, Object.entries(input.transient ?? {}));
  return {
    txId,
    header,
    channelHeader: channel,
    signatureHeader: signer,
    payload,
    hash: proposalHash(channel, signer, payload),
    bytes: message(bytes(1, header), bytes(2, message(payload, transient))),
  };
}

/** protoutil GetBytesProposalResponsePayload: what every endorser must come to, byte for byte, and then sign. */
export function proposalResponsePayload(input: ResponsePayloadInput): Buffer {
  const { response, event } = input;
  const action = message(
    bytes(1, input.results),
    bytes(2, event ? chaincodeEvent(input.chaincode, event) : ''),
    item(3, message(varint(1, response.status), bytes(2, response.message ?? ''), bytes(3, response.payload ?? ''))),
    item(4, message(bytes(2, input.chaincode), bytes(3, input.version))),
  );
  return message(bytes(1, input.proposalHash), bytes(2, action));
}

/** What an endorser signs (protoutil CreateProposalResponse). */
export function endorsedBytes(responsePayload: Uint8Array, endorser: Uint8Array): Buffer {
  return Buffer.concat([responsePayload, endorser]);
}

/** Payload of the transaction's envelope, for the creator to sign (protoutil CreateSignedTx). */
export function transactionPayload(
  proposal: Pick<BuiltProposal, 'header' | 'signatureHeader' | 'payload'>,
  responsePayload: Uint8Array,
  endorsements: readonly SignedEndorsement[],
): Buffer {
  const signed = endorsements.map((e) => message(bytes(1, e.endorser), bytes(2, e.signature)));
  const endorsed = message(bytes(1, responsePayload), items(2, signed));
  const action = message(bytes(1, proposal.signatureHeader), bytes(2, message(bytes(1, proposal.payload), item(2, endorsed))));
  return message(item(1, proposal.header), bytes(2, item(1, action)));
}

export function buildEnvelope(payload: Uint8Array, signature: Uint8Array): Buffer {
  return message(bytes(1, payload), bytes(2, signature));
}

function chaincodeEvent(chaincode: string, event: { name: string; payload: Uint8Array; txId: string }): Buffer {
  return message(bytes(1, chaincode), bytes(2, event.txId), bytes(3, event.name), bytes(4, event.payload));
}
