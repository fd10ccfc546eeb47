import { Channel } from '@drl/network/block/channel';
import { readConfigEnvelope } from '@drl/network/block/config';
import { EvidenceError } from '@drl/network/block/errors';
import type { Member } from '@drl/network/block/msp';
import { HeaderType } from '@drl/network/block/read';
import { checkAnchored, type Trust } from '@drl/network/block/trust';
import { listed, type Opened, type OpenedBlock, type OpenedTransaction } from '../opened.js';

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
  const found = new Channel(opened.bundle.channel, readConfigEnvelope(envelope.data).config);
  checkAnchored(found, trust);
  return found;
}

/** Who an identity is, if it counts as a member of its organisation under that configuration at that time. Throws IDENTITY. */
export function memberAt(channel: Channel, identity: Uint8Array, at: Date): Member {
  const member = channel.members.identify(identity);
  const why = member.invalid ?? (member.inDate(at) ? undefined : `not in date at ${at.toISOString()}`);
  if (why !== undefined) throw new EvidenceError('IDENTITY', `${member.certificate.commonName} of ${member.mspId}: ${why}`);
  return member;
}
