import { planId } from '../../keys.js';
import { brokenPromise } from '../plan.js';
import { type ActRule, type Change, is } from './rule.js';

const planner = ({ next, caller }: Change<'plan'>) =>
  is(caller, next.department, 'steward') && next.id === planId(next.department, next.year);
const keeps = ({ previous, next }: Change<'plan'>) =>
  previous !== undefined && brokenPromise(previous, next, next.updated.at) === undefined;

export const plan: ActRule<'plan'>[] = [
  { step: ['plan:make'], who: ['planner'], from: [undefined], to: ['active'], lacks: ['reason'], by: planner },
  {
    step: ['plan:revise'],
    who: ['planner'],
    from: ['active'],
    to: ['active'],
    fields: ['items', 'reason'],
    by: (change) => planner(change) && keeps(change),
  },
];
