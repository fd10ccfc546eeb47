import { PHANTOM_READ_CONFLICT, VALID, type World } from './world.js';

/** Keys of a range of its own, `count` of them. */
async function filled(world: World, count: number): Promise<string> {
  const prefix = world.key('range');
  const keys = Array.from({ length: count }, (_, i) => `${prefix}/${String(i).padStart(4, '0')}`);
  await world.commit('put', { key: keys.join('\n'), value: keys.map(() => 'v').join('\n') });
  return prefix;
}

export function rangeCases(world: () => World): void {
  const scan = (prefix: string, more: { limit?: number; key?: string } = {}) => ({
    from: `${prefix}/`,
    to: `${prefix}/~`,
    limit: 0,
    key: '',
    value: 'seen',
    ...more,
  });

  test('keys come in the order of their UTF-8 bytes', async () => {
    const prefix = world().key('order');
    // In UTF-16 the last comes before the one before it.
    const names = ['A', 'a', 'é', '中', '\u{ffee}', '\u{1f600}'];
    await world().commit('put', {
      key: [...names]
        .reverse()
        .map((n) => `${prefix}/${n}`)
        .join('\n'),
      value: names.join('\n'),
    });
    const keys = JSON.parse(await world().ask('scan', { ...scan(prefix), to: `${prefix}0` })) as string[];
    expect(keys.map((k) => k.slice(prefix.length + 1))).toEqual(names);
  });

  test('an insertion into a range that was read voids the reader', async () => {
    const prefix = await filled(world(), 3);
    const reader = await world().probe('scan', scan(prefix, { key: world().key() }));
    await world().commit('put', { key: `${prefix}/0001a`, value: 'phantom' });
    expect((await world().submit(reader)).code).toBe(PHANTOM_READ_CONFLICT);
  });

  test('so does a change and a deletion, and an insertion into an empty range', async () => {
    for (const change of ['put', 'remove'] as const) {
      const prefix = await filled(world(), 3);
      const reader = await world().probe('scan', scan(prefix, { key: world().key() }));
      await world().commit(change, { key: `${prefix}/0001`, value: 'changed' });
      expect((await world().submit(reader)).code).toBe(PHANTOM_READ_CONFLICT);
    }
    const prefix = world().key('empty');
    const reader = await world().probe('scan', scan(prefix, { key: world().key() }));
    await world().commit('put', { key: `${prefix}/0`, value: 'phantom' });
    expect((await world().submit(reader)).code).toBe(PHANTOM_READ_CONFLICT);
  });

  test('an insertion by the transaction before, in one block or not, voids it as well', async () => {
    const prefix = await filled(world(), 3);
    const inserter = await world().probe('put', { key: `${prefix}/0002a`, value: 'phantom' });
    const reader = await world().probe('scan', scan(prefix, { key: world().key() }));
    const [inserted, read] = await Promise.all([world().submit(inserter), world().submit(reader)]);
    expect(inserted.code).toBe(VALID);
    // Whichever came first: a reader before the insertion saw what was there.
    expect([VALID, PHANTOM_READ_CONFLICT]).toContain(read.code);
    if (read.block > inserted.block) expect(read.code).toBe(PHANTOM_READ_CONFLICT);
  });

  test('what changes beside the range voids nothing', async () => {
    const prefix = await filled(world(), 3);
    const reader = await world().probe('scan', scan(prefix, { key: world().key() }));
    await world().commit('put', { key: `${prefix}0`, value: 'beside' });
    expect((await world().submit(reader)).code).toBe(VALID);
  });

  test('a long range is read whole, and checked by its summary', async () => {
    const prefix = await filled(world(), 260);
    const reader = await world().probe('scan', scan(prefix, { key: world().key() }));
    expect(JSON.parse(reader.result)).toHaveLength(260);
    const other = await world().probe('scan', scan(prefix, { key: world().key() }));
    expect((await world().submit(reader)).code).toBe(VALID);
    await world().commit('put', { key: `${prefix}/0250`, value: 'changed' });
    expect((await world().submit(other)).code).toBe(PHANTOM_READ_CONFLICT);
  });

  test('a scan that breaks off answers for what it was given alone', async () => {
    const prefix = await filled(world(), 260);
    const early = await world().probe('scan', scan(prefix, { key: world().key(), limit: 1 }));
    const touched = await world().probe('scan', scan(prefix, { key: world().key(), limit: 1 }));
    await world().commit('put', { key: `${prefix}/0200`, value: 'beyond' });
    expect((await world().submit(early)).code).toBe(VALID);
    await world().commit('put', { key: `${prefix}/0000`, value: 'within' });
    expect((await world().submit(touched)).code).toBe(PHANTOM_READ_CONFLICT);
  });

  test('composite keys are found by their first parts, and are apart from simple keys', async () => {
    const type = world().key('type');
    for (const parts of [
      ['a', '1'],
      ['a', '2'],
      ['ab', '3'],
    ])
      await world().commit('putComposite', { type, parts, value: 'v' });
    const found = (parts: string[]) =>
      world()
        .ask('scanComposite', { type, parts })
        .then((r) => JSON.parse(r) as unknown);
    expect(await found(['a'])).toEqual([
      ['a', '1'],
      ['a', '2'],
    ]);
    expect(await found([])).toHaveLength(3);
    const simple = JSON.parse(await world().ask('scan', { ...scan(type), from: '', to: '' })) as string[];
    expect(simple.some((key) => key.includes(type))).toBe(false);
  });

  test('pages follow one another by their bookmarks', async () => {
    const prefix = await filled(world(), 5);
    const pages: string[][] = [];
    let bookmark = '';
    do {
      const page = JSON.parse(await world().ask('page', { ...scan(prefix), limit: 2, value: bookmark })) as {
        keys: string[];
        bookmark: string;
        count: number;
      };
      expect(page.count).toBe(page.keys.length);
      pages.push(page.keys.map((k) => k.slice(-1)));
      bookmark = page.bookmark;
    } while (bookmark !== '');
    expect(pages).toEqual([['0', '1'], ['2', '3'], ['4']]);
  });

  test('a transaction that pages may not write', async () => {
    const prefix = await filled(world(), 2);
    await expect(world().probe('page', { ...scan(prefix), limit: 2, value: '', key: world().key() })).rejects.toMatchObject({
      name: 'LedgerError',
    });
  });
}
