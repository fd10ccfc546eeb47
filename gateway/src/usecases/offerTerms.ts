import { randomBytes } from 'node:crypto';
import { sha256 } from '@drl/chaincode/model/commitment';
import { RuleError } from '@drl/chaincode/model/errors';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { type ConfidentialTerms, type TermsNamed, TRANSIENT_TERMS } from '@drl/chaincode/model/records/terms';
import { termsBytes } from '@drl/chaincode/model/rules/terms';
import type { Services } from './services.js';
import type { Outcome } from './submit.js';
import type { Who } from './who.js';
import { mustBeCurrent, onceOf, readBack, type WriteRequest, type Written } from './writeRecord.js';

/** Who may: a steward of the provider, a consumer of the department that asked; the contracts say. */
export interface TermsOffer extends Pick<WriteRequest, 'requestId' | 'expected' | 'idempotencyKey' | 'whole'> {
  readonly grant: string;
  readonly terms: ConfidentialTerms;
  /** 64 hexadecimal digits; absent: drawn here. */
  readonly salt?: string | undefined;
}

/**
 * Two transactions: the text goes to the two parties' private data, endorsed by them alone, then its commitment to the grant. If only the first
 * happens, nothing is offered, and the same key goes on from there.
 */
export async function offerTerms(services: Services, { user }: Who, offer: TermsOffer): Promise<Written> {
  const { submitter } = services;
  const { grant, terms, salt, requestId, expected } = offer;
  const as = user.identity;
  const bytes = termsBytes(salt === undefined ? randomBytes(32) : Buffer.from(salt, 'hex'), terms);
  const check = expected ? { check: () => mustBeCurrent(services, as, expected) } : {};
  const text = await submitter.write(
    { name: 'terms:write', input: { grant, termsHash: sha256(bytes) }, transient: { [TRANSIENT_TERMS]: bytes }, as, requestId, ...check },
    onceOf(services, as.name, offer),
  );
  if (text.state === 'open') return text;
  // Under a key that was used before it is the text of then, whose salt may have been another.
  const { termsHash } = JSON.parse(text.receipt.result) as TermsNamed;
  try {
    const offered = await submitter.write(
      { name: 'grant:offerTerms', input: { id: grant, termsHash }, as, requestId, ...check, ...(expected ? { expected } : {}) },
      // Names hold no blank, so that no one else's key is this one.
      onceOf(services, `${as.name} offer`, offer),
    );
    return await written(services, offered);
  } catch (error) {
    if (!(error instanceof RuleError) || error.code !== 'ALREADY_EXISTS') throw error;
    // It was offered before, as by a request that named it: what it lacked was the text.
    const standing = await services.ledger.evaluate({ name: 'record:get', input: { kind: 'grant', id: grant } }, as);
    return written(services, text, standing);
  }
}

async function written(services: Services, outcome: Outcome, record?: string): Promise<Written> {
  if (outcome.state === 'open') return outcome;
  const { transactionId, block, result } = outcome.receipt;
  if (!(await readBack(services, outcome.receipt))) return { state: 'open', transactionId };
  return { state: 'decided', transactionId, block: Number(block), record: JSON.parse(record ?? result) as LedgerRecord };
}
