import { RuleError } from '../errors.js';
import { type Fault, type Lineage, MAX_LINKS, upstreamFaults } from '../lineage.js';
import type { Asset } from '../records/asset.js';
import type { Department } from '../records/department.js';
import type { Derivation, Input, Policy } from '../records/derivation.js';
import type { Grant } from '../records/grant.js';
import type { Share } from '../records/share.js';
import type { TransactionInput } from '../transactions.js';
import { type Act, born, changed, invalid, mustActFor, mustDiffer, mustFollow, mustMatch, mustStand, timely } from './act.js';
import type { Clause } from './limits.js';
import { succeeds } from './passing.js';
import { effectivePolicy, widerThan } from './policy.js';

/**
 * Derivation 衍生: said by the publisher of what was made. It is never refused for what the asset's own settings are, since nobody should be
 * the worse for telling; what the inputs allow binds whatever the asset says.
 */
type Said = TransactionInput<'derivation:record'>;

/** An input as the ledger has it. */
export interface Source {
  readonly asset: Asset;
  readonly share: Share | undefined;
  readonly grant: Grant | undefined;
  /** Who received it: the output's department, or one that it took over from (机构改革). */
  readonly receiver: Department | undefined;
}

/** What fails before anything upstream is looked at. Answers the inputs as they are recorded. */
export function inputsOf(act: Act, output: Asset, sources: readonly Source[], said: Said): Input[] {
  mustActFor(act, output.publisher, 'steward');
  mustMatch(output, said.expectedVersion);
  mustStand(output, 'registered', 'published', 'suspended');
  timely(act, output);
  mustFollow(said.startedAt, said.endedAt, 'endedAt');
  mustDiffer(
    said.inputs.map(({ asset, share = '' }) => `${asset} ${share}`),
    'inputs',
  );
  const inputs = sources.map((source, i) => inputOf(act, output, source, said.inputs[i]?.version, `inputs.${i}`));
  mustMap(output, inputs, sources, said.columnMap ?? []);
  return inputs;
}

function inputOf(act: Act, output: Asset, { asset, share, grant, receiver }: Source, version: number | undefined, path: string): Input {
  if (asset.id === output.id) throw cycle(asset.id);
  timely(act, asset, ...(share ? [share] : []));
  const named = version ?? asset.version;
  const earliest = grant?.assetVersion ?? 1;
  if (named < earliest || named > asset.version) throw invalid(`${path}.version`, `${earliest} to ${asset.version}`);
  const made = asset.derived === undefined ? {} : { derivation: asset.derived.derivation };
  const base = { asset: asset.id, version: named, provider: asset.publisher, ...made };
  if (asset.publisher === output.publisher) {
    if (share) throw invalid(`${path}.share`, 'none: a department needs no share of its own asset');
    return base;
  }
  return { ...base, ...received(output, asset, share, receiver) };
}

/** Another's data was had only by a share that both sides have put their word to. */
function received({ publisher }: Asset, asset: Asset, share: Share | undefined, receiver: Department | undefined) {
  const accepted = `an acknowledged share of ${asset.id} to ${publisher}`;
  if (share === undefined) throw new RuleError('INPUT_NOT_RECEIVED', { rule: '8', given: 'no share', accepted });
  if (share.asset !== asset.id || (share.consumer !== publisher && !succeeds(receiver, publisher)))
    throw new RuleError('INPUT_NOT_RECEIVED', { rule: '8', given: `${share.asset} to ${share.consumer}`, accepted });
  if (share.status !== 'acknowledged' && share.status !== 'resolved')
    throw new RuleError('INPUT_NOT_RECEIVED', { rule: '8', given: share.status, accepted });
  return { share: share.id, grant: share.grant, elements: share.elements };
}

