import { pair } from './action.js';
import { blockSignatureBytes, MetadataIndex } from './buildblock.js';
import { canonicalEnvelope } from './canonical.js';
import { EvidenceError } from './errors.js';
import { dataHash } from './header.js';
import { type BlockView, readBlock } from './read.js';
import { EMPTY, len, num, Reader } from './wire.js';

/** What one block says of itself and of the one before: the first steps of a verification, each on its own. */

export interface Tip {
  readonly number: bigint;
  readonly headerHash: Buffer;
}

/** Reads a block and sees that it is the next one, whole. Throws the step that fails. */
export function linkBlock(bytes: Uint8Array, before: Tip | undefined): BlockView {
  const block = readBlock(bytes);
  checkNumber(block, before);
  checkPrevious(block, before);
  checkData(block);
  checkEnvelopes(block);
  checkMetadata(block);
  return block;
}

function checkNumber(block: BlockView, before: Tip | undefined): void {
  if (before && block.number !== before.number + 1n)
    throw new EvidenceError('BLOCK_NUMBER', `it is ${block.number}, and ${before.number + 1n} should follow`);
}

function checkPrevious(block: BlockView, before: Tip | undefined): void {
  if (before && !block.previousHash.equals(before.headerHash))
    throw new EvidenceError('PREVIOUS_HASH', `it is ${block.previousHash.toString('hex')}`);
  if (block.number === 0n && block.previousHash.length > 0) throw new EvidenceError('PREVIOUS_HASH', 'block 0 has none before it');
}

function checkData(block: BlockView): void {
  const hash = dataHash(block.envelopes);
  if (!block.dataHash.equals(hash)) throw new EvidenceError('DATA_HASH', `it is ${hash.toString('hex')}`);
}

function checkEnvelopes(block: BlockView): void {
  if (block.envelopes.length === 0) throw new EvidenceError('ENVELOPE_BYTES', 'a block without transactions');
  // Nobody signs a genesis block, and it holds one envelope.
  const genesis = block.number === 0n && block.envelopes.length === 1;
  const at = block.envelopes.findIndex((e) => !canonicalEnvelope(e, !genesis));
  if (at >= 0) throw new EvidenceError('ENVELOPE_BYTES', `transaction ${at}`);
}

/** Orderers leave the codes out; a peer writes one for each transaction. */
function checkMetadata(block: BlockView): void {
  const { codes, envelopes, metadata } = block;
  if (metadata.length > 5) throw new EvidenceError('BLOCK_METADATA', `${metadata.length} parts where Fabric knows five`);
  if (codes.length !== 0 && codes.length !== envelopes.length)
    throw new EvidenceError('BLOCK_METADATA', `${codes.length} validation codes for ${envelopes.length} transactions`);
}

export interface BlockSignatures {
  /** Which config block was in force, as the orderer signed it; undefined where nothing is signed about it (before Fabric 1.4.1). */
  readonly lastConfig: bigint | undefined;
  readonly signatures: readonly { readonly creator: Buffer; readonly message: Buffer; readonly signature: Buffer }[];
}

/** Metadata at SIGNATURES, and what each signature in it covers. Throws MALFORMED or BLOCK_METADATA. */
export function blockSignatures(block: BlockView): BlockSignatures {
  let value = EMPTY;
  const signatures: BlockSignatures['signatures'][number][] = [];
  const found: { header: Buffer; signature: Buffer }[] = [];
  const r = new Reader(block.metadata[MetadataIndex.SIGNATURES] ?? EMPTY);
  while (r.next()) {
    if (r.tag === len(1)) value = r.bytes();
    else if (r.tag === len(2)) {
      const { first: header, second: signature } = pair(r.bytes());
      found.push({ header, signature });
    }
  }
  for (const { header, signature } of found)
    signatures.push({ creator: pair(header).first, message: blockSignatureBytes(value, header, block), signature });
  const signed = lastConfigOf(value);
  const copy = lastConfigCopy(block.metadata[MetadataIndex.LAST_CONFIG] ?? EMPTY);
  if (signed !== undefined && copy !== undefined && copy !== signed)
    throw new EvidenceError('BLOCK_METADATA', `the last config block is ${signed} by the orderer, ${copy} beside it`);
  return { lastConfig: signed, signatures };
}

/** OrdererBlockMetadata.last_config.index. */
function lastConfigOf(value: Buffer): bigint | undefined {
  let config: Buffer | undefined;
  const r = new Reader(value);
  while (r.next()) if (r.tag === len(1)) config = r.merge(config);
  return config && index(config);
}

/** The same number stands unsigned at LAST_CONFIG; zero is nothing at all. */
function lastConfigCopy(metadata: Buffer): bigint | undefined {
  return metadata.length === 0 ? undefined : index(pair(metadata).first);
}

function index(config: Buffer): bigint {
  let value = 0n;
  const r = new Reader(config);
  while (r.next()) if (r.tag === num(1)) value = r.uint64();
  return value;
}

/** Metadata at COMMIT_HASH; undefined where the peer wrote none. */
export function recordedCommitHash(block: BlockView): Buffer | undefined {
  const metadata = block.metadata[MetadataIndex.COMMIT_HASH];
  return metadata === undefined || metadata.length === 0 ? undefined : pair(metadata).first;
}
