import { planId } from '../../keys.js';
import { brokenPromise } from '../plan.js';
import { type ActRule, type Change, is } from './rule.js';

const planner = ({ next, caller }: Change<'plan'>) => is(caller, next.department, 'steward');
/** A plan that was passed on keeps the id of whose it was. */
const named = ({ next }: Change<'plan'>) => next.id === planId(next.department, next.year);
const keeps = ({ previous, next }: Change<'plan'>) =>
  previous !== undefined && brokenPromise(previous, next, next.updated.at) === undefined;

export const plan: ActRule<'plan'>[] = [
  {
    step: ['plan:make'],
    who: ['planner'],
    from: [undefined],
    to: ['active'],
    lacks: ['reason'],
    by: (change) => planner(change) && named(change),
  },
  {
    step: ['plan:revise'],
    who: ['planner'],
    from: ['active'],
    to: ['active'],
    fields: ['items', 'reason'],
    by: (change) => planner(change) && keeps(change),
  },
];
