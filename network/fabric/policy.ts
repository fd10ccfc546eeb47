import type { OrganisationState } from './state.js';

/** What creates a record needs the manager's peer and any department's. Whoever may change it is said key by key, by the contracts. */
export function chaincodePolicy(organisations: Pick<OrganisationState, 'mspId' | 'role'>[]): string {
  const of = (role: OrganisationState['role']) => organisations.filter((o) => o.role === role).map((o) => `'${o.mspId}.peer'`);
  return `AND(${of('manager').join(', ')}, OR(${of('department').join(', ')}))`;
}
