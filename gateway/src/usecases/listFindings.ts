import type { Caller } from '@drl/chaincode/model/caller';
import type { FindingFilter } from '../readmodel/finding.js';
import type { PageRequest } from '../readmodel/readmodel.js';
import type { Services } from './services.js';
import { isAuditor, isManager, notYours, readVisible } from './visibility.js';

/** Who may: a department, what concerns itself, in what it sees; managers and auditors, what concerns anybody. */
export async function listFindings(
  { readModel }: Services,
  caller: Caller,
  asked: Pick<FindingFilter, 'kind' | 'department' | 'asset'>,
  page: PageRequest,
) {
  if (asked.asset !== undefined) await readVisible(readModel, caller, 'asset', asked.asset);
  if (isManager(caller) || isAuditor(caller)) return readModel.findings(asked, page);
  const { department } = caller;
  if (asked.department !== undefined && asked.department !== department) throw notYours(caller);
  return readModel.findings({ ...asked, department, viewer: department }, page);
}
