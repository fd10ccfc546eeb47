import type { Caller } from '@drl/chaincode/model/caller';
import type { User } from '../identities.js';
import type { Identity, Ledger } from '../ledger/ledger.js';
import type { ReadModel } from '../readmodel/readmodel.js';
import { predecessorsOf } from './predecessors.js';

/** Who calls: as the gateway knows them, and as the ledger reads their certificate. */
export interface Who {
  readonly user: User;
  readonly caller: Caller;
}

/** The ledger's word on a certificate changes when a department is admitted or dissolved, so it is not kept for long. */
const KEPT_MS = 5000;

/** Asks the ledger whom it takes a signer for. A refusal (CALLER_UNKNOWN) is not kept. */
export function callerLookup(ledger: Ledger, readModel: ReadModel): (identity: Identity) => Promise<Caller> {
  const known = new WeakMap<Identity, { readonly until: number; readonly caller: Promise<Caller> }>();
  return (identity) => {
    const kept = known.get(identity);
    if (kept && kept.until > Date.now()) return kept.caller;
    const caller = ledger
      .evaluate({ name: 'caller:whoami', input: {} }, identity)
      .then((text) => withPredecessors(readModel, JSON.parse(text) as Caller));
    known.set(identity, { until: Date.now() + KEPT_MS, caller });
    caller.catch(() => known.delete(identity));
    return caller;
  };
}

/** Whose history is the caller's to see; an auditor of a department audits what it took over as well. */
async function withPredecessors(readModel: ReadModel, caller: Caller): Promise<Caller> {
  const predecessors = await predecessorsOf(readModel, [caller.department]);
  const { auditScope } = caller;
  return {
    ...caller,
    ...(predecessors.length > 0 ? { predecessors } : {}),
    ...(Array.isArray(auditScope) ? { auditScope: [...auditScope, ...(await predecessorsOf(readModel, auditScope))] } : {}),
  };
}
