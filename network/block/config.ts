import { EMPTY, len, malformed, num, Reader } from './wire.js';
import { bytes, item, items, map, message, varint } from './write.js';

/** The channel configuration: a tree of groups (fabric-protos common/configtx.proto). */
export interface ConfigGroup {
  readonly version: bigint;
  readonly modPolicy: string;
  readonly groups: ReadonlyMap<string, ConfigGroup>;
  readonly values: ReadonlyMap<string, ConfigValue>;
  readonly policies: ReadonlyMap<string, ConfigPolicy>;
}
export interface ConfigValue {
  readonly version: bigint;
  readonly modPolicy: string;
  readonly value: Buffer;
}
export interface ConfigPolicy {
  readonly version: bigint;
  readonly modPolicy: string;
  /** common.Policy; undefined where the message is absent. */
  readonly policy: { readonly type: number; readonly value: Buffer } | undefined;
}
export interface Config {
  readonly sequence: bigint;
  readonly channelGroup: ConfigGroup;
}
/** A CONFIG transaction's data. `lastUpdate` is the envelope that asked for it; empty in a genesis block. */
export interface ConfigEnvelope {
  readonly config: Config;
  readonly lastUpdate: Buffer;
}
export interface ConfigUpdate {
  readonly channelId: string;
  readonly readSet: ConfigGroup;
  readonly writeSet: ConfigGroup;
}
/** The data of a CONFIG_UPDATE: the signatures cover signature header ‖ update bytes. */
export interface ConfigUpdateEnvelope {
  readonly update: Buffer;
  readonly signatures: readonly { readonly signatureHeader: Buffer; readonly signature: Buffer }[];
}

export const PolicyType = { SIGNATURE: 1, IMPLICIT_META: 3 } as const;

export function readConfigEnvelope(envelope: Uint8Array): ConfigEnvelope {
  let config: Buffer | undefined;
  let lastUpdate: Buffer | undefined;
  const r = new Reader(envelope);
  while (r.next()) {
    if (r.tag === len(1)) config = r.merge(config);
    else if (r.tag === len(2)) lastUpdate = r.merge(lastUpdate);
  }
  if (config === undefined) throw malformed('a config transaction without a config');
  return { config: readConfig(config), lastUpdate: lastUpdate ?? EMPTY };
}

function readConfig(config: Buffer): Config {
  let sequence = 0n;
  let group: Buffer | undefined;
  const r = new Reader(config);
  while (r.next()) {
    if (r.tag === num(1)) sequence = r.uint64();
    else if (r.tag === len(2)) group = r.merge(group);
  }
  if (group === undefined) throw malformed('a config without a channel group');
  return { sequence, channelGroup: readGroup(group) };
}

export function readConfigUpdateEnvelope(envelope: Uint8Array): ConfigUpdateEnvelope {
  let update = EMPTY;
  const signatures: { signatureHeader: Buffer; signature: Buffer }[] = [];
  const r = new Reader(envelope);
  while (r.next()) {
    if (r.tag === len(1)) update = r.bytes();
    else if (r.tag === len(2)) {
      let signatureHeader = EMPTY;
      let signature = EMPTY;
      const s = new Reader(r.bytes());
      while (s.next()) {
        if (s.tag === len(1)) signatureHeader = s.bytes();
        else if (s.tag === len(2)) signature = s.bytes();
      }
      signatures.push({ signatureHeader, signature });
    }
  }
  return { update, signatures };
}

export function readConfigUpdate(update: Uint8Array): ConfigUpdate {
  let channelId = '';
  let readSet: Buffer | undefined;
  let writeSet: Buffer | undefined;
  const r = new Reader(update);
  while (r.next()) {
    if (r.tag === len(1)) channelId = r.string();
    else if (r.tag === len(2)) readSet = r.merge(readSet);
    else if (r.tag === len(3)) writeSet = r.merge(writeSet);
  }
  return { channelId, readSet: readGroup(readSet ?? EMPTY), writeSet: readGroup(writeSet ?? EMPTY) };
}

/** No configuration is deeper than channel, application, organisation; the bound keeps a made-up one from exhausting the stack. */
const maxDepth = 32;

