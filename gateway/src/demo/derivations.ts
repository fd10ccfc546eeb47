import type { Derivation } from '@drl/chaincode/model/records/derivation';
import { type Add, type MomentReader, steward } from './cast.js';

/** What the demonstration's departments made of others' data (scripts/demo/derivations.yaml). */
export interface DemoDerivation extends Pick<Derivation, 'activity'> {
  readonly asset: string;
  readonly at: Parameters<MomentReader>[0];
  readonly inputs: readonly { readonly asset: string; readonly grant?: string; readonly share?: number }[];
  /** Output element ← `ASSET.ELEMENT`. */
  readonly columnMap?: Readonly<Record<string, readonly string[]>>;
}

/** `publisherOf`: the department of an asset of the demonstration. */
export function derivationSteps(
  { asset, at, inputs, columnMap, activity }: DemoDerivation,
  publisherOf: (asset: string) => string,
  moment: MomentReader,
  add: Add,
): void {
  add(moment(at), steward(publisherOf(asset)), 'derivation:record', (ids) => ({
    asset: ids(asset),
    activity,
    inputs: inputs.map(({ asset: input, grant, share }) => ({
      asset: ids(input),
      ...(grant === undefined ? {} : { share: ids(`${grant} ${share ?? 0}`) }),
    })),
    ...(columnMap === undefined
      ? {}
      : { columnMap: Object.entries(columnMap).map(([element, from]) => ({ element, from: originsOf(from, ids) })) }),
  }));
}

function originsOf(from: readonly string[], ids: (key: string) => string) {
  return from.map((origin) => {
    const dot = origin.indexOf('.');
    return { asset: ids(origin.slice(0, dot)), element: origin.slice(dot + 1) };
  });
}
