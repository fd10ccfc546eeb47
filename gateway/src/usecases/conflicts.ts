import type { LedgerError } from '../ledger/ledger.js';

/** When a transaction lost against a concurrent one: how often it is tried again as a new one, and after how long. */

/** peer.TxValidationCode */
export const VALID = 0;
const ENDORSEMENT_POLICY_FAILURE = 10;
const MVCC_READ_CONFLICT = 11;
const PHANTOM_READ_CONFLICT = 12;

const MAX_ATTEMPTS = 50;
/** Code 10 can be innocent (a key's policy changed earlier in the same block), but is hardly so three times. */
const MAX_POLICY_FAILURES = 3;
export const RETRY_MS = 15_000;
/** Between two tries to learn what became of a transaction. */
export const SETTLE_MS = 1000;
const PAUSE_MS = 200;

export function mayRetry({ code, detail }: LedgerError, attempt: number): boolean {
  if (code === 'REJECTED') return detail.validationCode === ENDORSEMENT_POLICY_FAILURE && attempt < MAX_POLICY_FAILURES;
  return (code === 'CONFLICT' || code === 'ENDORSEMENTS_DIFFER') && attempt < MAX_ATTEMPTS;
}

export function isConflict(validationCode: number): boolean {
  return validationCode === MVCC_READ_CONFLICT || validationCode === PHANTOM_READ_CONFLICT;
}

/** Full jitter: those who met once should not meet again. */
export function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(PAUSE_MS, 10 * 2 ** attempt)));
}

/** Who lost on a record waits for the others who lost on it: they would only meet again. Undisturbed writers never come here. */
export class Queues {
  readonly #tails = new Map<string, Promise<void>>();

  /** Resolves when it is this one's turn, with the function that ends the turn. */
  async enter(subject: string): Promise<() => void> {
    const before = this.#tails.get(subject);
    let done = () => {};
    const tail = new Promise<void>((resolve) => {
      done = resolve;
    });
    this.#tails.set(subject, tail);
    await before;
    return () => {
      if (this.#tails.get(subject) === tail) this.#tails.delete(subject);
      done();
    };
  }
}
