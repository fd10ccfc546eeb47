import type { Caller } from '../../caller.js';
import { type ActRule, is, manages } from './rule.js';

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
  { step: ['department:admit'], who: ['manager'], from: [undefined], to: ['active'], by: manages },
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
