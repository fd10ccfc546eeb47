import type { TransactionInput } from '@drl/chaincode/model/transactions';
import { ServiceError } from '../errors.js';
import type { AsOf } from '../readmodel/readmodel.js';
import type { Services } from './services.js';
import { isAuditor } from './visibility.js';
import type { Who } from './who.js';
import { readBack } from './writeRecord.js';

/** Who may: nobody asks for this; it happens to auditors. Their looks are on the ledger, once, before they are answered, or they are not answered. */
export interface Look {
  readonly action: TransactionInput<'audit:record'>['action'];
  /** What was asked, in words: kept by the gateway for the auditors; the ledger gets a salted commitment to it. */
  readonly asked: Readonly<Record<string, unknown>>;
  readonly resultCount: number;
  readonly asOf: AsOf;
  readonly outcome: 'answered' | 'refused';
}

export async function recordLook(services: Services, { user, caller }: Who, requestId: string, look: Look): Promise<void> {
  if (!isAuditor(caller)) return;
  try {
    const queryHash = await services.questions.keep({ action: look.action, asked: look.asked });
    const outcome = await services.submitter.write({
      name: 'audit:record',
      input: { action: look.action, queryHash, resultCount: look.resultCount, asOfBlock: look.asOf.block, outcome: look.outcome },
      as: user.identity,
      requestId,
    });
    if (outcome.state === 'decided') {
      await readBack(services, outcome.receipt);
      return;
    }
  } catch (error) {
    throw new ServiceError('AUDIT_NOT_RECORDED', {}, { cause: error });
  }
  throw new ServiceError('AUDIT_NOT_RECORDED');
}

/** Records the refusal of a look, then refuses. */
export async function refuseLook(
  services: Services,
  who: Who,
  requestId: string,
  look: Omit<Look, 'outcome' | 'resultCount'>,
  refusal: Error,
): Promise<never> {
  await recordLook(services, who, requestId, { ...look, resultCount: 0, outcome: 'refused' });
  throw refusal;
}
