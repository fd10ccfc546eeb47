import { once } from 'node:events';
import { departmentId, hashAlgorithm, label } from '@drl/chaincode/model/records/common';
import { purpose } from '@drl/chaincode/model/records/grant';
import type { Request, Response } from 'express';
import { digestOf } from '../../delivery/digest.js';
import { ServiceError } from '../../errors.js';
import type { Delivery } from '../../usecases/deliver.js';
import { handOver } from '../../usecases/handOver.js';
import { type Call, type Endpoint, endpoint, type Reply } from '../endpoint.js';
import { ledgerHeaders } from '../respond.js';
import { z } from '../zod.js';

/** `POST /grants/ID/deliveries`: the data itself, as it flows, with the share and its digest behind it. */

/** A consumer that takes nothing for so long has gone. */
const SILENCE_MS = 60_000;
const TRAILERS = ['Share-Payload-Hash', 'Share-Bytes', 'Share-Rows', 'Share-Commit-Transaction-Id', 'Share-Commit-Block'];

const body = z.strictObject({
  distribution: label.optional(),
  elements: z.array(label).min(1).max(500).optional(),
  purpose: purpose.optional(),
  actingFor: departmentId.optional(),
  caseRef: z.string().min(1).max(200).optional(),
  rows: z.int().min(1).optional(),
  hashAlgorithm: hashAlgorithm.optional(),
});

export const deliveries: readonly Endpoint[] = [
  endpoint({
    method: 'post',
    path: '/grants/{id}/deliveries',
    tag: 'grants',
    summary: 'Hand over the granted elements: opens a share, streams the data, commits its digest. Trailers: the digest, bytes, rows',
    who: 'a consumer of the department that the grant is to, or a steward of the provider',
    body,
    answers: {
      200: { description: 'The data; Share-Id names the share, to be acknowledged with the digest of what arrived', mediaType: '*/*' },
    },
    handle: async (call, services): Promise<Reply> => {
      const { params, who, request, requestId, idempotencyKey, signal } = call;
      mustHaveChunks(request);
      const algorithm = call.body.hashAlgorithm ?? 'sha-256';
      const wanted = {
        ...call.body,
        ...{ grant: params.id as string, hashAlgorithm: algorithm, requestId, signal },
        ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
      };
      const delivery = await handOver(services, who, wanted).catch((error) => {
        // Nobody is there any more to be told.
        if (signal.aborted) return undefined;
        throw error;
      });
      return { send: async (response) => delivery && sendDelivery(response, delivery, algorithm, call) };
    },
  }),
];

/** Without chunks the end of an answer cannot be told from its being cut off. */
export function mustHaveChunks({ httpVersion }: Pick<Request, 'httpVersion'>): void {
  if (httpVersion === '1.0') throw new ServiceError('REQUEST_MALFORMED', { given: 'HTTP/1.0', accepted: 'HTTP/1.1' });
}

export async function sendDelivery(
  response: Response,
  delivery: Delivery,
  algorithm: 'sha-256' | 'sm3',
  { signal }: Pick<Call, 'signal'>,
): Promise<void> {
  const { share, opened, payload } = delivery;
  try {
    const startedAt = new Date().toISOString();
    response.status(200).set({
      ...ledgerHeaders(opened.transactionId, opened.block),
      'Content-Type': delivery.mediaType,
      'Share-Id': share.id,
      'Share-Hash-Algorithm': algorithm,
      ...(delivery.marks.length === 0 ? {} : { 'Share-Marks': delivery.marks.join(', ') }),
      Trailer: TRAILERS.join(', '),
      'Content-Disposition': `attachment; filename="${share.id}"`,
      'X-Accel-Buffering': 'no',
    });
    response.setTimeout(SILENCE_MS, () => response.destroy());
    const hash = digestOf(algorithm);
    let bytes = 0;
    for await (const chunk of payload) {
      if (chunk.length === 0) continue;
      signal.throwIfAborted();
      hash.update(chunk);
      bytes += chunk.length;
      if (!response.write(chunk)) await once(response, 'drain', { signal });
    }
    const payloadHash = hash.digest('hex');
    const done = await delivery.commit({ payloadHash, bytes, startedAt, endedAt: new Date().toISOString() });
    response.addTrailers({
      'Share-Payload-Hash': payloadHash,
      'Share-Bytes': String(bytes),
      'Share-Rows': String(done.rows),
      'Share-Commit-Transaction-Id': done.transactionId,
      'Share-Commit-Block': String(done.block),
    });
    response.end();
  } catch (error) {
    // Gone is gone: the share stays open, for whoever asks what became of it.
    if (!signal.aborted) throw error;
  } finally {
    await delivery.end();
  }
}
