import { randomBytes } from 'node:crypto';
import { buildEnvelope, channelHeader, signatureHeader } from '@drl/network/block/build';
import { ValidationCode as Code } from '@drl/network/block/codes';
import { configEnvelopeBytes, readConfigEnvelope } from '@drl/network/block/config';
import { parsePolicy, policyBytes } from '@drl/network/block/policy';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { signSync } from '@drl/network/block/sign';
import { verifyChain } from '@drl/network/block/verify';
import { bytes, item, message } from '@drl/network/block/write';
import { Chain, cas, client, orderer, peers, put, roots, transaction } from './chain';
import { issue } from './pki';

const verdict = async (chain: Chain) => {
  const report = await verifyChain(chain.blocks, roots);
  return report.failure ? `${report.failure.block}/${report.failure.tx ?? '-'} ${report.failure.code}` : report;
};
const failing = (n: number, tx: number | '-', code: string) => `${n}/${tx} ${code}`;
const policyOf = (text: string) => [{ name: 'VALIDATION_PARAMETER', value: policyBytes(parsePolicy(text)) }];

describe('a transaction’s code', () => {
  it('is recomputed from the definition that a block before it committed', async () => {
    const chain = Chain.defined().block([transaction({ writes: { writes: [put('a')] } })], [Code.VALID]);
    expect(await verdict(chain)).toMatchObject({ ok: true, codes: { VALID: 3 }, recomputed: 3, stated: {} });
  });

  it.each([
    ['one endorser of two', { by: [peers.A] }, Code.ENDORSEMENT_POLICY_FAILURE, 'ENDORSEMENT_POLICY'],
    ['a chaincode that nobody defined', { chaincode: 'ghost', namespaces: [] }, Code.INVALID_CHAINCODE, 'ENDORSEMENT_POLICY'],
    [
      'a definition endorsed by one',
      { chaincode: '_lifecycle', by: [peers.A], namespaces: [] },
      Code.ENDORSEMENT_POLICY_FAILURE,
      'ENDORSEMENT_POLICY',
    ],
    ['a creator who is nobody', { creator: { ...client, key: orderer.key } }, Code.BAD_CREATOR_SIGNATURE, 'CREATOR_SIGNATURE'],
    ['a creator of no organisation', { creator: issue({ ...cas.A, key: cas.B.key }) }, Code.BAD_CREATOR_SIGNATURE, 'IDENTITY'],
    ['a creator without a role', { creator: issue(cas.A, { units: [] }) }, Code.BAD_CREATOR_SIGNATURE, 'IDENTITY'],
    ['a stale read', { writes: { reads: [{ key: 'x', version: { block: 1n, tx: 0n } }] } }, Code.MVCC_READ_CONFLICT, 'VALIDATION_CODE'],
  ] as const)('%s: the right code holds, VALID is refused, and so is another', async (_, wish, code, evidence) => {
    const wrong = transaction(wish as never);
    expect(await verdict(Chain.defined().block([wrong], [code]))).toMatchObject({ ok: true });
    expect(await verdict(Chain.defined().block([wrong], [Code.VALID]))).toBe(failing(2, 0, evidence));
    const another = code === Code.MVCC_READ_CONFLICT ? Code.PHANTOM_READ_CONFLICT : Code.MVCC_READ_CONFLICT;
    expect(await verdict(Chain.defined().block([wrong], [another]))).toBe(failing(2, 0, 'VALIDATION_CODE'));
  });

  it.each([
    Code.ENDORSEMENT_POLICY_FAILURE,
    Code.MVCC_READ_CONFLICT,
    Code.PHANTOM_READ_CONFLICT,
    Code.DUPLICATE_TXID,
    Code.BAD_PAYLOAD,
    99,
    254,
  ])('cannot be made %d to hide a transaction that is valid', async (code) => {
    const chain = Chain.defined().block([transaction({ writes: { writes: [put('a')] } })], [code]);
    expect(await verdict(chain)).toBe(failing(2, 0, 'VALIDATION_CODE'));
  });

  it('may be CouchDB’s refusal of a write: that is only stated', async () => {
    const chain = Chain.defined().block([transaction({ writes: { writes: [put('_a')] } })], [Code.INVALID_WRITESET]);
    expect(await verdict(chain)).toMatchObject({
      ok: true,
      recomputed: 2,
      stated: { 'a write that the peer’s state database refused': 1 },
    });
  });

  it('follows a key’s own policy from the block after it was set; within the block the key is closed', async () => {
    const set = transaction({ writes: { writes: [put('k')], metadataWrites: [{ key: 'k', entries: policyOf("OR('BMSP.peer')") }] } });
    const again = transaction({ writes: { writes: [put('k', 'w')] } });
    const chain = Chain.defined().block([set, again], [Code.VALID, Code.ENDORSEMENT_POLICY_FAILURE]);
    chain.block([transaction({ writes: { writes: [put('k')] }, by: [peers.B] })], [Code.VALID]);
    chain.block([transaction({ writes: { writes: [put('k'), put('l')] }, by: [peers.B] })], [Code.ENDORSEMENT_POLICY_FAILURE]);
    chain.block([transaction({ writes: { writes: [put('k')] }, by: [peers.A] })], [Code.ENDORSEMENT_POLICY_FAILURE]);
    expect(await verdict(chain)).toMatchObject({ ok: true, recomputed: 7 });
  });

  it('follows a collection’s policy, an organisation’s own, and leaves open what expires', async () => {
    const keyHash = Buffer.alloc(32, 1);
    const hashed = { keyHash, isDelete: false, valueHash: Buffer.alloc(32, 2), isPurge: false };
    const to = (collection: string, reads: { keyHash: Buffer; version: undefined }[] = []) => ({
      collections: [{ collection, writes: [hashed], reads, pvtRwsetHash: keyHash }],
    });
    const chain = Chain.defined();
    chain.block(
      [
        transaction({ writes: to('brief'), by: [peers.A] }),
        transaction({ writes: to('brief'), by: [peers.B] }),
        transaction({ writes: to('_implicit_org_BMSP'), by: [peers.B] }),
        transaction({ writes: to('_implicit_org_BMSP'), by: [peers.A] }),
        transaction({ writes: to('_implicit_org_XMSP') }),
        transaction({ writes: to('unheard-of') }),
      ],
      [Code.VALID, 10, Code.VALID, 10, 10, 10],
    );
    expect(await verdict(chain)).toMatchObject({ ok: true, stated: {} });
    chain.block([transaction({ writes: to('brief', [{ keyHash, version: undefined }]), by: [peers.A] })], [Code.VALID]);
    expect(await verdict(chain)).toMatchObject({ ok: true, stated: { 'a private key was read that expires': 1 } });
  });

  it('is DUPLICATE_TXID for an id used before, valid or not, in the file or in the block', async () => {
    const nonce = randomBytes(24);
    const [first, second] = [transaction({ nonce, by: [peers.A] }), transaction({ nonce })];
    expect(await verdict(Chain.defined().block([first, second], [10, Code.VALID]))).toMatchObject({ ok: true });
    expect(await verdict(Chain.defined().block([second, second], [Code.VALID, 9]))).toMatchObject({ ok: true });
    expect(await verdict(Chain.defined().block([second, second], [Code.VALID, Code.VALID]))).toBe(failing(2, 1, 'DUPLICATE_TX_ID'));
    expect(await verdict(Chain.defined().block([first], [10]).block([second], [9]))).toMatchObject({ ok: true });
    expect(await verdict(Chain.defined().block([first], [10]).block([second], [Code.VALID]))).toBe(failing(3, 0, 'DUPLICATE_TX_ID'));
  });
});

