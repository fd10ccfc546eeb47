import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isResidentId } from '@drl/chaincode/model/personalData';
import { formatOf } from '@drl/gateway/delivery/cut/formats';
import { CanaryMaker } from '@drl/gateway/leaks/canaries';
import { CmacBatch } from '@drl/gateway/leaks/cmac';
import { Fingerprinter } from '@drl/gateway/leaks/fingerprinter';
import { Draws } from '@drl/gateway/leaks/keys';
import { Marker } from '@drl/gateway/leaks/marker';
import { leafHash, pathTo, rootBy, TreeRoot } from '@drl/gateway/leaks/tree';
import fc from 'fast-check';
import { describeWith } from '../sharedData.js';

const sha = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();

describe('AES-CMAC', () => {
  // RFC 4493, section 4: the vectors, cut to 8 bytes. The fourth is of 64 bytes, which stand by their digest here.
  const key = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
  const message =
    '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710';
  test('the vectors of the RFC, together in any order', () => {
    const vectors: readonly (readonly [number, string])[] = [
      [0, 'bb1d6929e9593728'],
      [16, '070a16b46b4d4144'],
      [40, 'dfa66747de9ae630'],
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...vectors), { minLength: 1, maxLength: 9 }), (asked) => {
        const batch = new CmacBatch(key, 9);
        for (const [length] of asked) batch.add(Buffer.from(message, 'hex'), 0, length);
        expect(batch.tags().toString('hex')).toBe(asked.map(([, tag]) => tag).join(''));
      }),
    );
  });

  test('a text has the tag of its bytes, and no two texts have one, long or short', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '1', '中', '𠮷', ' '), maxLength: 90 });
    fc.assert(
      fc.property(fc.uniqueArray(text, { minLength: 2, maxLength: 12 }), (texts) => {
        const [one, two] = [new CmacBatch(key, 12), new CmacBatch(key, 12)];
        for (const each of texts) {
          one.addText(each);
          two.add(Buffer.from(each), 0, Buffer.byteLength(each));
        }
        const tags = one.tags();
        expect(tags).toEqual(two.tags());
        expect(new Set(texts.map((_, i) => tags.subarray(8 * i, 8 * i + 8).toString('hex'))).size).toBe(texts.length);
      }),
    );
  });
});

/** RFC 6962, section 2.1, word for word. */
function naiveRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(Buffer.of(0), leaves[0] as Buffer);
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return sha(Buffer.of(1), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

test('a tree’s root is that of RFC 6962, and every leaf’s path leads to it, and to no other place', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.nat(), fc.nat(), (size, one, other) => {
      const leaves = Array.from({ length: size }, (_, i) => Buffer.from(`leaf ${i}`));
      const tree = new TreeRoot();
      for (const leaf of leaves) tree.add(leafHash(leaf));
      expect(tree.root()).toEqual(naiveRoot(leaves));
      const hashes = Buffer.concat(leaves.map(leafHash));
      const [index, elsewhere] = [one % size, other % size];
      const path = pathTo(hashes, index);
      expect(rootBy(path, leafHash(leaves[index] as Buffer), index, size)).toEqual(tree.root());
      if (elsewhere !== index) expect(rootBy(path, leafHash(leaves[index] as Buffer), elsewhere, size)).not.toEqual(tree.root());
      expect(rootBy([...path, sha()], leafHash(leaves[index] as Buffer), index, size)).toBeUndefined();
    }),
  );
});

describeWith('inclusion proofs of others', ['merkle', 'testdata', 'inclusion'], (dir) => {
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));
  test(`are judged as they are meant to be: ${files.length}`, () => {
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) {
      const { leafIdx, treeSize, root, leafHash: leaf, proof, wantErr } = JSON.parse(readFileSync(join(dir, file), 'utf8'));
      const bytes = (text: string | null) => Buffer.from(text ?? '', 'base64');
      const led = rootBy((proof ?? []).map(bytes), bytes(leaf), leafIdx, treeSize);
      expect([file, led?.equals(bytes(root)) ?? false]).toEqual([file, !wantErr]);
    }
  });
});

const names = ['a', 'b', 'c'];
const cell = fc.string({ unit: fc.constantFrom('x', '1', ' ', ',', '"', '\n', '中'), maxLength: 6 });
const table = fc.array(fc.tuple(cell, cell, cell), { maxLength: 20 });
const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;

