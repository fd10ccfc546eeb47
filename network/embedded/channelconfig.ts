import { randomBytes } from 'node:crypto';
import { buildEnvelope, channelHeader, serializedIdentity, signatureHeader, transactionId } from '../block/build.js';
import { buildBlock, genesisSignatures } from '../block/buildblock.js';
import type { Channel } from '../block/channel.js';
import { type ConfigGroup, configEnvelopeBytes, configUpdateBytes, configUpdateEnvelopeBytes } from '../block/config.js';
import { applyUpdate } from '../block/configupdate.js';
import { readRevocationList } from '../block/crl.js';
import { buildGenesis, type GenesisInput, mspConfig, type OrganisationInput } from '../block/genesis.js';
import { readMspConfig } from '../block/mspconfig.js';
import { HeaderType, readBlock } from '../block/read.js';
import { signSync } from '../block/sign.js';
import { EMPTY } from '../block/wire.js';
import { bytes, item, message, varint } from '../block/write.js';
import type { Consortium } from '../consortium.js';
import type { Node } from './nodes.js';
import type { Organisations } from './organisations.js';

/** The channel's configuration: its first block, made of the consortium, and the updates that revocations ask for. */

/** An orderer takes no envelope beyond this; a block is cut at about the second figure (configtx.yaml's defaults). */
export const ABSOLUTE_MAX_BYTES = 10 * 1024 * 1024;
export const PREFERRED_MAX_BYTES = 2 * 1024 * 1024;

/** As configtxgen writes it, with the code that a peer adds when it takes it. */
export function genesisBlock(consortium: Consortium, organisations: Organisations, at: Date): Buffer {
  const { ordering } = consortium;
  const input: GenesisInput = {
    channelId: consortium.channel,
    timestamp: at,
    nonce: randomBytes(24),
    orderers: [{ ...organisationInput(ordering.mspId, organisations), ordererEndpoints: ['localhost:7050'] }],
    applications: consortium.organisations.map((o) => organisationInput(o.mspId, organisations)),
    batch: {
      maxMessageCount: ordering.maxMessageCount,
      absoluteMaxBytes: ABSOLUTE_MAX_BYTES,
      preferredMaxBytes: PREFERRED_MAX_BYTES,
      timeout: `${ordering.batchTimeoutMs}ms`,
    },
    consensus: { type: 'etcdraft', metadata: raftMetadata(organisations.orderer.certificate) },
  };
  const { envelopes } = readBlock(buildGenesis(input));
  return buildBlock({
    number: 0n,
    previousHash: EMPTY,
    envelopes,
    signatures: genesisSignatures(),
    lastConfig: 0n,
    codes: Buffer.from([0]),
  });
}

function organisationInput(mspId: string, organisations: Organisations): OrganisationInput {
  const authority = organisations.authorities.get(mspId);
  const root = authority?.rootCertificate as string;
  const list = authority?.revocationList();
  return { mspId, rootCerts: [root], tlsRootCerts: [root], ...(list ? { crls: [Buffer.from(list)] } : {}) };
}

/** etcdraft.ConfigMetadata of a single consenter, with configtx.yaml's options. */
function raftMetadata(certificate: string): Buffer {
  const consenter = message(bytes(1, 'localhost'), varint(2, 7050), bytes(3, certificate), bytes(4, certificate));
  const options = message(bytes(1, '500ms'), varint(2, 10), varint(3, 1), varint(4, 5), varint(5, 16 * 1024 * 1024));
  return message(item(1, consenter), item(2, options));
}

/** Whether the channel does not know yet of something that the organisation's authority has revoked. */
export function revocationPending(channel: Channel, mspId: string, organisations: Organisations): boolean {
  const list = organisations.authorities.get(mspId)?.revocationList();
  const held = channel.config.channelGroup.groups.get('Application')?.groups.get(mspId)?.values.get('MSP');
  if (list === undefined || held === undefined) return false;
  const known = readMspConfig(held.value).revocationLists.map(readRevocationList);
  return [...readRevocationList(Buffer.from(list)).serials].some((serial) => !known.some((l) => l.serials.has(serial)));
}

/** The CONFIG envelope that puts an organisation's revocation list, as its authority has it now, into its MSP. */
export function revocationUpdate(channel: Channel, mspId: string, organisations: Organisations, at: Date): Buffer {
  const admin = organisations.admins.get(mspId) as Node;
  const root = channel.config.channelGroup;
  const application = root.groups.get('Application') as ConfigGroup;
  const own = application.groups.get(mspId) as ConfigGroup;
  const held = own.values.get('MSP');
  const value = { version: (held?.version ?? 0n) + 1n, modPolicy: 'Admins', value: mspConfig(organisationInput(mspId, organisations)) };
  const at3 = (values: ConfigGroup['values']): ConfigGroup =>
    bare(root.version, [['Application', bare(application.version, [[mspId, { ...bare(own.version, []), values }]])]]);
  const update = configUpdateBytes({ channelId: channel.id, readSet: at3(new Map()), writeSet: at3(new Map([['MSP', value]])) });

  const header = signatureHeader(serializedIdentity(mspId, admin.certificate), randomBytes(24));
  const signature = signSync(admin.privateKey, Buffer.concat([header, update]));
  const asked = configUpdateEnvelopeBytes({ update, signatures: [{ signatureHeader: header, signature }] });
  const lastUpdate = signedEnvelope(HeaderType.CONFIG_UPDATE, channel.id, asked, admin, at);
  // The rules by which an orderer grants an update are the verifier's own: what they would refuse is never written.
  const { group } = applyUpdate(channel, lastUpdate);
  const config = configEnvelopeBytes({ config: { sequence: channel.config.sequence + 1n, channelGroup: group }, lastUpdate });
  return signedEnvelope(HeaderType.CONFIG, channel.id, config, organisations.orderer, at);
}

function signedEnvelope(type: number, channelId: string, data: Buffer, signer: Node, at: Date): Buffer {
  const creator = serializedIdentity(signer.mspId, signer.certificate);
  const nonce = randomBytes(24);
  const txId = type === HeaderType.CONFIG ? transactionId(nonce, creator) : '';
  const channel = channelHeader({ type, timestamp: at, channelId, txId });
  const payload = message(item(1, message(bytes(1, channel), bytes(2, signatureHeader(creator, nonce)))), bytes(2, data));
  return buildEnvelope(payload, signSync(signer.privateKey, payload));
}

function bare(version: bigint, groups: readonly [string, ConfigGroup][]): ConfigGroup {
  return { version, modPolicy: '', groups: new Map(groups), values: new Map(), policies: new Map() };
}
