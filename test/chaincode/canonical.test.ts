import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canonical } from '@drl/chaincode/model/canonical';
import fc from 'fast-check';
import { describeWith } from '../sharedData';

describeWith('RFC 8785 vectors', ['jcs', 'testdata'], (dir) => {
  test.each(readdirSync(join(dir, 'input')))('%s', (file) => {
    const input = JSON.parse(readFileSync(join(dir, 'input', file), 'utf8'));
    expect(canonical(input)).toBe(readFileSync(join(dir, 'output', file), 'utf8').trimEnd());
    const bytes = readFileSync(join(dir, 'outhex', file.replace('.json', '.txt')), 'utf8').replaceAll(/\s/g, '');
    expect(Buffer.from(canonical(input)).toString('hex')).toBe(bytes);
  });
});

const shuffled = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, shuffled(item)]),
  );
};
const wellFormed = fc.jsonValue({ noUnicodeString: false }).filter((value) => {
  try {
    return JSON.stringify(value).isWellFormed() && canonical(value) !== '';
  } catch {
    return false;
  }
});

test('says the same value, whatever order its members came in, and says nothing twice', () => {
  fc.assert(
    fc.property(wellFormed, (value) => {
      const text = canonical(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonical(shuffled(value))).toBe(text);
      expect(canonical(JSON.parse(text))).toBe(text);
    }),
  );
});

test.each([Number.NaN, Number.POSITIVE_INFINITY, 'a\ud800b', { '\udc00': 1 }, 1n, () => 1])(
  'refuses what JSON cannot carry: %p',
  (value) => {
    expect(() => canonical({ value })).toThrow(TypeError);
  },
);
