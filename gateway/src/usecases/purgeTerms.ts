import type { TermsNamed } from '@drl/chaincode/model/records/terms';
import type { Services } from './services.js';
import type { Outcome } from './submit.js';
import type { Who } from './who.js';
import { onceOf, type WriteRequest } from './writeRecord.js';

/** Who may: a party, for its own copy of terms that are no longer in force; the contract says. */
export async function purgeTerms(
  services: Services,
  { user }: Who,
  { requestId, ...request }: TermsNamed & Pick<WriteRequest, 'requestId' | 'idempotencyKey' | 'whole' | 'respondAsync'>,
): Promise<Outcome> {
  const { grant, termsHash, respondAsync } = request;
  const as = user.identity;
  const once = onceOf(services, as.name, request);
  return services.submitter.write({ name: 'terms:purge', input: { grant, termsHash }, as, requestId }, once, respondAsync);
}
