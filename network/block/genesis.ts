import { buildEnvelope, channelHeader, signatureHeader, transactionId } from './build.js';
import { buildBlock, genesisSignatures } from './buildblock.js';
import { type ConfigGroup, type ConfigPolicy, type ConfigValue, configEnvelopeBytes, PolicyType } from './config.js';
import { parsePolicy, policyBytes } from './policy.js';
import { HeaderType } from './read.js';
import { EMPTY } from './wire.js';
import { bytes, item, items, map, message, varint } from './write.js';

/** A channel's first block, as configtxgen writes it (fabric internal/configtxgen/encoder, common/genesis). */
export interface OrganisationInput {
  /** The group's name, by custom the MSP's. */
  readonly mspId: string;
  /** PEM. */
  readonly rootCerts: readonly string[];
  readonly intermediateCerts?: readonly string[];
  readonly admins?: readonly string[];
  readonly tlsRootCerts?: readonly string[];
  readonly crls?: readonly Uint8Array[];
  /** NodeOUs: a certificate's role is its organisational unit `client`, `peer`, `admin` or `orderer`. On unless false. */
  readonly nodeOus?: boolean;
  /** Rules by name, in policy text; what is left out is as in configtx.yaml: members read and write, admins administer, peers endorse. */
  readonly policies?: Readonly<Record<string, string>>;
  readonly anchorPeers?: readonly { readonly host: string; readonly port: number }[];
  readonly ordererEndpoints?: readonly string[];
}
export interface GenesisInput {
  readonly channelId: string;
  readonly timestamp: Date;
  readonly nonce: Uint8Array;
  readonly orderers: readonly OrganisationInput[];
  readonly applications: readonly OrganisationInput[];
  readonly batch: {
    readonly maxMessageCount: number;
    readonly absoluteMaxBytes: number;
    readonly preferredMaxBytes: number;
    readonly timeout: string;
  };
  readonly consensus: { readonly type: string; readonly metadata?: Uint8Array };
  /** Application policies beside the usual ones, e.g. an endorsement policy to refer to by name. In policy text, or `MAJORITY Admins`. */
  readonly applicationPolicies?: Readonly<Record<string, string>>;
  readonly capabilities?: { readonly channel: string; readonly orderer: string; readonly application: string };
}

export function buildGenesis(input: GenesisInput): Buffer {
  const config = configEnvelopeBytes({ config: { sequence: 0n, channelGroup: channelGroup(input) }, lastUpdate: EMPTY });
  const header = channelHeader({
    type: HeaderType.CONFIG,
    version: 1,
    timestamp: input.timestamp,
    channelId: input.channelId,
    txId: transactionId(input.nonce, EMPTY),
  });
  const payload = message(item(1, message(bytes(1, header), bytes(2, signatureHeader(EMPTY, input.nonce)))), bytes(2, config));
  const envelopes = [buildEnvelope(payload, EMPTY)];
  return buildBlock({ number: 0n, previousHash: EMPTY, envelopes, signatures: genesisSignatures(), lastConfig: 0n });
}

const admins = 'Admins';
const metaPolicies = { Readers: 'ANY Readers', Writers: 'ANY Writers', Admins: 'MAJORITY Admins' };

export function channelGroup(input: GenesisInput): ConfigGroup {
  const capabilities = input.capabilities ?? { channel: 'V2_0', orderer: 'V2_0', application: 'V2_5' };
  return group(
    {
      HashingAlgorithm: bytes(1, 'SHA256'),
      BlockDataHashingStructure: varint(1, 0xffffffff),
      Capabilities: capability(capabilities.channel),
    },
    metaPolicies,
    { Orderer: ordererGroup(input, capabilities.orderer), Application: applicationGroup(input, capabilities.application) },
  );
}

