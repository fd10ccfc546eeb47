import type { KeyObject } from 'node:crypto';
import { message as embedded, pair } from '../block/action.js';
import { endorsedBytes, proposalHash, proposalResponsePayload, serializedIdentity, transactionId } from '../block/build.js';
import type { Channel } from '../block/channel.js';
import type { Member } from '../block/msp.js';
import { type EnvelopeView, HeaderType, readEnvelope } from '../block/read.js';
import type { Version } from '../block/rwset.js';
import { sign, verify } from '../block/sign.js';
import { LIFECYCLE } from '../block/state.js';
import { len, Reader } from '../block/wire.js';
import { bytes } from '../block/write.js';
import { collectionOwner } from './collections.js';
import type { Definitions } from './definitions.js';
import { EngineError, Refused } from './errors.js';
import { invokeLifecycle, sequenceKey } from './lifecycle.js';
import { type Chaincode, type ChaincodeResponse, ChaincodeStub, type Stub } from './shim.js';
import { Simulator } from './simulator.js';
import { type Modification, StubHandler } from './stubhandler.js';
import type { StateView } from './view.js';

/** What a peer knows of the ledger when it simulates. */
export interface LedgerView {
  readonly channel: Channel;
  readonly now: () => number;
  readonly definitions: Definitions;
  readonly modification: (namespace: string, key: string, at: Version) => Promise<Modification>;
}
export interface Endorsed {
  readonly mspId: string;
  readonly endorser: Buffer;
  readonly signature: Buffer;
  /** ProposalResponsePayload bytes. */
  readonly payload: Buffer;
  readonly result: Buffer;
  readonly privateSets: ReadonlyMap<string, Buffer>;
}

/** One organisation's endorser: its own key, its own instance of the chaincode, its own judgement of each proposal (fabric core/endorser). */
export class Peer {
  readonly identity: Buffer;

  constructor(
    readonly mspId: string,
    certificate: string,
    private readonly key: KeyObject,
    private readonly chaincodes: ReadonlyMap<string, Chaincode>,
    private readonly ledger: LedgerView,
  ) {
    this.identity = serializedIdentity(mspId, certificate);
  }

  /** Checks, simulates and signs. Throws NOT_ACCEPTED, CREATOR_REFUSED, or Refused with the chaincode's own words. */
  async endorse(signedProposal: Uint8Array, view: StateView): Promise<Endorsed> {
    const proposal = await this.#accept(signedProposal, view);
    const { response, payload, privateSets } = await this.#simulate(proposal, signedProposal, view);
    const signature = await sign(this.key, endorsedBytes(payload, this.identity));
    return { mspId: this.mspId, endorser: this.identity, signature, payload, result: Buffer.from(response.payload ?? []), privateSets };
  }

  /** Runs a read and answers it, without a signature. */
  async evaluate(signedProposal: Uint8Array, view: StateView): Promise<Buffer> {
    const proposal = await this.#accept(signedProposal, view);
    const { response } = await this.#simulate(proposal, signedProposal, view);
    return Buffer.from(response.payload ?? []);
  }

  /** Signs an answer that the peer gives by itself, as its system chaincodes do. */
  async answer(
    signedProposal: Uint8Array,
    view: StateView,
    result: Buffer,
    chaincode: string,
  ): Promise<{ payload: Buffer; signature: Buffer; result: Buffer }> {
    const proposal = await this.#accept(signedProposal, view);
    const payload = proposalResponsePayload({
      proposalHash: hashOf(proposal),
      chaincode,
      version: 'syscc',
      response: { status: 200, payload: result },
      results: Buffer.alloc(0),
    });
    return { payload, result, signature: await sign(this.key, endorsedBytes(payload, this.identity)) };
  }

