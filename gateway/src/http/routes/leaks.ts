import { isUtf8 } from 'node:buffer';
import { RuleError } from '@drl/chaincode/model/errors';
import { departmentId, digest, localized, recordId } from '@drl/chaincode/model/records/common';
import type { Request } from 'express';
import { ServiceError } from '../../errors.js';
import { leakProof } from '../../leaks/proof.js';
import { MAX_SAMPLE, type SampleType, sampleFormats } from '../../leaks/sample.js';
import { findLeak, type LeakQuestion } from '../../usecases/findLeak.js';
import { listCanaries } from '../../usecases/listCanaries.js';
import { endpoint } from '../endpoint.js';
import { text } from '../query.js';
import { asOf } from '../schemas.js';
import { z } from '../zod.js';

/** `POST /audit/leaks`: something was found somewhere; which deliveries does it come from? */

const cell = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const named = z.union([
  z.strictObject({ digest }),
  z.strictObject({ record: z.record(z.string().min(1).max(200), cell).refine((record) => Object.keys(record).length > 0) }),
]);

const count = z.int().min(0);
const delivery = z
  .strictObject({
    ...{ share: recordId, asset: recordId, grant: recordId, provider: departmentId, consumer: departmentId, status: z.string() },
    at: z.iso.datetime(),
    transactionId: z.string().optional(),
    block: z.int().optional(),
    onLedger: z.boolean(),
    finding: z.enum(['identified', 'only-recipient', 'indistinguishable', 'contains']),
    confidence: z.number().min(0).max(1),
    falseAccusation: z.number().optional(),
    rows: z.strictObject({ found: count, delivered: count.optional() }),
    canaries: z.strictObject({ found: count, of: count, expected: z.number() }).optional(),
    order: z.strictObject({ pairs: count, agreeing: count }).optional(),
    proof: leakProof.optional(),
  })
  .openapi('LeakDelivery');
const answer = z
  .strictObject({
    asOf,
    sample: z.strictObject({
      digest: digest.optional(),
      ...{ lines: count, differentRows: count, columns: z.array(z.string()), unknownColumns: z.array(z.string()) },
    }),
    deliveriesAsked: count,
    /** Whose tags are no longer kept. */
    deliveriesGone: count,
    sameBytes: z.array(z.strictObject({ share: recordId, provider: departmentId, consumer: departmentId, confidence: z.number() })),
    deliveries: z.array(delivery),
    statement: localized,
  })
  .openapi('LeakAnswer');

export const leaks = [
  endpoint({
    method: 'post',
    path: '/audit/leaks',
    tag: 'audit',
    summary: `Which deliveries found data comes from. Takes {"digest"} or {"record"}, or rows as a CSV, NDJSON or JSON file of up to ${MAX_SAMPLE / 2 ** 20} MiB`,
    who: 'an auditor in scope (the look is recorded on the ledger before it is answered); a department, for its own assets',
    query: z.strictObject({ asset: text.optional().openapi({ description: 'Deliveries of this asset alone' }) }),
    streams: Object.keys(sampleFormats),
    answers: { 200: { description: 'The deliveries, with how sure it is and why, and proofs', schema: answer } },
    handle: async ({ query, who, request, requestId }, services) => {
      const found = await foundIn(request);
      return { body: await findLeak(services, who, requestId, { found, ...(query.asset === undefined ? {} : { asset: query.asset }) }) };
    },
  }),
  endpoint({
    method: 'get',
    path: '/shares/{id}/canaries',
    tag: 'shares',
    summary: 'The made-up rows of a delivery, as its grant allows them, so that they can be taken out: NDJSON',
    who: 'a steward of the provider, a consumer of the department that received it',
    answers: { 200: { description: 'One row a line; none where no canaries were agreed', mediaType: 'application/x-ndjson' } },
    handle: async ({ params, who }, services) => {
      const rows = await listCanaries(services, who, params.id as string);
      return {
        send: async (response) => {
          response.status(200).set('Content-Type', 'application/x-ndjson');
          response.end(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
        },
      };
    },
  }),
];

async function foundIn(request: Request): Promise<LeakQuestion['found']> {
  const type = (Object.keys(sampleFormats) as SampleType[]).find((one) => request.is(one)) as SampleType;
  if (type !== 'application/json') return { type, bytes: request };
  const bytes = await whole(request);
  if (/^\s*\[/.test(bytes.toString('latin1', 0, 64))) return { type, bytes: once(bytes) };
  const parsed = named.safeParse(read(bytes));
  if (!parsed.success)
    throw new RuleError('INPUT_INVALID', {
      rule: 'schema',
      fields: parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message })),
    });
  if ('digest' in parsed.data) return parsed.data;
  return { record: Object.fromEntries(Object.entries(parsed.data.record).map(([name, value]) => [name, String(value ?? '')])) };
}

async function whole(request: Request): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_SAMPLE) throw new ServiceError('BODY_TOO_LARGE', { accepted: `${MAX_SAMPLE} bytes` });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}

function read(bytes: Buffer): unknown {
  try {
    if (!isUtf8(bytes)) throw new SyntaxError('not UTF-8');
    return JSON.parse(bytes.toString());
  } catch {
    throw new ServiceError('BODY_MALFORMED');
  }
}