function ordererGroup(input: GenesisInput, capabilities: string): ConfigGroup {
  const { maxMessageCount, absoluteMaxBytes, preferredMaxBytes, timeout } = input.batch;
  return group(
    {
      BatchSize: message(varint(1, maxMessageCount), varint(2, absoluteMaxBytes), varint(3, preferredMaxBytes)),
      BatchTimeout: bytes(1, timeout),
      ChannelRestrictions: EMPTY,
      Capabilities: capability(capabilities),
      ConsensusType: message(bytes(1, input.consensus.type), bytes(2, input.consensus.metadata ?? EMPTY)),
    },
    { ...metaPolicies, BlockValidation: 'ANY Writers' },
    Object.fromEntries(input.orderers.map((o) => [o.mspId, organisation(o, { Endpoints: items(1, o.ordererEndpoints ?? []) })])),
  );
}

function applicationGroup(input: GenesisInput, capabilities: string): ConfigGroup {
  const peers = (o: OrganisationInput): Buffer =>
    items(
      1,
      (o.anchorPeers ?? []).map((p) => message(bytes(1, p.host), varint(2, p.port))),
    );
  return group(
    { Capabilities: capability(capabilities) },
    { ...metaPolicies, LifecycleEndorsement: 'MAJORITY Endorsement', Endorsement: 'MAJORITY Endorsement', ...input.applicationPolicies },
    Object.fromEntries(
      input.applications.map((o) => [o.mspId, organisation(o, { AnchorPeers: peers(o) }, { Endorsement: `OR('${o.mspId}.peer')` })]),
    ),
  );
}

function organisation(org: OrganisationInput, values: Record<string, Buffer>, more: Record<string, string> = {}): ConfigGroup {
  const member = `OR('${org.mspId}.member')`;
  const usual = { Readers: member, Writers: member, Admins: `OR('${org.mspId}.admin')`, ...more };
  // configtxgen leaves a value out that would be empty, so that an organisation without anchor peers can be updated cleanly.
  const present = Object.fromEntries(Object.entries(values).filter(([, value]) => value.length > 0));
  return group({ MSP: mspConfig(org), ...present }, { ...usual, ...org.policies }, {});
}

/** msp.MSPConfig of type FABRIC, as configtxgen makes it of an MSP folder (fabric msp/configbuilder.go). */
export function mspConfig(org: OrganisationInput): Buffer {
  const unit = (name: string): Buffer => bytes(2, name);
  const nodeOus = message(
    varint(1, true),
    item(2, unit('client')),
    item(3, unit('peer')),
    item(4, unit('admin')),
    item(5, unit('orderer')),
  );
  const config = message(
    bytes(1, org.mspId),
    items(2, org.rootCerts),
    items(3, org.intermediateCerts ?? []),
    items(4, org.admins ?? []),
    items(5, org.crls ?? []),
    item(8, message(bytes(1, 'SHA2'), bytes(2, 'SHA256'))),
    items(9, org.tlsRootCerts ?? []),
    org.nodeOus === false ? EMPTY : item(11, nodeOus),
  );
  return bytes(2, config);
}

/** `ANY|ALL|MAJORITY NAME`, or a signature policy's text. */
export function configPolicy(text: string): ConfigPolicy {
  const [, rule, sub] = /^(ANY|ALL|MAJORITY)\s+(\S+)$/.exec(text) ?? [];
  const policy =
    rule !== undefined && sub !== undefined
      ? { type: PolicyType.IMPLICIT_META, value: message(bytes(1, sub), varint(2, ['ANY', 'ALL', 'MAJORITY'].indexOf(rule))) }
      : { type: PolicyType.SIGNATURE, value: policyBytes(parsePolicy(text)) };
  return { version: 0n, modPolicy: admins, policy };
}

function capability(name: string): Buffer {
  return map(1, [[name, EMPTY]]);
}

function group(values: Record<string, Buffer>, policies: Record<string, string>, groups: Record<string, ConfigGroup>): ConfigGroup {
  const value = (content: Buffer): ConfigValue => ({ version: 0n, modPolicy: admins, value: content });
  return {
    version: 0n,
    modPolicy: admins,
    groups: new Map(Object.entries(groups)),
    values: new Map(Object.entries(values).map(([name, content]) => [name, value(content)])),
    policies: new Map(Object.entries(policies).map(([name, text]) => [name, configPolicy(text)])),
  };
}
