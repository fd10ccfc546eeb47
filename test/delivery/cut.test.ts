import type { Cutter, OnRow } from '@drl/gateway/delivery/cut/cutter';
import { formatOf } from '@drl/gateway/delivery/cut/formats';
import { ServiceError } from '@drl/gateway/errors';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';

const make = (format: string, elements: readonly string[], limit = Number.POSITIVE_INFINITY, onRow?: OnRow): Cutter => {
  const found = formatOf(undefined, undefined, `file:x.${format}`);
  if (!found) throw new Error(format);
  return found.make({ elements, limit, onRow });
};

/** Feeds the bytes in pieces of these sizes, over and over. */
function run(cutter: Cutter, bytes: Buffer, sizes: readonly number[] = [bytes.length || 1]): string {
  const out: Buffer[] = [];
  for (let at = 0, n = 0; at < bytes.length; n += 1) {
    const size = sizes[n % sizes.length] as number;
    out.push(Buffer.concat(cutter.write(Buffer.from(bytes.subarray(at, at + size)))));
    at += size;
  }
  out.push(cutter.end());
  return Buffer.concat(out).toString();
}

const code = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
  return 'none';
};

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const names = ['a', '姓名', 'c,d', 'e"f', 'g'];
const cell = fc.string({ unit: fc.constantFrom('x', '1', ' ', ',', '"', '\n', '\r\n', '中', '𠮷', "'", ';'), maxLength: 8 });
const chosen = fc.subarray(names, { minLength: 1 });

