import { ServiceError } from '@drl/gateway/errors';
import { etagOf, versionOfIfMatch } from '@drl/gateway/http/etag';
import fc from 'fast-check';

const word = fc.stringMatching(/^[a-z]{1,8}(-[a-z]{1,8})?$/);

test('an ETag comes back as the version that it was made of, whatever else it says', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.array(word, { maxLength: 3 }), (version, derived) => {
      expect(versionOfIfMatch(etagOf({ version }, derived))).toBe(version);
    }),
  );
});

test('what is derived changes the tag, so that a cached answer is not taken for the present one', () => {
  expect(etagOf({ version: 3 }, ['expired'])).not.toBe(etagOf({ version: 3 }));
});

test.each([undefined, '*', ' * '])('%s guards nothing', (header) => expect(versionOfIfMatch(header)).toBeUndefined());

test.each(['3', 'W/"3"', '"0"', '"3", "4"', '"-1"', '""', '"3', '"x"', '"99999999999"'])('%s is not an ETag of ours', (header) => {
  expect(() => versionOfIfMatch(header)).toThrow(ServiceError);
});
