import type { Caller } from '@drl/chaincode/model/caller';
import type { Demand, DemandEffectiveStatus } from '@drl/chaincode/model/records/demand';
import type { Grant } from '@drl/chaincode/model/records/grant';
import type { RecordKind, RecordOf } from '@drl/chaincode/model/records/index';
import { demandStatus } from '@drl/chaincode/model/rules/derive';
import { toldToOthers, type Unmet, unmetBecause } from '../demands/unmet.js';
import type { Filters, ReadModel } from '../readmodel/readmodel.js';
import { hasCandidate } from './findSimilar.js';
import { visibleTo } from './visibility.js';

/** More departments, grants or shares than this of one demand are not told. */
const LIMIT = 200;

interface DemandView extends Demand {
  readonly requesters: readonly string[];
  readonly unmetBecause: readonly Unmet[];
}

/** Who may: every caller; the course of a grant under it is told to those who see the grant. */
export async function presentDemand(
  readModel: ReadModel,
  caller: Caller,
  demand: Demand,
  { at, asOfBlock }: { readonly at: string; readonly asOfBlock?: number },
): Promise<Omit<DemandView, 'status'> & { readonly status: DemandEffectiveStatus }> {
  const all = async <K extends RecordKind>(kind: K, filter: Filters[K]): Promise<readonly RecordOf<K>[]> =>
    (await readModel.list(kind, filter, { limit: LIMIT, ...(asOfBlock === undefined ? {} : { asOfBlock }) })).items;
  const joined = (await all('joining', { demand: demand.id })).filter(({ status }) => status !== 'withdrawn');
  const waits = demand.status === 'open' || demand.status === 'matched' || demand.status === 'rejected';
  const grants = waits ? await grantsOf(demand, all) : [];
  const shares = (await Promise.all(grants.map(({ id }) => all('share', { grant: id })))).flat();
  const candidate = demand.status === 'open' && grants.length === 0 && (await hasCandidate(readModel, demand));
  const sees = visibleTo(caller);
  const because = unmetBecause({ demand, grants, shares, hasCandidate: candidate }, at).map((step) =>
    grants.some((grant) => grant.id === step.grant && !sees(grant)) ? toldToOthers(step) : step,
  );
  return {
    ...demand,
    status: demandStatus(demand, at),
    requesters: [demand.by, ...joined.map(({ by }) => by).sort()],
    unmetBecause: because,
  };
}

/** Those that name it, and those of the asset it was put to, asked for since. */
async function grantsOf(
  { id, by, created, match }: Demand,
  all: (kind: 'grant', filter: Filters['grant']) => Promise<readonly Grant[]>,
): Promise<Grant[]> {
  const naming = await all('grant', { demand: id, assignee: by });
  const ofAsset = match === undefined ? [] : await all('grant', { asset: match.asset, assignee: by });
  const since = ofAsset.filter((grant) => grant.demand !== id && grant.created.at >= created.at);
  return [...naming, ...since];
}
