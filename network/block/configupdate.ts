import { pair } from './action.js';
import type { Channel } from './channel.js';
import { type ConfigGroup, type ConfigPolicy, type ConfigValue, readConfigUpdate, readConfigUpdateEnvelope } from './config.js';
import { EvidenceError } from './errors.js';
import type { Member } from './msp.js';
import { distinct } from './policy.js';
import { HeaderType, readEnvelope } from './read.js';
import { verifySync } from './sign.js';
import { asBuffer } from './wire.js';

/** One element of a configuration, by its path; groups count as themselves, without their children's contents. */
type Item =
  | { readonly kind: 'group'; readonly at: ConfigGroup }
  | { readonly kind: 'value'; readonly at: ConfigValue }
  | { readonly kind: 'policy'; readonly at: ConfigPolicy };
type Items = ReadonlyMap<string, Item & { readonly path: readonly string[] }>;

/**
 * Applies a config update to the configuration in force: what was read is still so, each change has its policy's signatures
 * (fabric common/configtx: authorizeUpdate, verifyDeltaSet, configMapToConfig). Gives the configuration that results, and
 * how many signatures were checked. Throws CONFIG_UPDATE.
 */
export function applyUpdate(channel: Channel, lastUpdate: Uint8Array): { group: ConfigGroup; signatures: number } {
  const envelope = readEnvelope(lastUpdate);
  if (envelope.type !== HeaderType.CONFIG_UPDATE) throw refused('it holds no config update');
  const { update: bytes, signatures } = readConfigUpdateEnvelope(envelope.data);
  const update = readConfigUpdate(bytes);
  if (update.channelId !== channel.id) throw refused(`it is for channel ${update.channelId}`);

  const current = itemsOf(channel.config.channelGroup);
  const read = itemsOf(update.readSet);
  for (const [key, item] of read) {
    const existing = current.get(key);
    if (existing === undefined || existing.at.version !== item.at.version) throw refused(`${key} has changed since it was read`);
  }
  const write = itemsOf(update.writeSet);
  const changed = new Map([...write].filter(([key, item]) => read.get(key)?.at.version !== item.at.version));
  if (changed.size === 0) throw refused('it changes nothing');

  const signers = distinct(signedBy(channel, bytes, signatures));
  for (const [key, item] of changed) authorise(channel, current.get(key), key, item, signers);
  const result = new Map([...current, ...changed]);
  for (const key of write.keys()) if (!result.has(key)) throw refused(`${key} has no place`);
  return { group: compose('', result), signatures: signatures.length };
}

function authorise(
  channel: Channel,
  existing: (Item & { path: readonly string[] }) | undefined,
  key: string,
  item: Item,
  signers: readonly Member[],
): void {
  if (item.at.modPolicy === '') throw refused(`${key} has no mod_policy`);
  if (existing === undefined) {
    if (item.at.version !== 0n) throw refused(`${key} is new and not of version 0`);
    return;
  }
  if (item.at.version !== existing.at.version + 1n) throw refused(`${key} is not the next version`);
  const path = policyPath(existing);
  if (!channel.satisfies(path, signers)) throw refused(`${key}: ${path} is not satisfied`);
}

/** A relative mod_policy is of the group that the element is in; a group's own of the group itself. */
function policyPath(item: Item & { path: readonly string[] }): string {
  const { modPolicy } = item.at;
  if (modPolicy.startsWith('/')) return modPolicy;
  const group = item.kind === 'group' ? item.path : item.path.slice(0, -1);
  return `/${[...group, modPolicy].join('/')}`;
}

function signedBy(channel: Channel, update: Buffer, signatures: readonly { signatureHeader: Buffer; signature: Buffer }[]): Member[] {
  return signatures.flatMap(({ signatureHeader, signature }) => {
    const { first: creator } = pair(signatureHeader);
    try {
      const member = channel.members.identify(creator);
      return verifySync(member.certificate.publicKey, Buffer.concat([signatureHeader, update]), signature) ? [member] : [];
    } catch (error) {
      // One who is no member does not count; the others may be enough.
      if (error instanceof EvidenceError && error.code === 'IDENTITY') return [];
      throw error;
    }
  });
}

