import type { Asset } from './records/asset.js';
import type { Derivation, Input } from './records/derivation.js';
import type { Grant } from './records/grant.js';

/**
 * All that lies upstream of a derived asset, read from a ledger. An input counts by the derivation that it had when it was taken and by the
 * one that it has now, so that neither a later correction nor a later discovery upstream is lost; the stricter wins.
 */

/**
 * Inputs in all, over every derivation upstream, that a question about one asset looks at. Each costs at most an asset, a grant and two
 * derivations: 400 keys at the very most, and none for what is not derived. Beyond it nothing is recorded, asked for or shared.
 */
export const MAX_LINKS = 100;

export interface LineageReader {
  asset(id: string): Promise<Asset | undefined>;
  derivation(id: string): Promise<Derivation | undefined>;
  grant(id: string): Promise<Grant | undefined>;
}

export interface Lineage {
  /** Every input upstream, nearest first. */
  readonly links: readonly Input[];
  readonly assets: ReadonlyMap<string, Asset>;
  readonly derivations: ReadonlyMap<string, Derivation>;
  readonly grants: ReadonlyMap<string, Grant>;
  /** False: there is more upstream than `MAX_LINKS`. */
  readonly whole: boolean;
}

export async function readLineage(inputs: readonly Input[], reader: LineageReader): Promise<Lineage> {
  const assets = new Map<string, Asset>();
  const derivations = new Map<string, Derivation>();
  const grants = new Map<string, Grant>();
  const links = [...inputs];
  for (let i = 0; i < links.length && i < MAX_LINKS; i++) {
    const link = links[i] as Input;
    const asset = assets.get(link.asset) ?? (await reader.asset(link.asset));
    if (asset) assets.set(link.asset, asset);
    if (link.grant !== undefined && !grants.has(link.grant)) {
      const grant = await reader.grant(link.grant);
      if (grant) grants.set(link.grant, grant);
    }
    for (const id of derivationsOf(link, asset)) {
      if (derivations.has(id)) continue;
      const derivation = await reader.derivation(id);
      if (!derivation) continue;
      derivations.set(id, derivation);
      links.push(...derivation.inputs);
    }
  }
  return { links: links.slice(0, MAX_LINKS), assets, derivations, grants, whole: links.length <= MAX_LINKS };
}

/** By which an input was made: as it was taken, and as it is now. */
export function derivationsOf(link: Input, asset: Asset | undefined): string[] {
  return [...new Set([link.derivation, asset?.derived?.derivation])].filter((id) => id !== undefined);
}

export interface Fault {
  /** The input at fault. */
  readonly asset: string;
  readonly why: 'suspended' | 'retired' | 'grant-suspended' | 'grant-revoked';
  readonly grant?: string;
}

/** What upstream is no longer given. A grant that has run out took nothing back: what came under it was had for good. */
export function upstreamFaults({ links, assets, grants }: Lineage): Fault[] {
  const faults = new Map<string, Fault>();
  for (const { asset, grant } of links) {
    const status = assets.get(asset)?.status;
    if (status === 'suspended' || status === 'retired') faults.set(asset, { asset, why: status });
    const held = grant === undefined ? undefined : grants.get(grant)?.status;
    if (grant !== undefined && (held === 'suspended' || held === 'revoked')) faults.set(grant, { asset, why: `grant-${held}`, grant });
  }
  return [...faults.values()];
}
