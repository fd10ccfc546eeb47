import type { Context } from 'fabric-contract-api';
import { planId } from '../model/keys.js';
import { make, revise } from '../model/rules/plan.js';
import { LedgerContract } from './base.js';

export class PlanContract extends LedgerContract {
  constructor() {
    super('plan');
  }

  make(context: Context, argument = ''): Promise<string> {
    return this.transact('plan:make', context, argument, async (unit) => {
      const { act, input, state } = unit;
      // The id says whose and for which year: two who make it at once read the same key as absent, and have one winner.
      const existing = await state.record('plan', planId(act.caller.department, input.year));
      return unit.save('plan', undefined, make(act, existing, input));
    });
  }

  revise(context: Context, argument = ''): Promise<string> {
    return this.transact('plan:revise', context, argument, async (unit) => {
      const plan = await unit.state.need('plan', unit.input.id);
      return unit.save('plan', plan, revise(unit.act, plan, unit.input));
    });
  }
}
