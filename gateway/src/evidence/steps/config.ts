import { Channel } from '@drl/network/block/channel';
import { type ConfigGroup, readConfigEnvelope } from '@drl/network/block/config';
import { EvidenceError } from '@drl/network/block/errors';
import type { Member } from '@drl/network/block/msp';
import { readMspConfig } from '@drl/network/block/mspconfig';
import { HeaderType } from '@drl/network/block/read';
import { checkAnchored, type Trust } from '@drl/network/block/trust';
import { EMPTY } from '@drl/network/block/wire';
import { BundleError } from '../errors.js';
import { listed, type Opened, type OpenedBlock, type OpenedTransaction } from '../opened.js';

/** Of an organisation's root and intermediate certificates, revocation lists and units; of its administrators 25 times as many. */
const MOST = 4;
/** Different configurations in one file. */
const MOST_CONFIGS = 256;

/** The channel's configuration in force at each block of the bundle. */
export interface Configs {
  of(block: OpenedBlock): Channel;
  /** The latest in the bundle: those who attest to it now are judged by it. */
  readonly latest: Channel;
}

/** Every configuration that a block names as in force: of this channel, and every organisation in it stands on its trusted root and no other. */
export function configs(opened: Opened, trust: Trust): Configs {
  const byNumber = new Map<number, Channel>();
  for (const { lastConfig, block } of opened.blocks.values()) {
    if (byNumber.has(lastConfig)) continue;
    if (byNumber.size === MOST_CONFIGS) throw new BundleError('FORMAT', `more than ${MOST_CONFIGS} configurations`);
    const config = listed(opened, { block: BigInt(lastConfig), tx: 0n }, `the config in force at block ${block.number}`);
    byNumber.set(lastConfig, channel(opened, config, trust));
  }
  const latest = byNumber.get(Math.max(...byNumber.keys())) as Channel;
  return { of: (block) => byNumber.get(block.lastConfig) as Channel, latest };
}

function channel(opened: Opened, { entry, envelope, block }: OpenedTransaction, trust: Trust): Channel {
  // A config block is alone in its block and the last config of itself (orderer blockwriter.go): else an older one could pass for it.
  if (envelope.type !== HeaderType.CONFIG || block.block.envelopes.length !== 1 || block.lastConfig !== entry.block)
    throw new EvidenceError('CONFIG', `block ${entry.block} is not a config block`);
  const { config } = readConfigEnvelope(envelope.data);
  modest(config.channelGroup, trust);
  const found = new Channel(opened.bundle.channel, config);
  checkAnchored(found, trust);
  return found;
}

/**
 * No configuration has been found genuine yet, and chains of certificates cost dearly to follow where many could have issued each other: so no more of them
 * than an organisation has. Its roots are the trusted ones, which `checkAnchored` says better where they are not.
 */
function modest(channel: ConfigGroup, trust: Trust): void {
  for (const kind of ['Application', 'Orderer']) {
    const organisations = channel.groups.get(kind)?.groups ?? new Map<string, ConfigGroup>();
    if (organisations.size > trust.size)
      throw new EvidenceError('UNTRUSTED', `${organisations.size} organisations, ${trust.size} trusted roots`);
    for (const [name, { values }] of organisations) {
      const msp = readMspConfig(values.get('MSP')?.value ?? EMPTY);
      const { rootCerts, intermediateCerts, admins, revocationLists, units } = msp;
      const counts = [rootCerts.length, intermediateCerts.length, revocationLists.length, units.length, admins.length / 25];
      if (Math.max(...counts) > MOST) throw new EvidenceError('CONFIG', `${name} has more certificates than are followed`);
    }
  }
}

/** Who an identity is, if it counts as a member of its organisation under that configuration at that time. Throws IDENTITY. */
export function memberAt(channel: Channel, identity: Uint8Array, at: Date): Member {
  const member = channel.members.identify(identity);
  const why = member.invalid ?? (member.inDate(at) ? undefined : `not in date at ${at.toISOString()}`);
  if (why !== undefined) throw new EvidenceError('IDENTITY', `${member.certificate.commonName} of ${member.mspId}: ${why}`);
  return member;
}
