import { localMonth } from '../calendar.js';
import { RuleError } from '../errors.js';
import type { Rating } from '../records/rating.js';
import type { Share } from '../records/share.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, mustActFor, mustStand, timely } from './act.js';

/** Rating 部门互评: only from a share of one's own that both sides have put their word to. */
export function give(act: Act, share: Share, said: TransactionInput<'rating:give'>): Rating {
  mustActFor(act, share.consumer, 'consumer', 'steward');
  mustStand(share, 'acknowledged');
  timely(act, share);
  return {
    ...born(act, 'rating'),
    kind: 'rating',
    asset: share.asset,
    grant: share.grant,
    provider: share.provider,
    by: share.consumer,
    month: localMonth(act.at, act.settings.timeZone),
    ...said,
    status: 'given',
  };
}

/** One for each grant and month. */
export function mustBeFirst({ grant, month }: Rating, earlier: string | undefined): void {
  if (earlier !== undefined)
    throw new RuleError('ALREADY_EXISTS', { rule: 'rating', given: `${earlier}, of ${month}`, accepted: `one rating of ${grant} a month` });
}
