import type { Asset } from '@drl/chaincode/model/records/asset';
import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import type { Probes } from '../delivery/probe/probes.js';

/** An asset as it is shown, with what this gateway last saw of each resource where it looked; any other record as it is. */
export function withReachability(probes: Pick<Probes, 'standing'>, record: LedgerRecord, shown: Readonly<Record<string, unknown>>) {
  if (record.kind !== 'asset' || record.distributions.length === 0) return shown;
  const standing = probes.standing(record);
  const distributions = (record as Asset).distributions.map((one) => {
    const reachability = standing.get(one.name);
    return reachability === undefined ? one : { ...one, reachability };
  });
  return { ...shown, distributions };
}
