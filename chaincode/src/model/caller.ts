import type { Department, Settings } from './records/department.js';

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
  /** The departments that the caller's took over from, and theirs in turn: said by who reads the whole ledger, and asked by no rule. */
  readonly predecessors?: readonly string[];
}

/** What the certificate alone says. Its department is a claim until the ledger's own register agrees. */
export interface CertifiedCaller extends Omit<Caller, 'department' | 'predecessors'> {
  readonly department?: string;
}

/**
 * A certificate's claims held against the register: `department` is the record that the certificate names, or else the only one
 * registered for its MSP. Undefined: that department does not exist, is dissolved, or belongs to another organisation, whose
 * certificate authority is not the one that attested this.
 */
export function resolveCaller(
  certified: CertifiedCaller,
  settings: Settings | undefined,
  department: Department | undefined,
): Caller | undefined {
  if (department === undefined || department.status !== 'active' || department.mspId !== certified.mspId) return undefined;
  if (certified.department !== undefined && certified.department !== department.id) return undefined;
  return { ...certified, department: department.id, roles: rolesThatCount(certified, settings) };
}

/** The manager before its department is registered: it writes the settings, and admits that department before any other. */
export function foundingCaller(certified: CertifiedCaller, settings: Settings | undefined): Caller | undefined {
  const counted = rolesThatCount(certified, settings);
  if (!counted.includes('manager')) return undefined;
  return { ...certified, department: certified.department ?? departmentOfMsp(certified.mspId), roles: counted };
}

/** Each organisation's authority attests roles as it likes, so manager and auditor count only where the settings say. */
function rolesThatCount(certified: CertifiedCaller, settings: Settings | undefined): Role[] {
  return certified.roles.filter((role) => {
    if (settings === undefined) return true;
    if (role === 'manager') return certified.mspId === settings.managerMspId;
    if (role === 'auditor') return settings.auditorMspIds.includes(certified.mspId);
    return true;
  });
}

/** Who is the manager without a certificate that names a department, until there is one. */
export function departmentOfMsp(mspId: string): string {
  return mspId.toLowerCase().replaceAll(/[^a-z0-9-]/g, '-');
}
