import type { Context } from 'fabric-contract-api';
import { adopt, giveBack, propose, retire, revise } from '../model/rules/dataElement.js';
import { LedgerContract } from './base.js';

export class DataElementContract extends LedgerContract {
  constructor() {
    super('data-element');
  }

  propose(context: Context, argument = ''): Promise<string> {
    return this.transact('data-element:propose', context, argument, async (unit) => {
      const existing = await unit.state.record('data-element', unit.input.id);
      return unit.save('data-element', existing, propose(unit.act, existing, unit.input));
    });
  }

  revise(context: Context, argument = ''): Promise<string> {
    return this.transact('data-element:revise', context, argument, async (unit) => {
      const element = await unit.state.need('data-element', unit.input.id);
      return unit.save('data-element', element, revise(unit.act, element, unit.input));
    });
  }

  adopt(context: Context, argument = ''): Promise<string> {
    return this.transact('data-element:adopt', context, argument, async (unit) => {
      const element = await unit.state.need('data-element', unit.input.id);
      return unit.save('data-element', element, adopt(unit.act, element, unit.input));
    });
  }

  return(context: Context, argument = ''): Promise<string> {
    return this.transact('data-element:return', context, argument, async (unit) => {
      const element = await unit.state.need('data-element', unit.input.id);
      return unit.save('data-element', element, giveBack(unit.act, element, unit.input));
    });
  }

  retire(context: Context, argument = ''): Promise<string> {
    return this.transact('data-element:retire', context, argument, async (unit) => {
      const { act, input, state } = unit;
      const element = await state.need('data-element', input.id);
      const successor = input.replacedBy === undefined ? undefined : await state.record('data-element', input.replacedBy);
      return unit.save('data-element', element, retire(act, element, successor, input));
    });
  }
}
