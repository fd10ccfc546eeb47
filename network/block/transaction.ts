import { createHash } from 'node:crypto';
import { type ActionView, message, pair } from './action.js';
import { proposalHash } from './build.js';
import { ValidationCode as Code } from './codes.js';
import { type EvidenceCode, EvidenceError } from './errors.js';
import { type EnvelopeView, HeaderType } from './read.js';
import type { NamespaceRwset } from './rwset.js';
import { len, Reader } from './wire.js';

/** Why a transaction is invalid: Fabric's code, and what it is evidence of if the file says otherwise. */
export interface Fault {
  readonly code: number;
  readonly evidence: EvidenceCode;
  readonly detail: string;
  /** Codes that a peer may give instead: it looks at the namespaces written in no certain order (Go's maps), and stops at the first that fails. */
  readonly or?: readonly number[];
}

const fault = (code: number, evidence: EvidenceCode, detail: string): Fault => ({ code, evidence, detail });

/** What the bytes alone say, in the order in which a peer asks (fabric core/common/validation/msgvalidation.go). */

/** Before the creator's signature is looked at. */
export function headerFault(e: EnvelopeView): Fault | undefined {
  const known = e.type === HeaderType.ENDORSER_TRANSACTION || e.type === HeaderType.CONFIG || e.type === HeaderType.CONFIG_UPDATE;
  if (!known) return fault(Code.BAD_COMMON_HEADER, 'HEADER', `a header of type ${e.type}`);
  if (e.epoch !== 0n) return fault(Code.BAD_COMMON_HEADER, 'HEADER', 'an epoch that is not zero');
  if (e.nonce.length === 0 || e.creatorBytes.length === 0) return fault(Code.BAD_COMMON_HEADER, 'HEADER', 'without a nonce or a creator');
  return undefined;
}

/** After it. */
export function bodyFault(e: EnvelopeView): Fault | undefined {
  if (e.type === HeaderType.CONFIG) return undefined;
  if (e.type !== HeaderType.ENDORSER_TRANSACTION) return fault(Code.UNSUPPORTED_TX_PAYLOAD, 'HEADER', `a transaction of type ${e.type}`);
  const txId = createHash('sha256').update(e.nonce).update(e.creatorBytes).digest('hex');
  if (e.txId !== txId) return fault(Code.BAD_PROPOSAL_TXID, 'TX_ID', `it is ${txId}`);
  try {
    return actionsFault(e);
  } catch (error) {
    return fault(Code.INVALID_ENDORSER_TRANSACTION, 'MALFORMED', detailOf(error));
  }
}

function actionsFault(e: EnvelopeView): Fault | undefined {
  const bad = (evidence: EvidenceCode, detail: string): Fault => fault(Code.INVALID_ENDORSER_TRANSACTION, evidence, detail);
  const [action] = e.actions;
  if (e.actions.length !== 1 || action === undefined) return bad('HEADER', `${e.actions.length} actions where one is allowed`);
  const { first: creator, second: nonce } = pair(action.header);
  if (creator.length === 0 || nonce.length === 0) return bad('HEADER', 'an action without a nonce or a creator');
  const hash = proposalHash(e.channelHeader, action.header, action.proposalPayload);
  return action.proposalHash.equals(hash) ? undefined : bad('PROPOSAL_HASH', `it is ${hash.toString('hex')}`);
}

/** What an endorsed transaction does, once it is known to be whole. */
export interface Content {
  readonly action: ActionView;
  readonly rwset: readonly NamespaceRwset[];
  /** The chaincode called and each namespace written: each has its policy. */
  readonly namespaces: ReadonlySet<string>;
}

/** After the transaction id is known to be new (fabric core/committer/txvalidator/v20/plugindispatcher/dispatcher.go). */
export function contentOf(e: EnvelopeView): Content | Fault {
  const asked = read(() => chaincodeAsked(e));
  if (asked instanceof EvidenceError) return fault(Code.BAD_HEADER_EXTENSION, 'HEADER', asked.detail);
  const [action] = e.actions as readonly [ActionView];
  const answered = read(() => action.chaincodeId);
  if (answered instanceof EvidenceError) return fault(Code.BAD_RESPONSE_PAYLOAD, 'MALFORMED', answered.detail);
  const rwset = read(() => action.rwset);
  if (rwset instanceof EvidenceError) return fault(Code.BAD_RWSET, 'MALFORMED', rwset.detail);
  if (asked === undefined) return fault(Code.INVALID_OTHER_REASON, 'HEADER', 'no chaincode is named');
  const { name, version } = answered;
  if (asked === '' || asked !== name || version === '')
    return fault(Code.INVALID_CHAINCODE, 'HEADER', `${asked} was asked, ${name} ${version} answered`);
  const event = read(() => action.event);
  if (event instanceof EvidenceError) return fault(Code.INVALID_OTHER_REASON, 'MALFORMED', event.detail);
  if (event !== undefined && event.chaincode !== asked) return fault(Code.INVALID_OTHER_REASON, 'HEADER', 'an event of another chaincode');
  if (new Set(rwset.map((n) => n.namespace)).size !== rwset.length)
    return fault(Code.ILLEGAL_WRITESET, 'HEADER', 'a namespace occurs twice');
  return { action, rwset, namespaces: new Set([asked, ...rwset.filter(writes).map((n) => n.namespace)]) };
}

export function writes(n: NamespaceRwset): boolean {
  return (
    n.writes.length > 0 || n.metadataWrites.length > 0 || n.collections.some((c) => c.writes.length > 0 || c.metadataWrites.length > 0)
  );
}

/** ChaincodeHeaderExtension.chaincode_id.name; undefined where the message is absent. */
function chaincodeAsked(e: EnvelopeView): string | undefined {
  let present = false;
  const r = new Reader(e.extension);
  while (r.next()) if (r.tag === len(2)) present = true;
  if (!present) return undefined;
  let name = '';
  const id = new Reader(message(e.extension, 2));
  while (id.next()) if (id.tag === len(2)) name = id.string();
  return name;
}

function read<T>(part: () => T): T | EvidenceError {
  try {
    return part();
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
}

function detailOf(error: unknown): string {
  if (error instanceof EvidenceError) return error.detail;
  throw error;
}
