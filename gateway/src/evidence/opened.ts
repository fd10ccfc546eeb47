import type { ActionView } from '@drl/network/block/action';
import type { EnvelopeView } from '@drl/network/block/read';
import type { Version } from '@drl/network/block/rwset';
import { BundleError } from './errors.js';
import type { Bundle, BundleBlock, BundleTransaction } from './format.js';

/** A bundle with its bytes decoded: what the steps pass to one another. */
export interface Opened {
  readonly bundle: Bundle;
  readonly blocks: ReadonlyMap<number, OpenedBlock>;
  readonly transactions: ReadonlyMap<string, OpenedTransaction>;
  /** By place. */
  readonly places: ReadonlyMap<string, OpenedTransaction>;
}
export interface OpenedBlock {
  readonly block: BundleBlock;
  readonly headerHash: Buffer;
  /** Number of the config block in force, as the orderer signed it. */
  readonly lastConfig: number;
  /** The latest time of the bundle's transactions in it: when its signers are judged. */
  readonly time: Date;
}
export interface OpenedTransaction {
  readonly entry: BundleTransaction;
  readonly envelope: EnvelopeView;
  readonly block: OpenedBlock;
}

export function placeKey(block: number | bigint, index: number | bigint): string {
  return `${block}/${index}`;
}

/** The transaction at a place that another names. MISSING if the bundle doesn't list it. */
export function listed(opened: Opened, place: Version, why: string): OpenedTransaction {
  const found = opened.places.get(placeKey(place.block, place.tx));
  if (found === undefined) throw new BundleError('MISSING', `the transaction at ${place.block}/${place.tx}, ${why}`);
  return found;
}

/** The one action of an endorsed transaction. */
export function actionOf(transaction: OpenedTransaction): ActionView {
  const [action, ...more] = transaction.envelope.actions;
  if (action === undefined || more.length > 0)
    throw new BundleError('CONTENT', `transaction ${transaction.entry.id} is not one endorsed action`);
  return action;
}
