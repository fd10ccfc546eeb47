import type { IncomingMessage } from 'node:http';
import { constraints, type Grant, type Mark } from '@drl/chaincode/model/records/grant';
import type { Share } from '@drl/chaincode/model/records/share';
import { unreachable } from '../delivery/ticket/peers.js';
import { ServiceError } from '../errors.js';
import { askPeer, reach, wrong } from './askPeer.js';
import type { Delivery, DeliveryRequest, Sent } from './deliver.js';
import type { Services } from './services.js';
import { useOf } from './underGrant.js';
import type { Who } from './who.js';

/** Each holds a connection on either side. */
const MAX_DELIVERIES = 64;
/** How long the own read model may be behind the provider's. */
const COMMITTED_MS = 15_000;
const PAUSE_MS = 50;
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

/**
 * The provider has committed before it ended its answer: this is where its word and what came are one. Its trailers only say where to look, since proxies
 * between gateways may drop them.
 */
async function committed(services: Services, id: string, { trailers }: IncomingMessage, { payloadHash, bytes }: Sent, signal: AbortSignal) {
  const told = Number(trailers['share-commit-block']);
  if (Number.isSafeInteger(told)) await reach(services, told, signal);
  const share = await commitmentOf(services, id, signal);
  if (share.payloadHash !== payloadHash || share.bytes !== bytes) throw wrong('another payload than the provider committed to');
  const transactionId = share.providerCommitment?.stamp.transactionId as string;
  const block = (await services.readModel.transaction(transactionId))?.block as number;
  return { transactionId, block, rows: share.rows ?? 0 };
}

async function commitmentOf({ readModel }: Services, id: string, signal: AbortSignal): Promise<Share> {
  const until = Date.now() + COMMITTED_MS;
  for (;;) {
    const share = await readModel.get('share', id);
    if (share?.providerCommitment) return share;
    signal.throwIfAborted();
    if (Date.now() > until) throw wrong('no commitment');
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
