import { refuseUnknownOrdering } from '@drl/gateway/ledger/fabric/consensus';
import { buildGenesis, type GenesisInput } from '@drl/network/block/genesis';

const genesis = (type: string): Buffer =>
  buildGenesis({
    channelId: 'data-rights',
    timestamp: new Date('2026-01-01T00:00:00Z'),
    nonce: Buffer.alloc(24, 1),
    orderers: [{ mspId: 'OrdererMSP', rootCerts: [] }],
    applications: [{ mspId: 'BureauMSP', rootCerts: [] }],
    batch: { maxMessageCount: 1, absoluteMaxBytes: 1, preferredMaxBytes: 1, timeout: '1s' },
    consensus: { type },
  } satisfies GenesisInput);

test('a channel that Raft orders is taken', () => {
  expect(() => refuseUnknownOrdering(genesis('etcdraft'))).not.toThrow();
});

test.each(['BFT', 'solo', ''])('a channel ordered by %j is refused, saying so', (type) => {
  expect(() => refuseUnknownOrdering(genesis(type))).toThrow(
    expect.objectContaining({ code: 'ORDERING_UNKNOWN', message: expect.stringContaining(type || 'nobody') }),
  );
});
