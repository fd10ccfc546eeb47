import { blockSignatures } from './blocksteps.js';
import { EvidenceError } from './errors.js';
import type { Member, Members } from './msp.js';
import { type BlockView, type EnvelopeView, HeaderType, readEnvelope } from './read.js';
import { verifyThen } from './sign.js';
import { bodyFault, type Content, contentOf, type Fault, headerFault } from './transaction.js';

/** A signature whose check has begun. `ok` holds once the plan's `done` has come. */
interface Check {
  readonly member: Member;
  ok: boolean;
}

/** One transaction, read; its signatures under way. */
export interface TxPlan {
  /** undefined: the bytes are no envelope with headers. */
  readonly envelope: EnvelopeView | undefined;
  readonly header: Fault | undefined;
  /** undefined: the creator is no member, says `stranger`. */
  readonly creator: Check | undefined;
  readonly stranger: string | undefined;
  readonly body: Fault | undefined;
  /** Of an endorsed transaction that is whole. */
  readonly content: Content | Fault | undefined;
  readonly endorsers: readonly Check[];
}
export interface BlockPlan {
  readonly block: BlockView;
  readonly lastConfig: bigint | undefined;
  readonly orderers: readonly Check[];
  readonly transactions: readonly TxPlan[];
  readonly isConfig: boolean;
  readonly signatures: number;
  readonly done: Promise<unknown>;
}

/** Reads a block's transactions and starts checking every signature on them, on the thread pool. Throws MALFORMED, BLOCK_METADATA. */
export function planBlock(block: BlockView, members: Members): BlockPlan {
  const jobs = new Jobs();
  const arena = new Arena();
  const start = (identity: Buffer, message: () => Uint8Array, signature: Uint8Array): Check | EvidenceError => {
    const member = identify(members, identity);
    if (member instanceof EvidenceError) return member;
    const check: Check = { member, ok: false };
    jobs.add(check, message(), signature);
    return check;
  };
  const { lastConfig, signatures } = blockSignatures(block);
  const orderers = signatures.map((s) => start(s.creator, () => s.message, s.signature)).filter(isCheck);
  const transactions = block.envelopes.map((bytes) => planTransaction(bytes, start, arena));
  const isConfig = transactions.some((t) => t.envelope?.type === HeaderType.CONFIG);
  return { block, lastConfig, orderers, transactions, isConfig, signatures: jobs.count, done: jobs.done() };
}

/** The checks under way for one block; one promise for all, since a promise for each costs more than reading what it is about. */
class Jobs {
  count = 0;
  #left = 1;
  #failed: Error | undefined;
  #settle: () => void = () => undefined;

  add(check: Check, message: Uint8Array, signature: Uint8Array): void {
    this.count++;
    this.#left++;
    verifyThen(check.member.certificate.publicKey, message, signature, (error, ok) => {
      check.ok = ok === true;
      if (error) this.#failed = error;
      this.#end();
    });
  }

  /** To be called once, after the last `add`. */
  done(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#settle = () => (this.#failed ? reject(this.#failed) : resolve());
      this.#end();
    });
  }

  #end(): void {
    if (--this.#left === 0) this.#settle();
  }
}

type Start = (identity: Buffer, message: () => Uint8Array, signature: Uint8Array) => Check | EvidenceError;

function planTransaction(bytes: Buffer, start: Start, arena: Arena): TxPlan {
  const envelope = readOrNothing(bytes);
  const nothing = { creator: undefined, stranger: undefined, body: undefined, content: undefined, endorsers: [] };
  if (envelope === undefined) return { ...nothing, envelope, header: undefined };
  const header = headerFault(envelope);
  if (header !== undefined) return { ...nothing, envelope, header };
  const creator = start(envelope.creatorBytes, () => envelope.payload, envelope.signature);
  const who = isCheck(creator) ? { creator, stranger: undefined } : { creator: undefined, stranger: creator.detail };
  const body = bodyFault(envelope);
  if (body !== undefined || envelope.type !== HeaderType.ENDORSER_TRANSACTION) return { ...nothing, ...who, envelope, header, body };
  const content = contentOf(envelope);
  const endorsers = 'code' in content ? [] : startEndorsers(content, start, arena);
  return { ...who, envelope, header, body, content, endorsers };
}

function startEndorsers({ action }: Content, start: Start, arena: Arena): Check[] {
  return action.endorsements
    .map((e) => start(e.endorser, () => arena.join(action.proposalResponsePayload, e.endorser), e.signature))
    .filter(isCheck);
}

/** Room for the messages of a block's endorsements, taken in large pieces: one buffer for each is a tenth of the whole cost. */
class Arena {
  static readonly #PIECE = 64 * 1024;
  #piece = Buffer.alloc(0);
  #at = 0;

  join(a: Buffer, b: Buffer): Buffer {
    const size = a.length + b.length;
    if (this.#at + size > this.#piece.length) {
      this.#piece = Buffer.allocUnsafeSlow(Math.max(Arena.#PIECE, size));
      this.#at = 0;
    }
    const joined = this.#piece.subarray(this.#at, this.#at + size);
    joined.set(a);
    joined.set(b, a.length);
    this.#at += size;
    return joined;
  }
}

function isCheck(check: Check | EvidenceError): check is Check {
  return !(check instanceof EvidenceError);
}

function identify(members: Members, identity: Buffer): Member | EvidenceError {
  try {
    return members.identify(identity);
  } catch (error) {
    if (error instanceof EvidenceError) return error;
    throw error;
  }
}

function readOrNothing(bytes: Buffer): EnvelopeView | undefined {
  try {
    return readEnvelope(bytes);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