function itemsOf(root: ConfigGroup): Items {
  const items = new Map<string, Item & { path: readonly string[] }>();
  const visit = (path: readonly string[], group: ConfigGroup): void => {
    items.set(keyOf('group', path), { kind: 'group', at: group, path });
    for (const [name, at] of group.values) items.set(keyOf('value', [...path, named(name)]), { kind: 'value', at, path: [...path, name] });
    for (const [name, at] of group.policies)
      items.set(keyOf('policy', [...path, named(name)]), { kind: 'policy', at, path: [...path, name] });
    for (const [name, child] of group.groups) visit([...path, named(name)], child);
  };
  visit(['Channel'], root);
  return items;
}

const keyOf = (kind: Item['kind'], path: readonly string[]): string => `${kind} /${path.join('/')}`;

/** fabric configtx validateConfigID: else a name with a slash in it could stand for another element. */
function named(name: string): string {
  if (!/^[a-zA-Z0-9.-]{1,249}$/.test(name) || name === '.' || name === '..') throw refused(`an element named ${JSON.stringify(name)}`);
  return name;
}

/** The tree again: which children a group has, it says itself; what they are, the items say. */
function compose(parent: string, items: Items, name = 'Channel'): ConfigGroup {
  const path = `${parent}/${name}`;
  const group = take<ConfigGroup>(items, `group ${path}`);
  // Fabric gives elements without a mod_policy one, in channels with orderer capabilities (configmap.go, FAB-5309).
  const repair = items.has('value /Channel/Orderer/Capabilities');
  const repaired = <T extends { readonly modPolicy: string }>(at: T): T =>
    repair && at.modPolicy === '' ? { ...at, modPolicy: 'Admins' } : at;
  return repaired({
    version: group.version,
    modPolicy: group.modPolicy,
    groups: new Map([...group.groups.keys()].map((key) => [key, compose(path, items, key)])),
    values: new Map([...group.values.keys()].map((key) => [key, repaired(take<ConfigValue>(items, `value ${path}/${key}`))])),
    policies: new Map([...group.policies.keys()].map((key) => [key, repaired(take<ConfigPolicy>(items, `policy ${path}/${key}`))])),
  });
}

function take<T extends Item['at']>(items: Items, key: string): T {
  const item = items.get(key);
  if (item === undefined) throw refused(`${key} is missing`);
  return item.at as T;
}

/** Whether two configurations say the same; the order of their maps does not count. */
export function sameGroup(a: ConfigGroup, b: ConfigGroup): boolean {
  return (
    a.version === b.version &&
    a.modPolicy === b.modPolicy &&
    sameMap(a.groups, b.groups, sameGroup) &&
    sameMap(a.values, b.values, (x, y) => x.version === y.version && x.modPolicy === y.modPolicy && x.value.equals(y.value)) &&
    sameMap(a.policies, b.policies, samePolicy)
  );
}

function samePolicy(a: ConfigPolicy, b: ConfigPolicy): boolean {
  const same =
    a.policy === undefined ? b.policy === undefined : a.policy.type === b.policy?.type && a.policy.value.equals(asBuffer(b.policy.value));
  return same && a.version === b.version && a.modPolicy === b.modPolicy;
}

function sameMap<T>(a: ReadonlyMap<string, T>, b: ReadonlyMap<string, T>, same: (x: T, y: T) => boolean): boolean {
  if (a.size !== b.size) return false;
  for (const [key, x] of a) {
    const y = b.get(key);
    if (y === undefined || !same(x, y)) return false;
  }
  return true;
}

function refused(detail: string): EvidenceError {
  return new EvidenceError('CONFIG_UPDATE', detail);
}
