import type { Caller } from '@drl/chaincode/model/caller';
import type { IndicatorQuestion, Indicators } from '../indicators/reader.js';
import { departmentsOf } from './auditScope.js';
import type { Services } from './services.js';
import { isAuditor, isManager, mayAuditAll, notYours } from './visibility.js';

/** Who may: managers and auditors of everything, of all departments or of one; others of their own, or of those in their scope. */
export function readIndicators({ indicators }: Services, caller: Caller, question: IndicatorQuestion): Promise<Indicators> {
  return indicators.read(scoped(caller, question));
}

/** Who is of one department and names none means its own. */
function scoped(caller: Caller, question: IndicatorQuestion): IndicatorQuestion {
  if (maySurvey(caller, question.department)) return question;
  if (question.department !== undefined || isAuditor(caller)) throw notYours(caller);
  return { ...question, department: caller.department };
}

/** Undefined: all departments together. */
export function maySurvey(caller: Caller, department: string | undefined): boolean {
  if (isManager(caller) || mayAuditAll(caller)) return true;
  return department !== undefined && departmentsOf(caller).includes(department);
}
