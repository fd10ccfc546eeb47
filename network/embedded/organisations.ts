import { join } from 'node:path';
import { type Consortium, managerOf } from '../consortium.js';
import { CertificateAuthority } from './ca.js';
import { type Node, nodeOf } from './nodes.js';

/** Who runs the embedded channel: an authority for every organisation, a peer and an administrator for each, and one orderer. */
export interface Organisations {
  readonly authorities: ReadonlyMap<string, CertificateAuthority>;
  readonly peers: ReadonlyMap<string, Node>;
  readonly admins: ReadonlyMap<string, Node>;
  readonly orderer: Node;
}

export function openOrganisations(dir: string, consortium: Consortium, now: () => Date): Organisations {
  const names = [...consortium.organisations.map((o) => o.mspId), consortium.ordering.mspId];
  const authorities = new Map(names.map((mspId) => [mspId, CertificateAuthority.open(mspId, join(dir, 'ca', mspId), now)]));
  const node = (mspId: string, name: string, type: 'peer' | 'admin' | 'orderer'): Node =>
    nodeOf(authorities.get(mspId) as CertificateAuthority, join(dir, 'nodes'), name, type, now());
  const each = <T>(make: (mspId: string) => T): Map<string, T> =>
    new Map(consortium.organisations.map(({ mspId }) => [mspId, make(mspId)]));
  return {
    authorities,
    peers: each((mspId) => node(mspId, 'peer0', 'peer')),
    admins: each((mspId) => node(mspId, 'admin', 'admin')),
    orderer: node(consortium.ordering.mspId, 'orderer0', 'orderer'),
  };
}

/** AND(manager, any department): who must endorse what no key's own policy says otherwise of. The auditor's word counts for nothing. */
export function chaincodePolicyText(consortium: Consortium): string {
  const manager = managerOf(consortium).mspId;
  const departments = consortium.organisations.filter((o) => o.role === 'department');
  return `AND('${manager}.peer', OR(${departments.map((o) => `'${o.mspId}.peer'`).join(', ')}))`;
}
