import { marks } from './derivation.js';
import { type ActRule, type Change, is } from './rule.js';

const publisher = ({ next, caller }: Change<'asset'>) => is(caller, next.publisher, 'steward');

const body = ['catalogCode', 'title', 'description', 'theme', 'keywords', 'elements', 'shareType', 'shareCondition', 'shareBasis'] as const;
const more = ['shareMethod', 'openToPublic', 'accrualPeriodicity', 'contentModified', 'contentHash', 'level', 'authoritativeFor'] as const;
const revised = [...body, ...more, 'source', 'distributions'] as const;

const kept = (['registered', 'published', 'suspended'] as const).flatMap((status): ActRule<'asset'>[] => [
  {
    step: ['asset:revise', 'asset:attach'],
    who: ['publisher'],
    from: [status],
    to: [status],
    fields: [...revised, 'reason'],
    by: publisher,
  },
  {
    step: ['derivation:record'],
    who: ['publisher'],
    from: [status],
    to: [status],
    fields: ['derived'],
    by: (change) => publisher(change) && marks(change),
  },
]);

export const asset: ActRule<'asset'>[] = [
  { step: ['asset:register'], who: ['publisher'], from: [undefined], to: ['registered'], lacks: ['reason', 'derived'], by: publisher },
  ...kept,
  { step: ['asset:publish'], who: ['publisher'], from: ['registered'], to: ['published'], fields: ['reason'], by: publisher },
  { step: ['asset:suspend'], who: ['publisher'], from: ['published'], to: ['suspended'], fields: ['reason'], by: publisher },
  { step: ['asset:resume'], who: ['publisher'], from: ['suspended'], to: ['published'], fields: ['reason'], by: publisher },
  { step: ['asset:retire'], who: ['publisher'], from: ['published', 'suspended'], to: ['retired'], fields: ['reason'], by: publisher },
];
