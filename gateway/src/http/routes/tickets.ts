import { answerOnTicket, deliverOnTicket } from '../../usecases/honourTicket.js';
import type { Call, Endpoint } from '../endpoint.js';
import { endpoint } from '../endpoint.js';
import { text } from '../query.js';
import { receipt } from '../schemas.js';
import { z } from '../zod.js';
import { mustHaveChunks, sendDelivery } from './deliveries.js';
import { receiptReply } from './queries.js';
import { readMany, readOne } from './records.js';

/** Tickets, and what another department's gateway asks with one: there is no credential, the letter is signed by the certificate that the ledger names. */

const seen = 'its two parties, managers (without case references), auditors in scope';
const who = 'another gateway, for the consumer that the ticket was issued to';
const body = z.strictObject({
  letter: z
    .string()
    .max(500_000)
    .openapi({ description: 'JWS (ES256, x5c) over what is asked, by the certificate that signed the ticket' }),
});
const shownBy = ({ params, body: { letter }, requestId, signal }: Call<unknown, z.infer<typeof body>>) => ({
  ...{ ticket: params.id as string, letter, requestId, signal },
});

export const tickets: readonly Endpoint[] = [
  readMany('ticket', 'tickets', seen, {
    asset: text.optional(),
    grant: text.optional(),
    provider: text.optional(),
    consumer: text.optional(),
  }),
  readOne('ticket', 'tickets', seen),
  endpoint({
    method: 'post',
    path: '/tickets/{id}/deliveries',
    tag: 'tickets',
    summary: 'Hand over what a ticket asks for, once: as POST /grants/{id}/deliveries does',
    who,
    open: true,
    body,
    answers: { 200: { description: 'The data, with the headers and trailers of a delivery', mediaType: '*/*' } },
    handle: async (call, services) => {
      mustHaveChunks(call.request);
      const delivery = await deliverOnTicket(services, shownBy(call)).catch((error) => {
        if (call.signal.aborted) return undefined;
        throw error;
      });
      return { send: async (response) => delivery && sendDelivery(response, delivery, delivery.hashAlgorithm, call) };
    },
  }),
  endpoint({
    method: 'post',
    path: '/tickets/{id}/queries',
    tag: 'tickets',
    summary: 'Answer what a ticket asks, once: as POST /grants/{id}/queries does',
    who,
    open: true,
    body,
    answers: { 200: { description: 'The receipt', schema: receipt } },
    handle: async (call, services) => receiptReply(await answerOnTicket(services, shownBy(call))),
  }),
];
