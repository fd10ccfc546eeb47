import { type ActionView, type IdentityView, message, pair, readActions, readIdentity } from './action.js';
import { headerHash } from './header.js';
import { asBuffer, EMPTY, len, malformed, num, Reader } from './wire.js';

/** common.Block, its parts as slices of the bytes given. */
export interface BlockView {
  readonly number: bigint;
  readonly previousHash: Buffer;
  readonly dataHash: Buffer;
  readonly headerHash: Buffer;
  readonly envelopes: readonly Buffer[];
  /** TRANSACTIONS_FILTER: one validation code per envelope; empty on a block that no peer has validated (as orderers keep them). */
  readonly codes: Buffer;
  /** SIGNATURES, LAST_CONFIG, TRANSACTIONS_FILTER, ORDERER, COMMIT_HASH. */
  readonly metadata: readonly Buffer[];
  readonly bytes: Buffer;
}

/** common.HeaderType, those that a channel's blocks hold. */
export const HeaderType = { MESSAGE: 0, CONFIG: 1, CONFIG_UPDATE: 2, ENDORSER_TRANSACTION: 3 } as const;

/** common.Envelope with its headers; `creator` and `actions` are decoded at first use. */
export interface EnvelopeView {
  readonly type: number;
  readonly txId: string;
  readonly channelId: string;
  readonly epoch: bigint;
  /** ChannelHeader.extension: of an ENDORSER_TRANSACTION, a ChaincodeHeaderExtension. */
  readonly extension: Buffer;
  /** Client's clock, as it claims. */
  readonly timestamp: Date;
  readonly seconds: bigint;
  readonly nanos: number;
  readonly creator: IdentityView;
  readonly creatorBytes: Buffer;
  readonly nonce: Buffer;
  /** What the signature covers. */
  readonly payload: Buffer;
  readonly signature: Buffer;
  readonly channelHeader: Buffer;
  readonly signatureHeader: Buffer;
  /** Payload.data: a Transaction, a ConfigEnvelope, or what the type says. */
  readonly data: Buffer;
  /** Of an ENDORSER_TRANSACTION; empty for other types. */
  readonly actions: readonly ActionView[];
}

/** Reads a block. Unknown or repeated fields around the envelopes are covered by no hash, so they are refused. Throws MALFORMED. */
export function readBlock(bytes: Uint8Array): BlockView {
  const [header, data, metadata] = once(bytes, 3);
  if (header === undefined) throw malformed('a block without a header');
  let number = 0n;
  let previousHash = EMPTY;
  let hash = EMPTY;
  const r = new Reader(header);
  for (let last = 0; r.next(); last = r.tag >>> 3) {
    if (r.tag >>> 3 <= last) throw malformed('the block header repeats a field or is out of order');
    if (r.tag === num(1)) number = r.uint64();
    else if (r.tag === len(2)) previousHash = r.bytes();
    else if (r.tag === len(3)) hash = r.bytes();
    else throw malformed('an unknown field in the block header');
  }
  const parts = repeated(metadata ?? EMPTY);
  return {
    number,
    previousHash,
    dataHash: hash,
    headerHash: headerHash(number, previousHash, hash),
    envelopes: repeated(data ?? EMPTY),
    codes: parts[2] ?? EMPTY,
    metadata: parts,
    bytes: asBuffer(bytes),
  };
}

/** Reads an envelope and its headers. Throws MALFORMED; `actions` throws it too when a transaction's body is not one. */
export function readEnvelope(bytes: Uint8Array): EnvelopeView {
  return new Envelope(bytes);
}

/** State: what has been decoded so far. */
class Envelope implements EnvelopeView {
  readonly type: number;
  readonly txId: string;
  readonly channelId: string;
  readonly epoch: bigint;
  readonly extension: Buffer;
  readonly seconds: bigint;
  readonly nanos: number;
  readonly creatorBytes: Buffer;
  readonly nonce: Buffer;
  readonly payload: Buffer;
  readonly signature: Buffer;
  readonly channelHeader: Buffer;
  readonly signatureHeader: Buffer;
  readonly data: Buffer;
  #creator: IdentityView | undefined;
  #actions: readonly ActionView[] | undefined;

  constructor(bytes: Uint8Array) {
    const envelope = pair(bytes);
    this.payload = envelope.first;
    this.signature = envelope.second;
    let header: Buffer | undefined;
    let data = EMPTY;
    const p = new Reader(this.payload);
    while (p.next()) {
      if (p.tag === len(1)) header = p.merge(header);
      else if (p.tag === len(2)) data = p.bytes();
    }
    if (header === undefined) throw malformed('an envelope without a header');
    this.data = data;
    const headers = pair(header);
    this.channelHeader = headers.first;
    this.signatureHeader = headers.second;
    const signer = pair(headers.second);
    this.creatorBytes = signer.first;
    this.nonce = signer.second;

    let type = 0;
    let channelId = '';
    let txId = '';
    let epoch = 0n;
    let extension = EMPTY;
    const r = new Reader(headers.first);
    while (r.next()) {
      if (r.tag === num(1)) type = r.int32();
      else if (r.tag === len(4)) channelId = r.string();
      else if (r.tag === len(5)) txId = r.string();
      else if (r.tag === num(6)) epoch = r.uint64();
      else if (r.tag === len(7)) extension = r.bytes();
    }
    this.type = type;
    this.channelId = channelId;
    this.txId = txId;
    this.epoch = epoch;
    this.extension = extension;
    const time = readTimestamp(message(headers.first, 3));
    this.seconds = time.seconds;
    this.nanos = time.nanos;
  }

  get timestamp(): Date {
    return new Date(Number(this.seconds) * 1000 + Math.floor(this.nanos / 1e6));
  }

  get creator(): IdentityView {
    this.#creator ??= readIdentity(this.creatorBytes);
    return this.#creator;
  }

  get actions(): readonly ActionView[] {
    this.#actions ??= this.type === HeaderType.ENDORSER_TRANSACTION ? readActions(this.data) : [];
    return this.#actions;
  }
}

function readTimestamp(bytes: Buffer): { seconds: bigint; nanos: number } {
  let seconds = 0n;
  let nanos = 0;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === num(1)) seconds = r.int64();
    else if (r.tag === num(2)) nanos = r.int32();
  }
  return { seconds, nanos };
}

/** Embedded messages at fields 1 to `last`, each at most once, in order, and nothing else. */
function once(bytes: Uint8Array, last: number): (Buffer | undefined)[] {
  const parts: (Buffer | undefined)[] = [];
  let field = 0;
  const r = new Reader(bytes);
  while (r.next()) {
    const next = r.tag >>> 3;
    if ((r.tag & 7) !== 2 || next <= field || next > last) throw malformed('the block repeats a part, or holds one that is unknown');
    field = next;
    parts[field - 1] = r.bytes();
  }
  return parts;
}

function repeated(bytes: Buffer): Buffer[] {
  const items: Buffer[] = [];
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag !== len(1)) throw malformed('an unknown field beside the envelopes or the metadata');
    items.push(r.bytes());
  }
  return items;
}
