import type { Consortium } from '../consortium.js';
import type { Hooks } from './hooks.js';
import type { ContractClass } from './shim.js';

export interface EmbeddedOptions {
  /** Everything is kept under it: blocks and state, keys, certificates. One process at a time. */
  readonly dir: string;
  readonly consortium: Consortium;
  /** What the chaincode package exports. */
  readonly contracts: readonly ContractClass[];
  /** When the ledger is made, and never later: its history begins then, on a simulated clock, until `endSimulation`. */
  readonly simulateFrom?: Date;
  /** How long opening may spend on holding the store against its digests; the rest is checked while it serves. */
  readonly checkMs?: number;
  readonly hooks?: Hooks;
}
