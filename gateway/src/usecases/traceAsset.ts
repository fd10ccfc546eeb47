import type { AsOf, PageRequest, Trace } from '../readmodel/readmodel.js';
import { departmentsOf } from './auditScope.js';
import { now, present, presentAll } from './present.js';
import { recordLook, refuseLook } from './recordLook.js';
import type { Services } from './services.js';
import { mayAuditAll, notFound, notYours } from './visibility.js';
import type { Who } from './who.js';

/** Who may: an auditor in scope, whose look is recorded; a department, for its own assets. */
export async function traceAsset(services: Services, who: Who, requestId: string, id: string, page: PageRequest) {
  const { readModel } = services;
  const { caller } = who;
  const asked = { asset: id, ...page };
  const trace = await readModel.trace(id, page);
  if (!trace) {
    await recordLook(services, who, requestId, {
      action: 'trace',
      asked,
      resultCount: 0,
      asOf: readModel.asOf() as AsOf,
      outcome: 'answered',
    });
    throw notFound(id);
  }
  if (!mayAuditAll(caller) && !departmentsOf(caller).includes(trace.asset.publisher))
    return refuseLook(services, who, requestId, { action: 'trace', asked, asOf: trace.asOf }, notYours(caller));
  await recordLook(services, who, requestId, { action: 'trace', asked, resultCount: sizeOf(trace), asOf: trace.asOf, outcome: 'answered' });
  const moment = now();
  return {
    asset: (await present(readModel, caller, trace.asset, moment)).record,
    asOf: trace.asOf,
    rights: await presentAll(readModel, caller, trace.rights, moment),
    grants: await presentAll(readModel, caller, trace.grants, moment),
    shares: await presentAll(readModel, caller, trace.shares, moment),
    derivations: await presentAll(readModel, caller, trace.derivations, moment),
    refusals: trace.refusals,
    nextCursor: trace.nextCursor,
  };
}

function sizeOf({ rights, grants, shares, derivations, refusals }: Trace): number {
  return derivations.length + rights.length + grants.length + shares.length + refusals.length;
}
