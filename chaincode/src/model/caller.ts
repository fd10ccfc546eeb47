/** Who signed a proposal, as the ledger reads it from the X.509 certificate. */
export const roles = ['steward', 'consumer', 'auditor', 'manager'] as const;
export type Role = (typeof roles)[number];

export interface Caller {
  readonly department: string;
  readonly mspId: string;
  readonly roles: readonly Role[];
  /** Enrolment id: the certificate's common name. */
  readonly name: string;
  /** Of an auditor: `all`, or the departments it may look at. */
  readonly auditScope?: 'all' | readonly string[];
  /** The party that holds this caller's key, where another does. */
  readonly custodian?: string;
}
