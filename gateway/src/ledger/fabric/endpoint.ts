import type { Client, ClientDuplexStream } from '@grpc/grpc-js';
import { LedgerError } from '../ledger.js';

/**
 * One peer or orderer, over the long-lived connection that fabric-network opened to it. Messages travel as the bytes that we
 * signed and come back as the bytes that were signed: decoding and encoding again would cost time, and an evidence bundle its signatures.
 */
export interface Endpoint {
  readonly name: string;
  readonly mspId: string;
  readonly client: Client;
  /** Until when others are asked before it, because it (or its chaincode) failed lately; 0: all is well. */
  readonly sick: { peer: number; chaincode: number };
}

export function endpointOf(name: string, mspId: string, client: Client): Endpoint {
  return { name, mspId, client, sick: { peer: 0, chaincode: 0 } };
}

/** grpc's status for an error of the server's own: a peer gives it where it does not take the proposal at all (core/endorser ProcessProposal). */
const UNKNOWN = 2;
/** core/endorser/msgvalidation.go and endorser.go: the creator's certificate, or the channel's Writers or Readers policy, says no. */
const NOT_THIS_CREATOR = /access denied|failed evaluating policy/i;

const raw = (bytes: Buffer) => bytes;

/** protos.Endorser/ProcessProposal: marshalled SignedProposal in, marshalled ProposalResponse out. */
export function processProposal(peer: Endpoint, signedProposal: Buffer, timeoutMs: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const deadline = Date.now() + timeoutMs;
    peer.client.makeUnaryRequest('/protos.Endorser/ProcessProposal', raw, raw, signedProposal, { deadline }, (error, answer) => {
      if (answer) resolve(answer);
      else if (error?.code === UNKNOWN && NOT_THIS_CREATOR.test(error.message)) reject(refusedIdentity(peer, 'endorse', error.message));
      else reject(unavailable(peer, 'endorse', error?.message ?? 'no answer'));
    });
  });
}

/** protos.Deliver/Deliver: marshalled DeliverResponse messages for one signed seek envelope. */
export function deliver(peer: Endpoint, seekEnvelope: Buffer): ClientDuplexStream<Buffer, Buffer> {
  const stream = peer.client.makeBidiStreamRequest<Buffer, Buffer>('/protos.Deliver/Deliver', raw, raw);
  stream.write(seekEnvelope);
  return stream;
}

/** orderer.AtomicBroadcast/Broadcast: one stream for many envelopes; answers come in the order of what was sent. */
export function broadcast(orderer: Endpoint): ClientDuplexStream<Buffer, Buffer> {
  return orderer.client.makeBidiStreamRequest<Buffer, Buffer>('/orderer.AtomicBroadcast/Broadcast', raw, raw);
}

export function unavailable(endpoint: Endpoint, stage: 'endorse' | 'submit' | 'blocks', reason: string): LedgerError {
  return new LedgerError('UNAVAILABLE', { stage, mspId: endpoint.mspId, peer: endpoint.name, reason });
}

export function refusedIdentity(endpoint: Endpoint, stage: 'endorse' | 'submit', reason: string): LedgerError {
  return new LedgerError('IDENTITY_REFUSED', { stage, mspId: endpoint.mspId, peer: endpoint.name, reason });
}
