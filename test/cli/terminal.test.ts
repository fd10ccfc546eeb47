import { pad, plain, table, width } from '@drl/gateway/cli/terminal';
import fc from 'fast-check';

test('Chinese takes two columns, and tables stand straight with it', () => {
  expect([width('abc'), width('共享'), width('共享 ab'), width('，')]).toEqual([3, 4, 7, 2]);
  const text = fc.string({ unit: fc.constantFrom('a', '权', '利', ' x', '（'), minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 5 }), (rows) => {
      const lines = table(rows.map(([a, b]) => [a, `|${b}`])).split('\n');
      expect(new Set(lines.map((line) => width(line.slice(0, line.indexOf('|'))))).size).toBe(1);
    }),
  );
  expect(width(pad('权利', 10))).toBe(10);
});

test('text from elsewhere moves no cursor and colours no screen', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => expect(plain(text)).not.toMatch(/\p{Cc}/u)));
  expect(plain('a\u001b[31mred\u009b2J\nb')).toBe('a [31mred 2J b');
});
