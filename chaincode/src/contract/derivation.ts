import type { Context } from 'fabric-contract-api';
import { readLineage } from '../model/lineage.js';
import type { Asset } from '../model/records/asset.js';
import { type Bounds, boundsOf, inputsOf, markDerived, mustBeNarrow, mustFlow, record, type Source } from '../model/rules/derivation.js';
import { narrowed } from '../model/rules/policy.js';
import type { State } from '../state.js';
import { LedgerContract } from './base.js';

export class DerivationContract extends LedgerContract {
  constructor() {
    super('derivation');
  }

  /**
   * Reads the marks of all that lies upstream and writes the output's: of two that would together close a circle one reads what the other
   * writes, and so only one of them commits.
   */
  record(context: Context, argument = ''): Promise<string> {
    return this.transact('derivation:record', context, argument, async (unit) => {
      const { act, input, state } = unit;
      const asset = await state.need('asset', input.asset);
      const sources: Source[] = [];
      for (const named of input.inputs) {
        const share = named.share === undefined ? undefined : await state.need('share', named.share);
        const grant = share && (await state.need('grant', share.grant));
        const receiver = share && (await state.record('department', share.consumer));
        sources.push({ asset: await state.need('asset', named.asset), share, grant, receiver });
      }
      const inputs = inputsOf(act, asset, sources, input);
      const derivation = record(act, asset, inputs, await readLineage(inputs, readerOf(state)), input);
      const answer = await unit.save('derivation', undefined, derivation, { asset });
      await unit.save('asset', asset, markDerived(act, asset, derivation));
      return answer;
    });
  }
}

/** What upstream means for an asset; nothing is read for one that is not derived. */
export async function boundsFor(state: State, asset: Asset): Promise<Bounds | undefined> {
  if (asset.derived === undefined) return undefined;
  const derivation = await state.need('derivation', asset.derived.derivation);
  return boundsOf(asset, derivation, await readLineage(derivation.inputs, readerOf(state)));
}

/** The asset as far as its inputs let it be asked for and granted. */
export async function offered(state: State, asset: Asset): Promise<Asset> {
  const bounds = await boundsFor(state, asset);
  if (bounds === undefined) return asset;
  mustFlow(bounds);
  return narrowed(asset, bounds.policy);
}

export async function mustStayNarrow(state: State, asset: Asset): Promise<void> {
  const bounds = await boundsFor(state, asset);
  if (bounds) mustBeNarrow(asset, bounds);
}

const readerOf = (state: State) => ({
  asset: (id: string) => state.record('asset', id),
  derivation: (id: string) => state.record('derivation', id),
  grant: (id: string) => state.record('grant', id),
});
