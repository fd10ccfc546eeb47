import { readBlock, readEnvelope } from '@drl/network/block/read';
import { verifyChain } from '@drl/network/block/verify';
import { common } from '@hyperledger/fabric-protos';
import fc from 'fast-check';
import { blocks, trust } from './vectors';

/** The verifier against blocks that a real Fabric 2.5 network made: it was not written against our own engine. */
describe('a channel of Fabric 2.5', () => {
  it('verifies, and every validation code that the peer wrote is the one recomputed', async () => {
    const seen: bigint[] = [];
    const report = await verifyChain(blocks, trust, { progress: (n) => seen.push(n) });
    expect(report).toEqual({
      ok: true,
      channel: 'vectors',
      from: '0',
      to: '25',
      headerHash: readBlock(blocks[25] as Buffer).headerHash.toString('hex'),
      blocks: 26,
      transactions: 64,
      codes: {
        VALID: 37,
        MVCC_READ_CONFLICT: 4,
        PHANTOM_READ_CONFLICT: 3,
        ENDORSEMENT_POLICY_FAILURE: 10,
        DUPLICATE_TXID: 2,
        BAD_PROPOSAL_TXID: 1,
        INVALID_ENDORSER_TRANSACTION: 1,
        INVALID_CHAINCODE: 2,
        ILLEGAL_WRITESET: 1,
        BAD_RWSET: 1,
        INVALID_OTHER_REASON: 1,
        BAD_COMMON_HEADER: 1,
      },
      signatures: 195,
      recomputed: 64,
      stated: {},
      // Not of block 0, which has none, nor of 12: there a key's policy changes alone, and the hash is over its value.
      commitHashes: 24,
      notAnchored: ['END'],
      failure: undefined,
    });
    expect(seen).toHaveLength(26);
  });

  it('verifies as the orderer keeps it, without codes: they come out the same', async () => {
    const report = await verifyChain(blocks.map(asOrdered), trust);
    const full = await verifyChain(blocks, trust);
    expect(report).toMatchObject({ ok: true, codes: full.codes, signatures: full.signatures, recomputed: 64, commitHashes: 0 });
  });

  it('verifies from the middle with what it has, and says what is open', async () => {
    const report = await verifyChain(blocks.slice(7), trust);
    expect(report).toMatchObject({ ok: true, from: '7', to: '25', notAnchored: ['END', 'GENESIS', 'CONFIG', 'STATE'] });
    expect(report.recomputed).toBeLessThan(report.transactions);
    expect(Object.keys(report.stated)).toContain('the channel configuration lies before the first block of the file');
    // From a config block on, its policies are known.
    const fromConfig = await verifyChain(blocks.slice(6, 23), trust);
    expect(fromConfig).toMatchObject({ ok: true, from: '6' });
  });

  it('refuses a missing, a false and an unreadable root certificate', async () => {
    const without = new Map([...trust].filter(([mspId]) => mspId !== 'Org3MSP'));
    expect((await verifyChain(blocks, without)).failure).toMatchObject({ block: '0', code: 'UNTRUSTED' });
    const swapped = new Map([...trust, ['Org1MSP', trust.get('Org2MSP') as string]]);
    expect((await verifyChain(blocks, swapped)).failure).toMatchObject({ block: '0', code: 'UNTRUSTED' });
    expect((await verifyChain(blocks, new Map([['Org1MSP', 'nothing']]))).failure).toMatchObject({ block: undefined, code: 'TRUST' });
    // From the middle: who signs is held against the directory; the next configuration too.
    expect((await verifyChain(blocks.slice(7), without)).failure).toMatchObject({ block: '23', code: 'UNTRUSTED' });
    const withoutCreator = new Map([...trust].filter(([mspId]) => mspId !== 'Org2MSP'));
    expect((await verifyChain(blocks.slice(7), withoutCreator)).failure).toMatchObject({ block: '14', tx: 0, code: 'IDENTITY' });
  });

  it('says in both languages what is wrong, of an empty file too', async () => {
    const { failure } = await verifyChain([], trust);
    expect(failure).toMatchObject({ code: 'EMPTY', block: undefined, tx: undefined });
    expect(failure?.reason.zh).toMatch(/[一-鿿]/);
    expect(failure?.reason.en).toMatch(/[a-z]/);
  });
});

