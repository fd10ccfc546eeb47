import { createHash } from 'node:crypto';
import { dataHash, headerBytes } from './header.js';
import type { Version } from './rwset.js';
import { EMPTY } from './wire.js';
import { bytes, item, items, message, varint } from './write.js';

/** common.BlockMetadataIndex. */
export const MetadataIndex = { SIGNATURES: 0, LAST_CONFIG: 1, TRANSACTIONS_FILTER: 2, ORDERER: 3, COMMIT_HASH: 4 } as const;

export interface BlockInput {
  readonly number: bigint;
  readonly previousHash: Uint8Array;
  readonly envelopes: readonly Uint8Array[];
  /** Metadata at SIGNATURES: `signedMetadata`, or `genesisSignatures`. */
  readonly signatures: Uint8Array;
  /** The number of the config block in force. */
  readonly lastConfig: bigint;
  /** One validation code per envelope; left out as an orderer leaves it. */
  readonly codes?: Uint8Array;
  readonly commitHash?: Uint8Array | undefined;
}

/** common.Block as orderer (common/multichannel/blockwriter.go) and peer (kv_ledger.go) leave it. */
export function buildBlock(input: BlockInput): Buffer {
  const header = message(varint(1, input.number), bytes(2, input.previousHash), bytes(3, dataHash(input.envelopes)));
  const lastConfig = bytes(1, varint(1, input.lastConfig));
  const commitHash = input.commitHash ? bytes(1, input.commitHash) : EMPTY;
  const metadata = items(1, [input.signatures, lastConfig, input.codes ?? EMPTY, EMPTY, commitHash]);
  return message(item(1, header), item(2, items(1, input.envelopes)), item(3, metadata));
}

/** OrdererBlockMetadata: the part of the metadata that the orderer's signature covers. */
export function signedValue(lastConfig: bigint, consenterMetadata: Uint8Array = EMPTY): Buffer {
  return message(item(1, varint(1, lastConfig)), bytes(2, bytes(1, consenterMetadata)));
}

/** What an orderer signs: value ‖ its signature header ‖ header bytes (blockwriter.go, addBlockSignature). */
export function blockSignatureBytes(
  value: Uint8Array,
  signatureHeader: Uint8Array,
  header: { readonly number: bigint; readonly previousHash: Uint8Array; readonly dataHash: Uint8Array },
): Buffer {
  return Buffer.concat([value, signatureHeader, headerBytes(header.number, header.previousHash, header.dataHash)]);
}

/** Metadata at SIGNATURES. */
export function signedMetadata(
  value: Uint8Array,
  signatures: readonly { readonly signatureHeader: Uint8Array; readonly signature: Uint8Array }[],
): Buffer {
  const signed = signatures.map((s) => message(bytes(1, s.signatureHeader), bytes(2, s.signature)));
  return message(bytes(1, value), items(2, signed));
}

/** The genesis block carries the value and no signature (fabric common/genesis/genesis.go). */
export function genesisSignatures(): Buffer {
  return signedMetadata(item(1, EMPTY), []);
}

/** One key's state after a block: of a collection, `key` and `value` are hashes. */
export interface Update {
  readonly namespace: string;
  readonly collection?: string;
  readonly key: Uint8Array;
  /** undefined: deleted. */
  readonly value: Uint8Array | undefined;
  readonly version: Version;
}

/**
 * COMMIT_HASH: chains the codes and the public and hashed updates of each block from block 1 on (kv_ledger.go, addBlockCommitHash;
 * txmgr/update_batch_bytes.go). `updates` is what the block's valid transactions leave, one per key; the channel config
 * (namespace '') is not counted. It is signed by nobody: two peers that agree on it agree on their state.
 */
export function commitHash(previous: Uint8Array, codes: Uint8Array, updates: readonly Update[]): Buffer {
  return createHash('sha256').update(uvarint(codes.length)).update(codes).update(updateBytes(updates)).update(previous).digest();
}

function updateBytes(updates: readonly Update[]): Buffer {
  const sorted = updates
    .filter((u) => u.namespace !== '')
    .map((u) => ({ u, order: [Buffer.from(u.namespace), Buffer.from(u.collection ?? ''), Buffer.from(u.key)] }))
    .sort((a, b) => compare(a.order, b.order));
  let namespace = '';
  let collection = '';
  return items(
    1,
    sorted.map(({ u }) => {
      // A name is written where it changes only. A new namespace starts again without a collection.
      const newNamespace = u.namespace !== namespace;
      if (newNamespace) collection = '';
      const newCollection = (u.collection ?? '') !== collection;
      namespace = u.namespace;
      collection = u.collection ?? '';
      return message(
        bytes(1, newNamespace ? namespace : ''),
        bytes(2, newCollection ? collection : ''),
        bytes(3, u.key),
        varint(4, u.value === undefined),
        bytes(5, u.value ?? EMPTY),
        bytes(6, Buffer.concat([orderPreserving(u.version.block), orderPreserving(u.version.tx)])),
      );
    }),
  );
}

function compare(a: readonly Buffer[], b: readonly Buffer[]): number {
  for (let i = 0; i < a.length; i++) {
    const order = Buffer.compare(a[i] as Buffer, b[i] as Buffer);
    if (order !== 0) return order;
  }
  return 0;
}

/** fabric common/ledger/util EncodeOrderPreservingVarUint64: length, then the bytes without leading zeros. */
function orderPreserving(n: bigint): Buffer {
  const hex = n.toString(16);
  const number = n === 0n ? EMPTY : Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex');
  return Buffer.concat([uvarint(number.length), number]);
}

function uvarint(n: number): Buffer {
  const out: number[] = [];
  let rest = n;
  for (; rest > 0x7f; rest >>>= 7) out.push((rest & 0x7f) | 0x80);
  out.push(rest);
  return Buffer.from(out);
}
