import { canonical } from '@drl/chaincode/model/canonical';
import type { Grant } from '@drl/chaincode/model/records/grant';
import { digestOf } from '../delivery/digest.js';
import { bytesIn } from '../delivery/ticket/peers.js';
import { type Answered, answerQuery, type QueryRequest } from './answerQuery.js';
import { askPeer, peerFor, wrong } from './askPeer.js';
import type { Services } from './services.js';
import { useOf } from './underGrant.js';
import { readVisible } from './visibility.js';
import type { Who } from './who.js';

const MAX_RECEIPT = 1024 * 1024;

/** Who may: as `answerQuery` says. Answered here where the provider's identity is, else by its own gateway. */
export async function ask(services: Services, who: Who, request: QueryRequest): Promise<Answered> {
  const grant = await readVisible(services.readModel, who.caller, 'grant', request.grant);
  const address = peerFor(services, who, grant);
  return address === undefined ? answerQuery(services, who, request) : askElsewhere(services, who, grant, address, request);
}

async function askElsewhere(services: Services, who: Who, grant: Grant, address: string, request: QueryRequest): Promise<Answered> {
  const { subject, values, distribution, hashAlgorithm, requestId, idempotencyKey, signal } = request;
  const { share, answer, transactionId, block } = await askPeer(services, who, grant, address, 'queries', {
    use: { ...useOf({ ...request, elements: Object.keys(values) }, grant), method: 'query-verify' },
    rest: { hashAlgorithm, question: { subject, values }, ...(distribution === undefined ? {} : { distribution }) },
    ...{ requestId, signal },
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
  const receipt = await bytesIn(answer, MAX_RECEIPT);
  if (digestOf(hashAlgorithm).update(receipt).digest('hex') !== share.payloadHash)
    throw wrong('another receipt than the provider committed to');
  if (!answers(receipt, { grant: grant.id, subject, values })) throw wrong('an answer to another question');
  return { share, transactionId, block, receipt };
}

function answers(receipt: Buffer, asked: object): boolean {
  const { matches: _, salt: __, ...said } = JSON.parse(receipt.toString()) as Record<string, unknown>;
  return canonical(said) === canonical(asked);
}
