import type { Grant } from '../records/grant.js';
import type { Ticket } from '../records/ticket.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, mustActFor, mustDiffer, timely } from './act.js';
import type { Clause, Use } from './limits.js';

/** Ticket: a consumer's word that it asks. What the grant forbids is held against the share that uses it, not against the wish. */
export function issue(act: Act, grant: Grant, certificate: string, { seconds, ...use }: TransactionInput<'ticket:issue'>): Ticket {
  mustActFor(act, grant.assignee, 'consumer');
  timely(act, grant);
  mustDiffer(use.elements, 'elements');
  return {
    ...born(act, 'ticket'),
    kind: 'ticket',
    ...use,
    asset: grant.asset,
    provider: grant.assigner,
    consumer: grant.assignee,
    certificate,
    expiresAt: new Date(Date.parse(act.at) + seconds * 1000).toISOString(),
    status: 'issued',
  };
}

/** What forbids a share to stand on this ticket. `usedBy`: the transaction that used it before. */
export function ticketForbids(
  at: string,
  ticket: Ticket,
  use: Use & { readonly grant: string },
  usedBy: string | undefined,
): Clause | undefined {
  if (usedBy !== undefined) return { code: 'TICKET_USED', given: ticket.id, accepted: 'a ticket that no share stands on' };
  if (Date.parse(at) > Date.parse(ticket.expiresAt)) return { code: 'TICKET_EXPIRED', given: at, accepted: `until ${ticket.expiresAt}` };
  const beyond = use.elements.filter((name) => !ticket.elements.includes(name));
  const other = (['grant', 'purpose', 'method', 'actingFor'] as const).filter((field) => use[field] !== ticket[field]);
  if (beyond.length === 0 && other.length === 0) return undefined;
  return { code: 'TICKET_MISMATCH', given: [...other, ...beyond].join(', '), accepted: 'what the consumer put its word to' };
}