test('a delivery has one root whatever its form and pieces, and another with another key or another value', () => {
  const rootOf = (rows: readonly (readonly string[])[], form: string, size: number, key = 1) => {
    const fingerprinter = new Fingerprinter(Buffer.alloc(32, key), names);
    const objects = rows.map((row) => JSON.stringify(Object.fromEntries(names.map((name, c) => [name, row[c]]))));
    const texts: Record<string, string> = {
      csv: [names, ...rows].map((row) => `${row.map(quote).join(',')}\r\n`).join(''),
      json: `[${objects.join(',')}]`,
      ndjson: objects.map((object) => `${object}\n`).join(''),
    };
    const cutter = formatOf(undefined, undefined, `file:x.${form}`)?.make({ elements: names, limit: 99, cells: fingerprinter });
    const bytes = Buffer.from(texts[form] as string);
    for (let at = 0; at < bytes.length; at += size) cutter?.write(Buffer.from(bytes.subarray(at, at + size)));
    cutter?.end();
    return [fingerprinter.root(), fingerprinter.rows];
  };
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 50 }), (rows, size) => {
      const [root, count] = rootOf(rows, 'csv', size);
      expect(count).toBe(rows.length);
      expect(rootOf(rows, 'json', size)).toEqual([root, count]);
      expect(rootOf(rows, 'ndjson', size)).toEqual([root, count]);
      expect(rootOf(rows, 'csv', size, 2)[0]).not.toBe(root);
      if (rows.length > 0) expect(rootOf([...rows.slice(1), ['x', 'y', 'never']], 'csv', size)[0]).not.toBe(root);
    }),
  );
});

describe('canaries', () => {
  const ids = ['110105194912310021', '11010519491231002X', '440524188001010014', '110101199003070012', '310104198502140037'];
  const rows = Array.from({ length: 400 }, (_, i) => [
    ids[i % 5] as string,
    `张${String.fromCharCode(0x4e00 + (i % 60))}`,
    `K${1000 + i}`,
    i % 3 ? '男' : '女',
  ]);

  test('the same key makes the same ones, another others; no valid resident id number is made up', () => {
    const made = (key: number) => {
      const maker = new CanaryMaker(new Draws(Buffer.alloc(32, key), 'canaries'));
      return rows.flatMap((row) => {
        maker.learn(row);
        return maker.make() ?? [];
      });
    };
    expect(made(1)).toEqual(made(1));
    expect(made(1)).not.toEqual(made(2));
    for (const { values } of made(3)) expect(ids.includes(values[0] as string) || !isResidentId(values[0] as string)).toBe(true);
  });

  test('the bits that are claimed are drawn: no value comes more often than they say', () => {
    const times = new Map<string, number>();
    let bits = 0;
    const tries = 4000;
    for (let n = 0; n < tries; n += 1) {
      const maker = new CanaryMaker(new Draws(createHash('sha256').update(String(n)).digest(), 'canaries'));
      for (const row of rows.slice(0, 64)) maker.learn(row);
      const canary = maker.make();
      bits = canary?.bits[1] as number;
      times.set(canary?.values[1] as string, (times.get(canary?.values[1] as string) ?? 0) + 1);
    }
    expect(bits).toBeGreaterThan(3);
    // Five standard deviations above what 2^-bits allows.
    const mean = tries * 2 ** -bits;
    expect(Math.max(...times.values())).toBeLessThan(mean + 5 * Math.sqrt(mean) + 1);
  });

  test.each(['csv', 'json', 'ndjson'])('%s: what leaves are the rows and the canaries, in whatever order, in the same form', (form) => {
    const columns = ['id', 'name', 'code', 'sex'];
    const objects = rows.map((row, i) => JSON.stringify({ ...Object.fromEntries(columns.map((name, c) => [name, row[c]])), n: i }));
    const all = [...columns, 'n'];
    const text: Record<string, string> = {
      csv: `${all.join(',')}\n${rows.map((row, i) => [...row, i].join(',')).join('\n')}`,
      json: `[${objects.join(' , ')}]`,
      ndjson: objects.join('\n'),
    };
    const key = Buffer.alloc(32, 9);
    const fingerprinter = new Fingerprinter(key, all);
    const marker = new Marker(fingerprinter, key, all, ['order', 'canaries']);
    const format = formatOf(undefined, undefined, `file:x.${form}`);
    const cutter = format?.make({ elements: all, limit: 350, arranger: marker });
    const out = Buffer.concat([...(cutter?.write(Buffer.from(text[form] as string)) ?? []), cutter?.end() ?? Buffer.alloc(0)]);
    expect(cutter?.rows).toBe(350);
    const seen: string[] = [];
    const reader = format?.make({ elements: 'all', limit: 9999, onRow: (_, values) => seen.push(JSON.stringify(values)) });
    reader?.write(Buffer.from(out));
    reader?.end();
    const canaries = marker.take();
    expect(canaries.length).toBeGreaterThan(8);
    expect(fingerprinter.rows).toBe(350 + canaries.length);
    for (const { row, values } of canaries) expect(seen[row]).toBe(JSON.stringify(values));
    const data = seen.filter((_, i) => !canaries.some(({ row }) => row === i));
    const expected = rows.slice(0, 350).map((row, i) => JSON.stringify([...row, String(i)]));
    expect(data).not.toEqual(expected);
    expect(data.sort()).toEqual(expected.sort());
    if (form !== 'csv') expect(out.toString()).toMatch(/"n":\d/);
  });
});
