import type { Grant, GrantEffectiveStatus } from '@drl/chaincode/model/records/grant';
import type { Node } from '../standards/jsonld.js';
import { grantToOdrl } from '../standards/odrl.js';
import { contextOf } from './exportDcat.js';
import { now, present } from './present.js';
import type { Services } from './services.js';
import { takeAs } from './takeEvidence.js';
import type { Who } from './who.js';

/** Who may: the grant's two parties, auditors in scope, whose look is recorded. */
export function grantAsOdrl(services: Services, who: Who, requestId: string, id: string): Promise<Node> {
  return takeAs(services, who, requestId, { kind: 'grant', id }, 'odrl', async ([record]) => {
    const grant = record as Grant;
    const context = await contextOf(services, [grant.assigner, grant.assignee]);
    const { record: seen } = await present(services.readModel, who.caller, grant, now());
    return grantToOdrl(grant, { ...context, status: seen.status as GrantEffectiveStatus });
  });
}
