import type { Caller } from '@drl/chaincode/model/caller';
import { RuleError } from '@drl/chaincode/model/errors';
import type { LedgerRecord, RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { formerlyOf } from '@drl/chaincode/model/rules/passing';
import { ServiceError } from '../errors.js';
import type { ReadModel, Visible } from '../readmodel/readmodel.js';

/** Who sees what (API.md), said once for single records, lists, trails and events. */

export function isAuditor(caller: Caller): boolean {
  return caller.roles.includes('auditor');
}

export function isManager(caller: Caller): boolean {
  return caller.roles.includes('manager');
}

/** Whether an auditor may look at what one of these departments did. */
export function inScope({ auditScope }: Caller, ...departments: readonly string[]): boolean {
  return auditScope === 'all' || departments.some((department) => auditScope?.includes(department));
}

export function mayAuditAll(caller: Caller): boolean {
  return isAuditor(caller) && caller.auditScope === 'all';
}

/** Whether one of these is the caller's department, or one that it took over from (机构改革): a successor sees what was theirs. */
export function isParty({ department, predecessors = [] }: Caller, departments: readonly string[]): boolean {
  return departments.some((party) => party === department || predecessors.includes(party));
}

/** Those whom an auditor of a department may look at it for: its parties, and who they were before it was passed on. */
export function spokenOf(record: LedgerRecord): readonly string[] {
  return [...partiesOf(record), ...(formerlyOf(record) ?? []).map(({ department }) => department)];
}

/** The departments that a record speaks of, where it has parties. */
export function partiesOf(record: LedgerRecord): readonly string[] {
  switch (record.kind) {
    case 'grant':
      return [record.assigner, record.assignee];
    case 'ticket':
    case 'share':
    case 'refusal':
      return [record.provider, record.consumer];
    case 'right':
      return [record.holder, ...(record.offeredTo ? [record.offeredTo] : [])];
    case 'derivation':
      return [record.publisher, ...record.inputs.map(({ provider }) => provider)];
    case 'contest':
    case 'joining':
    case 'audit-query':
      return [record.by];
    case 'data-element':
      return [record.owner];
    case 'rating':
      return [record.provider, record.by];
    case 'feedback':
      return [record.publisher, record.by];
    case 'dispute':
      return [record.claimant, record.respondent];
    case 'demand':
      return [record.by, ...(record.match ? [record.match.owner] : [])];
    case 'plan':
      return [record.department];
    case 'asset':
      return [record.publisher];
    default:
      return [];
  }
}

/** What one look at the record itself can tell. What is openly said of an asset is seen by whoever sees the asset: `maySee` asks for that too. */
export function visibleTo(caller: Caller): Visible {
  return (record) => {
    switch (record.kind) {
      case 'settings':
      case 'department':
      case 'data-element':
      // What is needed is told to all, so that whoever has it can say so, and whoever needs it too can join.
      case 'demand':
      case 'joining':
      case 'plan':
        return true;
      case 'asset':
        return record.status === 'published' || isParty(caller, [record.publisher]) || isManager(caller) || isAuditor(caller);
      case 'audit-query':
        return isAuditor(caller);
      default:
        return isParty(caller, partiesOf(record)) || isManager(caller) || (isAuditor(caller) && inScope(caller, ...spokenOf(record)));
    }
  };
}

/** Rights, contests and lineage, and what users say of the data: who considers using it should know. */
const overAsset: readonly RecordKind[] = ['derivation', 'right', 'contest', 'rating', 'feedback'];

export async function maySee(readModel: ReadModel, caller: Caller, record: LedgerRecord): Promise<boolean> {
  if (visibleTo(caller)(record)) return true;
  if (!overAsset.includes(record.kind) || !('asset' in record)) return false;
  const asset = await readModel.get('asset', record.asset);
  return asset !== undefined && visibleTo(caller)(asset);
}

/** The record, or a refusal: 404 where there is none, 403 where it is not the caller's to see. */
export async function readVisible<K extends RecordKind>(
  readModel: ReadModel,
  caller: Caller,
  kind: K,
  id: string,
  version?: number,
): Promise<RecordOf<K>> {
  const record = await readModel.get(kind, id);
  if (!record) throw notFound(id);
  if (!(await maySee(readModel, caller, record))) throw notYours(caller);
  if (version === undefined || version === record.version) return record;
  const earlier = await readModel.get(kind, id, { version });
  if (!earlier) throw notFound(`${id} version ${version}`);
  if (!(await maySee(readModel, caller, earlier))) throw notYours(caller);
  return earlier;
}

export function notFound(given: string): RuleError {
  return new RuleError('NOT_FOUND', { given });
}

export function notYours(caller: Caller): RuleError | ServiceError {
  if (isAuditor(caller))
    return new RuleError('OUT_OF_SCOPE', { rule: 'auditScope', given: caller.department, accepted: scopeText(caller) });
  return new ServiceError('NOT_YOURS_TO_SEE', { rule: 'who sees what', given: caller.department });
}

function scopeText({ auditScope }: Caller): string {
  return auditScope === undefined || auditScope === 'all' ? (auditScope ?? 'none') : auditScope.join(', ') || 'none';
}
