import { type FieldFault, RuleError, ruleCodes } from '@drl/chaincode/model/errors';
import { ServiceError, serviceCodes } from '../errors.js';
import { LedgerError, ledgerCodes } from '../ledger/ledger.js';
import { ReadModelError, readModelCodes } from '../readmodel/errors.js';
import type { Language } from './language.js';

/** RFC 9457 problem details, with what API.md adds: the code, the rule that says no, what was given, what would be accepted. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly rule?: string;
  readonly given?: string;
  readonly accepted?: string;
  readonly fields?: readonly FieldFault[];
  readonly transactionId?: string;
}

interface Refusal {
  readonly code: string;
  readonly status: number;
  readonly zh: string;
  readonly en: string;
  readonly rule?: string;
  readonly given?: string;
  readonly accepted?: string;
  readonly fields?: readonly FieldFault[];
  readonly transactionId?: string;
}

/** Seconds after which a client may try again, on 429 and 503. */
export const RETRY_AFTER = 1;

/** What an error means outside. Whatever is not of a known family is a bug: it says so, and nothing about itself. */
export function problemOf(error: unknown, language: Language): Problem {
  const { code, status, fields, rule, given, accepted, transactionId, ...texts } = refusalOf(error);
  return {
    type: `urn:data-rights-ledger:problem:${code}`,
    title: texts[language],
    status,
    detail: sentence(texts[language], language, given, accepted),
    code,
    ...(rule === undefined ? {} : { rule }),
    ...(given === undefined ? {} : { given }),
    ...(accepted === undefined ? {} : { accepted }),
    ...(fields === undefined || fields.length === 0 ? {} : { fields }),
    ...(transactionId === undefined ? {} : { transactionId }),
  };
}

function refusalOf(error: unknown): Refusal {
  if (error instanceof RuleError) return { ...ruleCodes[error.code], code: error.code, ...error.detail };
  if (error instanceof ServiceError) return { ...serviceCodes[error.code], code: error.code, ...error.detail };
  if (error instanceof LedgerError) {
    const { transactionId } = error.detail;
    return { ...ledgerCodes[error.code], code: error.code, ...(transactionId ? { transactionId } : {}) };
  }
  if (error instanceof ReadModelError && error.status < 500)
    return { ...readModelCodes[error.code], code: error.code, ...(error.detail ? { given: error.detail } : {}) };
  if (error instanceof ReadModelError) return { ...readModelCodes[error.code], code: error.code };
  return fromMiddleware(error) ?? { ...serviceCodes.INTERNAL, code: 'INTERNAL' };
}

/** What express and body-parser throw (http-errors with a `type`), said in our words. */
function fromMiddleware(error: unknown): Refusal | undefined {
  const { status, type } = (error ?? {}) as { status?: unknown; type?: unknown };
  if (typeof status !== 'number' || status < 400 || status >= 500) return undefined;
  const code =
    type === 'entity.parse.failed' || type === 'entity.verify.failed'
      ? 'BODY_MALFORMED'
      : status === 413
        ? 'BODY_TOO_LARGE'
        : status === 415
          ? 'MEDIA_TYPE_UNSUPPORTED'
          : 'REQUEST_MALFORMED';
  return { ...serviceCodes[code], code };
}

function sentence(title: string, language: Language, given?: string, accepted?: string): string {
  if (language === 'zh') return [title, given && `给出：${given}`, accepted && `可接受：${accepted}`].filter(Boolean).join('；');
  return [title, given && `given: ${given}`, accepted && `accepted: ${accepted}`].filter(Boolean).join('; ');
}
