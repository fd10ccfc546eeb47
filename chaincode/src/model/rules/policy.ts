import { derivationsOf, type Lineage } from '../lineage.js';
import type { Asset } from '../records/asset.js';
import type { Derivation, Input, Policy } from '../records/derivation.js';

/** DOMAIN rule 8: how far data made of other data may go. Every answer is the strictest of what it is made of, element by element. */
type ElementPolicy = Omit<Policy['elements'][number], 'name'>;
type Whole = Pick<Policy, 'level' | 'openToPublic'>;
/** A derivation, or one about to be recorded. */
export type Making = Pick<Derivation, 'inputs' | 'columnMap'> & Partial<Pick<Derivation, 'id' | 'effectivePolicy'>>;

const shareTypes: readonly Policy['shareType'][] = ['unconditional', 'conditional', 'none'];
const levels: readonly Policy['level'][] = ['general', 'important', 'core'];

const higher = <T>(order: readonly T[], a: T, b: T): T => (order.indexOf(a) >= order.indexOf(b) ? a : b);
export const stricter = (a: Policy['shareType'], b: Policy['shareType']) => higher(shareTypes, a, b);

const OPEN: ElementPolicy = { shareType: 'unconditional', personal: false, sensitive: false };
/** Gone from its asset: withheld, as it is from a share. */
const WITHHELD: ElementPolicy = { ...OPEN, shareType: 'none' };

const strictest = (policies: readonly ElementPolicy[]): ElementPolicy =>
  policies.reduce(
    (a, b) => ({
      shareType: stricter(a.shareType, b.shareType),
      personal: a.personal || b.personal,
      sensitive: a.sensitive || b.sensitive,
    }),
    OPEN,
  );

/** What the inputs allow for these elements. */
export function effectivePolicy(making: Making, elements: readonly string[], lineage: Lineage): Policy {
  const upstream = new Upstream(lineage);
  const each = elements.map((name) => ({ name, ...upstream.element(making, name) }));
  const all = each.length > 0 ? each : [upstream.rest(making)];
  return { shareType: strictest(all).shareType, ...upstream.whole(making), elements: each };
}

class Upstream {
  readonly #elements = new Map<string, ElementPolicy>();

  constructor(readonly lineage: Lineage) {}

  element(making: Making, name: string): ElementPolicy {
    const from = making.columnMap?.find(({ element }) => element === name)?.from;
    const now =
      from === undefined
        ? this.rest(making)
        : strictest(from.flatMap((origin) => carrying(making, origin).map((link) => this.#input(link, origin.element))));
    const then = making.effectivePolicy?.elements.find((element) => element.name === name);
    return then === undefined ? now : strictest([now, then]);
  }

  /** Of an element that no map explains: all that came in may be in it. */
  rest({ id, inputs }: Making): ElementPolicy {
    return this.#once(`${id}`, () =>
      strictest(
        inputs.flatMap((link) => {
          const asset = this.lineage.assets.get(link.asset);
          const names = link.elements ?? asset?.elements.map(({ name }) => name) ?? [];
          return [ofAsset(asset), ...names.map((name) => this.#input(link, name))];
        }),
      ),
    );
  }

  whole({ inputs, effectivePolicy: then }: Making): Whole {
    const from: Whole[] = inputs.flatMap((link) => {
      const asset = this.lineage.assets.get(link.asset);
      return [
        { level: asset?.level ?? 'general', openToPublic: asset?.openToPublic ?? false },
        ...this.#made(link).map((derivation) => this.whole(derivation)),
      ];
    });
    return [...from, ...(then ? [then] : [])].reduce<Whole>(
      (a, b) => ({ level: higher(levels, a.level, b.level), openToPublic: a.openToPublic && b.openToPublic }),
      { level: 'general', openToPublic: true },
    );
  }

  #input(link: Input, name: string): ElementPolicy {
    const asset = this.lineage.assets.get(link.asset);
    const element = asset?.elements.find((item) => item.name === name);
    const { shareType = 'unconditional', personal = false, sensitive = false } = element ?? WITHHELD;
    const own = { shareType: stricter(ofAsset(asset).shareType, shareType), personal, sensitive };
    const made = this.#made(link).map((derivation) => this.#once(`${derivation.id} ${name}`, () => this.element(derivation, name)));
    return strictest([own, ...made]);
  }

  #made(link: Input): Derivation[] {
    const ids = derivationsOf(link, this.lineage.assets.get(link.asset));
    return ids.map((id) => this.lineage.derivations.get(id)).filter((derivation) => derivation !== undefined);
  }

  #once(key: string, make: () => ElementPolicy): ElementPolicy {
    const known = this.#elements.get(key) ?? make();
    this.#elements.set(key, known);
    return known;
  }
}

/** The inputs by which an element can have come in. */
const carrying = ({ inputs }: Making, { asset, element }: { asset: string; element: string }) =>
  inputs.filter((link) => link.asset === asset && (link.elements?.includes(element) ?? true));

const ofAsset = (asset: Asset | undefined): ElementPolicy => (asset === undefined ? WITHHELD : { ...OPEN, shareType: asset.shareType });

/** The asset with its elements no wider than the policy: what requests and shares are held against. */
export function narrowed(asset: Asset, policy: Policy): Asset {
  const bound = new Map(policy.elements.map(({ name, shareType }) => [name, shareType]));
  const elements = asset.elements.map((element) => {
    const shareType = stricter(element.shareType ?? 'unconditional', bound.get(element.name) ?? policy.shareType);
    return shareType === 'unconditional' ? element : { ...element, shareType };
  });
  return { ...asset, elements };
}

/** Where an asset's own settings would allow more than its inputs do. */
export function widerThan(asset: Asset, policy: Policy): { readonly given: string; readonly accepted: string } | undefined {
  const level = asset.level ?? 'general';
  if (higher(levels, level, policy.level) !== level) return { given: `level ${level}`, accepted: `level ${policy.level}` };
  if (asset.openToPublic && !policy.openToPublic) return { given: 'openToPublic', accepted: 'not openToPublic' };
  for (const { name, ...bound } of policy.elements) {
    const element = asset.elements.find((item) => item.name === name);
    if (element === undefined) continue;
    const shareType = stricter(asset.shareType, element.shareType ?? 'unconditional');
    if (stricter(shareType, bound.shareType) !== shareType)
      return { given: `${name}: ${shareType}`, accepted: `${name}: ${bound.shareType}` };
    for (const mark of ['personal', 'sensitive'] as const)
      if (bound[mark] && !element[mark]) return { given: `${name} not ${mark}`, accepted: `${name} ${mark}` };
  }
  return undefined;
}
