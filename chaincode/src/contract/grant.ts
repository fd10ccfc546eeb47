import type { Context } from 'fabric-contract-api';
import type { Grant } from '../model/records/grant.js';
import type { Act } from '../model/rules/act.js';
import { mustBeNameable } from '../model/rules/demand.js';
import { approve, disclose, giveBack, refuse, request, resubmit, resume, revoke, suspend, withdraw } from '../model/rules/grant.js';
import { acceptTerms, declineTerms, offerTerms } from '../model/rules/terms.js';
import type { TransactionInput, TransactionName } from '../model/transactions.js';
import type { Unit } from '../unit.js';
import { LedgerContract } from './base.js';
import { joiningOf } from './demand.js';
import { offered } from './derivation.js';
import { mustBeHeld } from './terms.js';

type Step = Exclude<Extract<TransactionName, `grant:${string}`>, 'grant:request'>;

export class GrantContract extends LedgerContract {
  constructor() {
    super('grant');
  }

  request(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:request', context, argument, async (unit) => {
      const { act, input, state } = unit;
      const asset = await state.need('asset', input.asset);
      const renewed = input.renews === undefined ? undefined : await state.record('grant', input.renews);
      if (input.demand !== undefined) {
        const demand = await state.need('demand', input.demand);
        const own = demand.by === act.caller.department ? demand : await joiningOf(state, demand.id, act.caller.department);
        mustBeNameable(act, demand, own);
      }
      return unit.save('grant', undefined, request(act, await offered(state, asset), renewed, input), { asset });
    });
  }

  approve(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:approve', context, argument, async (unit) => {
      const grant = await unit.state.need('grant', unit.input.id);
      const asset = await unit.state.need('asset', grant.asset);
      return unit.save('grant', grant, approve(unit.act, grant, await offered(unit.state, asset), unit.input));
    });
  }

  resubmit(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:resubmit', context, argument, async (unit) => {
      const grant = await unit.state.need('grant', unit.input.id);
      const asset = await unit.state.need('asset', grant.asset);
      return unit.save('grant', grant, resubmit(unit.act, grant, await offered(unit.state, asset), unit.input), { asset });
    });
  }

  refuse(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:refuse', context, argument, (unit) => change(unit, refuse));
  }

  return(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:return', context, argument, (unit) => change(unit, giveBack));
  }

  withdraw(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:withdraw', context, argument, (unit) => change(unit, withdraw));
  }

  suspend(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:suspend', context, argument, (unit) => change(unit, suspend));
  }

  resume(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:resume', context, argument, (unit) => change(unit, resume));
  }

  revoke(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:revoke', context, argument, (unit) => change(unit, revoke));
  }

  disclose(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:disclose', context, argument, (unit) => change(unit, disclose));
  }

  offerTerms(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:offerTerms', context, argument, (unit) => agree(unit, offerTerms));
  }

  acceptTerms(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:acceptTerms', context, argument, (unit) => agree(unit, acceptTerms));
  }

  declineTerms(context: Context, argument = ''): Promise<string> {
    return this.transact('grant:declineTerms', context, argument, (unit) => change(unit, declineTerms));
  }
}

async function change<N extends Step>(
  unit: Unit<N>,
  decide: (act: Act, grant: Grant, input: TransactionInput<N>) => Grant,
): Promise<string> {
  const grant = await unit.state.need('grant', unit.input.id);
  return unit.save('grant', grant, decide(unit.act, grant, unit.input));
}

/** Nobody puts their word to a commitment whose text the two do not both have. */
async function agree<N extends 'grant:offerTerms' | 'grant:acceptTerms'>(
  unit: Unit<N>,
  decide: (act: Act, grant: Grant, input: TransactionInput<N>) => Grant,
): Promise<string> {
  const grant = await unit.state.need('grant', unit.input.id);
  const next = decide(unit.act, grant, unit.input);
  await mustBeHeld(unit.state, grant, unit.input.termsHash, unit.act.settings);
  return unit.save('grant', grant, next);
}
