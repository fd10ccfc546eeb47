import type { IncomingMessage } from 'node:http';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { RecordOf } from '@drl/chaincode/model/records/index';
import type { Share } from '@drl/chaincode/model/records/share';
import type { Ticket } from '@drl/chaincode/model/records/ticket';
import { type LetterContent, writeLetter } from '../delivery/ticket/letter.js';
import { PeerRefusal, sendLetter } from '../delivery/ticket/peers.js';
import { ServiceError } from '../errors.js';
import { LedgerError } from '../ledger/ledger.js';
import type { Services } from './services.js';
import { holdsProvider, type Use } from './underGrant.js';
import type { Who } from './who.js';
import { RecordedRefusal, writeRecord } from './writeRecord.js';

/** Who may: a consumer of the grant's assignee. Where the provider's identity is not here, its own gateway is asked, with a ticket. */
export interface PeerRequest {
  readonly use: Use & { readonly method?: 'query-verify' };
  readonly rest: Pick<LetterContent, 'distribution' | 'rows' | 'hashAlgorithm' | 'question'>;
  readonly requestId: string;
  readonly idempotencyKey?: string;
  readonly signal: AbortSignal;
}

export interface PeerAnswer {
  readonly ticket: Ticket;
  /** As it stands on the ledger that both read, where it names the ticket. */
  readonly share: Share;
  readonly transactionId: string;
  readonly block: number;
  readonly answer: IncomingMessage;
}

/** From the consumer's ticket to the provider's share: clocks may differ by the channel's skew, and a long resource is counted first. */
const TICKET_SECONDS = 900;
const READ_BACK_MS = 15_000;

/** The address of the gateway to be asked in this one's place; undefined: this one hands over by itself, or cannot. */
export function peerFor(services: Services, who: Who, grant: Grant): string | undefined {
  const asks = who.caller.department === grant.assignee && who.caller.roles.includes('consumer');
  return asks && !holdsProvider(services, who, grant) ? services.peers.addressOf(grant.assigner) : undefined;
}

export async function askPeer(
  services: Services,
  who: Who,
  grant: Grant,
  address: string,
  what: 'deliveries' | 'queries',
  request: PeerRequest,
): Promise<PeerAnswer> {
  const { ticket, block } = await issue(services, who, grant, what, request);
  const letter = await writeLetter(who.user.identity, { ticket: ticket.id, provider: grant.assigner, block, ...request.rest });
  const answer = await sendLetter(services.peers, address, `/tickets/${ticket.id}/${what}`, letter, request.signal).catch(async (error) => {
    throw error instanceof PeerRefusal ? await asRecorded(services, error, request.signal) : error;
  });
  try {
    return { ticket, answer, ...(await shareOf(services, answer, ticket, request.signal)) };
  } catch (error) {
    answer.destroy();
    throw error;
  }
}

/** Under the caller's key it is one ticket, which no second share can stand on. */
async function issue(services: Services, who: Who, { id: grant }: Grant, what: string, request: PeerRequest) {
  const { use, rest, requestId, idempotencyKey } = request;
  const written = await writeRecord(services, who, {
    ...{ name: 'ticket:issue' as const, input: { grant, ...use, seconds: TICKET_SECONDS }, requestId },
    whole: JSON.parse(JSON.stringify(['POST', what, grant, use, rest])),
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
  });
  if (written.state === 'open') throw new LedgerError('OUTCOME_UNKNOWN', { transactionId: written.transactionId });
  return { ticket: written.record as Ticket, block: written.block };
}

/** Not on the other gateway's word: the ledger has the share, and it stands on the ticket. */
async function shareOf(services: Services, { headers }: IncomingMessage, ticket: Ticket, signal: AbortSignal) {
  const block = Number(headers['ledger-block']);
  const id = headers['share-id'];
  const transactionId = headers['ledger-transaction-id'];
  if (typeof id !== 'string' || typeof transactionId !== 'string' || !Number.isSafeInteger(block)) throw wrong('no share');
  await reach(services, block, signal);
  const share = await services.readModel.get('share', id);
  if (share?.ticket !== ticket.id) throw wrong('a share that does not stand on the ticket');
  return { share, transactionId, block };
}

export async function reach({ readModel }: Services, block: number, signal: AbortSignal): Promise<void> {
  await readModel.reached(block, AbortSignal.any([signal, AbortSignal.timeout(READ_BACK_MS)])).catch(() => {
    throw new ServiceError('READ_MODEL_BEHIND', { given: String(block) });
  });
}

export function wrong(given: string): ServiceError {
  return new ServiceError('PEER_ANSWER_WRONG', { given });
}

/** The refusal itself, from the ledger. */
async function asRecorded(services: Services, refused: PeerRefusal, signal: AbortSignal): Promise<Error> {
  await reach(services, refused.block, signal);
  const written = (await services.readModel.transaction(refused.transactionId))?.writes.find(({ kind }) => kind === 'refusal');
  const refusal: RecordOf<'refusal'> | undefined = written && (await services.readModel.get('refusal', written.id));
  return refusal ? new RecordedRefusal(refusal, refused.transactionId, refused.block) : wrong('a refusal that is not on the ledger');
}
