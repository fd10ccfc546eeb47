import { type ActionView, pair } from '@drl/network/block/action';
import { buildEnvelope, proposalHash, serializedIdentity, transactionId, transactionPayload } from '@drl/network/block/build';
import { type EnvelopeView, readEnvelope } from '@drl/network/block/read';
import { EMPTY, len, num, Reader } from '@drl/network/block/wire';
import { bytes, message } from '@drl/network/block/write';
import { BundleError } from './errors.js';
import type { BundleAttestation } from './format.js';

/**
 * One organisation's signed answer to a question, as its peer gave it: peer.ProposalResponse without the parts that no signature covers.
 * It is an endorsed transaction that was never sent, so it is read as one.
 */
export interface AttestationView {
  readonly question: EnvelopeView;
  readonly answer: ActionView;
  /** What the attestor signed. */
  readonly signed: Buffer;
}

/** The proven parts of what the ledger port hands over (peer.Proposal, peer.ProposalResponse). */
export function attestationParts(proposal: Uint8Array, response: Uint8Array): BundleAttestation {
  let payload = EMPTY;
  let endorsement: Buffer | undefined;
  const r = new Reader(response);
  while (r.next()) {
    if (r.tag === len(5)) payload = r.bytes();
    else if (r.tag === len(6)) endorsement = r.merge(endorsement);
  }
  const { first: endorser, second: signature } = pair(endorsement ?? EMPTY);
  return { proposal: Buffer.from(proposal), payload, endorser, signature };
}

/** Reads an attestation, and sees that every byte of it is covered by the attestor's signature. */
export function readAttestation(attestation: BundleAttestation): AttestationView {
  const { proposal, payload, endorser, signature } = attestation;
  const { first: header, second: invocation } = pair(proposal);
  const { first: channelHeader, second: signatureHeader } = pair(header);
  const rebuilt = message(bytes(1, message(bytes(1, channelHeader), bytes(2, signatureHeader))), bytes(2, invocation));
  if (!rebuilt.equals(proposal)) throw new BundleError('ATTESTATION', 'the question holds what its hash does not cover');
  const question = readEnvelope(
    buildEnvelope(transactionPayload({ header, signatureHeader, payload: invocation }, payload, [{ endorser, signature }]), EMPTY),
  );
  const [answer] = question.actions;
  if (answer === undefined) throw new BundleError('ATTESTATION', 'there is no answer');
  // The hash is over the two headers and the invocation in a row; the id, made of what the second holds, says where one ends.
  if (transactionId(question.nonce, question.creatorBytes) !== question.txId)
    throw new BundleError('ATTESTATION', 'the question’s id is not that of who asked');
  if (!proposalHash(channelHeader, signatureHeader, invocation).equals(answer.proposalHash))
    throw new BundleError('ATTESTATION', 'the answer is to another question');
  const by = answer.endorsements[0];
  if (by === undefined || !serializedIdentity(by.mspId, by.certificate).equals(endorser))
    throw new BundleError('ATTESTATION', 'the attestor’s identity holds more than an identity');
  return { question, answer, signed: Buffer.concat([payload, endorser]) };
}

/** peer.ProcessedTransaction: the transaction as the peer holds it, and the code it gave it. */
export function readProcessed(processed: Uint8Array): { readonly payload: Buffer; readonly signature: Buffer; readonly code: number } {
  let envelope: Buffer | undefined;
  let code = 0;
  const r = new Reader(processed);
  while (r.next()) {
    if (r.tag === len(1)) envelope = r.merge(envelope);
    else if (r.tag === num(2)) code = r.int32();
  }
  const { first: payload, second: signature } = pair(envelope ?? EMPTY);
  return { payload, signature, code };
}
