import type { Enrol } from '../identities.js';
import type { Ledger } from '../ledger/ledger.js';

/** What an engine gives beside the port: who issues certificates, whom to trust, and, of the embedded one, a clock for its past. */
export interface Backend {
  readonly ledger: Ledger;
  /** Absent where departments enrol their own. */
  readonly enrol?: Enrol;
  /** Puts a revoked identity's certificates on the ledger's revocation list. */
  readonly revoke?: (mspId: string, name: string) => Promise<unknown>;
  /** MSP id → root certificate (PEM), the orderer's included. */
  readonly trust: () => ReadonlyMap<string, string>;
  /** A ledger just made whose history is still to be written. */
  readonly simulation?: { readonly set: (at: Date) => void; readonly end: () => Promise<void> };
}