describe('dates', () => {
  const past = { notBefore: new Date('2026-02-01T00:00:00Z'), notAfter: new Date('2026-03-01T00:00:00Z') };
  const then = new Date('2026-02-10T00:00:00Z');
  const old = {
    client: issue(cas.A, { ...past, units: ['client'] }),
    B: issue(cas.B, past),
    orderer: issue(cas.O, { ...past, units: ['orderer'] }),
  };

  it('are judged at the transaction’s time, not now', async () => {
    const tx = (time: Date) => transaction({ creator: old.client, by: [peers.A, old.B], time });
    expect(await verdict(Chain.defined().block([tx(then)], [Code.VALID]))).toMatchObject({ ok: true });
    expect(await verdict(Chain.defined().block([tx(new Date('2026-04-01'))], [Code.VALID]))).toBe(failing(2, 0, 'IDENTITY'));
  });

  it('of an endorser matter where the policy needs it', async () => {
    expect(await verdict(Chain.defined().block([transaction({ by: [peers.A, old.B] })], [Code.VALID]))).toBe(failing(2, 0, 'IDENTITY'));
    expect(await verdict(Chain.defined().block([transaction({ by: [old.B, peers.A, peers.B] })], [Code.VALID]))).toMatchObject({
      ok: true,
    });
  });

  it('of one whose transaction is void anyway do not', async () => {
    const stale = { reads: [{ key: 'x', version: { block: 1n, tx: 0n } }] };
    const chain = Chain.defined().block([transaction({ creator: old.client, writes: stale })], [Code.MVCC_READ_CONFLICT]);
    expect(await verdict(chain)).toMatchObject({ ok: true });
  });

  it('of the orderer are held against its transactions’ times: one must fit', async () => {
    const chain = (times: Date[]) =>
      Chain.defined().block(
        times.map((time) => transaction({ time })),
        times.map(() => 0),
        { orderer: old.orderer },
      );
    expect(await verdict(chain([then, new Date('2026-05-01')]))).toMatchObject({ ok: true });
    expect(await verdict(chain([new Date('2026-05-01')]))).toBe(failing(2, '-', 'IDENTITY'));
  });
});

