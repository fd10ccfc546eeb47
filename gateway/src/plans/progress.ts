import type { Formerly } from '@drl/chaincode/model/records/common';
import type { Plan, PlanItem } from '@drl/chaincode/model/records/plan';
import { type ItemStanding, itemStanding } from '@drl/chaincode/model/rules/plan';
import type { Survey } from '../readmodel/readmodel.js';

/** How far a plan has come, from what is on the ledger and nothing else. */
export interface ItemProgress extends PlanItem {
  readonly standing: ItemStanding;
  /** When what it promises came about. */
  readonly doneAt?: string;
  /** The record that shows it. */
  readonly shownBy?: { readonly kind: 'asset' | 'grant' | 'share' | 'demand'; readonly id: string };
}

interface Done {
  readonly at: string;
  readonly by: NonNullable<ItemProgress['shownBy']>;
}

export async function progressOf(survey: Survey, { department, items }: Plan): Promise<ItemProgress[]> {
  const found: ItemProgress[] = [];
  for (const item of items) {
    const done = await doneBy[item.kind](survey, department, item);
    const standing = itemStanding(item, done?.at, survey.at);
    found.push({ ...item, standing, ...(done === undefined ? {} : { doneAt: done.at, shownBy: done.by }) });
  }
  return found;
}

const doneBy: Readonly<Record<PlanItem['kind'], (survey: Survey, department: string, item: PlanItem) => Promise<Done | undefined>>> = {
  /** First published, whatever became of it. */
  async collect(survey, department, { asset }) {
    if (asset === undefined) return undefined;
    const published = (await survey.versions('asset', asset)).find(({ status }) => status === 'published');
    if (published === undefined || !bears(published, 'publisher', department)) return undefined;
    return { at: published.updated.at, by: { kind: 'asset', id: asset } };
  },

  /** A grant on it came into force: no share is acknowledged without one, so none is earlier. */
  async share(survey, department, { asset }) {
    if (asset === undefined) return undefined;
    let first: Done | undefined;
    for await (const grant of survey.each('grant', { asset })) {
      if (!bears(grant, 'assigner', department) || !['active', 'suspended', 'revoked'].includes(grant.status)) continue;
      first = earlier(first, { at: grant.decided?.at ?? grant.requestedAt, by: { kind: 'grant', id: grant.id } });
    }
    return first;
  },

  /** Another's data was received, or the need that was filed is met. */
  async apply(survey, department, { asset, demand: need }) {
    const demand = need === undefined ? undefined : await survey.get('demand', need);
    let first: Done | undefined;
    if (demand?.status === 'fulfilled' && demand.by === department)
      first = { at: demand.updated.at, by: { kind: 'demand', id: demand.id } };
    if (asset === undefined) return first;
    for await (const share of survey.each('share', { asset, status: 'acknowledged' }))
      if (share.consumerCommitment !== undefined && bears(share, 'consumer', department))
        first = earlier(first, { at: share.consumerCommitment.stamp.at, by: { kind: 'share', id: share.id } });
    return first;
  },
};

function earlier(one: Done | undefined, other: Done): Done {
  return one === undefined || Date.parse(other.at) < Date.parse(one.at) ? other : one;
}

/** Its own, or its own before it was passed on (机构改革). */
function bears<P extends string>(
  record: { readonly [N in P]: string } & { readonly formerly?: Formerly | undefined },
  as: P,
  department: string,
): boolean {
  return record[as] === department || (record.formerly ?? []).some((before) => before.as === as && before.department === department);
}
