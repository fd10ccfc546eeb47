import { compositeKey, indexKeys, newId, recordKey, splitKey } from '@drl/chaincode/model/keys';
import { records as kindsOfRecord, type RecordKind } from '@drl/chaincode/model/records/index';
import fc from 'fast-check';

const part = fc
  .string({ minLength: 1, maxLength: 40, unit: 'binary' })
  .filter((text) => !text.includes('\u0000') && !text.includes('\u{10ffff}') && text.isWellFormed());

test('different parts make different keys, and a key gives its parts back', () => {
  fc.assert(
    fc.property(fc.array(part, { minLength: 1, maxLength: 4 }), fc.array(part, { minLength: 1, maxLength: 4 }), (a, b) => {
      const [type = '', ...rest] = a;
      expect(splitKey(compositeKey(type, ...rest))).toEqual(a);
      const [other = '', ...others] = b;
      expect(compositeKey(type, ...rest) === compositeKey(other, ...others)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

// fabric-shim's own createCompositeKey lets U+0000 through, so that ('use', 'g\u0000x') and ('use', 'g', 'x') would be one key.
test.each(['a\u0000b', '\u0000', 'a\u{10ffff}', 'a\ud800', '', 'x'.repeat(257)])(
  'a part that could forge another key is refused: %j',
  (bad) => {
    expect(() => compositeKey('use', bad)).toThrow(TypeError);
    expect(() => compositeKey(bad, 'use')).toThrow(TypeError);
    expect(() => recordKey('asset', bad)).toThrow(TypeError);
    expect(() => indexKeys.catalogCode('tax', bad)).toThrow(TypeError);
  },
);

test('no record lives where an index does', () => {
  const kinds = Object.keys(kindsOfRecord) as RecordKind[];
  const records = kinds.map((kind) => splitKey(recordKey(kind, 'x'))[0]);
  const indexes = [
    indexKeys.catalogCode('a', 'b'),
    indexKeys.owner('a'),
    indexKeys.authority('a', 'b'),
    indexKeys.use('a', 1),
    indexKeys.full('a', 1, 0),
    indexKeys.exhausted('a'),
    indexKeys.ticketUse('a'),
    indexKeys.rows('a', 0),
    indexKeys.contests('a', 'b'),
    indexKeys.joining('a', 'b'),
    indexKeys.rated('a', '2026-03'),
    indexKeys.conflict('a', 'b', 'c'),
    indexKeys.frozen('grant', 'a'),
    indexKeys.soleDepartment('a'),
  ].map((key) => splitKey(key)[0]);
  expect(new Set([...records, ...indexes]).size).toBe(records.length + indexes.length);
});

test('of two assets there is one dispute about a data element, whichever is named first', () => {
  expect(indexKeys.conflict('DE01', 'ast-1', 'ast-2')).toBe(indexKeys.conflict('DE01', 'ast-2', 'ast-1'));
});

test('an id is 96 bits of the transaction id, told apart by kind', () => {
  expect(newId('share', '0123456789abcdef'.repeat(4))).toBe('shr-0123456789abcdef01234567');
});
