import type { Caller } from '../../caller.js';
import { canonical } from '../../canonical.js';
import { renamed } from '../succession.js';
import { type ActRule, type Change, is, manages } from './rule.js';

const manager = (mspId: string | undefined, caller: Caller) => caller.mspId === mspId && caller.roles.includes('manager');

export const settings: ActRule<'settings'>[] = [
  {
    step: ['settings:set'],
    who: ['manager'],
    from: [undefined, 'active'],
    to: ['active'],
    fields: [
      'timeZone',
      'decisionWorkingDays',
      'acknowledgeWorkingDays',
      'feedbackWorkingDays',
      'disputeWorkingDays',
      'maxClockSkewSeconds',
      'holidays',
      'makeUpDays',
      'managerMspId',
      'departmentMspIds',
      'auditorMspIds',
      'simulatedClock',
    ],
    by: ({ previous, next, caller }) => manager((previous ?? next).managerMspId, caller),
  },
];

export const department: ActRule<'department'>[] = [
  {
    step: ['department:admit'],
    who: ['manager'],
    from: [undefined],
    to: ['active'],
    lacks: ['formerNames', 'succession'],
    by: manages,
  },
  {
    step: ['department:rename'],
    who: ['manager'],
    from: ['active'],
    to: ['active'],
    fields: ['name', 'formerNames'],
    by: (change) => manages(change) && keepsFormerName(change),
  },
  {
    step: ['department:succeed'],
    who: ['manager'],
    from: ['active'],
    to: ['dissolved'],
    fields: ['succession'],
    by: ({ next, caller }) =>
      manages({ caller }) && caller.department !== next.id && next.succession?.successors.includes(next.id) === false,
  },
  {
    step: ['department:succeed'],
    who: ['manager'],
    from: ['active'],
    to: ['active'],
    fields: ['succession'],
    by: (change) => manages(change) && livesOn(change),
  },
];

export const auditQuery: ActRule<'audit-query'>[] = [
  {
    step: ['audit:record'],
    who: ['auditor'],
    from: [undefined],
    to: ['recorded'],
    by: ({ next, caller }) => is(caller, next.by, 'auditor'),
  },
];

function keepsFormerName({ previous, next }: Change<'department'>): boolean {
  const basis = next.formerNames?.at(-1)?.basis;
  return previous !== undefined && basis !== undefined && canonical(renamed(next, previous, next.name, basis)) === canonical(next);
}

/** Split, with itself among the successors, and none taken back that had been named before. */
function livesOn({ previous, next }: Change<'department'>): boolean {
  const named = next.succession?.successors ?? [];
  return (
    next.succession?.kind === 'split' &&
    named.includes(next.id) &&
    (previous?.succession?.successors ?? []).every((id) => named.includes(id))
  );
}
