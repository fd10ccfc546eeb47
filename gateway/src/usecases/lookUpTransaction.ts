import type { Caller } from '@drl/chaincode/model/caller';
import type { TransactionEntry } from '../readmodel/readmodel.js';
import type { Services } from './services.js';
import { inScope, isAuditor, isManager, isParty, maySee, notFound, notYours } from './visibility.js';
import type { Who } from './who.js';

/** Who may: its sender's department, whoever sees a record that it wrote, managers, auditors in scope. */
export type TransactionStatus =
  | { readonly status: 'committed' | 'invalid'; readonly entry: TransactionEntry }
  | { readonly status: 'pending'; readonly transactionId: string }
  /** It lost against a concurrent one and was tried again under this id. */
  | { readonly status: 'retried'; readonly as: string };

export async function lookUpTransaction(services: Services, { user, caller }: Who, id: string): Promise<TransactionStatus> {
  const { readModel, journal, submitter } = services;
  const owner = user.identity.name;
  const scope = await journal.scopeOf(id);
  const own = scope !== undefined && (scope.startsWith(`${owner}/`) || scope.startsWith(`${owner} `));
  if (own) {
    const latest = (await journal.get(scope))?.attempts.at(-1);
    if (latest !== undefined && latest !== id) return { status: 'retried', as: latest };
  }
  const entry = await readModel.transaction(id);
  if (entry) {
    if (!own && !(await mayLook(services, caller, entry))) throw notYours(caller);
    return { status: entry.code === 'VALID' ? 'committed' : 'invalid', entry };
  }
  if (own || submitter.pendingOf(id) === owner) return { status: 'pending', transactionId: id };
  throw notFound(id);
}

async function mayLook({ readModel }: Services, caller: Caller, { creator, writes }: TransactionEntry): Promise<boolean> {
  if (isParty(caller, [creator.department]) || isManager(caller)) return true;
  if (isAuditor(caller) && inScope(caller, creator.department)) return true;
  for (const { kind, id, version } of writes) {
    const record = await readModel.get(kind, id, { version });
    if (record && (await maySee(readModel, caller, record))) return true;
  }
  return false;
}
