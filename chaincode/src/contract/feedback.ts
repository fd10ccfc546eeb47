import type { Context } from 'fabric-contract-api';
import { indexKeys } from '../model/keys.js';
import type { Feedback } from '../model/records/feedback.js';
import type { Act } from '../model/rules/act.js';
import { accept, confirm, contest, decide, fix, raise, reopen, withdraw } from '../model/rules/feedback.js';
import { give, mustBeFirst } from '../model/rules/rating.js';
import type { TransactionInput, TransactionName } from '../model/transactions.js';
import type { Unit } from '../unit.js';
import { LedgerContract } from './base.js';

type Step = Exclude<Extract<TransactionName, `feedback:${string}`>, 'feedback:raise' | 'feedback:fix'>;

export class FeedbackContract extends LedgerContract {
  constructor() {
    super('feedback');
  }

  raise(context: Context, argument = ''): Promise<string> {
    return this.transact('feedback:raise', context, argument, async (unit) => {
      const asset = await unit.state.need('asset', unit.input.asset);
      return unit.save('feedback', undefined, raise(unit.act, asset, unit.input), { asset });
    });
  }

  accept(context: Context, argument = ''): Promise<string> {
    return this.transact('feedback:accept', context, argument, (unit) => change(unit, accept));
  }

  contest(context: Context, argument = ''): Promise<string> {
    return this.transact('feedback:contest', context, argument, (unit) => change(unit, contest));
  }

  fix(context: Context, argument = ''): Promise<string> {
    return this.transact('feedback:fix', context, argument, async (unit) => {
      const feedback = await unit.state.need('feedback', unit.input.id);
      const asset = await unit.state.need('asset', feedback.asset);
      return unit.save('feedback', feedback, fix(unit.act, feedback, asset, unit.input));
    });
  }

  confirm(context: Context, argument = ''): Promise<string> {
    return this.transact('feedback:confirm', context, argument, (unit) => change(unit, confirm));
  }

  reopen(context: Context, argument = ''): Promise<string> {
    return this.transact('feedback:reopen', context, argument, (unit) => change(unit, reopen));
  }

  withdraw(context: Context, argument = ''): Promise<string> {
    return this.transact('feedback:withdraw', context, argument, (unit) => change(unit, withdraw));
  }

  decide(context: Context, argument = ''): Promise<string> {
    return this.transact('feedback:decide', context, argument, (unit) => change(unit, decide));
  }
}

export class RatingContract extends LedgerContract {
  constructor() {
    super('rating');
  }

  give(context: Context, argument = ''): Promise<string> {
    return this.transact('rating:give', context, argument, async (unit) => {
      const share = await unit.state.need('share', unit.input.share);
      const rating = give(unit.act, share, unit.input);
      const key = indexKeys.rated(rating.grant, rating.month);
      mustBeFirst(rating, await unit.state.text(key));
      await unit.state.putText(key, rating.id);
      return unit.save('rating', undefined, rating, { share });
    });
  }
}

async function change<N extends Step>(
  unit: Unit<N>,
  decide: (act: Act, feedback: Feedback, input: TransactionInput<N>) => Feedback,
): Promise<string> {
  const feedback = await unit.state.need('feedback', unit.input.id);
  return unit.save('feedback', feedback, decide(unit.act, feedback, unit.input));
}
