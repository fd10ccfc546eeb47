import { type ActRule, type Change, is } from './rule.js';

const publisher = ({ next, caller }: Change<'asset'>) => is(caller, next.publisher, 'steward');

const body = ['catalogCode', 'title', 'description', 'theme', 'keywords', 'elements', 'shareType', 'shareCondition', 'shareBasis'] as const;
const more = ['shareMethod', 'openToPublic', 'accrualPeriodicity', 'contentModified', 'contentHash', 'level', 'authoritativeFor'] as const;
const revised = [...body, ...more, 'source', 'distributions'] as const;

export const asset: ActRule<'asset'>[] = [
  { from: [undefined], to: ['registered'], lacks: ['reason'], by: publisher },
  { from: ['registered'], to: ['registered', 'published'], fields: [...revised, 'reason'], by: publisher },
  { from: ['published'], to: ['published', 'suspended', 'retired'], fields: [...revised, 'reason'], by: publisher },
  { from: ['suspended'], to: ['suspended', 'published', 'retired'], fields: [...revised, 'reason'], by: publisher },
];
