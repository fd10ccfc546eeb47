import { type RuleError, ruleErrorText } from '@drl/chaincode/model/errors';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import type { TransactionInput, TransactionName } from '@drl/chaincode/model/transactions';
import { LedgerError, ledgerCodes } from '../ledger/ledger.js';
import { type ImportCode, importCodes } from './errors.js';
import type { Dropped } from './events.js';
import type { Fault } from './rows.js';

/** What every import does with a row at the ledger: write it, patiently, or say why not. */

/** Submits one transaction and answers the record once it is committed and can be found. Throws RuleError or LedgerError. */
export type WriteAs = <N extends TransactionName>(name: N, input: TransactionInput<N>) => Promise<LedgerRecord>;

const ATTEMPTS = 8;

/** Another import of the same file (one that broke off a moment ago and is still finishing, say) may write between our look and our write. */
const OVERTAKEN: ReadonlySet<string> = new Set<RuleError['code']>(['ALREADY_EXISTS', 'VERSION_MISMATCH', 'STATE_FORBIDS']);
export const overtaken = ({ code }: RuleError): boolean => OVERTAKEN.has(code);

/** What the ledger cannot take just now is offered again, more slowly each time. */
export async function patiently<T>(write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (!(error instanceof LedgerError) || !ledgerCodes[error.code].retryable || attempt >= ATTEMPTS) throw error;
      await pause(attempt);
    }
  }
}

/** Full jitter: those who met once should not meet again. */
export function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * 25 * 2 ** attempt));
}

export function droppedBy({ code, detail }: RuleError, line: number, given: string, language: 'zh' | 'en'): Dropped {
  return droppedFor({ kind: 'fault', line, code, ...detail, ...(detail.given ? {} : { given }) } as Fault, language);
}

export function droppedFor(fault: Fault, language: 'zh' | 'en'): Dropped {
  const { kind: _, ...rest } = fault;
  const own = importCodes[fault.code as ImportCode];
  return { event: 'dropped', ...rest, message: own ? own[language] : (ruleErrorText(fault.code as RuleError['code'])[language] as string) };
}