describe('a block', () => {
  it('is signed by an orderer of the channel, who names the config block in force', async () => {
    for (const wrong of [peers.A, issue({ ...cas.O, key: cas.A.key }, { units: ['orderer'] }), { ...orderer, key: client.key }])
      expect(await verdict(Chain.defined().block([transaction()], [0], { orderer: wrong }))).toBe(failing(2, '-', 'BLOCK_SIGNATURE'));
    expect(await verdict(Chain.defined().block([transaction()], [0], { lastConfig: 1n }))).toBe(failing(2, '-', 'BLOCK_METADATA'));
  });

  it('holds transactions of one channel', async () => {
    expect(await verdict(Chain.defined().block([transaction(), transaction({ channelId: 'other' })], [0, 0]))).toBe(
      failing(2, '-', 'CHANNEL'),
    );
  });

  it('has one code for each transaction', async () => {
    expect(await verdict(Chain.defined().block([transaction()], [0, 0]))).toBe(failing(2, '-', 'BLOCK_METADATA'));
  });

  it('holds a config transaction alone, one that an update made', async () => {
    const genesis = readEnvelope(readBlock(new Chain().blocks[0] as Buffer).envelopes[0] as Buffer);
    const { config } = readConfigEnvelope(genesis.data);
    const header = channelHeader({ type: 1, timestamp: new Date('2026-06-01'), channelId: 'ch' });
    const envelope = (sequence: bigint): Buffer => {
      const data = configEnvelopeBytes({ config: { ...config, sequence }, lastUpdate: Buffer.alloc(0) });
      const headers = message(bytes(1, header), bytes(2, signatureHeader(orderer.identity, randomBytes(24))));
      const payload = message(item(1, headers), bytes(2, data));
      return buildEnvelope(payload, signSync(orderer.key, payload));
    };
    const lastConfig = 2n;
    expect(await verdict(Chain.defined().block([envelope(1n), transaction()], [0, 0], { lastConfig }))).toBe(failing(2, '-', 'CONFIG'));
    expect(await verdict(Chain.defined().block([envelope(2n)], [0], { lastConfig }))).toBe(failing(2, '-', 'CONFIG_UPDATE'));
    // The next in number, and nobody signed for it.
    const unsigned = await verdict(Chain.defined().block([envelope(1n)], [0], { lastConfig }));
    expect(unsigned).toMatch(/^2\/- (CONFIG_UPDATE|MALFORMED)$/);
  });

  it('0 holds the configuration', async () => {
    const chain = Chain.defined();
    chain.blocks[0] = chain.blocks[1] as Buffer;
    expect((await verifyChain(chain.blocks.slice(0, 1), roots)).ok).toBe(true);
    const block = readBlock(chain.blocks[0]);
    const first = message(item(1, message(bytes(3, block.dataHash))), item(2, item(1, block.envelopes[0] as Buffer)));
    expect((await verifyChain([first], roots)).failure).toMatchObject({ block: '0', code: 'CONFIG' });
  });
});
