import type { Context } from 'fabric-contract-api';
import { record } from '../model/rules/audit.js';
import { LedgerContract } from './base.js';

export class AuditContract extends LedgerContract {
  constructor() {
    super('audit');
  }

  record(context: Context, argument = ''): Promise<string> {
    return this.transact('audit:record', context, argument, (unit) => unit.save('audit-query', undefined, record(unit.act, unit.input)));
  }
}
