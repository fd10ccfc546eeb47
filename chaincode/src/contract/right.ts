import type { Context } from 'fabric-contract-api';
import { indexKeys } from '../model/keys.js';
import type { Contest, Right } from '../model/records/right.js';
import type { Related } from '../model/rules/authorship.js';
import { rightStands } from '../model/rules/derive.js';
import { accept, claim, confirm, contest, decline, offer, type RightOutcome, type RightStanding } from '../model/rules/right.js';
import type { TransactionName } from '../model/transactions.js';
import type { State } from '../state.js';
import type { Unit } from '../unit.js';
import { LedgerContract } from './base.js';
import { frozenBy } from './freeze.js';

export class RightContract extends LedgerContract {
  constructor() {
    super('right');
  }

  claim(context: Context, argument = ''): Promise<string> {
    return this.transact('right:claim', context, argument, async (unit) => {
      const asset = await unit.state.need('asset', unit.input.asset);
      return unit.save('right', undefined, claim(unit.act, asset, unit.input));
    });
  }

  confirm(context: Context, argument = ''): Promise<string> {
    return this.transact('right:confirm', context, argument, async (unit) => {
      const standing = await load(unit.state, unit.input.id);
      const outcome = confirm(unit.act, standing, unit.input);
      const { right } = outcome;
      if (right?.rightType === 'ownership') await unit.state.putText(indexKeys.owner(right.asset), right.id);
      return store(unit, standing, outcome);
    });
  }

  contest(context: Context, argument = ''): Promise<string> {
    return this.transact('right:contest', context, argument, async (unit) => {
      const standing = await load(unit.state, unit.input.id);
      const opened = contest(unit.act, standing, unit.input);
      await unit.state.putText(indexKeys.contests(opened.right, opened.id), opened.by);
      return unit.save('contest', undefined, opened);
    });
  }

  offer(context: Context, argument = ''): Promise<string> {
    return this.transact('right:offer', context, argument, async (unit) => {
      const { act, input, state } = unit;
      const standing = await load(state, input.id);
      const receiver = await state.record('department', input.to);
      return unit.save('right', standing.right, offer(act, standing, receiver, input));
    });
  }

  accept(context: Context, argument = ''): Promise<string> {
    return this.transact('right:accept', context, argument, async (unit) => {
      const standing = await load(unit.state, unit.input.id);
      const { from, to } = accept(unit.act, standing);
      if (to.rightType === 'ownership') await unit.state.putText(indexKeys.owner(to.asset), to.id);
      await unit.save('right', standing.right, from);
      return unit.save('right', undefined, to, { from: standing.right });
    });
  }

  decline(context: Context, argument = ''): Promise<string> {
    return this.transact('right:decline', context, argument, async (unit) => {
      const standing = await load(unit.state, unit.input.id);
      return store(unit, standing, decline(unit.act, standing, unit.input));
    });
  }
}

/** The right, its contests, and the ownership of its asset. The owner index only points: what it points to is looked at. */
async function load(state: State, id: string): Promise<RightStanding> {
  const right = await state.need('right', id);
  const contests = await contestsOf(state, right);
  const frozen = await frozenBy(state, 'right', id);
  const owner = await state.text(indexKeys.owner(right.asset));
  const ownership = owner === undefined ? undefined : await state.record('right', owner);
  if (ownership === undefined || ownership.asset !== right.asset || ownership.rightType !== 'ownership') return { right, contests, frozen };
  return {
    right,
    contests,
    frozen,
    ownership:
      ownership.id === id
        ? { right, contests, frozen }
        : { right: ownership, contests: await contestsOf(state, ownership), frozen: await frozenBy(state, 'right', ownership.id) },
  };
}

async function contestsOf(state: State, { id }: Right): Promise<Contest[]> {
  const contests: Contest[] = [];
  for (const contest of await state.lastParts('contests', id)) contests.push(await state.need('contest', contest));
  return contests;
}

/** Answers the right where it changed, else the contest that was settled. */
async function store(unit: Unit<TransactionName>, { right, contests, ownership }: RightStanding, outcome: RightOutcome): Promise<string> {
  const stands = ownership !== undefined && rightStands(ownership.right, ownership.contests, unit.act.at);
  const related: Related = { owner: stands ? ownership.right.holder : undefined };
  let answer = '';
  for (const next of outcome.contests)
    answer = await unit.save(
      'contest',
      contests.find(({ id }) => id === next.id),
      next,
    );
  if (outcome.right) answer = await unit.save('right', right, outcome.right, related);
  return answer;
}