/** A map speaks of elements that are there: of the output, and of what came in. */
function mustMap(output: Asset, inputs: readonly Input[], sources: readonly Source[], map: NonNullable<Said['columnMap']>): void {
  mustDiffer(
    map.map(({ element }) => element),
    'columnMap',
  );
  map.forEach(({ element, from }, i) => {
    if (!output.elements.some(({ name }) => name === element))
      throw new RuleError('ELEMENT_UNKNOWN', { rule: '8', given: element, accepted: `an element of ${output.id}` });
    from.forEach((origin, j) => {
      const came = inputs.some((input, k) => {
        const names = input.elements ?? sources[k]?.asset.elements.map(({ name }) => name);
        return input.asset === origin.asset && names?.includes(origin.element);
      });
      if (!came) throw invalid(`columnMap.${i}.from.${j}`, 'an element that one of the inputs brought');
    });
  });
}

export function record(act: Act, output: Asset, inputs: readonly Input[], lineage: Lineage, said: Said): Derivation {
  if (!lineage.whole) throw tooLarge();
  if (lineage.assets.has(output.id)) throw cycle(output.id);
  const { asset: _asset, expectedVersion: _version, inputs: _said, ...told } = said;
  const making = { inputs: [...inputs], ...(said.columnMap ? { columnMap: said.columnMap } : {}) };
  return {
    ...born(act, 'derivation'),
    kind: 'derivation',
    asset: output.id,
    assetVersion: output.version + 1,
    publisher: output.publisher,
    ...told,
    ...making,
    effectivePolicy: effectivePolicy(
      making,
      output.elements.map(({ name }) => name),
      lineage,
    ),
    ...(output.derived === undefined ? {} : { replaces: output.derived.derivation }),
    status: 'recorded',
  };
}

/** The asset says by itself that it is derived, so that what is not pays nothing. */
export function markDerived(act: Act, output: Asset, { id, effectivePolicy: { shareType } }: Derivation): Asset {
  return { ...changed(act, output), derived: { derivation: id, shareType } };
}

/** What upstream means for an asset now. */
export interface Bounds {
  readonly policy: Policy;
  readonly faults: readonly Fault[];
  readonly whole: boolean;
}

export function boundsOf(asset: Asset, derivation: Derivation, lineage: Lineage): Bounds {
  const names = asset.elements.map(({ name }) => name);
  return { policy: effectivePolicy(derivation, names, lineage), faults: upstreamFaults(lineage), whole: lineage.whole };
}

/** The clause by which nothing of the asset may be shared at present. */
export function upstreamForbids({ faults, whole }: Bounds): Clause | undefined {
  if (!whole) return { code: 'LINEAGE_TOO_LARGE', given: `more than ${MAX_LINKS} inputs`, accepted: `at most ${MAX_LINKS} upstream` };
  if (faults.length === 0) return undefined;
  const given = faults.slice(0, 10).map(({ asset, why, grant }) => `${asset} ${why}${grant === undefined ? '' : ` ${grant}`}`);
  return { code: 'INPUT_SUSPENDED', given: given.join(', '), accepted: 'inputs that are not suspended, retired or revoked' };
}

/** Asked where something is requested or granted: a request leaves no refusal behind. */
export function mustFlow(bounds: Bounds): void {
  const clause = upstreamForbids(bounds);
  if (clause) throw new RuleError(clause.code, { rule: '8', given: clause.given, accepted: clause.accepted });
}

/** An asset is not opened further than its inputs are. */
export function mustBeNarrow(asset: Asset, { policy, whole }: Bounds): void {
  if (!whole) throw tooLarge();
  const fault = widerThan(asset, policy);
  if (fault) throw new RuleError('WIDER_THAN_INPUTS', { rule: '8', ...fault });
}

const cycle = (id: string) =>
  new RuleError('LINEAGE_CYCLE', { rule: '8', given: `${id} upstream of itself`, accepted: 'inputs that are not made of it' });
const tooLarge = () =>
  new RuleError('LINEAGE_TOO_LARGE', {
    rule: '8',
    given: `more than ${MAX_LINKS} inputs`,
    accepted: `at most ${MAX_LINKS} upstream, over all derivations`,
  });
