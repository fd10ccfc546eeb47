import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';
import { LedgerError } from '../ledger/ledger.js';
import { RecordedRefusal } from '../usecases/writeRecord.js';
import { languageOf } from './language.js';
import { type Problem, problemOf, RETRY_AFTER } from './problem.js';

export const API = '/api/v1';

export function transactionAddress(id: string): string {
  return `${API}/transactions/${encodeURIComponent(id)}`;
}

export function ledgerHeaders(transactionId: string, block: number): Record<string, string> {
  return { 'Ledger-Transaction-Id': transactionId, 'Ledger-Block': String(block) };
}

/** Every error leaves through here, once: what is known is said in the caller's language, what is not is logged and said to be a bug. */
export function problemHandler(log: Logger): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const language = languageOf(request);
    const problem = withTransaction(problemOf(error, language), error);
    if (problem.status >= 500)
      log.error({ err: error, cause: (error as Error).cause, requestId: request.id, code: problem.code }, 'failed');
    if (response.headersSent) {
      // Half an answer must not look like a whole one.
      response.destroy();
      return;
    }
    response.locals.code = problem.code;
    response.status(problem.status).set(headersOf(problem, error)).set('Content-Language', language);
    sendProblem(response, problem);
  };
}

function sendProblem(response: Response, problem: Problem): void {
  response.set('Cache-Control', 'no-store').type('application/problem+json').send(JSON.stringify(problem));
}

function withTransaction(problem: Problem, error: unknown): Problem {
  return error instanceof RecordedRefusal ? { ...problem, transactionId: error.transactionId } : problem;
}

function headersOf(problem: Problem, error: unknown): Record<string, string> {
  if (error instanceof RecordedRefusal) return ledgerHeaders(error.transactionId, error.block);
  if (error instanceof LedgerError && error.code === 'OUTCOME_UNKNOWN' && error.detail.transactionId)
    return { Location: transactionAddress(error.detail.transactionId) };
  if (problem.status === 401) return { 'WWW-Authenticate': 'Bearer realm="data-rights-ledger"' };
  if (problem.status === 429 || problem.status === 503) return { 'Retry-After': String(RETRY_AFTER) };
  return {};
}
