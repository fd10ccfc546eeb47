import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Wish } from '@drl/gateway/demands/likeness';
import type { ReadModel } from '@drl/gateway/readmodel/readmodel';
import { findSimilar } from '@drl/gateway/usecases/findSimilar';
import { founded, opened, scratch } from '../readmodel/source';
import { asset, changed, demand, household, social } from '../readmodel/world';

/** A catalogue in a real read model, made from real blocks: published assets of one department, asked for by another. */
export interface Catalogue {
  readonly model: ReadModel;
  readonly find: (wish: Wish, limit: number) => ReturnType<typeof findSimilar>;
  readonly close: () => Promise<void>;
}

const BLOCK = 100;
const caller = { department: social.department, mspId: social.mspId, name: social.name, roles: ['consumer'] as const };

export async function catalogue(
  entries: readonly (Partial<Asset> & { readonly id: string })[],
  demands: readonly { readonly id: string; readonly wish: Wish }[] = [],
): Promise<Catalogue> {
  const ledger = founded();
  for (let from = 0; from < entries.length; from += BLOCK) {
    const some = entries.slice(from, from + BLOCK);
    const made = new Map<string, Asset>();
    ledger.write(
      ...some.map(({ id, ...fields }) => ({
        by: household,
        action: 'asset:register',
        writes: (stamp: Parameters<typeof asset>[1]) => {
          const registered = asset(id, stamp, { elements: [], ...fields });
          made.set(id, registered);
          return [registered];
        },
      })),
    );
    ledger.write(
      ...some.map(({ id }) => ({
        by: household,
        action: 'asset:publish',
        writes: (stamp: Parameters<typeof asset>[1]) => [changed(made.get(id) as Asset, stamp, { status: 'published' })],
      })),
    );
  }
  for (const { id, wish } of demands)
    ledger.write({
      by: social,
      action: 'demand:file',
      writes: (stamp) => [demand(id, stamp, { ...wish, elements: [...(wish.elements ?? [{ name: id }])] })],
    });
  const { dir, clean } = scratch();
  const model = await opened(ledger, dir);
  return {
    model,
    find: (wish, limit) =>
      findSimilar(model, { caller: { ...caller, roles: [...caller.roles] } }, wish, { limit, at: new Date(ledger.now).toISOString() }),
    close: async () => {
      await model.close();
      clean();
    },
  };
}

/** The share of answers that are among the first k. */
export function recall(ranks: readonly number[], k: number): number {
  return ranks.filter((rank) => rank >= 0 && rank < k).length / ranks.length;
}

export function printed(title: string, ranks: readonly number[]): void {
  const at = [1, 3, 5, 10].map((k) => `recall@${k} ${recall(ranks, k).toFixed(3)}`);
  process.stdout.write(`${title}: ${ranks.length} demands, ${at.join(', ')}\n`);
}
