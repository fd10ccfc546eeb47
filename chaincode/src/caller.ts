import type { Context } from 'fabric-contract-api';
import { callerFromCertificate } from './certificate.js';
import { type Caller, type CertifiedCaller, foundingCaller, resolveCaller } from './model/caller.js';
import { RuleError } from './model/errors.js';
import { indexKeys } from './model/keys.js';
import { departmentId } from './model/records/common.js';
import type { Settings } from './model/records/department.js';
import type { TransactionName } from './model/transactions.js';
import type { State } from './state.js';

/** What the index of an organisation's departments holds once there are several: then certificates must name theirs. */
export const SEVERAL = '*';

/** What the manager does before its own department is registered. */
const FOUNDING: readonly (TransactionName | undefined)[] = ['settings:set', 'department:admit'];

/** Who signed the proposal: the peer has checked the certificate, the register says which department it speaks for. */
export async function callerOf(
  stub: Context['stub'],
  state: State,
  settings: Settings | undefined,
  name?: TransactionName,
): Promise<Caller> {
  const certified = read(stub);
  const sole = () => state.text(indexKeys.soleDepartment(certified.mspId));
  const claimed = certified.department ?? (await sole());
  const id = departmentId.safeParse(claimed).data;
  const department = id === undefined ? undefined : await state.record('department', id);
  const caller = resolveCaller(certified, settings, department);
  if (caller) return caller;
  const founding = FOUNDING.includes(name) && (await sole()) === undefined ? foundingCaller(certified, settings) : undefined;
  if (founding) return founding;
  if (department?.status === 'dissolved' && department.mspId === certified.mspId)
    throw new RuleError('DEPARTMENT_DISSOLVED', {
      rule: 'succession',
      given: department.id,
      accepted: department.succession?.successors.join(', ') ?? '',
    });
  throw new RuleError('CALLER_UNKNOWN', {
    rule: '1',
    given: `${certified.mspId} ${certified.department ?? 'without a department'}`,
    accepted: `a department registered for ${certified.mspId}`,
  });
}

function read(stub: Context['stub']): CertifiedCaller {
  const { mspid, idBytes } = stub.getCreator();
  try {
    return callerFromCertificate(Buffer.from(idBytes).toString('utf8'), mspid);
  } catch (error) {
    throw new RuleError('CALLER_UNKNOWN', {
      rule: '1',
      given: error instanceof Error ? error.message : 'an unreadable certificate',
      accepted: 'an X.509 certificate of fabric-ca',
    });
  }
}
