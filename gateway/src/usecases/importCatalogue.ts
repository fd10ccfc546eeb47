import type { RuleErrorJson } from '@drl/chaincode/model/errors';
import { RuleError } from '@drl/chaincode/model/errors';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { ServiceError } from '../errors.js';
import type { Enrol, User } from '../identities.js';
import { ImportError } from '../import/errors.js';
import type { ImportEvent } from '../import/events.js';
import { type ImportDeps, type ImportOptions, importAssets } from '../import/importAssets.js';
import type { DepartmentName } from '../import/rows.js';
import { LedgerError } from '../ledger/ledger.js';
import type { Services } from './services.js';
import { isManager } from './visibility.js';
import type { Who } from './who.js';
import { writeRecord } from './writeRecord.js';

/** Who may: a steward, rows of its own department; where the ledger is embedded, a manager for many (`admit`), each row signed by its department's steward. */
export interface ImportRequest extends ImportOptions {
  readonly bytes: AsyncIterable<Uint8Array>;
  readonly requestId: string;
  /** Admit the departments that the file names, and sign for each with a steward whose key this service holds. */
  readonly admit: boolean;
}

export async function* importCatalogue(services: Services, who: Who, request: ImportRequest): AsyncGenerator<ImportEvent> {
  const { requestId } = request;
  const signerFor = request.admit ? await admitter(services, who, requestId) : undefined;
  const deps: ImportDeps = {
    own: { department: who.caller.department, write: writer(services, who, requestId) },
    find: async (publisher, catalogCode) => {
      const { items } = await services.readModel.list('asset', { publisher, catalogCode }, { limit: 1 });
      return items[0];
    },
    ...(signerFor ? { signerFor } : {}),
  };
  try {
    yield* importAssets(request.bytes, request, deps);
  } catch (error) {
    // An import that was cut off must not look like a whole one.
    if (services.stopping.aborted) throw new ServiceError('SHUTTING_DOWN');
    throw error instanceof ImportError ? asRule(error) : error;
  }
}

/** A file or mapping at fault is an input at fault; the import's own code says which. */
export function asRule({ code, detail }: ImportError): RuleError {
  return new RuleError('INPUT_INVALID', { rule: `import ${code}`, ...detail } as Omit<RuleErrorJson, 'code'>);
}

export function writer(services: Services, who: Who, requestId: string) {
  return async <N extends TransactionName>(name: N, input: TransactionInput<N>): Promise<LedgerRecord> => {
    const written = await writeRecord(services, who, { name, input, requestId });
    if (written.state === 'open') throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: written.transactionId });
    return written.record;
  };
}

async function admitter(services: Services, who: Who, requestId: string): Promise<NonNullable<ImportDeps['signerFor']>> {
  if (!isManager(who.caller))
    throw new RuleError('ROLE_MISSING', { rule: 'admit', given: who.caller.roles.join(', ') || 'none', accepted: 'manager' });
  const { enrol } = services;
  const { engine } = await services.ledger.info();
  // On a real network each department enrols its own stewards: nobody signs for it.
  if (engine !== 'embedded' || !enrol) throw new RuleError('STATE_FORBIDS', { rule: 'admit', given: engine, accepted: 'LEDGER=embedded' });
  const hosting = services.consortium.organisations.find((organisation) => organisation.hosting)?.mspId;
  const write = writer(services, who, requestId);
  return async (department) => {
    const known = await services.readModel.get('department', department.id);
    const mspId = known?.mspId ?? hosting;
    if (!mspId)
      throw new RuleError('STATE_FORBIDS', {
        rule: 'admit',
        given: department.id,
        accepted: 'an organisation with hosting: true in the consortium file',
      });
    if (!known) await write('department:admit', { id: department.id, name: nameOf(department), mspId });
    const user = await stewardOf(services, department.id, mspId, who.caller.department, enrol);
    const caller = { name: user.identity.name, mspId, department: user.department, roles: user.roles };
    return { write: writer(services, { user, caller }, requestId), admitted: !known };
  };
}

const nameOf = ({ name }: DepartmentName) => ({ ...(name.zh ? { zh: name.zh } : {}), ...(name.en ? { en: name.en } : {}) });

/** The importer holds this steward's key: the certificate says so (`custodian`), and with it every record. */
async function stewardOf({ identities }: Services, department: string, mspId: string, custodian: string, enrol: Enrol): Promise<User> {
  const name = `${department}-import-${custodian}`;
  const user = identities.byName(name);
  return user ?? (await identities.create({ name, mspId, department, roles: ['steward'], custodian }, enrol, { withKey: false })).user;
}