export function readGroup(group: Uint8Array, depth = 0): ConfigGroup {
  if (depth > maxDepth) throw malformed('config groups nested too deep');
  let version = 0n;
  let modPolicy = '';
  const groups = new Map<string, ConfigGroup>();
  const values = new Map<string, ConfigValue>();
  const policies = new Map<string, ConfigPolicy>();
  const r = new Reader(group);
  while (r.next()) {
    if (r.tag === num(1)) version = r.uint64();
    else if (r.tag === len(5)) modPolicy = r.string();
    else if (r.tag === len(2)) put(groups, r.bytes(), (value) => readGroup(value, depth + 1));
    else if (r.tag === len(3)) put(values, r.bytes(), readValue);
    else if (r.tag === len(4)) put(policies, r.bytes(), readConfigPolicy);
  }
  return { version, modPolicy, groups, values, policies };
}

/** A map entry; of a key that occurs twice the last counts. */
function put<T>(into: Map<string, T>, entry: Buffer, read: (value: Buffer) => T): void {
  let key = '';
  let value: Buffer | undefined;
  const r = new Reader(entry);
  while (r.next()) {
    if (r.tag === len(1)) key = r.string();
    else if (r.tag === len(2)) value = r.merge(value);
  }
  into.set(key, read(value ?? EMPTY));
}

function readValue(content: Buffer): ConfigValue {
  let version = 0n;
  let modPolicy = '';
  let value = EMPTY;
  const r = new Reader(content);
  while (r.next()) {
    if (r.tag === num(1)) version = r.uint64();
    else if (r.tag === len(2)) value = r.bytes();
    else if (r.tag === len(3)) modPolicy = r.string();
  }
  return { version, modPolicy, value };
}

function readConfigPolicy(content: Buffer): ConfigPolicy {
  let version = 0n;
  let modPolicy = '';
  let policy: Buffer | undefined;
  const r = new Reader(content);
  while (r.next()) {
    if (r.tag === num(1)) version = r.uint64();
    else if (r.tag === len(2)) policy = r.merge(policy);
    else if (r.tag === len(3)) modPolicy = r.string();
  }
  if (policy === undefined) return { version, modPolicy, policy };
  let type = 0;
  let value = EMPTY;
  const p = new Reader(policy);
  while (p.next()) {
    if (p.tag === num(1)) type = p.int32();
    else if (p.tag === len(2)) value = p.bytes();
  }
  return { version, modPolicy, policy: { type, value } };
}

/** Deterministic, maps sorted. A config block of Fabric's own may hold the same tree with its maps in another order. */
export function groupBytes(group: ConfigGroup): Buffer {
  return message(
    varint(1, group.version),
    map(2, mapped(group.groups, groupBytes)),
    map(3, mapped(group.values, valueBytes)),
    map(4, mapped(group.policies, configPolicyBytes)),
    bytes(5, group.modPolicy),
  );
}

export function configEnvelopeBytes(envelope: ConfigEnvelope): Buffer {
  const { sequence, channelGroup } = envelope.config;
  const config = message(varint(1, sequence), item(2, groupBytes(channelGroup)));
  return message(item(1, config), envelope.lastUpdate.length === 0 ? EMPTY : item(2, envelope.lastUpdate));
}

export function configUpdateBytes(update: ConfigUpdate): Buffer {
  return message(bytes(1, update.channelId), item(2, groupBytes(update.readSet)), item(3, groupBytes(update.writeSet)));
}

export function configUpdateEnvelopeBytes(envelope: ConfigUpdateEnvelope): Buffer {
  return message(
    bytes(1, envelope.update),
    items(
      2,
      envelope.signatures.map((s) => message(bytes(1, s.signatureHeader), bytes(2, s.signature))),
    ),
  );
}

function valueBytes(value: ConfigValue): Buffer {
  return message(varint(1, value.version), bytes(2, value.value), bytes(3, value.modPolicy));
}

function configPolicyBytes(policy: ConfigPolicy): Buffer {
  const content = policy.policy && message(varint(1, policy.policy.type), bytes(2, policy.policy.value));
  return message(varint(1, policy.version), content === undefined ? EMPTY : item(2, content), bytes(3, policy.modPolicy));
}

function* mapped<T>(entries: ReadonlyMap<string, T>, write: (value: T) => Buffer): Iterable<readonly [string, Buffer]> {
  for (const [key, value] of entries) yield [key, write(value)];
}
