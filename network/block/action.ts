import { EvidenceError } from './errors.js';
import { type NamespaceRwset, readRwset } from './rwset.js';
import { EMPTY, len, malformed, num, Reader } from './wire.js';

/** Who signed: a SerializedIdentity. `bytes` is what hashes and endorsement signatures cover. */
export interface IdentityView {
  readonly mspId: string;
  /** PEM. */
  readonly certificate: string;
  readonly bytes: Buffer;
}
export interface EndorsementView {
  readonly mspId: string;
  readonly certificate: string;
  /** SerializedIdentity bytes: the signature covers proposalResponsePayload ‖ endorser. */
  readonly endorser: Buffer;
  readonly signature: Buffer;
}
export interface ChaincodeEventView {
  readonly chaincode: string;
  readonly txId: string;
  readonly name: string;
  readonly payload: Buffer;
}
export interface ResponseView {
  readonly status: number;
  readonly message: string;
  readonly payload: Buffer;
}
/** One endorsed chaincode action; Fabric allows exactly one in a transaction. */
export interface ActionView {
  /** The chaincode that was asked, as the proposal names it, and its arguments (the first is the function). */
  readonly chaincode: string;
  readonly args: readonly Buffer[];
  /** The chaincode that answered, with the version committed then. */
  readonly chaincodeId: { readonly name: string; readonly version: string };
  /** SignatureHeader bytes of the action: the proposal hash covers them. */
  readonly header: Buffer;
  /** ChaincodeProposalPayload without transient data: the proposal hash covers it. */
  readonly proposalPayload: Buffer;
  readonly proposalResponsePayload: Buffer;
  readonly proposalHash: Buffer;
  readonly endorsements: readonly EndorsementView[];
  readonly response: ResponseView;
  readonly event: ChaincodeEventView | undefined;
  /** TxReadWriteSet bytes; `rwset` is the same, decoded at first use. */
  readonly results: Buffer;
  readonly rwset: readonly NamespaceRwset[];
}

/** Decodes a Transaction's actions. Each part that most readers never ask for is decoded at first use. */
export function readActions(transaction: Uint8Array): ActionView[] {
  const actions: ActionView[] = [];
  const r = new Reader(transaction);
  while (r.next()) if (r.tag === len(1)) actions.push(readAction(r.bytes()));
  return actions;
}

function readAction(bytes: Buffer): ActionView {
  const { first: header, second: payload } = pair(bytes);
  let proposalPayload = EMPTY;
  let endorsed: Buffer | undefined;
  const r = new Reader(payload);
  while (r.next()) {
    if (r.tag === len(1)) proposalPayload = r.bytes();
    else if (r.tag === len(2)) endorsed = r.merge(endorsed);
  }
  if (endorsed === undefined) throw malformed('an action without an endorsed action');
  return new Action(header, proposalPayload, endorsed);
}

/** State: what has been decoded so far. */
class Action implements ActionView {
  readonly proposalResponsePayload: Buffer;
  readonly proposalHash: Buffer;
  readonly #extension: Buffer;
  readonly #endorsements: readonly Buffer[];
  #answer: ChaincodeAction | undefined;
  #invocation: { chaincode: string; args: readonly Buffer[] } | undefined;
  #signers: readonly EndorsementView[] | undefined;
  #rwset: readonly NamespaceRwset[] | undefined;

  constructor(
    readonly header: Buffer,
    readonly proposalPayload: Buffer,
    endorsed: Buffer,
  ) {
    let response = EMPTY;
    const endorsements: Buffer[] = [];
    const r = new Reader(endorsed);
    while (r.next()) {
      if (r.tag === len(1)) response = r.bytes();
      else if (r.tag === len(2)) endorsements.push(r.bytes());
    }
    this.proposalResponsePayload = response;
    this.#endorsements = endorsements;
    const { first: hash, second: extension } = pair(response);
    this.proposalHash = hash;
    this.#extension = extension;
  }

  get chaincode(): string {
    this.#invocation ??= readInvocation(this.proposalPayload);
    return this.#invocation.chaincode;
  }

  get args(): readonly Buffer[] {
    this.#invocation ??= readInvocation(this.proposalPayload);
    return this.#invocation.args;
  }

