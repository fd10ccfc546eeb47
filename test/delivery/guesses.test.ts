import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Asker, GUESSES, Guesses } from '@drl/gateway/delivery/query/guesses';
import { Level } from 'level';

const root = mkdtempSync(join(tmpdir(), 'drl-guesses-'));
afterAll(() => rmSync(root, { recursive: true }));

const key = Buffer.alloc(32, 1);
const HOUR = 3_600_000;
const start = Date.parse('2026-03-02T02:00:00Z');
const asker: Asker = { consumer: 'social-insurance', asset: 'ast-1' };
const subject = (personId: string, more: object = {}) => ({ subject: { personId, ...more } });

let dir: string;
let guesses: Guesses;
beforeEach(async () => {
  dir = mkdtempSync(join(root, 'db-'));
  guesses = await Guesses.open(dir, key, start);
});
afterEach(() => guesses.close());

/** How many are let through of so many, none a match. */
async function tried(
  count: number,
  of: (n: number) => { readonly subject: Record<string, string> },
  by = asker,
  at = start,
): Promise<number> {
  let through = 0;
  for (let n = 0; n < count; n += 1)
    await guesses.take(by, of(n), at).then(
      () => (through += 1),
      (error) => expect(error).toMatchObject({ code: 'QUERY_THROTTLED' }),
    );
  return through;
}

test('so many about one subject in its time, also of many at once, and again when that is over', async () => {
  const all = await Promise.allSettled(Array.from({ length: 20 }, () => guesses.take(asker, subject('1'), start)));
  expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(GUESSES.subject.most);
  expect(await tried(1, () => subject('1'), asker, start + GUESSES.subject.within - 1)).toBe(0);
  expect(await tried(1, () => subject('2'))).toBe(1);
  expect(await tried(9, () => subject('1'), asker, start + GUESSES.subject.within)).toBe(GUESSES.subject.most);
});

test('a guess put into a subject of several counts for the value that stays', async () => {
  const guessed = await tried(60, (n) => subject('1', { name: `guess ${n}` }));
  expect(guessed).toBe(GUESSES.value.most);
  expect(await tried(1, () => subject('2', { name: 'guess 1' }))).toBe(1);
});

test('one subject after another: so many an hour in all, each consumer and asset by itself', async () => {
  expect(await tried(150, (n) => subject(String(n)))).toBe(GUESSES.asset.most);
  expect(await tried(1, () => subject('x'), { ...asker, asset: 'ast-2' })).toBe(1);
  expect(await tried(1, () => subject('x'), { ...asker, consumer: 'tax' })).toBe(1);
  expect(await tried(1, () => subject('x'), asker, start + HOUR)).toBe(1);
});

test('what was taken back counts no more, also where two were taken at one moment', async () => {
  const back = await Promise.all(Array.from({ length: GUESSES.subject.most }, () => guesses.take(asker, subject('1'), start)));
  expect(await tried(1, () => subject('1'))).toBe(0);
  await back[0]?.();
  await back[1]?.();
  expect(await tried(5, () => subject('1'))).toBe(2);
});

test('a restart forgets nothing that counts, and what is kept says nobody’s number and is gone after its time', async () => {
  await tried(GUESSES.subject.most, () => subject('110101199003074514'));
  await guesses.close();
  guesses = await Guesses.open(dir, key, start + 1);
  expect(await tried(1, () => subject('110101199003074514'), asker, start + 1)).toBe(0);
  const kept = async () => {
    await guesses.close();
    const db = new Level<string, string>(dir);
    const entries = await db.iterator().all();
    await db.close();
    guesses = await Guesses.open(dir, key, start);
    return entries;
  };
  const entries = await kept();
  expect(entries).toHaveLength(2);
  expect(JSON.stringify(entries)).not.toMatch(/1101011990|social|ast-/);
  // Another question, a day later, is all that is remembered then.
  await (await guesses.take(asker, subject('other'), start + GUESSES.subject.within))();
  expect(await kept()).toEqual([]);
});
