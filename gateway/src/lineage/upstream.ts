import { type Fault, type LineageReader, readLineage } from '@drl/chaincode/model/lineage';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Derivation, Policy } from '@drl/chaincode/model/records/derivation';
import { boundsOf } from '@drl/chaincode/model/rules/derivation';
import type { ReadModel } from '../readmodel/readmodel.js';

/** What upstream means for an asset, by the very rules that the ledger holds its shares against. Nothing is read for one that is not derived. */
export interface UpstreamView {
  readonly inputsSuspended: boolean;
  readonly upstream: readonly Fault[];
  /** What the inputs allow now. */
  readonly effectivePolicy: Policy;
}

interface AsOfBlock {
  readonly asOfBlock?: number;
}

export function lineageReader(readModel: ReadModel, { asOfBlock }: AsOfBlock): LineageReader {
  const at = asOfBlock === undefined ? {} : { asOfBlock };
  return {
    asset: (id) => readModel.get('asset', id, at),
    derivation: (id) => readModel.get('derivation', id, at),
    grant: (id) => readModel.get('grant', id, at),
  };
}

export async function upstreamOf(readModel: ReadModel, asset: Asset, moment: AsOfBlock): Promise<UpstreamView | undefined> {
  if (asset.derived === undefined) return undefined;
  const reader = lineageReader(readModel, moment);
  const derivation = await reader.derivation(asset.derived.derivation);
  if (!derivation) return undefined;
  const { policy, faults, whole } = boundsOf(asset, derivation, await readLineage(derivation.inputs, reader));
  return { inputsSuspended: faults.length > 0 || !whole, upstream: faults, effectivePolicy: policy };
}

/** Whether what was made is still offered, as it was made, and may not be shared for what lies upstream. */
export async function isStopped(readModel: ReadModel, { id, asset }: Derivation): Promise<boolean> {
  const output = await readModel.get('asset', asset);
  if (output?.derived?.derivation !== id || output.status === 'retired') return false;
  return (await upstreamOf(readModel, output, {}))?.inputsSuspended ?? false;
}

/** Whether what was made has not been derived anew since. */
export async function isInForce(readModel: ReadModel, { id, asset }: Derivation, moment: AsOfBlock): Promise<boolean> {
  return (await lineageReader(readModel, moment).asset(asset))?.derived?.derivation === id;
}
