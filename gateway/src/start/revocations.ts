import type { Logger } from 'pino';
import type { Identities } from '../identities.js';
import type { Backend } from './backend.js';

/**
 * `drl identity revoke` may run beside the service or without it: it marks the identity, which ends its access here at once. That its signature
 * ends to count on the ledger too is the service's to see to, which alone holds the ledger open.
 */
const LOOK_MS = 1000;

export function watchRevocations(identities: Identities, { revoke }: Backend, log: Logger): { readonly end: () => Promise<void> } {
  let seen: number | undefined;
  let working: Promise<void> = Promise.resolve();
  let ended = false;
  const look = () => {
    const stamp = identities.stamp();
    if (!revoke || stamp === seen || ended) return;
    seen = stamp;
    working = working.then(async () => {
      for (const { name, mspId } of identities.unlisted()) {
        if (ended) return;
        await revoke(mspId, name);
        identities.markListed(name);
        log.info({ identity: name }, 'revoked on the ledger');
      }
    });
    // It is tried again: at the next change, or the next start.
    working = working.catch((error: unknown) => log.error({ err: error }, 'a revocation could not be put on the ledger'));
  };
  const timer = setInterval(look, LOOK_MS);
  timer.unref();
  look();
  return {
    end: () => {
      ended = true;
      clearInterval(timer);
      return working;
    },
  };
}
