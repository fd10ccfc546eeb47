import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '@drl/chaincode/model/caller';
import type { Consortium } from '@drl/network/consortium';
import type { NewIdentity } from '../identities.js';

/** Who is there to try things out: a steward and a consumer in each department, a manager, an auditor of everything and one of a part. */
export function demoUsers({ organisations }: Consortium): NewIdentity[] {
  return organisations.flatMap(({ mspId, role, departments }) =>
    departments.flatMap(({ id: department }) => {
      const user = (held: Role, more: Partial<NewIdentity> = {}, n = 1): NewIdentity => ({
        name: `${department}-${held}-${n}`,
        mspId,
        department,
        roles: [held],
        ...more,
      });
      if (role === 'auditor')
        return [user('auditor', { auditScope: 'all' }), ...partial(organisations, (scope) => user('auditor', { auditScope: scope }, 2))];
      return [...(role === 'manager' ? [user('manager')] : []), user('steward'), user('consumer')];
    }),
  );
}

/** An auditor who may look at the first department alone, to see where its scope ends. */
function partial(organisations: Consortium['organisations'], make: (scope: string[]) => NewIdentity): NewIdentity[] {
  const first = organisations.find(({ role }) => role === 'department')?.departments[0]?.id;
  return first ? [make([first])] : [];
}

export interface DemoUser {
  readonly name: string;
  readonly department: string;
  readonly roles: readonly Role[];
  readonly token: string;
}

export const DEMO_USERS = 'demo-users.json';

/** Readable by its owner alone, whole or not at all. */
export function writeDemoUsers(dataDir: string, users: readonly DemoUser[]): void {
  mkdirSync(dataDir, { recursive: true });
  const file = join(dataDir, DEMO_USERS);
  const list = users.map(({ name, department, roles, token }) => ({ name, department, roles, token }));
  writeFileSync(`${file}.new`, `${JSON.stringify(list, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
