import { EvidenceError } from '@drl/network/block/errors';
import { readBlock, readEnvelope } from '@drl/network/block/read';
import { readRwset } from '@drl/network/block/rwset';
import { Reader } from '@drl/network/block/wire';
import { bytes, item, message, varint } from '@drl/network/block/write';
import { common, ledger } from '@hyperledger/fabric-protos';
import fc from 'fast-check';

/** The wire format held against google-protobuf, in both directions. */
const key = fc.string({ unit: 'binary' }).map((s) => s.toWellFormed());
const value = fc.uint8Array({ maxLength: 300 });
const uint = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n });

describe('write', () => {
  it('writes what google-protobuf writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), key, uint, value, (type, channel, epoch, extension) => {
        const header = new common.ChannelHeader();
        header.setType(type);
        header.setChannelId(channel);
        header.setEpoch(Number(epoch));
        header.setExtension$(extension);
        const ours = message(varint(1, type), bytes(4, channel), varint(6, epoch), bytes(7, extension));
        expect(ours.equals(header.serializeBinary())).toBe(true);
      }),
    );
  });
});

describe('read', () => {
  it('reads a read-write set as google-protobuf does', () => {
    const version = fc.option(fc.record({ block: uint, tx: uint }), { nil: undefined });
    const arb = fc.array(
      fc.record({
        namespace: key,
        reads: fc.array(fc.record({ key, version })),
        writes: fc.array(fc.record({ key, isDelete: fc.boolean(), value })),
        metadata: fc.array(fc.record({ key, entries: fc.array(fc.record({ name: key, value })) })),
      }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(arb, (namespaces) => {
        const set = new ledger.rwset.TxReadWriteSet();
        for (const ns of namespaces) set.addNsRwset(protoNamespace(ns));
        const read = readRwset(set.serializeBinary());
        expect(
          read.map((n) => ({
            namespace: n.namespace,
            reads: n.reads,
            writes: n.writes.map((w) => ({ ...w, value: new Uint8Array(w.value) })),
            metadata: n.metadataWrites.map((m) => ({
              key: m.key,
              entries: m.entries.map((e) => ({ ...e, value: new Uint8Array(e.value) })),
            })),
          })),
        ).toEqual(namespaces);
      }),
    );
  });

  it('reads a 64-bit number exactly, and refuses one that does not fit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (n) => {
        const r = new Reader(varint(1, n));
        expect(n === 0n ? r.next() : r.next() && r.uint64()).toBe(n === 0n ? false : n);
      }),
    );
    const tooLong = new Reader(Buffer.from('08ffffffffffffffffff02', 'hex'));
    expect(() => tooLong.next()).toThrow(EvidenceError);
  });

  it('merges an embedded message that occurs twice, as protobuf says', () => {
    const header = message(item(1, message(varint(1, 5), bytes(4, 'a'))), item(2, message(bytes(1, 'creator'))));
    const second = message(item(1, message(varint(1, 2))));
    const twice = message(item(1, message(item(1, header), item(1, second))));
    const oracle = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(twice).getPayload_asU8());
    const view = readEnvelope(twice);
    expect(view.type).toBe(2);
    expect(view.creatorBytes.toString()).toBe('creator');
    expect(view.channelHeader.equals(oracle.getHeader()?.getChannelHeader_asU8() ?? Buffer.alloc(0))).toBe(true);
  });

  it('answers any bytes with a block or MALFORMED, never another error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (any) => {
        try {
          for (const envelope of readBlock(any).envelopes) void readEnvelope(envelope).actions;
          void readRwset(any);
        } catch (error) {
          expect(error).toBeInstanceOf(EvidenceError);
          expect((error as EvidenceError).code).toBe('MALFORMED');
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses a block with a field that no hash covers', () => {
    const block = new common.Block();
    block.setHeader(new common.BlockHeader());
    const good = Buffer.from(block.serializeBinary());
    expect(readBlock(good).number).toBe(0n);
    expect(() => readBlock(Buffer.concat([good, varint(9, 1)]))).toThrow(EvidenceError);
    expect(() => readBlock(Buffer.concat([good, good]))).toThrow(EvidenceError);
  });
});

type Ns = {
  namespace: string;
  reads: { key: string; version: { block: bigint; tx: bigint } | undefined }[];
  writes: { key: string; isDelete: boolean; value: Uint8Array }[];
  metadata: { key: string; entries: { name: string; value: Uint8Array }[] }[];
};

function protoNamespace(ns: Ns): ledger.rwset.NsReadWriteSet {
  const { KVRWSet, KVRead, KVWrite, KVMetadataWrite, KVMetadataEntry, Version } = ledger.rwset.kvrwset;
  const set = new KVRWSet();
  for (const { key, version } of ns.reads) {
    const read = new KVRead();
    read.setKey(key);
    if (version) {
      const v = new Version();
      v.setBlockNum(Number(version.block));
      v.setTxNum(Number(version.tx));
      read.setVersion(v);
    }
    set.addReads(read);
  }
  for (const { key, isDelete, value } of ns.writes) {
    const write = new KVWrite();
    write.setKey(key);
    write.setIsDelete(isDelete);
    write.setValue(value);
    set.addWrites(write);
  }
  for (const { key, entries } of ns.metadata) {
    const write = new KVMetadataWrite();
    write.setKey(key);
    for (const { name, value } of entries) {
      const entry = new KVMetadataEntry();
      entry.setName(name);
      entry.setValue(value);
      write.addEntries(entry);
    }
    set.addMetadataWrites(write);
  }
  const nsSet = new ledger.rwset.NsReadWriteSet();
  nsSet.setNamespace(ns.namespace);
  nsSet.setRwset(set.serializeBinary());
  return nsSet;
}
