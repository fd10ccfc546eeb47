import { cutObject, type ObjectCut } from '@drl/gateway/delivery/cut/members';
import { ObjectCutter } from '@drl/gateway/delivery/cut/objects';
import fc from 'fast-check';

/** The short way on bytes, held against the long way by JSON.parse: what leaves, what is told, and what is refused. */

const blank = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'b', '姓名', 'name', '1', '__proto__', '') },
  fc.string({ unit: 'grapheme', maxLength: 5 }),
);
const plain = (text: string) => JSON.stringify(text);
const escaped = (text: string) =>
  `"${[...text].map((c) => `\\u${(c.codePointAt(0) as number).toString(16).padStart(4, '0').slice(-4)}`).join('')}"`;
const string = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }).map(plain),
  fc.string({ maxLength: 3 }).map(escaped),
  fc.constantFrom('"\\/\\b\\f"', '"a\\"b"', '"\\ud800"', '"中"'),
);
const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.constantFrom('0', '-0', '1.50', '1e5', '1E-5', '12345678901234567890', '01', '1.', '-', '+1', '.5', '1e', '0x1', 'NaN'),
);
const scalar = fc.oneof(string, number, fc.constantFrom('true', 'false', 'null', 'nul', 'True', 'truex'));
const value = fc.oneof(
  { weight: 5, arbitrary: scalar },
  fc.json({ maxDepth: 2 }).map((json) => json),
  fc.constantFrom('{"a":[1,{"b":"}"}]}', '[ 1 , 2 ]', '[1,]', '{"a" 1}', '{]}', '["\\""]'),
);
const member = fc.record({
  name: fc.oneof({ weight: 6, arbitrary: name.map(plain) }, name.map(escaped)),
  value,
  blanks: fc.tuple(blank, blank, blank, blank),
});
const row = fc
  .tuple(blank, fc.array(member, { maxLength: 6 }), blank, blank)
  .map(
    ([before, members, inside, after]) =>
      `${before}{${inside}${members.map(({ name, value, blanks: [a, b, c, d] }) => `${a}${name}${b}:${c}${value}${d}`).join(',')}}${after}`,
  );
/** A good row, or one with a byte changed. */
const bytes = fc.oneof(
  { weight: 3, arbitrary: row.map((text) => Buffer.from(text)) },
  fc.tuple(row, fc.nat(), fc.integer({ min: 0, max: 255 })).map(([text, at, byte]) => {
    const changed = Buffer.from(text);
    changed[at % changed.length] = byte;
    return changed;
  }),
  fc.tuple(row, fc.nat()).map(([text, at]) => Buffer.from(text).subarray(0, at % (text.length + 1))),
  fc
    .constantFrom('', '{', '[]', 'null', '{}{}', '{} x', '\u00a0{"a":1}', '{"a":1}\u00a0', '{"a":1,}', '{,}')
    .map((text) => Buffer.from(text)),
);

interface Told {
  readonly rows: Record<string, string>[];
  readonly cells: Record<string, string>[];
}
function watched(keep: ObjectCut['keep']): { readonly cut: ObjectCut; readonly told: Told } {
  const told: Told = { rows: [], cells: [] };
  let columns: readonly string[] = [];
  let seen: string[] = [];
  const pairs = (names: readonly string[], values: readonly string[]) => {
    expect(values).toHaveLength(names.length);
    return Object.fromEntries(names.map((name, i) => [`=${name}`, values[i] as string]));
  };
  const cells = {
    columns: (names: readonly string[]) => {
      columns = names;
    },
    cell: (from: Buffer, start: number, end: number) => void seen.push(from.toString('utf8', start, end)),
    endRow: () => {
      told.cells.push(pairs(columns, seen));
      seen = [];
    },
    // As whoever makes bytes of them would: half a surrogate pair has none of its own.
    row: (names: readonly string[], values: readonly string[]) =>
      void told.cells.push(
        pairs(
          names,
          values.map((value) => Buffer.from(value).toString()),
        ),
      ),
  };
  const onRow = (names: readonly string[], values: readonly string[]) => void told.rows.push(pairs(names, values));
  return { cut: { keep, onRow, cells, arranger: undefined }, told };
}

test('the short way and the long way let the same leave, tell the same, and refuse the same', () => {
  let fast = 0;
  let good = 0;
  fc.assert(
    fc.property(
      fc.array(bytes, { minLength: 1, maxLength: 8 }),
      fc.oneof(fc.constant('all' as const), fc.uniqueArray(name, { maxLength: 4 })),
      (rows, elements) => {
        const keep = elements === 'all' ? elements : new Set(elements);
        const [short, long] = [watched(keep), watched(keep)];
        const cutter = new ObjectCutter(short.cut);
        for (const one of rows) {
          // In the memory of the row itself, as lines are cut.
          const memory = Buffer.from(one);
          const end = cutter.cut(memory, memory, 0);
          const expected = cutObject(one, long.cut);
          expect(end === undefined ? undefined : memory.toString('utf8', 0, end)).toBe(expected?.join(''));
          if (expected) good += 1;
          if (expected && !one.includes('\\')) fast += 1;
        }
        expect(short.told).toEqual(long.told);
      },
    ),
    { numRuns: 1500 },
  );
  expect(Math.min(good, fast)).toBeGreaterThan(500);
});
