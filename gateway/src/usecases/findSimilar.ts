import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Demand } from '@drl/chaincode/model/records/demand';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { demandStatus } from '@drl/chaincode/model/rules/derive';
import { type Likeness, likenessOfAsset, likenessOfDemand, signsOf, type Wish } from '../demands/likeness.js';
import type { AsOf, ReadModel, Sign, Visible } from '../readmodel/readmodel.js';
import { inDictionary } from './speakDictionary.js';
import { visibleTo } from './visibility.js';
import type { Who } from './who.js';

/**
 * What scores mean, by the labelled demands of test/demands: the same need in other words scores 0.4 and more, another need below 0.3; an asset
 * that answers 0.55 and more, by words alone 0.1, one that has no more than a common element with the wish 0.25 at most, any other below 0.05.
 */
export const LIKELY = 0.4;
const FAINT = 0.05;
/** Of a filed demand, which always names elements. */
const CANDIDATE = 0.25;
/** Candidates that the indexes give, of which the best are shown. */
const POOL = 100;
/** Where one is enough, as for each demand of a list: fewer, and not every word of a long text is looked up. */
const FEW = 16;
const FEW_SIGNS = 24;

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
  asked: Wish,
  { limit, at, but, asker = caller.department }: { limit: number; at: string; but?: string; asker?: string },
): Promise<Similar> {
  const wish = await meant(readModel, asked);
  const signs = signsOf(wish);
  const waits = (demand: Demand) => demand.id !== but && ['open', 'matched', 'rejected'].includes(demandStatus(demand, at));
  const [demands, assets] = await Promise.all([
    readModel.near('demand', signs, POOL, (record) => record.kind === 'demand' && waits(record)),
    nearAssets(readModel, wish, signs, POOL, (record) => visibleTo(caller)(record) && notOf(asker, record)),
  ]);
  const likeDemands = demands.records.map((demand) => ({ demand, ...likenessOfDemand(wish, demand, demands.rarity) }));
  return { demands: best(likeDemands, limit), assets: best(assets.found, limit), asOf: assets.asOf };
}

/** Whether some published asset of another department may well answer it. */
export async function hasCandidate(readModel: ReadModel, demand: Demand): Promise<boolean> {
  const wish = await meant(readModel, demand);
  const shared = (record: LedgerRecord) => record.kind === 'asset' && record.status === 'published' && record.shareType !== 'none';
  const { found } = await nearAssets(
    readModel,
    wish,
    signsOf(wish).slice(0, FEW_SIGNS),
    FEW,
    (record) => shared(record) && notOf(demand.by, record),
  );
  return found.some(({ score }) => score >= CANDIDATE);
}

const notOf = (asker: string, record: LedgerRecord): boolean =>
  record.kind === 'asset' && record.status !== 'retired' && record.publisher !== asker;

async function meant(readModel: ReadModel, { want, elements, theme }: Wish): Promise<Wish> {
  return { want, elements: elements && (await inDictionary(readModel, elements)), theme };
}

async function nearAssets(readModel: ReadModel, wish: Wish, signs: readonly Sign[], pool: number, visible: Visible) {
  const { records, rarity, asOf } = await readModel.near('asset', signs, pool, visible);
  return { found: records.map((asset) => ({ asset, ...likenessOfAsset(wish, asset, rarity) })), asOf };
}

/** Best first; the order of candidates, which no clock and no chance decides, parts those that are equal. */
function best<T extends Likeness>(items: readonly T[], limit: number): T[] {
  return items
    .filter(({ score }) => score >= FAINT)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}
