import { RuleError } from '@drl/chaincode/model/errors';
import type { Share } from '@drl/chaincode/model/records/share';
import type { Ticket } from '@drl/chaincode/model/records/ticket';
import { stewardOf } from '../delivery/provider.js';
import { invalid, type LetterContent, readLetter } from '../delivery/ticket/letter.js';
import { ServiceError } from '../errors.js';
import { readTrust } from '../evidence/trust.js';
import { type Answered, answerQuery } from './answerQuery.js';
import { type Delivery, deliver } from './deliver.js';
import type { Services } from './services.js';
import type { Who } from './who.js';
import { RecordedRefusal } from './writeRecord.js';

/** Who may: whoever holds the key of the certificate that a ticket on the ledger was signed with; then it is that consumer who asks. */
export interface Shown {
  readonly ticket: string;
  readonly letter: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

/** How long this gateway may be behind the one that wrote the ticket. */
const BEHIND_MS = 5_000;
const PAUSE_MS = 100;
/** Tickets that a share stands on, or that were refused on the ledger: shown again they cost the ledger nothing. It would refuse them by itself. */
const spent = new Map<string, number>();
const REMEMBERED = 10_000;

export async function deliverOnTicket(
  services: Services,
  shown: Shown,
): Promise<Delivery & { readonly hashAlgorithm: LetterContent['hashAlgorithm'] }> {
  const { who, ticket, content } = await honour(services, shown);
  if (content.question !== undefined) throw invalid('a question');
  const { distribution, rows, hashAlgorithm } = content;
  const { requestId, signal } = shown;
  const delivery = await once(ticket, () =>
    deliver(services, who, { ...useOn(ticket), ticket: ticket.id, distribution, rows, hashAlgorithm, requestId, signal }),
  );
  return { ...delivery, hashAlgorithm };
}

export async function answerOnTicket(services: Services, shown: Shown): Promise<Answered & { readonly share: Share }> {
  const { who, ticket, content } = await honour(services, shown);
  const { question, distribution, hashAlgorithm } = content;
  if (question === undefined || Object.keys(question.values).some((name) => !ticket.elements.includes(name)))
    throw invalid('no question, or another');
  const { requestId, signal } = shown;
  return once(ticket, () =>
    answerQuery(services, who, { ...useOn(ticket), ...question, ticket: ticket.id, distribution, hashAlgorithm, requestId, signal }),
  );
}

const useOn = ({ grant, elements, purpose, actingFor, caseRef }: Ticket) => ({ grant, elements, purpose, actingFor, caseRef });

async function honour(services: Services, { ticket: id, letter, signal }: Shown) {
  const { content, certificate, mspId } = await readLetter(letter, await readTrust(services.trustDir));
  if (content.ticket !== id) throw invalid('another ticket');
  const ticket = await ticketOf(services, id, content.block, signal);
  // The contract noted the certificate that signed the ticket, which Fabric had checked against its organisation's MSP, revocations included.
  if (ticket.certificate !== certificate || ticket.created.mspId !== mspId) throw invalid('another certificate than the ticket’s');
  if (ticket.provider !== content.provider) throw invalid('another provider');
  if (Date.now() > Date.parse(ticket.expiresAt)) throw new RuleError('TICKET_EXPIRED', { accepted: `until ${ticket.expiresAt}` });
  const user = stewardOf(services.identities, ticket.provider);
  if (!user) throw new ServiceError('PROVIDER_NOT_HERE', { given: ticket.provider });
  const { department, name } = ticket.created;
  // The provider's steward signs what is handed over; what may be asked is the consumer's.
  const who: Who = { user, caller: { department, mspId, name, roles: ['consumer'] } };
  return { who, ticket, content };
}

/** As the ledger has it, and readers of blocks count it: written by who it says. Letters that no organisation's user signed never get here to wait. */
async function ticketOf({ readModel }: Services, id: string, block: number, signal: AbortSignal): Promise<Ticket> {
  await readModel.reached(block, AbortSignal.any([signal, AbortSignal.timeout(BEHIND_MS)])).catch(() => undefined);
  const ticket = await readModel.get('ticket', id);
  if (!ticket) throw invalid('a ticket that is not on the ledger');
  return ticket;
}

async function once<T>(ticket: Ticket, work: () => Promise<T>): Promise<T> {
  if (spent.has(ticket.id))
    throw new RuleError('TICKET_USED', { rule: '6', given: ticket.id, accepted: 'a ticket that no share stands on' });
  const until = Date.now() + BEHIND_MS;
  for (;;)
    try {
      const done = await work();
      remember(ticket);
      return done;
    } catch (error) {
      if (error instanceof RecordedRefusal) remember(ticket);
      // An endorsing peer may still lack the block that the reader has.
      const lacking = error instanceof RuleError && error.code === 'NOT_FOUND' && error.detail.given === `ticket ${ticket.id}`;
      if (!lacking || Date.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
}

function remember({ id, expiresAt }: Ticket): void {
  spent.set(id, Date.parse(expiresAt));
  if (spent.size > REMEMBERED) for (const [other, until] of spent) if (until < Date.now()) spent.delete(other);
}
