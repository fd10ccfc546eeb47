import type { Who } from './who.js';

/** Who may: every caller. Says whom the ledger takes them for, from their certificate. */
export function describeMe({ caller, user }: Who) {
  return { ...caller, certificate: user.identity.certificate };
}
