import { yearOf } from '@drl/chaincode/model/calendar';
import type { PlanItem } from '@drl/chaincode/model/records/plan';
import { type Add, type MomentReader, steward } from './cast.js';

/** What the demonstration's departments promised for the year (scripts/demo/plans.yaml). */
export interface DemoPlan {
  readonly department: string;
  readonly at: Parameters<MomentReader>[0];
  readonly items: readonly (Omit<PlanItem, 'asset' | 'dueAt'> & { readonly asset?: string; readonly due?: Parameters<MomentReader>[0] })[];
}

/** The year is the channel's, whose end is said in its own zone. */
const TIME_ZONE = 'Asia/Shanghai';

export function planSteps({ department, at, items }: DemoPlan, moment: MomentReader, add: Add): void {
  const made = moment(at);
  const year = yearOf(new Date(made).toISOString(), TIME_ZONE);
  const dueAt = (due: string | undefined) => (due === undefined ? `${year}-12-31T15:59:59Z` : new Date(moment(due)).toISOString());
  const promised = items.filter(({ due }) => yearOf(dueAt(due), TIME_ZONE) === year);
  add(made, steward(department), 'plan:make', (ids) => ({
    year,
    items: promised.map(({ due, asset, ...item }) => ({
      ...item,
      ...(asset === undefined ? {} : { asset: ids(asset) }),
      dueAt: dueAt(due),
    })),
  }));
}
