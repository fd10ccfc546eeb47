import type { Identities, User } from '../identities.js';

/** Whose key signs a delivery: a steward of the provider whom this gateway holds. */

interface Known {
  readonly stamp: number;
  readonly stewards: ReadonlyMap<string, { readonly name: string; readonly until: number }[]>;
}
const known = new WeakMap<Identities, Known>();

/** The first by name whose certificate is good; one whose key a custodian holds comes last. */
export function stewardOf(identities: Identities, department: string, now = Date.now()): User | undefined {
  const stamp = identities.stamp();
  let held = known.get(identities);
  if (held?.stamp !== stamp) {
    held = { stamp, stewards: stewardsIn(identities) };
    known.set(identities, held);
  }
  const good = held.stewards.get(department)?.find(({ until }) => until > now);
  return good && identities.byName(good.name);
}

function stewardsIn(identities: Identities): Known['stewards'] {
  const listed = identities.list().filter(({ roles, revokedAt }) => roles.includes('steward') && revokedAt === undefined);
  listed.sort((a, b) => Number(a.custodian !== undefined) - Number(b.custodian !== undefined) || (a.name < b.name ? -1 : 1));
  const stewards = new Map<string, { name: string; until: number }[]>();
  for (const { name, department, certificateExpires } of listed) {
    const of = stewards.get(department) ?? [];
    of.push({ name, until: Date.parse(certificateExpires) });
    stewards.set(department, of);
  }
  return stewards;
}
