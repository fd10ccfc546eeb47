import type { Caller } from '@drl/chaincode/model/caller';
import { RuleError } from '@drl/chaincode/model/errors';
import type { PageRequest } from '../readmodel/readmodel.js';
import type { Services } from './services.js';
import { isAuditor } from './visibility.js';

/** Who may: auditors. What was asked is told in words where it was asked through this gateway, with the salt that proves it. */
export async function listAuditQueries(services: Services, caller: Caller, by: string | undefined, page: PageRequest) {
  if (!isAuditor(caller))
    throw new RuleError('ROLE_MISSING', { rule: 'who sees what', given: caller.roles.join(', ') || 'none', accepted: 'auditor' });
  const { items, ...rest } = await services.readModel.list('audit-query', by === undefined ? {} : { by }, page);
  const told = await Promise.all(items.map(async (query) => ({ ...query, ...(await services.questions.find(query.queryHash)) })));
  return { items: told, ...rest };
}
