import type { LedgerRecord, RecordKind } from '@drl/chaincode/model/records/index';
import { ServiceError } from '../errors.js';
import { BundleError } from '../evidence/errors.js';
import { exportEvidence } from '../evidence/export.js';
import type { Subject } from '../evidence/format.js';
import { evidenceSource } from '../evidence/source.js';
import type { AsOf } from '../readmodel/readmodel.js';
import { recordLook, refuseLook } from './recordLook.js';
import type { Services } from './services.js';
import { inScope, isAuditor, isManager, isParty, notFound, notYours, partiesOf, spokenOf } from './visibility.js';
import type { Who } from './who.js';

/** Who may: the parties of the record, managers for assets, rights, demands, plans, feedback and disputes, auditors in scope, whose look is recorded. */
export function takeEvidence(services: Services, who: Who, requestId: string, subject: Subject): Promise<Buffer> {
  return takeAs(services, who, requestId, subject, undefined, () => make(services, who, subject));
}

/** The same, whatever is made of the record: the look is on the ledger before it is handed over. */
export async function takeAs<T>(
  services: Services,
  who: Who,
  requestId: string,
  subject: Subject,
  format: string | undefined,
  make: (records: readonly LedgerRecord[]) => Promise<T | undefined>,
): Promise<T> {
  const { readModel } = services;
  const asked = { kind: subject.kind, id: subject.id, ...(format ? { format } : {}) };
  const look = { action: 'evidence' as const, asked, asOf: readModel.asOf() as AsOf };
  const records = await recordsOf(services, subject);
  if (records.length > 0 && !(await Promise.all(records.map((record) => mayTake(services, who, record)))).every(Boolean))
    return refuseLook(services, who, requestId, look, notYours(who.caller));
  const file = records.length > 0 ? await make(records) : undefined;
  await recordLook(services, who, requestId, { ...look, resultCount: file ? 1 : 0, outcome: 'answered' });
  if (!file) throw notFound(subject.id);
  return file;
}

async function recordsOf({ readModel }: Services, { kind, id }: Subject): Promise<LedgerRecord[]> {
  if (kind !== 'transaction') return present([await readModel.get(kind, id)]);
  const entry = await readModel.transaction(id);
  return present(await Promise.all((entry?.writes ?? []).map((write) => readModel.get(write.kind, write.id, { version: write.version }))));
}

/** A proof shows every version, case references included: who may see a record's present state may not always have its proof. */
async function mayTake({ readModel }: Services, { caller }: Who, record: LedgerRecord): Promise<boolean> {
  if (record.kind === 'settings' || record.kind === 'department' || record.kind === 'data-element') return true;
  const overAsset = record.kind === 'right' || record.kind === 'contest' ? await readModel.get('asset', record.asset) : undefined;
  const publisher = overAsset ? [overAsset.publisher] : [];
  if (isParty(caller, [...partiesOf(record), ...publisher])) return true;
  const manages: readonly RecordKind[] = ['asset', 'derivation', 'right', 'contest', 'demand', 'joining', 'feedback', 'dispute', 'plan'];
  return (isManager(caller) && manages.includes(record.kind)) || (isAuditor(caller) && inScope(caller, ...spokenOf(record), ...publisher));
}

async function make(services: Services, { user }: Who, subject: Subject): Promise<Buffer | undefined> {
  const { ledger, readModel, consortium } = services;
  const source = evidenceSource({ ledger, readModel, channel: consortium.channel, chaincode: consortium.chaincode, as: user.identity });
  try {
    return await exportEvidence(subject, source);
  } catch (error) {
    if (error instanceof BundleError) throw new ServiceError('EVIDENCE_IMPOSSIBLE', { given: error.code, rule: error.detail });
    throw error;
  }
}

function present(records: readonly (LedgerRecord | undefined)[]): LedgerRecord[] {
  return records.filter((record) => record !== undefined);
}