describe('a file that was tampered with', () => {
  const order = fc.integer({ min: 0, max: blocks.length - 1 });

  it('is refused for any byte changed in a header or in the data of any block', async () => {
    await fc.assert(
      fc.asyncProperty(order, fc.nat(), fc.integer({ min: 1, max: 255 }), async (n, at, flip) => {
        const block = Buffer.from(blocks[n] as Buffer);
        const covered = block.length - metadataLength(block);
        block[at % covered] = (block[at % covered] as number) ^ flip;
        const report = await verifyChain([...blocks.slice(0, n), block, ...blocks.slice(n + 1, n + 2)], trust);
        expect(report.ok).toBe(false);
        // The last block's own header hash is what nobody follows; everything else is found there, or where the next names it.
        expect(Number(report.failure?.block ?? n)).toBeLessThanOrEqual(n + 1);
      }),
      { numRuns: 80 },
    );
  });

  it('is refused for any byte changed in the orderer’s signature, the validation codes or the commit hash', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 25 }),
        fc.constantFrom(0, 2, 4),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (n, part, at, flip) => {
          const block = common.Block.deserializeBinary(blocks[n] as Buffer);
          const metadata = block.getMetadata() as common.BlockMetadata;
          const bytes = Buffer.from(metadata.getMetadataList_asU8()[part] as Uint8Array);
          // The commit hash where a key's policy changes alone needs a value that is not remembered.
          fc.pre(bytes.length > 0 && !(part === 4 && n === 12));
          bytes[at % bytes.length] = (bytes[at % bytes.length] as number) ^ flip;
          const list = metadata.getMetadataList_asU8();
          list[part] = bytes;
          metadata.setMetadataList(list);
          const report = await verifyChain([...blocks.slice(0, n), Buffer.from(block.serializeBinary())], trust);
          expect(report.ok).toBe(false);
          expect(report.failure?.block).toBe(String(n));
        },
      ),
      { numRuns: 80 },
    );
  });

  it('is refused when blocks are left out, exchanged, repeated, cut short or grown', async () => {
    await fc.assert(
      fc.asyncProperty(order, order, fc.constantFrom('drop', 'swap', 'repeat', 'truncate', 'append'), fc.nat(), async (a, b, how, size) => {
        const list = [...blocks];
        const block = list[a] as Buffer;
        if (how === 'drop') {
          fc.pre(a !== 0 && a !== 25);
          list.splice(a, 1);
        } else if (how === 'swap') {
          fc.pre(a !== b);
          [list[a], list[b]] = [list[b] as Buffer, block];
        } else if (how === 'repeat') list.splice(b, 0, block);
        else if (how === 'truncate') list[a] = block.subarray(0, size % block.length);
        else list[a] = Buffer.concat([block, Buffer.alloc((size % 9) + 1, size)]);
        expect((await verifyChain(list, trust)).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('is refused when a block is made to follow another, its hash repaired but not its signature', async () => {
    const [first, second] = [blocks[7] as Buffer, blocks[13] as Buffer];
    const block = common.Block.deserializeBinary(second);
    const header = block.getHeader() as common.BlockHeader;
    header.setNumber(8);
    header.setPreviousHash(readBlock(first).headerHash);
    const report = await verifyChain([...blocks.slice(0, 8), Buffer.from(block.serializeBinary())], trust);
    expect(report.failure).toMatchObject({ block: '8', code: 'BLOCK_SIGNATURE' });
  });

  it('is refused when an envelope is divided in two, or two are joined: the data hash alone would not see it', async () => {
    const joined = common.Block.deserializeBinary(blocks[8] as Buffer);
    const data = joined.getData() as common.BlockData;
    const [one, two, ...more] = data.getDataList_asU8() as [Uint8Array, Uint8Array, ...Uint8Array[]];
    data.setDataList([Buffer.concat([one, two]), ...more]);
    expect((await verifyChain([...blocks.slice(0, 8), Buffer.from(joined.serializeBinary())], trust)).failure).toMatchObject({
      block: '8',
      code: 'ENVELOPE_BYTES',
    });
    // Between payload and signature: nothing in the bytes is other than before. As an orderer keeps it, no code contradicts.
    const cut = one.length - readEnvelope(one).signature.length - 2;
    data.setDataList([one.subarray(0, cut), one.subarray(cut), two, ...more]);
    const divided = asOrdered(Buffer.from(joined.serializeBinary()));
    expect(readBlock(divided).headerHash.equals(readBlock(blocks[8] as Buffer).headerHash)).toBe(true);
    expect((await verifyChain([...blocks.slice(0, 8), divided], trust)).failure).toMatchObject({ block: '8', code: 'ENVELOPE_BYTES' });
  });

  it('answers any bytes at all with a report', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 }), order, async (junk, n) => {
        expect((await verifyChain([...blocks.slice(0, n), ...junk], trust)).ok).toBe(n > 0 && junk.length === 0);
      }),
      { numRuns: 50 },
    );
  });
});

/** A block without what a peer adds. */
function asOrdered(bytes: Buffer): Buffer {
  const block = common.Block.deserializeBinary(bytes);
  const metadata = block.getMetadata() as common.BlockMetadata;
  const list = metadata.getMetadataList_asU8();
  list[2] = new Uint8Array();
  list[4] = new Uint8Array();
  metadata.setMetadataList(list);
  return Buffer.from(block.serializeBinary());
}

function metadataLength(block: Buffer): number {
  const metadata = (common.Block.deserializeBinary(block).getMetadata() as common.BlockMetadata).serializeBinary();
  return metadata.length + (metadata.length < 128 ? 2 : metadata.length < 16384 ? 3 : 4);
}