describe('CSV', () => {
  const quote = (text: string, always: boolean) => (always || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const table = fc.record({
    rows: fc.array(fc.tuple(...names.map(() => fc.tuple(cell, fc.boolean()))), { maxLength: 12 }),
    ending: fc.constantFrom('\n', '\r\n'),
    last: fc.boolean(),
    bom: fc.boolean(),
  });

  test('any table, in any pieces: the granted columns of every row, and nothing else, by another reader’s account', () => {
    fc.assert(
      fc.property(table, chosen, sizes, fc.integer({ min: 1, max: 14 }), ({ rows, ending, last, bom }, elements, sizes, limit) => {
        const lines = [names.map((name) => quote(name, false)), ...rows.map((row) => row.map(([text, always]) => quote(text, always)))];
        const text = lines.map((line) => line.join(',')).join(ending) + (last ? ending : '');
        const seen: (readonly string[])[] = [];
        const cutter = make('csv', elements, limit, (names, values) => seen.push(names, values));
        const cut = run(cutter, Buffer.from((bom ? '\ufeff' : '') + text), sizes);
        const columns = names.flatMap((name, i) => (elements.includes(name) ? [i] : []));
        const expected = [columns.map((i) => names[i]), ...rows.slice(0, limit).map((row) => columns.map((i) => row[i]?.[0]))];
        expect(cutter.rows).toBe(Math.min(rows.length, limit));
        // A single empty column leaves an empty line, which the other reader is told to count.
        const read = parse(cut, { skip_empty_lines: false }) as string[][];
        expect(read).toEqual(expected);
        expect(seen).toEqual(expected.slice(1).flatMap((row) => [expected[0], row]));
        // Bytes are as they were: the whole table is itself.
        if (elements.length === names.length && limit >= rows.length) expect(cut).toBe(text);
      }),
    );
  });

  test('GB 18030 is cut without being decoded', () => {
    // 姓名,编号 / 李,1 / 张,2 in GB 18030.
    const bytes = Buffer.from('d0d5c3fb2cb1e0bac50ac0ee2c310ad5c52c320a', 'hex');
    const cutter = make('csv', ['姓名']);
    const out: Buffer[] = [];
    for (const byte of bytes) out.push(Buffer.concat(cutter.write(Buffer.of(byte))));
    out.push(cutter.end());
    expect(Buffer.concat(out).toString('hex')).toBe('d0d5c3fb0ac0ee0ad5c50a');
    const seen: (readonly string[])[] = [];
    run(
      make('csv', ['姓名', '编号'], 9, (names, values) => seen.push(names, values)),
      bytes,
    );
    expect(seen.slice(0, 2)).toEqual([
      ['姓名', '编号'],
      ['李', '1'],
    ]);
  });

  test('blank lines are no rows, but in a table of one column', () => {
    const cutter = make('csv', ['a']);
    expect(run(cutter, Buffer.from('a,b\n1,2\n\n\r\n3,4\n'))).toBe('a\n1\n3\n');
    expect(cutter.rows).toBe(2);
    expect(run(make('csv', ['a']), Buffer.from('a\n1\n\n2\n'))).toBe('a\n1\n\n2\n');
  });

  test.each([
    ['more fields', 'id,name\n1,Wang\n330100,Li, Si\n'],
    ['fewer fields', 'id,name\n1,Wang\n330100\n'],
    ['a quote within a field', 'id,name\n1,Wang\n1,W"ang\n'],
    ['something behind a quote', 'id,name\n1,Wang\n1,"W"ang\n'],
    ['an open quote', 'id,name\n1,Wang\n1,"Wang\n'],
    ['a lone carriage return', 'id,name\n1,Wang\n1,Wa\rng\n'],
    ['a carriage return at the end', 'id,name\n1,Wang\n1,Wa\r'],
  ])('%s: nothing of the broken row leaves', (_, text) => {
    fc.assert(
      fc.property(sizes, (sizes) => {
        const cutter = make('csv', ['name']);
        const out: string[] = [];
        const bytes = Buffer.from(text);
        const failed = code(() => {
          for (let at = 0, n = 0; at < bytes.length; n += 1) {
            const size = sizes[n % sizes.length] as number;
            out.push(Buffer.concat(cutter.write(Buffer.from(bytes.subarray(at, at + size)))).toString());
            at += size;
          }
          out.push(cutter.end().toString());
        });
        expect(failed).toBe('RESOURCE_MALFORMED');
        expect('name\nWang\n'.startsWith(out.join(''))).toBe(true);
      }),
    );
  });

  test('a header that lacks an element, or has it twice, or no header', () => {
    expect(code(() => run(make('csv', ['name', 'born']), Buffer.from('id,name\n')))).toBe('RESOURCE_ELEMENT_MISSING');
    expect(code(() => run(make('csv', ['name']), Buffer.from('name,name\n')))).toBe('RESOURCE_MALFORMED');
    expect(code(() => run(make('csv', ['name']), Buffer.from('')))).toBe('RESOURCE_MALFORMED');
    expect(run(make('csv', ['name']), Buffer.from('id,name'))).toBe('name');
  });

  test('a record without end is refused before it fills the memory', () => {
    const cutter = make('csv', ['a']);
    cutter.write(Buffer.from('a\n"'));
    const piece = Buffer.alloc(1024 * 1024, 'x');
    expect(code(() => Array.from({ length: 8 }, () => cutter.write(piece)))).toBe('RESOURCE_MALFORMED');
  });
});

describe.each(['json', 'ndjson'])('%s', (format) => {
  const key = fc.oneof(fc.constantFrom(...names), fc.string({ unit: 'binary', maxLength: 4 }));
  const row = fc.dictionary(
    key.filter((k) => k.isWellFormed() && k !== '__proto__'),
    fc.jsonValue({ maxDepth: 3 }),
    { maxKeys: 6 },
  );
  const join = (rows: readonly string[], blanks: string) =>
    format === 'json' ? `${blanks}[${blanks}${rows.join(`${blanks},${blanks}`)}${blanks}]${blanks}` : rows.join('\n');
  const read = (text: string): unknown[] =>
    format === 'json'
      ? JSON.parse(text)
      : text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line));

  test('any rows, in any pieces: the granted members of each, as JSON.parse reads them', () => {
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 8 }),
        chosen,
        sizes,
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom('', ' ', '\n\t'),
        (rows, elements, sizes, limit, blanks) => {
          const cutter = make(format, elements, limit);
          const pretty = format === 'json' ? blanks : '';
          const text = join(
            rows.map((one) => JSON.stringify(one, undefined, pretty)),
            pretty,
          );
          const cut = read(run(cutter, Buffer.from(text), sizes));
          const plain = JSON.parse(JSON.stringify(rows)) as Record<string, unknown>[];
          expect(cut).toEqual(
            plain.slice(0, limit).map((one) => Object.fromEntries(Object.entries(one).filter(([name]) => elements.includes(name)))),
          );
          expect(cutter.rows).toBe(Math.min(rows.length, limit));
        },
      ),
    );
  });

  test('values are not touched: numbers beyond 2^53, escapes, repeated members', () => {
    const one = '{"a":12345678901234567890.10,"x":{"a":1,"]":"}"},"\\u0061":"\\u4e2d","g":[1 , {"a":"\\"}"}]}';
    expect(run(make(format, ['a', 'g']), Buffer.from(join([one], '')), [3])).toBe(
      join(['{"a":12345678901234567890.10,"\\u0061":"\\u4e2d","g":[1 , {"a":"\\"}"}]}'], '') + (format === 'json' ? '' : '\n'),
    );
  });

  test('whoever watches is told the granted values as text, numbers as they are written', () => {
    const seen: unknown[] = [];
    const one = '{"a":12345678901234567890.10,"x":{"a":1},"g":[1 , {"a":"}"}],"c,d":null,"e\\"f":"\\u4e2d","姓名":true}';
    run(
      make(format, ['a', 'g', 'c,d', 'e"f', '姓名'], 2, (...row) => seen.push(row)),
      Buffer.from(join([one, '{"x":1}', one], '')),
      [3],
    );
    expect(seen).toEqual([
      [
        ['a', 'g', 'c,d', 'e"f', '姓名'],
        ['12345678901234567890.10', '[1,{"a":"}"}]', '', '中', 'true'],
      ],
      [[], []],
    ]);
  });

  test.each([['3'], ['"a"'], ['[]'], ['null'], ['{"a":1'], ['{"a":1}}'], ["{'a':1}"], ['{"a":01}'], ['{"a":"\u0001"}']])(
    '%s is no row',
    (bad) => {
      expect(code(() => run(make(format, ['a']), Buffer.from(join(['{"a":1}', bad], ''))))).toBe('RESOURCE_MALFORMED');
    },
  );

  test('what is not UTF-8, or ends too early', () => {
    expect(
      code(() =>
        run(make(format, ['a']), Buffer.concat([Buffer.from(format === 'json' ? '[' : ''), Buffer.from('7b2261223a22c0ee227d', 'hex')])),
      ),
    ).toBe('RESOURCE_MALFORMED');
    if (format === 'json')
      for (const text of ['', '[', '[{"a":1}', '[{"a":1},', '[{"a":1},]', '[] x', '{"a":1}'])
        expect(code(() => run(make(format, ['a']), Buffer.from(text)))).toBe('RESOURCE_MALFORMED');
  });
});

test('which form a resource has: the ledger’s word before its server’s, a name where neither says', () => {
  const mediaType = (...given: Parameters<typeof formatOf>) => formatOf(...given)?.mediaType;
  expect(mediaType('text/csv', 'application/pdf', 'https://x.example/a.json')).toBe('text/csv');
  expect(mediaType(undefined, 'application/json; charset=utf-8', 'https://x.example/')).toBe('application/json');
  expect(mediaType(undefined, 'text/plain', 'https://x.example/a.JSONL?x=1')).toBe('application/x-ndjson');
  expect(mediaType(undefined, undefined, 'file:a.pdf')).toBeUndefined();
  expect(mediaType('application/pdf', 'text/csv', 'file:a.csv')).toBeUndefined();
});
