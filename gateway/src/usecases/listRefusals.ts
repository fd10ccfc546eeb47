import type { Caller } from '@drl/chaincode/model/caller';
import { ServiceError } from '../errors.js';
import type { PageRequest, TrailEntry } from '../readmodel/readmodel.js';
import { followable } from './auditScope.js';
import type { Services } from './services.js';
import { isAuditor, isManager } from './visibility.js';

/** Who may: auditors in scope and managers; a department, for what was refused to itself or on its own assets. */
export async function listRefusals(services: Services, caller: Caller, outcome: TrailEntry['outcome'] | undefined, page: PageRequest) {
  if (outcome === 'done') throw new ServiceError('NOT_YOURS_TO_SEE', { given: outcome, accepted: 'refused, invalid, ignored' });
  const own = isManager(caller) && !isAuditor(caller) ? undefined : await followable(services.readModel, caller);
  const refused = (entry: TrailEntry) => entry.outcome !== 'done' && (own?.(entry) ?? true);
  return services.readModel.trail(outcome ? { outcome } : {}, page, refused);
}
