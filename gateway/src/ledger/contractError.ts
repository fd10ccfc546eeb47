import { RULE_ERROR_PREFIX, RuleError, type RuleErrorJson, ruleCodes } from '@drl/chaincode/model/errors';
import { LedgerError } from './ledger.js';

/**
 * The one place that reads an endorser's refusal: the contract's own words begin with a prefix and are JSON (chaincode/model/errors.ts),
 * behind whatever the shim and the peer put before them. All else is the ledger's failure and not a rule's.
 */
export function contractError(message: string, where: { readonly mspId?: string; readonly peer?: string }): RuleError | LedgerError {
  const at = message.indexOf(`${RULE_ERROR_PREFIX}{`);
  const said = at < 0 ? undefined : parse(message.slice(at + RULE_ERROR_PREFIX.length));
  if (said === undefined) return new LedgerError('UNAVAILABLE', { ...where, stage: 'endorse', reason: message.slice(0, 500) });
  const { code, ...detail } = said;
  return new RuleError(code, detail);
}

/** The JSON may be followed by the peer's own words: it ends where its braces balance. */
function parse(text: string): RuleErrorJson | undefined {
  for (let end = text.lastIndexOf('}'); end > 0; end = text.lastIndexOf('}', end - 1)) {
    try {
      const value = JSON.parse(text.slice(0, end + 1)) as RuleErrorJson;
      return value.code in ruleCodes ? value : undefined;
    } catch {
      // Not yet the whole of it.
    }
  }
  return undefined;
}
