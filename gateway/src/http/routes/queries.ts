import { departmentId, hashAlgorithm, label } from '@drl/chaincode/model/records/common';
import { purpose } from '@drl/chaincode/model/records/grant';
import { normal } from '../../delivery/query/compare.js';
import type { Answered } from '../../usecases/answerQuery.js';
import { ask } from '../../usecases/ask.js';
import { type Endpoint, endpoint, type Reply } from '../endpoint.js';
import { ledgerHeaders } from '../respond.js';
import { receipt } from '../schemas.js';
import { z } from '../zod.js';

/** `POST /grants/ID/queries`: match or no match, about one subject, on an asset that is shared by `query-verify`. */

/** As text, whatever it is in the resource. */
const value = z
  .union([z.string().max(500), z.int(), z.boolean()])
  .transform(String)
  .refine((text) => normal(text) !== '', 'a value that says something')
  .openapi({ type: 'string' });
const few = (most: number) => (values: object) => Object.keys(values).length >= 1 && Object.keys(values).length <= most;

const body = z.strictObject({
  subject: z
    .record(label, value)
    .refine(few(10), '1 to 10 elements')
    .openapi({ description: 'Whose row: the elements of the asset that identify, all of them' }),
  values: z
    .record(label, value)
    .refine(few(50), '1 to 50 elements')
    .openapi({ description: 'What is thought to stand there: granted elements' }),
  distribution: label.optional(),
  purpose: purpose.optional(),
  actingFor: departmentId.optional(),
  caseRef: z.string().min(1).max(200).optional(),
  hashAlgorithm: hashAlgorithm.optional(),
});

export const queries: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/grants/{id}/queries',
    tag: 'grants',
    summary: 'Ask whether values match, about one subject, and get no data: a share whose receipt is the answer',
    who: 'a consumer of the department that the grant is to',
    body,
    answers: { 200: { description: 'The receipt: exactly these bytes have the digest that the share commits to', schema: receipt } },
    handle: async (call, services): Promise<Reply> => {
      const { params, who, requestId, idempotencyKey, signal } = call;
      const algorithm = call.body.hashAlgorithm ?? 'sha-256';
      const answered = await ask(services, who, {
        ...call.body,
        ...{ grant: params.id as string, hashAlgorithm: algorithm, requestId, signal },
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      });
      return receiptReply(answered);
    },
  }),
];

/** Exactly the bytes that the share is the digest of. */
export function receiptReply({ share, transactionId, block, receipt }: Answered): Reply {
  const headers = {
    ...ledgerHeaders(transactionId, block),
    'Content-Type': 'application/json',
    'Share-Id': share.id,
    'Share-Hash-Algorithm': share.hashAlgorithm as string,
    'Share-Payload-Hash': share.payloadHash as string,
  };
  return { send: async (response) => void response.status(200).set(headers).end(receipt) };
}
