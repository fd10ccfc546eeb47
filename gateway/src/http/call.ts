import type { FieldFault } from '@drl/chaincode/model/errors';
import { RuleError } from '@drl/chaincode/model/errors';
import type { Request, Response } from 'express';
import { ServiceError } from '../errors.js';
import type { Who } from '../usecases/who.js';
import type { Call, Endpoint } from './endpoint.js';
import { versionOfIfMatch } from './etag.js';
import { parse } from './faults.js';
import { languageOf } from './language.js';
import { z } from './zod.js';

/** From a request to what its endpoint is handed: everything checked, every fault told at once. */

const nothing = z.strictObject({});
const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/)
  .transform(Number)
  .openapi({ type: 'integer', minimum: 0 });

/** Every read may ask for an answer no older than a block. */
export const atLeastBlock = z.strictObject({ atLeastBlock: wholeNumber.optional() });

export function querySchema({ method, query }: Endpoint): z.ZodObject {
  const own = query ?? nothing;
  return method === 'get' ? own.extend(atLeastBlock.shape) : own;
}

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

export function callOf(endpoint: Endpoint, request: Request, response: Response, signal: AbortSignal): Call {
  const language = languageOf(request);
  const query = parse(querySchema(endpoint), request.query, language);
  const body = endpoint.body
    ? parse(endpoint.body, request.body, language)
    : { value: endpoint.rawBody ? (request.body ?? new Uint8Array()) : undefined };
  const faults: FieldFault[] = [query, body].flatMap((parsed) => ('faults' in parsed ? parsed.faults : []));
  if ('faults' in query || 'faults' in body) throw new RuleError('INPUT_INVALID', { rule: 'schema', fields: faults });
  const idempotencyKey = request.get('Idempotency-Key');
  if (idempotencyKey !== undefined && !IDEMPOTENCY_KEY.test(idempotencyKey))
    throw new ServiceError('IDEMPOTENCY_KEY_INVALID', { accepted: '1 to 255 visible ASCII characters' });
  const expectedVersion = versionOfIfMatch(request.get('If-Match'));
  return {
    params: request.params as Record<string, string>,
    query: query.value,
    body: body.value,
    who: response.locals.who as Who,
    language,
    requestId: String(request.id),
    respondAsync: prefersAsync(request.get('Prefer')),
    signal,
    request,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(expectedVersion === undefined ? {} : { expectedVersion }),
  };
}

/** RFC 7240 section 4.1. */
function prefersAsync(header: string | undefined): boolean {
  return (header ?? '').split(',').some((preference) => preference.split(';')[0]?.trim().toLowerCase() === 'respond-async');
}