  get chaincodeId(): { readonly name: string; readonly version: string } {
    return readChaincodeId(this.#chaincodeAction().chaincodeId);
  }

  get response(): ResponseView {
    return readResponse(this.#chaincodeAction().response);
  }

  get event(): ChaincodeEventView | undefined {
    const { events } = this.#chaincodeAction();
    return events.length === 0 ? undefined : readEvent(events);
  }

  get results(): Buffer {
    return this.#chaincodeAction().results;
  }

  get endorsements(): readonly EndorsementView[] {
    this.#signers ??= this.#endorsements.map(readEndorsement);
    return this.#signers;
  }

  get rwset(): readonly NamespaceRwset[] {
    this.#rwset ??= readRwset(this.results);
    return this.#rwset;
  }

  #chaincodeAction(): ChaincodeAction {
    this.#answer ??= readChaincodeAction(this.#extension);
    return this.#answer;
  }
}

interface ChaincodeAction {
  readonly results: Buffer;
  readonly events: Buffer;
  readonly response: Buffer;
  readonly chaincodeId: Buffer;
}

export function readIdentity(bytes: Buffer): IdentityView {
  let mspId = '';
  let certificate = EMPTY;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) mspId = r.string();
    else if (r.tag === len(2)) certificate = r.bytes();
  }
  return { mspId, certificate: certificate.toString('latin1'), bytes };
}

function readEndorsement(bytes: Buffer): EndorsementView {
  const { first: endorser, second: signature } = pair(bytes);
  return new Endorsement(endorser, signature);
}

/** State: the identity, once it was asked for. */
class Endorsement implements EndorsementView {
  #identity: Pick<IdentityView, 'mspId' | 'certificate'> | undefined;

  constructor(
    readonly endorser: Buffer,
    readonly signature: Buffer,
  ) {}

  get mspId(): string {
    this.#identity ??= identityOrNobody(this.endorser);
    return this.#identity.mspId;
  }

  get certificate(): string {
    this.#identity ??= identityOrNobody(this.endorser);
    return this.#identity.certificate;
  }
}

/** A peer passes over an endorsement whose signer it cannot read, and counts the others. */
function identityOrNobody(bytes: Buffer): Pick<IdentityView, 'mspId' | 'certificate'> {
  try {
    return readIdentity(bytes);
  } catch (error) {
    if (error instanceof EvidenceError) return { mspId: '', certificate: '' };
    throw error;
  }
}

function readChaincodeAction(bytes: Buffer): ChaincodeAction {
  let results = EMPTY;
  let events = EMPTY;
  let response = EMPTY;
  let chaincodeId = EMPTY;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) results = r.bytes();
    else if (r.tag === len(2)) events = r.bytes();
    else if (r.tag === len(3)) response = r.merge(response);
    else if (r.tag === len(4)) chaincodeId = r.merge(chaincodeId);
  }
  return { results, events, response, chaincodeId };
}

function readChaincodeId(bytes: Buffer): { name: string; version: string } {
  let name = '';
  let version = '';
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(2)) name = r.string();
    else if (r.tag === len(3)) version = r.string();
  }
  return { name, version };
}

function readResponse(bytes: Buffer): ResponseView {
  let status = 0;
  let message = '';
  let payload = EMPTY;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === num(1)) status = r.int32();
    else if (r.tag === len(2)) message = r.string();
    else if (r.tag === len(3)) payload = r.bytes();
  }
  return { status, message, payload };
}

function readEvent(bytes: Buffer): ChaincodeEventView {
  let chaincode = '';
  let txId = '';
  let name = '';
  let payload = EMPTY;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) chaincode = r.string();
    else if (r.tag === len(2)) txId = r.string();
    else if (r.tag === len(3)) name = r.string();
    else if (r.tag === len(4)) payload = r.bytes();
  }
  return { chaincode, txId, name, payload };
}

/** ChaincodeProposalPayload → ChaincodeInvocationSpec → ChaincodeSpec → name and arguments. */
function readInvocation(bytes: Buffer): { chaincode: string; args: readonly Buffer[] } {
  const spec = message(pair(bytes).first, 1);
  const args: Buffer[] = [];
  const r = new Reader(message(spec, 3));
  while (r.next()) if (r.tag === len(1)) args.push(r.bytes());
  return { chaincode: readChaincodeId(message(spec, 2)).name, args };
}

/** Fields 1 and 2, both bytes: the shape of most of Fabric's envelopes. */
export function pair(bytes: Uint8Array): { first: Buffer; second: Buffer } {
  let first = EMPTY;
  let second = EMPTY;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) first = r.bytes();
    else if (r.tag === len(2)) second = r.bytes();
  }
  return { first, second };
}

/** The one embedded message at a field; empty when absent, which is what Go's getters give. */
export function message(bytes: Uint8Array, field: number): Buffer {
  let held: Buffer | undefined;
  const r = new Reader(bytes);
  while (r.next()) if (r.tag === len(field)) held = r.merge(held);
  return held ?? EMPTY;
}
