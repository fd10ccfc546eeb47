import { dataHash } from '@drl/network/block/header';
import { type BlockView, readBlock } from '@drl/network/block/read';
import { ReadModelError } from './errors.js';

/** The last block taken: what the next one must follow. */
export interface Tip {
  readonly block: number;
  readonly headerHash: string;
}

/** A block that follows the tip, and is whole. */
export interface CheckedBlock {
  readonly view: BlockView;
  readonly number: number;
  readonly headerHash: string;
  /** One validation code for each envelope. */
  readonly codes: Uint8Array;
}

/**
 * Holds a block against the chain: its number, its previous hash, its data hash. Signatures are the verifier's business (`drl chain verify`);
 * here the bytes come from a ledger of our own, and what matters is that nothing was lost, repeated or altered on the way.
 */
export function checkBlock(bytes: Uint8Array, tip: Tip | undefined): CheckedBlock {
  const view = parse(bytes);
  const number = Number(view.number);
  const expected = tip === undefined ? 0 : tip.block + 1;
  if (number !== expected) throw new ReadModelError('BLOCK_NUMBER', `expected ${expected}, given ${view.number}`);
  const previous = view.previousHash.toString('hex');
  if (previous !== (tip?.headerHash ?? '')) {
    throw new ReadModelError('PREVIOUS_HASH', `block ${number}: expected ${tip?.headerHash || 'none'}, given ${previous || 'none'}`);
  }
  const computed = dataHash(view.envelopes);
  if (!computed.equals(view.dataHash)) {
    throw new ReadModelError('DATA_HASH', `block ${number}: computed ${computed.toString('hex')}, given ${view.dataHash.toString('hex')}`);
  }
  return { view, number, headerHash: view.headerHash.toString('hex'), codes: codesOf(view, number) };
}

/** Hex header hash of a block's bytes, unchecked. */
export function headerHashOf(bytes: Uint8Array): string {
  return parse(bytes).headerHash.toString('hex');
}

/** The genesis block is valid by definition: an orderer hands it out without codes. Any other without them was validated by no peer. */
function codesOf(view: BlockView, number: number): Uint8Array {
  if (view.codes.length === view.envelopes.length) return view.codes;
  if (number === 0 && view.codes.length === 0) return new Uint8Array(view.envelopes.length);
  throw new ReadModelError('CODES_MISSING', `block ${number}: ${view.envelopes.length} envelopes, ${view.codes.length} codes`);
}

function parse(bytes: Uint8Array): BlockView {
  try {
    return readBlock(bytes);
  } catch (cause) {
    throw new ReadModelError('BLOCK_MALFORMED', cause instanceof Error ? cause.message : '');
  }
}
