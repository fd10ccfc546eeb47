import { canonicalEnvelope } from '@drl/network/block/canonical';
import { EvidenceError } from '@drl/network/block/errors';
import { bytes, item, message, varint } from '@drl/network/block/write';
import { common } from '@hyperledger/fabric-protos';
import fc from 'fast-check';

const some = fc.uint8Array({ minLength: 1, maxLength: 300 });

describe('an envelope that re-marshals to the same bytes', () => {
  it('is payload and signature, and what nobody knows behind them', () => {
    fc.assert(
      fc.property(some, some, (payload, signature) => {
        const envelope = message(bytes(1, payload), bytes(2, signature));
        expect(canonicalEnvelope(envelope)).toBe(true);
        expect(canonicalEnvelope(Buffer.concat([envelope, bytes(15, 'more'), varint(9, 7)]))).toBe(true);
      }),
    );
  });

  it('is not one with a field twice, empty, out of order, or with a length written longer than need be', () => {
    const [payload, signature] = [bytes(1, 'payload'), bytes(2, 'signature')];
    for (const envelope of [
      [payload, payload, signature],
      [signature, payload],
      [payload, item(2, '')],
      [payload, bytes(15, 'more'), signature],
      [Buffer.from([0x0a, 0x83, 0x00, 1, 2, 3]), signature],
      [Buffer.from([0x8a, 0x00, 3, 1, 2, 3]), signature],
    ])
      expect(canonicalEnvelope(Buffer.concat(envelope))).toBe(false);
  });

  it('is what google-protobuf writes again unchanged, whatever the bytes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(bytes(1, 'a'), bytes(2, 'b'), item(1, ''), item(2, ''), Buffer.from([0x0a, 0x81, 0x00, 7])), {
          maxLength: 4,
        }),
        (parts) => {
          const envelope = Buffer.concat(parts);
          const again = Buffer.from(common.Envelope.deserializeBinary(envelope).serializeBinary());
          const whole = parts.some((p) => p[0] === 0x0a) && parts.some((p) => p[0] === 0x12);
          expect(canonicalEnvelope(envelope)).toBe(whole && again.equals(envelope));
        },
      ),
    );
  });

  it('is not one half of an envelope: one cut between its fields would be two with the same data hash', () => {
    const [payload, signature] = [bytes(1, 'payload'), bytes(2, 'signature')];
    expect([payload, signature, Buffer.alloc(0)].map((half) => canonicalEnvelope(half))).toEqual([false, false, false]);
    // A genesis block's is not signed.
    expect([payload, signature, Buffer.alloc(0)].map((half) => canonicalEnvelope(half, false))).toEqual([true, false, false]);
  });

  it('refuses what is no protobuf', () => {
    expect(() => canonicalEnvelope(Buffer.from([0x0a, 0x05, 1]))).toThrow(EvidenceError);
  });
});
