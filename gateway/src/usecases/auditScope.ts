import type { Caller } from '@drl/chaincode/model/caller';
import type { ReadModel, TrailEntry, TrailFilter } from '../readmodel/readmodel.js';
import { inScope, isAuditor, mayAuditAll } from './visibility.js';

/** Whose acts a caller may follow: an auditor those in scope, a department what was done with its own assets and by itself. */

/** Pages of the walk over a department's assets. */
const LIMIT = 200;

/** Undefined: everything. */
export async function followable(readModel: ReadModel, caller: Caller): Promise<((entry: TrailEntry) => boolean) | undefined> {
  if (mayAuditAll(caller)) return undefined;
  const departments = departmentsOf(caller);
  const assets = await assetsOf(readModel, departments);
  return ({ department, asset }) => departments.includes(department) || (asset !== undefined && assets.has(asset));
}

/** Whether what a trail is asked about lies in the caller's reach at all. A filter by things that do not exist reaches nothing, harmlessly. */
export async function mayAsk(readModel: ReadModel, caller: Caller, { asset, grant, department }: TrailFilter): Promise<boolean> {
  if (mayAuditAll(caller)) return true;
  const departments = departmentsOf(caller);
  if (department !== undefined && isAuditor(caller) && !inScope(caller, department)) return false;
  const agreed = grant === undefined ? undefined : await readModel.get('grant', grant);
  if (agreed && !departments.includes(agreed.assigner) && !departments.includes(agreed.assignee)) return false;
  const about = asset === undefined ? undefined : await readModel.get('asset', asset);
  return about === undefined || departments.includes(about.publisher);
}

export function departmentsOf(caller: Caller): readonly string[] {
  const scope = isAuditor(caller) && caller.auditScope !== undefined && caller.auditScope !== 'all' ? caller.auditScope : [];
  return [caller.department, ...(caller.predecessors ?? []), ...scope];
}

async function assetsOf(readModel: ReadModel, departments: readonly string[]): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const publisher of departments) {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await readModel.list('asset', { publisher }, { limit: LIMIT, ...(cursor ? { cursor } : {}) });
      for (const { id } of page.items) ids.add(id);
      cursor = page.nextCursor;
    }
  }
  return ids;
}
