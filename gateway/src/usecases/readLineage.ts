import type { Caller } from '@drl/chaincode/model/caller';
import { derivationsOf } from '@drl/chaincode/model/lineage';
import type { Asset } from '@drl/chaincode/model/records/asset';
import type { Derivation, Input } from '@drl/chaincode/model/records/derivation';
import { lineageReader, upstreamOf } from '../lineage/upstream.js';
import type { AsOf, ReadModel } from '../readmodel/readmodel.js';
import { maySee, notFound, notYours, visibleTo } from './visibility.js';

export type Direction = 'upstream' | 'downstream' | 'both';
export interface Asked {
  readonly direction: Direction;
  readonly depth: number;
  readonly asOfBlock?: number;
}

interface Link {
  readonly derivation: Derivation;
  readonly input: Input;
  readonly inForce: boolean;
}

/** More derivations than this are not followed: the answer says that it is cut off. */
const MAX_DERIVATIONS = 500;
const PAGE = 200;

/**
 * Who may: whoever sees the asset. It follows derivations that the caller may see (who sees what was made, or whose data went in), so what others have not published
 * stays unsaid; but what is suspended upstream is told however far it lies.
 */
export async function readLineage(readModel: ReadModel, caller: Caller, id: string, { direction, depth, asOfBlock }: Asked) {
  const asOf = await momentOf(readModel, asOfBlock);
  const walk = new Walk(readModel, caller, asOf.block, depth);
  const asset = await walk.reader.asset(id);
  if (!asset) throw notFound(id);
  if (!(await maySee(readModel, caller, asset))) throw notYours(caller);
  walk.distances.set(id, 0);
  if (direction !== 'downstream') await walk.up([{ asset, pin: undefined }], 1);
  if (direction !== 'upstream') await walk.down([{ asset: id }], 1);
  const upstream = await upstreamOf(readModel, asset, { asOfBlock: asOf.block });
  return {
    asset: id,
    asOf,
    nodes: await walk.nodes(),
    links: [...walk.links.values()].map(linkView),
    inputsSuspended: upstream?.inputsSuspended ?? false,
    upstream: upstream?.upstream ?? [],
    truncated: walk.truncated,
  };
}

class Walk {
  readonly reader;
  readonly distances = new Map<string, number>();
  readonly links = new Map<string, Link>();
  readonly #derivations = new Set<string>();
  truncated = false;

  constructor(
    readonly readModel: ReadModel,
    readonly caller: Caller,
    readonly asOfBlock: number,
    readonly depth: number,
  ) {
    this.reader = lineageReader(readModel, { asOfBlock });
  }

  /** `pin`: what the asset was derived by when it was taken. */
  async up(from: readonly { readonly asset: Asset; readonly pin: string | undefined }[], step: number): Promise<void> {
    const next: { asset: Asset; pin: string | undefined }[] = [];
    for (const { asset, pin } of from) {
      const ids = derivationsOf({ derivation: pin } as Input, asset);
      for (const id of ids) {
        const derivation = this.#derivations.has(id) ? undefined : await this.reader.derivation(id);
        if (!derivation || !(await this.#take(derivation, step))) continue;
        for (const input of derivation.inputs) {
          this.#link(derivation, input, asset.derived?.derivation === id, -step, input.asset);
          const taken = await this.reader.asset(input.asset);
          if (taken) next.push({ asset: taken, pin: input.derivation });
        }
      }
    }
    if (next.length > 0) await this.up(next, step + 1);
  }

  /** `by`: the derivation that the asset is reached by, if it is no longer the one in force: then only who took it by that one goes on. */
  async down(from: readonly { readonly asset: string; readonly by?: string }[], step: number): Promise<void> {
    const next: { asset: string; by?: string }[] = [];
    for (const { asset, by } of from) {
      for (const derivation of await this.#usesOf(asset)) {
        const inputs = derivation.inputs.filter((input) => input.asset === asset && (by === undefined || input.derivation === by));
        if (inputs.length === 0 || !(await this.#take(derivation, step))) continue;
        const inForce = (await this.reader.asset(derivation.asset))?.derived?.derivation === derivation.id;
        for (const input of inputs) this.#link(derivation, input, inForce, step, derivation.asset);
        next.push({ asset: derivation.asset, ...(inForce ? {} : { by: derivation.id }) });
      }
    }
    if (next.length > 0) await this.down(next, step + 1);
  }

  async nodes() {
    const sees = visibleTo(this.caller);
    const nodes = [];
    for (const [id, distance] of this.distances) {
      const asset = await this.reader.asset(id);
      if (!asset) continue;
      const { title, status, publisher } = asset;
      nodes.push({ asset: id, distance, publisher, ...(sees(asset) ? { title, status } : {}) });
    }
    return nodes.sort((a, b) => a.distance - b.distance);
  }

  async #take(derivation: Derivation, step: number): Promise<boolean> {
    if (this.#derivations.has(derivation.id)) return false;
    if (!(await maySee(this.readModel, this.caller, derivation))) return false;
    if (step > this.depth || this.#derivations.size >= MAX_DERIVATIONS) {
      this.truncated = true;
      return false;
    }
    this.#derivations.add(derivation.id);
    return true;
  }

  #link(derivation: Derivation, input: Input, inForce: boolean, distance: number, far: string): void {
    this.links.set(`${derivation.id} ${input.asset} ${input.share ?? ''}`, { derivation, input, inForce });
    if (!this.distances.has(far)) this.distances.set(far, distance);
  }

  async #usesOf(input: string): Promise<Derivation[]> {
    const found: Derivation[] = [];
    for (let cursor: string | null | undefined; cursor !== null && found.length <= MAX_DERIVATIONS; ) {
      const page = cursor ? { cursor } : { asOfBlock: this.asOfBlock };
      const { items, nextCursor } = await this.readModel.list('derivation', { input }, { limit: PAGE, ...page });
      found.push(...items);
      cursor = nextCursor;
    }
    return found;
  }
}

/** Every read of one answer is of one block. */
async function momentOf(readModel: ReadModel, asOfBlock: number | undefined): Promise<AsOf> {
  const { asOf } = await readModel.list('settings', {}, { limit: 1, ...(asOfBlock === undefined ? {} : { asOfBlock }) });
  return asOf;
}

function linkView({ derivation, input, inForce }: Link) {
  const { id, asset, assetVersion, activity, created } = derivation;
  const { share, grant } = input;
  return {
    derivation: id,
    inForce,
    output: asset,
    outputVersion: assetVersion,
    input: input.asset,
    inputVersion: input.version,
    ...(share === undefined ? {} : { share }),
    ...(grant === undefined ? {} : { grant }),
    activity,
    at: created.at,
  };
}
