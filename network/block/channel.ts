import type { Config, ConfigGroup, ConfigPolicy } from './config.js';
import { PolicyType } from './config.js';
import { EvidenceError } from './errors.js';
import { Members, Msp } from './msp.js';
import { readMspConfig } from './mspconfig.js';
import { readPolicy, type SignaturePolicy, type Signer, satisfied } from './policy.js';
import { len, malformed, num, Reader } from './wire.js';

/** Decides whether signers, known to be good and without duplicates, are enough. */
type Decide = (signers: readonly Signer[]) => boolean;

interface PolicyGroup {
  readonly policies: ReadonlyMap<string, Decide>;
  readonly groups: ReadonlyMap<string, PolicyGroup>;
}

/** A channel's configuration in force: who its members are, and what its policies ask (fabric common/channelconfig/bundle.go, common/policies). */
export class Channel {
  readonly id: string;
  readonly config: Config;
  readonly members: Members;
  /** Application organisations by group name. */
  readonly organisations: ReadonlyMap<string, Msp>;
  /** Application capabilities, e.g. V2_5; they decide by which rules transactions are validated. */
  readonly capabilities: ReadonlySet<string>;
  readonly #policies: PolicyGroup;

  /** Throws CONFIG where Fabric would not take the configuration, or where it is of another kind than this verifier knows. */
  constructor(id: string, config: Config) {
    this.id = id;
    this.config = config;
    const { channelGroup } = config;
    const application = channelGroup.groups.get('Application');
    const orderer = channelGroup.groups.get('Orderer');
    if (application === undefined || orderer === undefined)
      throw new EvidenceError('CONFIG', 'not an application channel with an ordering service');
    refuseOtherKinds(channelGroup, orderer);
    this.organisations = new Map([...application.groups].map(([name, group]) => [name, mspOf(name, group)]));
    const orderers = [...orderer.groups].map(([name, group]) => mspOf(name, group));
    this.members = new Members(distinctMsps([...this.organisations.values(), ...orderers]));
    this.capabilities = new Set(mapKeys(application.values.get('Capabilities')?.value));
    this.#policies = compileGroup(channelGroup, 'Channel');
  }

  /** Whether the policy at an absolute path, as `/Channel/Application/Writers`, is met; false if there is none. */
  satisfies(path: string, signers: readonly Signer[]): boolean {
    const decide = this.policy(path);
    return decide?.(signers) === true;
  }

  policy(path: string): Decide | undefined {
    const [, root, ...names] = path.split('/');
    if (root !== 'Channel' || !path.startsWith('/')) return undefined;
    const name = names.pop();
    let group: PolicyGroup | undefined = this.#policies;
    for (const part of names) group = group?.groups.get(part);
    return name === undefined ? undefined : group?.policies.get(name);
  }
}

function refuseOtherKinds(channel: ConfigGroup, orderer: ConfigGroup): void {
  const hashing = firstString(channel.values.get('HashingAlgorithm')?.value);
  if (hashing !== 'SHA256') throw new EvidenceError('CONFIG', `blocks hashed with ${hashing || 'nothing'}`);
  const consensus = firstString(orderer.values.get('ConsensusType')?.value);
  if (consensus === 'BFT') throw new EvidenceError('CONFIG', 'a BFT ordering service, which is not of Fabric 2.x');
}

function mspOf(name: string, group: ConfigGroup): Msp {
  const value = group.values.get('MSP');
  if (value === undefined) throw new EvidenceError('CONFIG', `organisation ${name} has no MSP`);
  return new Msp(readMspConfig(value.value));
}

/** An organisation may stand under Orderer and Application both; then it has one MSP. */
function distinctMsps(msps: readonly Msp[]): Msp[] {
  return [...new Map(msps.map((m) => [m.name, m])).values()];
}

function compileGroup(group: ConfigGroup, path: string): PolicyGroup {
  const groups = new Map([...group.groups].map(([name, child]) => [name, compileGroup(child, `${path}/${name}`)]));
  const policies = new Map([...group.policies].map(([name, policy]) => [name, compile(policy, groups, `/${path}/${name}`)]));
  return { groups, policies };
}

function compile(policy: ConfigPolicy, groups: ReadonlyMap<string, PolicyGroup>, path: string): Decide {
  const type = policy.policy?.type;
  if (policy.policy === undefined) throw new EvidenceError('CONFIG', `policy ${path} is empty`);
  if (type === PolicyType.IMPLICIT_META) return implicitMeta(policy.policy.value, groups);
  if (type !== PolicyType.SIGNATURE) throw new EvidenceError('CONFIG', `policy ${path} is of a kind that Fabric 2.x does not have`);
  const signature: SignaturePolicy = readPolicy(policy.policy.value);
  return (signers) => satisfied(signature, signers);
}

/** ANY, ALL or MAJORITY of the like-named policies one level down (fabric common/policies/implicitmeta.go). */
function implicitMeta(bytes: Buffer, groups: ReadonlyMap<string, PolicyGroup>): Decide {
  let sub = '';
  let rule = 0;
  const r = new Reader(bytes);
  while (r.next()) {
    if (r.tag === len(1)) sub = r.string();
    else if (r.tag === num(2)) rule = r.int32();
  }
  const count = groups.size;
  const needed = count === 0 ? 0 : rule === 0 ? 1 : rule === 1 ? count : rule === 2 ? Math.floor(count / 2) + 1 : 0;
  if (rule < 0 || rule > 2) throw malformed('an implicit policy with an unknown rule');
  return (signers) => {
    let met = 0;
    for (const group of groups.values()) if (group.policies.get(sub)?.(signers)) met++;
    return met >= needed;
  };
}

/** Capabilities are the keys of a map at field 1. */
function* mapKeys(bytes: Buffer | undefined): Iterable<string> {
  const r = new Reader(bytes ?? Buffer.alloc(0));
  while (r.next()) if (r.tag === len(1)) yield firstString(r.bytes());
}

function firstString(bytes: Buffer | undefined): string {
  const r = new Reader(bytes ?? Buffer.alloc(0));
  while (r.next()) if (r.tag === len(1)) return r.string();
  return '';
}
