import { departmentOfMsp } from '../caller.js';
import { RuleError } from '../errors.js';
import { SETTINGS_ID } from '../keys.js';
import type { Department, Settings } from '../records/department.js';
import type { TransactionInput } from '../transactions.js';
import { isUscc } from '../uscc.js';
import { type Act, changed, invalid, mustHold, stampOf } from './act.js';

/** The channel's rules, written by the manager: first by the one who calls itself so, from then on by that organisation alone. */
export function set(act: Omit<Act, 'settings'>, settings: Settings | undefined, input: TransactionInput<'settings:set'>): Settings {
  if (!act.caller.roles.includes('manager'))
    throw new RuleError('ROLE_MISSING', { rule: '1', given: act.caller.roles.join(', ') || 'none', accepted: 'manager' });
  const manager = settings?.managerMspId ?? input.managerMspId;
  if (act.caller.mspId !== manager) throw new RuleError('NOT_YOURS', { rule: '1', given: act.caller.mspId, accepted: manager });
  if (input.departmentMspIds.includes(input.managerMspId))
    throw invalid('departmentMspIds', 'not the manager: its peer would then be the only one that need sign');
  const stamp = stampOf(act);
  if (settings === undefined)
    return { kind: 'settings', id: SETTINGS_ID, version: 1, created: stamp, updated: stamp, ...input, status: 'active' };
  const { kind, id, version, created, updated, status } = changed({ ...act, settings }, settings);
  return { kind, id, version, created, updated, status, ...input };
}

/** 共享主管部门 admits a department, of an organisation that the settings know; its own, which makes it somebody, before any other. */
export function admit(act: Act, existing: Department | undefined, first: boolean, input: TransactionInput<'department:admit'>): Department {
  mustHold(act, 'manager');
  const { mspId, department } = act.caller;
  if (first && (input.mspId !== mspId || (input.id !== department && department !== departmentOfMsp(mspId))))
    throw invalid(input.mspId === mspId ? 'id' : 'mspId', 'the manager’s own department is admitted first');
  if (existing) throw new RuleError('ALREADY_EXISTS', { rule: '1', given: input.id, accepted: 'an id not yet taken' });
  const { managerMspId, departmentMspIds, auditorMspIds } = act.settings;
  const known = [managerMspId, ...departmentMspIds, ...auditorMspIds];
  if (!known.includes(input.mspId)) throw invalid('mspId', `one of ${known.join(', ')}`);
  if (input.uscc !== undefined && !isUscc(input.uscc))
    throw invalid('uscc', 'a unified social credit code with a valid check character (GB 32100)');
  const stamp = stampOf(act);
  return { kind: 'department', version: 1, created: stamp, updated: stamp, ...input, status: 'active' };
}
