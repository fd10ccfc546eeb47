import { readConfigEnvelope } from '@drl/network/block/config';
import { HeaderType, readBlock, readEnvelope } from '@drl/network/block/read';
import { len, Reader } from '@drl/network/block/wire';
import { LedgerError } from '../ledger.js';

/** orderer.ConsensusType.type of Fabric's Raft. `solo` and `kafka` are gone in 2.x's later releases and in 3.x. */
const RAFT = 'etcdraft';

/**
 * Refuses a channel that is not ordered by Raft, by its last configuration block. With BFT (Fabric 3.x) a client has to send to several orderers and
 * to compare what a block's quorum signed; fabric-network knows nothing of it, and a single orderer could drop what it took without anyone noticing.
 */
export function refuseUnknownOrdering(configBlock: Uint8Array): void {
  const consensus = consensusOf(configBlock);
  if (consensus !== RAFT)
    throw new LedgerError('ORDERING_UNKNOWN', {
      reason: `the channel is ordered by ${consensus || 'nobody'}; ${RAFT} is what is known here`,
    });
}

function consensusOf(configBlock: Uint8Array): string {
  const [bytes] = readBlock(configBlock).envelopes;
  const envelope = bytes && readEnvelope(bytes);
  if (envelope?.type !== HeaderType.CONFIG) throw new LedgerError('ORDERING_UNKNOWN', { reason: 'the peer gave no configuration block' });
  const orderer = readConfigEnvelope(envelope.data).config.channelGroup.groups.get('Orderer');
  const value = orderer?.values.get('ConsensusType')?.value ?? Buffer.alloc(0);
  const reader = new Reader(value);
  let type = '';
  while (reader.next()) if (reader.tag === len(1)) type = reader.string();
  return type;
}
