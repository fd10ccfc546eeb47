import { BundleError } from '@drl/gateway/evidence/errors';
import { readJson } from '@drl/gateway/evidence/json';
import fc from 'fast-check';

const read = (text: string): unknown => readJson(Buffer.from(text), 24);

it('reads what JSON.stringify writes', () => {
  const json = fc.jsonValue({ maxDepth: 8 }).filter((value) => !JSON.stringify(value).includes('__proto__'));
  fc.assert(
    fc.property(json, fc.constantFrom(0, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space);
      fc.pre(text.isWellFormed());
      expect(read(text)).toEqual(JSON.parse(text));
    }),
  );
});

it('reads nothing that JSON.parse does not, and nothing that it reads otherwise', () => {
  const pieces = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"',
    '\\',
    'u0041',
    '1',
    '-',
    '0',
    '.5',
    'e9',
    'true',
    'null',
    ' ',
    '\n',
    '\u0000',
    '\\ud800',
    '{"a":',
    '}',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      let ours: unknown;
      try {
        ours = read(text);
      } catch (error) {
        expect(error).toBeInstanceOf(BundleError);
        return;
      }
      expect(ours).toEqual(JSON.parse(text));
    }),
    { numRuns: 3000 },
  );
});

it('refuses what two readers could read as two things', () => {
  for (const text of [
    '{"a":1,"a":2}',
    '{"a":1,"\\u0061":2}',
    '{"__proto__":{}}',
    '1.0',
    '1e2',
    '-0',
    '10000000000000000000001',
    '"\\ud800"',
    '1 2',
    '[1,]',
    '{"a":1,}',
    "'a'",
    '﻿{}',
    'NaN',
    '',
    ' ',
  ])
    expect(() => read(text)).toThrow(BundleError);
  expect(() => readJson(Uint8Array.of(0x22, 0xff, 0x22), 24)).toThrow('UTF-8');
});

it('bounds the depth', () => {
  expect(() => read('['.repeat(1_000_000))).toThrow('nested');
  expect(() => read(`${'{"a":'.repeat(25)}1${'}'.repeat(25)}`)).toThrow('nested');
  expect(read(`${'['.repeat(24)}${']'.repeat(24)}`)).toBeDefined();
});
