import type { IncomingMessage } from 'node:http';
import { constraints, type Grant, type Mark } from '@drl/chaincode/model/records/grant';
import { unreachable } from '../delivery/ticket/peers.js';
import { ServiceError } from '../errors.js';
import { askPeer, reach, wrong } from './askPeer.js';
import type { Delivery, DeliveryRequest, Sent } from './deliver.js';
import type { Services } from './services.js';
import { useOf } from './underGrant.js';
import type { Who } from './who.js';

/** Each holds a connection on either side. */
const MAX_DELIVERIES = 64;
let deliveries = 0;

/** Who may: a consumer. The same delivery, from the provider's own gateway: what flows through here is hashed here, and held against the ledger. */
export async function deliverFromPeer(
  services: Services,
  who: Who,
  grant: Grant,
  address: string,
  request: DeliveryRequest,
): Promise<Delivery> {
  const { distribution, rows, hashAlgorithm, requestId, idempotencyKey, signal } = request;
  if (deliveries >= MAX_DELIVERIES) throw new ServiceError('DELIVERIES_EXHAUSTED', { accepted: String(MAX_DELIVERIES) });
  deliveries += 1;
  const leave = () => {
    deliveries -= 1;
  };
  const { share, answer, transactionId, block } = await askPeer(services, who, grant, address, 'deliveries', {
    use: useOf(request, grant),
    rest: { hashAlgorithm, ...(distribution === undefined ? {} : { distribution }), ...(rows === undefined ? {} : { rows }) },
    ...{ requestId, signal },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  }).catch((error) => {
    leave();
    throw error;
  });
  return {
    share,
    opened: { transactionId, block },
    mediaType: answer.headers['content-type'] ?? 'application/octet-stream',
    marks: marksIn(answer),
    payload: payloadOf(answer),
    commit: (sent) => committed(services, share.id, answer, sent, signal),
    end: async () => {
      answer.destroy();
      leave();
    },
  };
}

function marksIn({ headers }: IncomingMessage): readonly Mark[] {
  const told = headers['share-marks'];
  return constraints.shape.marks.safeParse(typeof told === 'string' ? told.split(', ') : []).data ?? [];
}

async function* payloadOf(answer: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of answer) yield chunk as Buffer;
  } catch (error) {
    throw unreachable(error);
  }
  if (!answer.complete) throw unreachable({ name: 'broken off' });
}

/** The provider has committed before it ended its answer: this is where its word and what came are one. */
async function committed(services: Services, id: string, { trailers }: IncomingMessage, { payloadHash, bytes }: Sent, signal: AbortSignal) {
  const block = Number(trailers['share-commit-block']);
  const transactionId = trailers['share-commit-transaction-id'];
  if (transactionId === undefined || !Number.isSafeInteger(block)) throw wrong('no commitment');
  await reach(services, block, signal);
  const share = await services.readModel.get('share', id);
  if (share?.payloadHash !== payloadHash || share.bytes !== bytes) throw wrong('another payload than the provider committed to');
  return { transactionId, block, rows: share.rows ?? 0 };
}
