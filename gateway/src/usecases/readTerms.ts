import type { Disclosure } from '@drl/chaincode/model/records/terms';
import { termsStanding } from '@drl/chaincode/model/rules/terms';
import { ServiceError } from '../errors.js';
import type { AsOf } from '../readmodel/readmodel.js';
import { recordLook, refuseLook } from './recordLook.js';
import type { Services } from './services.js';
import { inScope, isAuditor, notFound, notYours, partiesOf } from './visibility.js';
import type { Who } from './who.js';

/** Who may: people of the two parties, as their own peer says. An auditor's asking is recorded, and sends them to a party: no third holds the text. */
export async function readTerms(services: Services, who: Who, requestId: string, id: string, termsHash?: string) {
  const { ledger, readModel } = services;
  const { caller, user } = who;
  const grant = await readModel.get('grant', id);
  const parties = grant ? partiesOf(grant) : [];
  if (isAuditor(caller) && !parties.includes(caller.department)) {
    const look = { action: 'terms' as const, asked: { grant: id, ...(termsHash ? { termsHash } : {}) }, asOf: readModel.asOf() as AsOf };
    if (grant === undefined) {
      await recordLook(services, who, requestId, { ...look, resultCount: 0, outcome: 'answered' });
      throw notFound(id);
    }
    return refuseLook(
      services,
      who,
      requestId,
      look,
      inScope(caller, ...parties) ? withParties(caller.department, parties) : notYours(caller),
    );
  }
  const input = { grant: id, ...(termsHash === undefined ? {} : { termsHash }) };
  const disclosed = JSON.parse(await ledger.evaluate({ name: 'terms:read', input }, user.identity)) as Disclosure;
  return { ...disclosed, standing: (grant && termsStanding(grant, disclosed.termsHash)) ?? 'past' };
}

function withParties(given: string, parties: readonly string[]): ServiceError {
  return new ServiceError('TERMS_WITH_PARTIES', { rule: '10', given, accepted: parties.join(', ') });
}
