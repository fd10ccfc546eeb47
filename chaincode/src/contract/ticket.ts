import type { Context } from 'fabric-contract-api';
import { fingerprint } from '../certificate.js';
import { issue } from '../model/rules/ticket.js';
import { LedgerContract } from './base.js';

export class TicketContract extends LedgerContract {
  constructor() {
    super('ticket');
  }

  issue(context: Context, argument = ''): Promise<string> {
    return this.transact('ticket:issue', context, argument, async (unit) => {
      const grant = await unit.state.need('grant', unit.input.grant);
      const certificate = fingerprint(Buffer.from(context.stub.getCreator().idBytes).toString('utf8'));
      return unit.save('ticket', undefined, issue(unit.act, grant, certificate, unit.input), { grant });
    });
  }
}
