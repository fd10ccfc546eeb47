import { ServiceError } from '../../errors.js';
import { describeLedger } from '../../usecases/describeLedger.js';
import { followEvents } from '../../usecases/followEvents.js';
import { lookUpTransaction } from '../../usecases/lookUpTransaction.js';
import { readDecodedBlock, readRawBlock } from '../../usecases/readBlock.js';
import type { Services } from '../../usecases/services.js';
import { notFound } from '../../usecases/visibility.js';
import { type Call, endpoint, type Reply } from '../endpoint.js';
import { eventStream } from '../eventStream.js';
import { whole } from '../query.js';
import { transactionAddress } from '../respond.js';
import { block, ledger, transaction } from '../schemas.js';
import { z } from '../zod.js';

const RAW = 'application/octet-stream';

export const ledgerRoutes = [
  endpoint({
    method: 'get',
    path: '/ledger',
    tag: 'ledger',
    summary: 'Engine, channel, height, last header hash',
    who: 'every caller',
    answers: { 200: { description: 'The ledger', schema: ledger } },
    handle: async ({ signal }, services) => ({ body: await describeLedger(services, signal) }),
  }),
  endpoint({
    method: 'get',
    path: '/ledger/blocks/{number}',
    tag: 'ledger',
    summary: `One block: decoded, or with Accept: ${RAW} the bytes of common.Block`,
    who: 'every caller, who sees of its acts what is theirs to see; the raw bytes: an auditor of everything',
    answers: { 200: { description: 'The block', schema: block } },
    handle: (call, services) => readBlock(call, services),
  }),
  endpoint({
    method: 'get',
    path: '/transactions/{id}',
    tag: 'ledger',
    summary: 'What became of a transaction',
    who: 'its department, whoever sees what it wrote, managers, auditors in scope',
    answers: {
      200: { description: 'Committed, invalid or pending', schema: transaction },
      303: { description: 'It lost against a concurrent one and was tried again: Location' },
    },
    handle: async ({ params, who }, services) => {
      const found = await lookUpTransaction(services, who, params.id as string);
      if (found.status === 'retried') return { status: 303, headers: { Location: transactionAddress(found.as) }, body: undefined };
      if (found.status === 'pending') return { body: found };
      return { body: { ...found.entry, status: found.status } };
    },
  }),
  endpoint({
    method: 'get',
    path: '/events',
    tag: 'ledger',
    summary: 'Server-sent events, one for each block; resumes after Last-Event-ID, or from a block',
    who: 'every caller, who is told of each block what is theirs to see',
    query: z.strictObject({ from: whole(0).optional() }),
    answers: { 200: { description: 'The stream', mediaType: 'text/event-stream' } },
    handle: async (call, services) =>
      eventStream(call, services, async function* (from, signal) {
        for await (const data of followEvents(services.readModel, call.who.caller, from, signal))
          yield { id: data.block, event: 'block', data };
      }),
  }),
];

async function readBlock({ params, who: { caller }, request, signal }: Call, services: Services): Promise<Reply> {
  const given = params.number as string;
  if (!/^\d{1,15}$/.test(given)) throw notFound(given);
  const wanted = request.accepts(['application/json', RAW]);
  if (wanted === false) throw new ServiceError('NOT_ACCEPTABLE', { accepted: `application/json, ${RAW}` });
  if (wanted !== RAW) return { body: await readDecodedBlock(services, caller, Number(given), signal) };
  const bytes = await readRawBlock(services, caller, Number(given));
  return {
    send: async (response) => {
      response.type(RAW).send(Buffer.from(bytes));
    },
  };
}
