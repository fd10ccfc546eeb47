import { addDuration } from '@drl/chaincode/model/duration';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Survey } from '../readmodel/readmodel.js';
import { count, type Figure, type Line, percent, ratio } from './figure.js';

/** What the catalogue is worth: whether entries are up to date, attached, and withheld for a reason. */

/**
 * When the content last changed, by the ledger's time of the version that brought another hash: dates that are typed in move nothing. The first
 * content counts from registration, unless its own date, stated before it could matter, is earlier.
 */
export function contentSince(versions: readonly Asset[]): string {
  const [first, ...later] = versions as readonly [Asset, ...Asset[]];
  const stated = first.contentModified;
  let since = stated !== undefined && Date.parse(stated) < Date.parse(first.created.at) ? stated : first.created.at;
  let hash = first.contentHash;
  for (const { contentHash, updated } of later) {
    if (contentHash !== undefined && contentHash !== hash) since = updated.at;
    hash = contentHash ?? hash;
  }
  return since;
}

/** Until when the content is up to date; undefined where no period is declared that could pass. */
export function renewalDue(asset: Asset, since: string): string | undefined {
  const { accrualPeriodicity } = asset;
  return accrualPeriodicity === undefined || accrualPeriodicity === 'realtime' ? undefined : addDuration(since, accrualPeriodicity);
}

export async function renewalDueOf(survey: Survey, asset: Asset): Promise<string | undefined> {
  if (renewalDue(asset, asset.created.at) === undefined) return undefined;
  return renewalDue(asset, contentSince(asset.version === 1 ? [asset] : await survey.versions('asset', asset.id)));
}

/** It withholds itself or one of its elements. */
export const withholds = ({ shareType, elements }: Asset): boolean =>
  shareType === 'none' || elements.some((element) => element.shareType === 'none');

interface Counted {
  entries: number;
  dated: number;
  timely: number;
  attached: number;
  withheld: number;
  withholding: number;
  based: number;
  looked: number;
  reached: number;
}

/** What was last seen of an asset's resources, by name; what nobody looked at is not in it. */
export type Reached = (asset: Asset) => ReadonlyMap<string, { readonly reachable: boolean }>;

const nothing = (): Counted => ({
  entries: 0,
  dated: 0,
  timely: 0,
  attached: 0,
  withheld: 0,
  withholding: 0,
  based: 0,
  looked: 0,
  reached: 0,
});

/** `reached`: absent of the past, since what a gateway saw is not on the ledger. */
export async function entryFigures(survey: Survey, department: string | undefined, reached?: Reached): Promise<Figure[]> {
  const all = nothing();
  const byDepartment = new Map<string, Counted>();
  for await (const asset of survey.each('asset', department === undefined ? {} : { publisher: department })) {
    if (asset.status === 'retired') continue;
    const own = byDepartment.get(asset.publisher) ?? nothing();
    byDepartment.set(asset.publisher, own);
    const due = await renewalDueOf(survey, asset);
    const seen = reached === undefined ? [] : [...reached(asset).values()];
    for (const counted of [all, own]) {
      add(counted, asset, due, survey.at);
      counted.looked += seen.length;
      counted.reached += seen.filter(({ reachable }) => reachable).length;
    }
  }
  const departments = [...byDepartment].sort(([a], [b]) => (a < b ? -1 : 1));
  const dated = departments.filter(([, { dated }]) => dated > 0);
  const lines = (of: keyof Counted, over: keyof Counted): Line[] =>
    departments.map(([name, counted]) => ({
      department: name,
      numerator: counted[of],
      denominator: counted[over],
      value: percent(counted[of], counted[over]),
    }));
  return [
    count('entries', all.entries),
    ratio('timely-entries', all.timely, all.dated, lines('timely', 'dated')),
    ratio('timely-departments', dated.filter(([, own]) => own.timely === own.dated).length, dated.length),
    ratio('attachment-rate', all.attached, all.entries, lines('attached', 'entries')),
    ratio('reachable-resources', all.reached, all.looked),
    ratio('withheld-rate', all.withheld, all.entries, lines('withheld', 'entries')),
    ratio('withheld-with-basis', all.based, all.withholding),
    ratio('withheld-without-basis', all.withholding - all.based, all.withholding),
  ];
}

function add(counted: Counted, asset: Asset, due: string | undefined, at: string): void {
  counted.entries += 1;
  if (due !== undefined) counted.dated += 1;
  if (due !== undefined && Date.parse(at) <= Date.parse(due)) counted.timely += 1;
  if (asset.distributions.length > 0) counted.attached += 1;
  if (asset.shareType === 'none') counted.withheld += 1;
  if (!withholds(asset)) return;
  counted.withholding += 1;
  if (asset.shareBasis !== undefined) counted.based += 1;
}
