import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common } from '@hyperledger/fabric-protos';
import type { Context } from './context.js';
import { NetworkError } from './errors.js';
import { writeFileSafely } from './files.js';
import { paths } from './paths.js';
import { administrator, ordererFlags, peerCli } from './peerCli.js';
import { run } from './run.js';
import { type OrganisationState, organisationOf, type PeerState } from './state.js';

/** The part of configtxlator's JSON that we touch (common.Config). */
export interface ChannelConfig {
  sequence?: string;
  channel_group: {
    groups: {
      Application: { groups: Record<string, OrganisationGroup> };
      Orderer: { values: { BatchSize: { value: { max_message_count: number } }; BatchTimeout: { value: { timeout: string } } } };
    };
  };
}

export interface OrganisationGroup {
  values: { MSP: { value: { config: { revocation_list?: string[] } } } };
}

/** The ordering organisation has no peers of its own, so its administrator speaks through the first one's command line. */
function first({ state }: Context, mspId: string): PeerState {
  const { peers } = mspId === state.ordering.mspId ? (state.organisations[0] as OrganisationState) : organisationOf(state, mspId);
  return peers[0] as PeerState;
}

const asAdministrator = (context: Context, mspId: string, args: string[]): Promise<Buffer> =>
  peerCli(context, first(context, mspId), args, administrator(context.dir, mspId));

/** configtxlator opens /dev/stdin and /dev/stdout by name, which fails where they are sockets, as Node's are: so files. */
async function translate({ binaries }: Context, folder: string, args: string[]): Promise<Buffer> {
  const out = join(folder, randomUUID());
  await run(binaries.configtxlator, [...args, '--output', out]);
  return readFileSync(out);
}

/** The channel's configuration as the ordering service has it now. */
export async function fetchConfig(context: Context, folder: string, mspId: string): Promise<ChannelConfig> {
  const file = join(folder, 'config.block');
  const { dir, state } = context;
  await asAdministrator(context, mspId, ['channel', 'fetch', 'config', file, '-c', state.channel, ...ordererFlags(dir, state)]);
  const decoded = await translate(context, folder, ['proto_decode', '--type', 'common.Block', '--input', file]);
  const block = JSON.parse(decoded.toString()) as { data: { data: { payload: { data: { config: ChannelConfig } } }[] } };
  const config = block.data.data[0]?.payload.data.config;
  if (!config) throw new NetworkError('COMMAND_FAILED', `${state.channel}: the configuration block holds no configuration`);
  return config;
}

function updateEnvelope(channel: string, update: Uint8Array): Uint8Array {
  const signed = new common.ConfigUpdateEnvelope();
  signed.setConfigUpdate(update);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.CONFIG_UPDATE);
  channelHeader.setChannelId(channel);
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  const payload = new common.Payload();
  payload.setHeader(header);
  payload.setData(signed.serializeBinary());
  const envelope = new common.Envelope();
  envelope.setPayload(payload.serializeBinary());
  return envelope.serializeBinary();
}

/** Bytes of the smallest update that leads from one configuration to the other; nothing when they are the same. */
async function computeUpdate(context: Context, folder: string, before: ChannelConfig, after: ChannelConfig): Promise<Buffer | undefined> {
  if (JSON.stringify(before) === JSON.stringify(after)) return undefined;
  const encode = async (config: ChannelConfig): Promise<string> => {
    const file = join(folder, randomUUID());
    writeFileSafely(`${file}.json`, JSON.stringify(config));
    writeFileSafely(file, await translate(context, folder, ['proto_encode', '--type', 'common.Config', '--input', `${file}.json`]));
    return file;
  };
  const [original, updated] = await Promise.all([encode(before), encode(after)]);
  const args = ['compute_update', '--channel_id', context.state.channel, '--original', original, '--updated', updated];
  return await translate(context, folder, args);
}

/**
 * Changes the channel's configuration. Each signer's administrator signs; here one hand holds all the keys, on a shared network the
 * file travels from one organisation to the next (README). Answers whether there was anything to change.
 */
export async function updateConfig(
  context: Context,
  signers: string[],
  change: (config: ChannelConfig) => ChannelConfig,
): Promise<boolean> {
  const { dir, state } = context;
  const folder = join(tmpdir(), `drl-config-${randomUUID()}`);
  mkdirSync(folder, { mode: 0o700 });
  try {
    const [submitter, ...others] = signers as [string, ...string[]];
    const before = await fetchConfig(context, folder, submitter);
    const update = await computeUpdate(context, folder, before, change(structuredClone(before)));
    if (!update) return false;
    const file = join(folder, 'update.tx');
    writeFileSafely(file, updateEnvelope(state.channel, update));
    for (const mspId of others) await asAdministrator(context, mspId, ['channel', 'signconfigtx', '-f', file]);
    await asAdministrator(context, submitter, ['channel', 'update', '-f', file, '-c', state.channel, ...ordererFlags(dir, state)]);
    return true;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As many administrators as MAJORITY Admins asks for. */
export function majority(context: Context): string[] {
  const all = context.state.organisations.map((o) => o.mspId);
  return all.slice(0, Math.floor(all.length / 2) + 1);
}

/** An organisation's group as configtxgen prints it from its MSP folder. */
export async function organisationGroup(context: Context, mspId: string): Promise<OrganisationGroup> {
  const printed = await run(
    context.binaries.configtxgen,
    ['-printOrg', mspId, '-configPath', join(paths.organisation(context.dir, mspId))],
    {
      FABRIC_LOGGING_SPEC: 'warning',
    },
  );
  return JSON.parse(printed.toString()) as OrganisationGroup;
}
