import { newId } from '../../keys.js';
import { type ActRule, type Change, is } from './rule.js';

export const derivation: ActRule<'derivation'>[] = [
  {
    step: ['derivation:record'],
    who: ['publisher'],
    from: [undefined],
    to: ['recorded'],
    by: ({ next, caller, related: { asset } }) =>
      is(caller, next.publisher, 'steward') &&
      asset?.id === next.asset &&
      asset.publisher === next.publisher &&
      next.assetVersion === asset.version + 1 &&
      next.replaces === asset.derived?.derivation,
  },
];

/** The asset's mark may only name the derivation that this very transaction records. */
export function marks({ next }: Change<'asset'>): boolean {
  return next.derived?.derivation === newId('derivation', next.updated.transactionId);
}
