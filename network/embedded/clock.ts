import { endorserClock } from '@drl/chaincode/clock';
import { EngineError } from './errors.js';

/**
 * The time that clients, endorsers and certificates go by. A ledger may be declared to begin in the past when it is made, so that a
 * demonstration can have a history; from `end` on it goes by the real clock for good.
 */
export class Clock {
  #simulated: number | undefined;

  /** `from`: the ledger's history is still being written, on a simulated clock that stands there. */
  constructor(from: Date | undefined) {
    if (from) this.#simulated = from.getTime();
    if (this.#simulated !== undefined) endorserClock.now = this.now;
  }

  readonly now = (): number => this.#simulated ?? Date.now();

  /** Forward only, and never beyond the real time. */
  set(at: Date): void {
    if (this.#simulated === undefined) throw new EngineError('CLOCK', 'the ledger’s simulated span is over, or was never declared');
    const to = at.getTime();
    if (!(to >= this.#simulated) || to > Date.now())
      throw new EngineError('CLOCK', `${at.toISOString()} lies before the simulated clock or after the real one`);
    this.#simulated = to;
  }

  get simulated(): boolean {
    return this.#simulated !== undefined;
  }

  end(): void {
    this.#simulated = undefined;
    if (endorserClock.now === this.now) endorserClock.now = () => Date.now();
  }
}
