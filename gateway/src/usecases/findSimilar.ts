import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Demand } from '@drl/chaincode/model/records/demand';
import { demandStatus } from '@drl/chaincode/model/rules/derive';
import { type Likeness, likenessOfAsset, likenessOfDemand, signsOf, type Wish } from '../demands/likeness.js';
import type { AsOf, ReadModel, Visible } from '../readmodel/readmodel.js';
import { visibleTo } from './visibility.js';
import type { Who } from './who.js';

/**
 * What scores mean, by the labelled demands of test/demands: the same need in other words scores 0.4 and more, another need below 0.3; an asset
 * that answers 0.1 and more, with elements 0.45, and one that has nothing to do with it below 0.05.
 */
export const LIKELY = 0.4;
const FAINT = 0.05;
const CANDIDATE = 0.1;
/** Candidates that the indexes give, of which the best are shown; where one is enough, fewer. */
const POOL = 100;
const FEW = 16;

export interface Similar {
  /** Open demands, of whomever. */
  readonly demands: readonly (Likeness & { readonly demand: Demand })[];
  /** Assets that the caller sees, of other departments than the one that asks. */
  readonly assets: readonly (Likeness & { readonly asset: Asset })[];
  readonly asOf: AsOf;
}

/** Who may: every caller, over what it sees. `but`: the demand that is asked about is not like itself. */
export async function findSimilar(
  readModel: ReadModel,
  { caller }: Pick<Who, 'caller'>,
  wish: Wish,
  { limit, at, but, asker = caller.department }: { limit: number; at: string; but?: string; asker?: string },
): Promise<Similar> {
  const signs = signsOf(wish);
  const waits = (demand: Demand) => demand.id !== but && ['open', 'matched', 'rejected'].includes(demandStatus(demand, at));
  const [demands, assets] = await Promise.all([
    readModel.near('demand', signs, POOL, (record) => record.kind === 'demand' && waits(record)),
    nearAssets(readModel, wish, asker, POOL, visibleTo(caller)),
  ]);
  const likeDemands = demands.records.map((demand) => ({ demand, ...likenessOfDemand(wish, demand, demands.rarity) }));
  return { demands: best(likeDemands, limit), assets: best(assets.found, limit), asOf: assets.asOf };
}

/** Whether some published asset of another department may well answer it. */
export async function hasCandidate(readModel: ReadModel, demand: Demand): Promise<boolean> {
  const shared = (asset: Asset) => asset.status === 'published' && asset.shareType !== 'none';
  const { found } = await nearAssets(readModel, demand, demand.by, FEW, (record) => record.kind === 'asset' && shared(record));
  return found.some(({ score }) => score >= CANDIDATE);
}

async function nearAssets(readModel: ReadModel, wish: Wish, asker: string, pool: number, visible: Visible) {
  const { records, rarity, asOf } = await readModel.near(
    'asset',
    signsOf(wish),
    pool,
    (record) => record.kind === 'asset' && record.status !== 'retired' && record.publisher !== asker && visible(record),
  );
  return { found: records.map((asset) => ({ asset, ...likenessOfAsset(wish, asset, rarity) })), asOf };
}

/** Best first; the order of candidates, which no clock and no chance decides, parts those that are equal. */
function best<T extends Likeness>(items: readonly T[], limit: number): T[] {
  return items
    .filter(({ score }) => score >= FAINT)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}
