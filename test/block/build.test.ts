import { createHash } from 'node:crypto';
import { buildEnvelope, buildProposal, proposalResponsePayload, serializedIdentity, transactionPayload } from '@drl/network/block/build';
import { buildBlock, genesisSignatures, signedMetadata, signedValue } from '@drl/network/block/buildblock';
import { buildRwset } from '@drl/network/block/buildrwset';
import { dataHash, headerHash } from '@drl/network/block/header';
import { HeaderType, readBlock, readEnvelope } from '@drl/network/block/read';
import { readRwset } from '@drl/network/block/rwset';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import fc from 'fast-check';

/** Builders held against fabric-protos: what it parses and writes again must be the same bytes, and say the same. */
const text = fc.string({ unit: 'binary', maxLength: 20 }).map((s) => s.toWellFormed());
const value = fc.uint8Array({ maxLength: 40 });
const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const version = fc.option(fc.record({ block: fc.bigInt({ min: 0n, max: 2n ** 53n - 1n }), tx: fc.bigInt({ min: 0n, max: 9999n }) }), {
  nil: undefined,
});

describe('a transaction', () => {
  const input = fc.record({
    channelId: text,
    chaincode: text,
    args: fc.array(value, { maxLength: 4 }),
    creator: value.filter((v) => v.length > 0),
    nonce: fc.uint8Array({ minLength: 24, maxLength: 24 }),
    timestamp: fc.date({ min: new Date('1960-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
    // ASCII: google-protobuf sorts a map by UTF-16 units, Go by bytes.
    transient: fc.dictionary(fc.stringMatching(/^[a-z]{0,9}$/), value),
  });
  const response = fc.record({
    chaincode: text,
    version: text,
    response: fc.record({ status: fc.integer({ min: 0, max: 999 }), message: text, payload: value }),
    results: value,
    event: fc.option(fc.record({ name: text, payload: value, txId: text }), { nil: undefined }),
  });
  const endorsements = fc.array(
    fc.record({ endorser: fc.tuple(text, text).map(([mspId, pem]) => serializedIdentity(mspId, pem)), signature: value }),
    { maxLength: 3 },
  );

  it('is the bytes that fabric-protos writes, and reads back as it was', () => {
    fc.assert(
      fc.property(input, response, endorsements, value, (from, answer, signed, signature) => {
        const proposal = buildProposal(from);
        same(peer.Proposal, proposal.bytes);
        same(common.Header, proposal.header);
        same(peer.ChaincodeProposalPayload, peer.Proposal.deserializeBinary(proposal.bytes).getPayload_asU8());
        same(peer.ChaincodeInvocationSpec, peer.ChaincodeProposalPayload.deserializeBinary(proposal.payload).getInput_asU8());
        const responsePayload = proposalResponsePayload({ ...answer, proposalHash: proposal.hash });
        same(peer.ChaincodeAction, same(peer.ProposalResponsePayload, responsePayload).getExtension_asU8());
        const payload = transactionPayload(proposal, responsePayload, signed);
        const transaction = same(peer.Transaction, same(common.Payload, payload).getData_asU8());
        same(peer.ChaincodeActionPayload, transaction.getActionsList()[0]?.getPayload_asU8() as Uint8Array);
        const bytes = buildEnvelope(payload, signature);
        same(common.Envelope, bytes);

        const view = readEnvelope(bytes);
        const [action] = view.actions;
        expect(view.type).toBe(HeaderType.ENDORSER_TRANSACTION);
        expect(view.txId).toBe(createHash('sha256').update(from.nonce).update(from.creator).digest('hex'));
        expect(view.timestamp).toEqual(from.timestamp);
        expect(view.channelId).toBe(from.channelId);
        expect(action?.args.map((a) => new Uint8Array(a))).toEqual(from.args);
        expect(action?.chaincode).toBe(from.chaincode);
        expect(action?.chaincodeId).toEqual({ name: answer.chaincode, version: answer.version });
        expect(action?.proposalHash.equals(proposal.hash)).toBe(true);
        expect(action?.response.status).toBe(answer.response.status);
        expect(action?.event?.name).toBe(answer.event?.name);
        expect(action?.results.equals(Buffer.from(answer.results))).toBe(true);
        expect(action?.endorsements.map((e) => new Uint8Array(e.signature))).toEqual(signed.map((e) => e.signature));
      }),
    );
  });

  it('names who signs', () => {
    fc.assert(
      fc.property(text, text, (mspId, pem) => {
        const identity = same(msp.SerializedIdentity, serializedIdentity(mspId, pem));
        expect([identity.getMspid(), Buffer.from(identity.getIdBytes_asU8()).toString()]).toEqual([mspId, pem]);
      }),
    );
  });
});

describe('a block', () => {
  it('is the bytes that fabric-protos writes, hashed as Fabric does', () => {
    const any = fc.bigInt({ min: 0n, max: 2n ** 53n - 1n });
    fc.assert(
      fc.property(
        any,
        hash,
        fc.array(value, { maxLength: 4 }),
        any,
        fc.option(hash),
        (number, previousHash, envelopes, lastConfig, commit) => {
          const codes = Buffer.alloc(envelopes.length, 7);
          const signatures = signedMetadata(signedValue(lastConfig), [{ signatureHeader: previousHash, signature: previousHash }]);
          const bytes = buildBlock({ number, previousHash, envelopes, signatures, lastConfig, codes, commitHash: commit ?? undefined });
          const block = same(common.Block, bytes);
          const metadata = block.getMetadata()?.getMetadataList_asU8() ?? [];
          expect(metadata).toHaveLength(5);
          for (const at of [0, 1, 4]) same(common.Metadata, metadata[at] as Uint8Array);
          same(common.OrdererBlockMetadata, common.Metadata.deserializeBinary(metadata[0] as Uint8Array).getValue_asU8());
          const view = readBlock(bytes);
          expect(view.number).toBe(number);
          expect(view.codes.equals(codes)).toBe(true);
          expect(view.dataHash.equals(createHash('sha256').update(Buffer.concat(envelopes)).digest())).toBe(true);
          expect(view.dataHash.equals(dataHash(view.envelopes))).toBe(true);
        },
      ),
    );
    same(common.Metadata, genesisSignatures());
  });

  it('has the header hash that Fabric 2.5 printed for these headers', () => {
    // ASN.1 by hand: 30 len | 02 01 00 | 04 00 | 04 20 … ; block 0 has no previous hash.
    const data = Buffer.alloc(32, 1);
    const der = Buffer.concat([Buffer.from('3027020100040004' + '20', 'hex'), data]);
    expect(headerHash(0n, Buffer.alloc(0), data).equals(createHash('sha256').update(der).digest())).toBe(true);
    // 128 needs a leading zero to stay positive.
    const der128 = Buffer.concat([Buffer.from('304802020080' + '0420', 'hex'), data, Buffer.from('0420', 'hex'), data]);
    expect(headerHash(128n, data, data).equals(createHash('sha256').update(der128).digest())).toBe(true);
  });
});

describe('a read-write set', () => {
  const read = fc.record({ key: text, version });
  const arb = fc.uniqueArray(
    fc.record({
      namespace: text,
      reads: fc.uniqueArray(read, { selector: (r) => r.key }),
      rangeQueries: fc.array(
        fc.record({ startKey: text, endKey: text, exhausted: fc.boolean(), reads: fc.array(read), merkle: fc.constant(undefined) }),
      ),
      writes: fc.uniqueArray(fc.record({ key: text, isDelete: fc.boolean(), value }), { selector: (w) => w.key }),
      metadataWrites: fc.uniqueArray(
        fc.record({ key: text, entries: fc.constant([{ name: 'VALIDATION_PARAMETER', value: Buffer.from('p') }]) }),
        { selector: (w) => w.key },
      ),
      collections: fc.uniqueArray(
        fc.record({
          collection: text,
          reads: fc.array(fc.record({ keyHash: hash.map((h) => Buffer.from(h)), version })),
          writes: fc.array(fc.record({ keyHash: hash, isDelete: fc.boolean(), valueHash: hash, isPurge: fc.boolean() })),
          pvtRwsetHash: hash,
        }),
        { selector: (c) => c.collection, maxLength: 2 },
      ),
    }),
    { selector: (n) => n.namespace, maxLength: 3 },
  );

  it('reads back what was built, in byte order of its names', () => {
    fc.assert(
      fc.property(arb, (namespaces) => {
        const bytes = buildRwset(namespaces);
        const read = readRwset(bytes);
        const order = (list: readonly string[]) => [...list].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect(read.map((n) => n.namespace)).toEqual(order(namespaces.map((n) => n.namespace)));
        for (const n of read) {
          const from = namespaces.find((m) => m.namespace === n.namespace);
          expect(n.reads.map((r) => r.key)).toEqual(order(from?.reads.map((r) => r.key) ?? []));
          expect(n.rangeQueries).toEqual(from?.rangeQueries);
          expect(new Map(n.reads.map((r) => [r.key, r.version]))).toEqual(new Map(from?.reads.map((r) => [r.key, r.version])));
          expect(n.writes.map((w) => w.key)).toEqual(order(from?.writes.map((w) => w.key) ?? []));
          expect(n.collections.map((c) => c.collection)).toEqual(order(from?.collections.map((c) => c.collection) ?? []));
          for (const c of n.collections) {
            const was = from?.collections.find((d) => d.collection === c.collection);
            expect(c.reads).toEqual(was?.reads);
            expect(c.writes.map((w) => [new Uint8Array(w.keyHash), w.isDelete, new Uint8Array(w.valueHash), w.isPurge])).toEqual(
              was?.writes.map((w) => [w.keyHash, w.isDelete, w.valueHash, w.isPurge]),
            );
          }
        }
        // Built again from what was read: the same bytes.
        expect(buildRwset(read).equals(bytes)).toBe(true);
      }),
    );
  });
});

interface Message {
  serializeBinary(): Uint8Array;
}

/** Parses with fabric-protos, and expects it to write the same bytes. */
function same<T extends Message>(type: { deserializeBinary(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  const parsed = type.deserializeBinary(bytes);
  expect(Buffer.from(parsed.serializeBinary()).equals(Buffer.from(bytes))).toBe(true);
  return parsed;
}