  /** A SignedProposal has the wire form of an Envelope: header and payload of the proposal are the envelope's header and data. */
  async #accept(signedProposal: Uint8Array, view: StateView): Promise<EnvelopeView> {
    const proposal = readEnvelope(signedProposal);
    const refuse = (reason: string): never => {
      throw new EngineError('NOT_ACCEPTED', reason, { mspId: this.mspId });
    };
    if (proposal.type !== HeaderType.ENDORSER_TRANSACTION || proposal.epoch !== 0n) refuse('the header is not that of a proposal');
    if (proposal.channelId !== this.ledger.channel.id) refuse(`channel ${proposal.channelId} is not here`);
    if (proposal.nonce.length === 0) refuse('the nonce is empty');
    if (proposal.txId !== transactionId(proposal.nonce, proposal.creatorBytes))
      refuse('the transaction id is not that of creator and nonce');
    const creator = creatorOf(this.ledger.channel, proposal.creatorBytes, new Date(this.ledger.now()));
    const stranger = (reason: string): never => {
      throw new EngineError('CREATOR_REFUSED', reason, { mspId: this.mspId });
    };
    if (typeof creator === 'string') return stranger(creator);
    if (!this.ledger.channel.satisfies('/Channel/Application/Writers', [creator])) stranger('the creator may not write to the channel');
    if (!(await verify(creator.certificate.publicKey, proposal.payload, proposal.signature)))
      stranger('the signature is not the creator’s');
    if (view.hasTransaction(proposal.txId)) refuse(`duplicate transaction found [${proposal.txId}]`);
    return proposal;
  }

  async #simulate(
    proposal: EnvelopeView,
    signedProposal: Uint8Array,
    view: StateView,
  ): Promise<{ response: ChaincodeResponse; payload: Buffer; privateSets: ReadonlyMap<string, Buffer> }> {
    const { name, args } = invocation(proposal);
    const { channel } = this.ledger;
    const system = name === LIFECYCLE;
    const inForce = system ? undefined : this.ledger.definitions.of(name, view);
    if (!system && inForce === undefined)
      throw new EngineError('NOT_ACCEPTED', `chaincode ${name} is not defined on the channel`, { mspId: this.mspId });
    const read = inForce && { namespace: LIFECYCLE, key: sequenceKey(name), version: inForce.version };
    const simulator = new Simulator(view, name, (collection) => collectionOwner(collection, channel.organisations) === this.mspId, read);

    let response: ChaincodeResponse;
    let stub: Stub | undefined;
    if (system) response = invokeLifecycle(simulator, args, this.mspId, [...channel.organisations.keys()]);
    else {
      const chaincode = this.chaincodes.get(name);
      if (chaincode === undefined) throw new EngineError('NOT_ACCEPTED', `chaincode ${name} is not installed`, { mspId: this.mspId });
      const handler = new StubHandler(simulator, view, name, this.ledger.modification);
      const { first: proposalBytes, second: signature } = pair(signedProposal);
      stub = new ChaincodeStub(
        handler,
        proposal.channelId,
        proposal.txId,
        { getArgsList_asU8: () => [...args] },
        { getSignature: () => signature, getProposalBytes: () => proposalBytes },
      );
      response = await chaincode.Invoke(stub);
    }
    if (response.status >= 400) throw new Refused(this.mspId, response.status, response.message ?? '');
    const { results, privateSets } = simulator.result();
    const event = stub?.chaincodeEvent;
    const payload = proposalResponsePayload({
      proposalHash: hashOf(proposal),
      chaincode: name,
      version: inForce?.definition.version ?? 'syscc',
      response: { status: response.status, message: response.message ?? '', payload: response.payload ?? Buffer.alloc(0) },
      results,
      event: event && { name: event.getEventName(), payload: event.getPayload_asU8(), txId: proposal.txId },
    });
    return { response, payload, privateSets };
  }
}

/** A member whose certificate is in date, or why it is none. */
export function creatorOf(channel: Channel, creator: Uint8Array, at: Date): Member | string {
  let member: Member;
  try {
    member = channel.members.identify(creator);
  } catch (error) {
    return (error as Error).message;
  }
  if (member.invalid !== undefined) return `the certificate is not valid: ${member.invalid}`;
  return member.inDate(at) ? member : 'the certificate is not valid at this time';
}

/** ChaincodeProposalPayload without its transient data is what the proposal hash covers. */
function hashOf(proposal: EnvelopeView): Buffer {
  return proposalHash(proposal.channelHeader, proposal.signatureHeader, bytes(1, pair(proposal.data).first));
}

/** The chaincode that the header names, and the arguments. */
function invocation(proposal: EnvelopeView): { name: string; args: Buffer[] } {
  const name = pair(embedded(embedded(proposal.channelHeader, 7), 2)).second.toString('utf8');
  const spec = embedded(embedded(pair(proposal.data).first, 1), 3);
  const args: Buffer[] = [];
  const r = new Reader(spec);
  while (r.next()) if (r.tag === len(1)) args.push(r.bytes());
  return { name, args };
}
