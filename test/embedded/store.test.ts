import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readConsortium } from '@drl/network/consortium';
import { type EmbeddedLedger, openEmbeddedLedger } from '@drl/network/embedded/engine';
import { EngineError } from '@drl/network/embedded/errors';
import { blockKey, historyPrefix, metaKey, stateKey, transactionKey } from '@drl/network/embedded/layout';
import fc from 'fast-check';
import { Level } from 'level';
import { contracts } from '../fixtures/probe/index.js';

/** A store that is not as it was written is not opened, and says which block and why. */

const consortium = readConsortium(resolve(__dirname, '../../network/consortium.yaml'));
const root = mkdtempSync(join(tmpdir(), 'drl-store-'));
const original = join(root, 'original');
const COLLECTION = '_implicit_org_PoliceMSP';
const written: { txId: string; block: bigint; key: string }[] = [];

const open = (dir: string, checkMs?: number) =>
  openEmbeddedLedger({ dir, consortium, contracts, ...(checkMs === undefined ? {} : { checkMs }) });

async function put(ledger: EmbeddedLedger, key: string): Promise<{ txId: string; block: bigint; key: string }> {
  const as = ledger.enroll({ mspId: 'PoliceMSP', name: `writer-${key}`, attributes: { department: 'household', roles: 'steward' } });
  const args = [JSON.stringify({ input: { key, value: `value of ${key}` } })];
  const { envelope, transactionId } = await ledger.endorse({ name: 'probe:put', args }, ['BureauMSP', 'PoliceMSP'], as);
  const { block } = await ledger.submit(envelope);
  return { txId: transactionId, block, key };
}

beforeAll(async () => {
  const ledger = await open(original);
  for (let i = 0; i < 12; i++) written.push(await put(ledger, `key-${i}`));
  const as = ledger.enroll({ mspId: 'PoliceMSP', name: 'private', attributes: { department: 'household', roles: 'steward' } });
  const args = [JSON.stringify({ input: { collection: COLLECTION, key: 'secret' } })];
  const { envelope } = await ledger.endorse(
    { name: 'probe:putPrivate', args, transient: { value: Buffer.from('kept') } },
    ['PoliceMSP'],
    as,
  );
  await ledger.submit(envelope);
  await ledger.close();
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

let copies = 0;
function copy(): string {
  const dir = join(root, `copy-${copies++}`);
  cpSync(original, dir, { recursive: true });
  return dir;
}

async function altering(change: (level: Level<Buffer, Buffer>) => Promise<void>): Promise<string> {
  const dir = copy();
  const level = new Level<Buffer, Buffer>(join(dir, 'store'), { keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await level.open();
  await change(level);
  await level.close();
  return dir;
}

async function refusal(dir: string): Promise<EngineError> {
  const error: unknown = await open(dir).then(
    async (ledger) => {
      await ledger.close();
      return new Error('it was opened');
    },
    (e: unknown) => e,
  );
  expect(error).toBeInstanceOf(EngineError);
  return error as EngineError;
}

const flip = (value: Buffer, at: number): Buffer => {
  const changed = Buffer.from(value);
  changed[at] = (changed[at] as number) ^ 0x10;
  return changed;
};

const some = (i: number) => written[i] as (typeof written)[number];

test('it is opened as it is, and its twin too', async () => {
  const ledger = await open(copy());
  await ledger.checked();
  expect((await ledger.lookup(some(3).txId))?.block).toBe(some(3).block);
  await ledger.close();
});

describe('an altered value is found, with its block', () => {
  const cases: [string, () => bigint, (level: Level<Buffer, Buffer>) => Promise<void>][] = [
    ['a byte of an early block', () => 0n, async (level) => level.put(blockKey(0n), flip((await level.get(blockKey(0n))) as Buffer, 500))],
    ['a byte of a block', () => some(5).block, (level) => flipped(level, blockKey(some(5).block), 300)],
    ['the last byte of the last block', () => some(11).block + 1n, (level) => flipped(level, blockKey(some(11).block + 1n), -1)],
    ['a validation code', () => some(5).block, (level) => rewritten(level, some(5).block)],
    ['a missing block', () => some(5).block, (level) => level.del(blockKey(some(5).block))],
    ['a missing first block', () => 0n, (level) => level.del(blockKey(0n))],
    ['a block beyond the end', () => 99n, async (level) => level.put(blockKey(99n), (await level.get(blockKey(3n))) as Buffer)],
    [
      'a block in another’s place',
      () => some(6).block,
      async (level) => level.put(blockKey(some(6).block), (await level.get(blockKey(some(5).block))) as Buffer),
    ],
    ['the value of a key', () => some(4).block, (level) => flipped(level, stateKey('drl', 'key-4'), -1)],
    ['a key that is gone', () => some(7).block, (level) => level.del(stateKey('drl', 'key-7'))],
    [
      'a key that no block wrote',
      () => 1n,
      async (level) => level.put(stateKey('drl', 'forged'), (await level.get(stateKey('drl', 'key-1'))) as Buffer),
    ],
    [
      'an older value put back',
      () => some(2).block,
      async (level) => level.put(stateKey('drl', 'key-2'), (await level.get(stateKey('drl', 'key-1'))) as Buffer),
    ],
    ['where a transaction is', () => some(8).block, (level) => flipped(level, transactionKey(some(8).txId), 12)],
    [
      'an entry of a history',
      () => some(9).block,
      async (level) => {
        const prefix = historyPrefix('drl', 'key-9');
        for await (const key of level.keys({ gte: prefix, lt: Buffer.concat([prefix, Buffer.alloc(13, 0xff)]) })) await level.del(key);
      },
    ],
  ];

  test.each(cases)('%s', async (_, block, change) => {
    const error = await refusal(await altering(change));
    expect(error.code).toBe('ALTERED');
    expect(error.reason).not.toBe('');
    if (_ === 'a key that no block wrote') expect(error.reason).toContain('no block wrote');
    else expect(error.detail.block).toBe(block());
  });

  test('a private value', async () => {
    const dir = await altering(async (level) => {
      for await (const [key, value] of level.iterator({ gte: Buffer.from('p'), lt: Buffer.from('q') })) {
        if (key.includes('secret')) await level.put(key, flip(value, value.length - 1));
      }
    });
    expect(await refusal(dir)).toMatchObject({ code: 'ALTERED', detail: { block: some(11).block + 1n } });
  });

  test('where the ledger ends, in the store and beside it', async () => {
    expect((await refusal(await altering((level) => flipped(level, metaKey('tip'), 20)))).code).toBe('ALTERED');
    expect((await refusal(await altering((level) => level.del(metaKey('tip'))))).code).toBe('ALTERED');
    const dir = copy();
    writeFileSync(join(dir, 'tip'), flip(readFileSync(join(dir, 'tip')), 3));
    expect((await refusal(dir)).code).toBe('ALTERED');
    const without = copy();
    rmSync(join(without, 'tip'));
    expect((await refusal(without)).code).toBe('ALTERED');
  });
});

async function flipped(level: Level<Buffer, Buffer>, key: Buffer, at: number): Promise<void> {
  const value = (await level.get(key)) as Buffer;
  await level.put(key, flip(value, at < 0 ? value.length + at : at));
}

/** A transaction's code is covered by no signature: only the digest tells. */
async function rewritten(level: Level<Buffer, Buffer>, block: bigint): Promise<void> {
  const value = Buffer.from((await level.get(blockKey(block))) as Buffer);
  const codes = value.lastIndexOf(Buffer.from([0x0a, 0x01, 0x00]));
  expect(codes).toBeGreaterThan(0);
  value[codes + 2] = 11;
  await level.put(blockKey(block), value);
}

test('a torn log has lost what was acknowledged, and is refused with the first block that is gone', async () => {
  for (const bytes of [1, 40, 4000, 20_000]) {
    const dir = copy();
    const [log] = readdirSync(join(dir, 'store')).filter((f) => f.endsWith('.log'));
    const file = join(dir, 'store', log as string);
    truncateSync(file, Math.max(0, statSync(file).size - bytes));
    const error = await refusal(dir);
    expect(error.code).toBe('ALTERED');
    expect(error.detail.block).toBeLessThanOrEqual(some(11).block + 1n);
    expect(error.message).toContain(`block ${error.detail.block}`);
  }
});

test('an earlier copy of the store put back is refused', async () => {
  const dir = copy();
  const ledger = await open(dir);
  const more = await put(ledger, 'more');
  await ledger.close();
  rmSync(join(dir, 'store'), { recursive: true });
  cpSync(join(original, 'store'), join(dir, 'store'), { recursive: true });
  expect(await refusal(dir)).toMatchObject({ code: 'ALTERED', detail: { block: more.block } });
  rmSync(join(dir, 'store'), { recursive: true });
  expect(await refusal(dir)).toMatchObject({ code: 'ALTERED' });
});

test('any one byte of its files: either it is refused, or nothing of the ledger has changed', async () => {
  const files = readdirSync(join(original, 'store')).filter((f) => f !== 'LOCK' && !f.startsWith('LOG'));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 1, max: 255 }),
      async (name, where, mask) => {
        const dir = copy();
        const file = join(dir, 'store', name);
        const bytes = readFileSync(file);
        if (bytes.length === 0) return;
        const at = Math.floor(where * bytes.length);
        bytes[at] = (bytes[at] as number) ^ mask;
        writeFileSync(file, bytes);
        try {
          const ledger = await open(dir);
          for (const { txId, block } of written) expect(await ledger.lookup(txId)).toMatchObject({ block, code: 0 });
          await ledger.close();
        } catch (error) {
          expect(error).toMatchObject({ code: 'ALTERED' });
        } finally {
          rmSync(dir, { recursive: true, force: true });
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('a check that goes on after opening closes the ledger when it finds something', async () => {
  const dir = await altering((level) => flipped(level, blockKey(1n), 200));
  const fault = { code: 'ALTERED', detail: { block: 1n } };
  // So small a store may be through while it is still opening.
  const ledger = await open(dir, 0).catch((error: unknown) => expect(error).toMatchObject(fault));
  if (!ledger) return;
  await expect(ledger.checked()).rejects.toMatchObject(fault);
  await expect(ledger.lookup(some(11).txId)).rejects.toMatchObject(fault);
  await expect(put(ledger, 'after')).rejects.toMatchObject(fault);
  await ledger.close();
});

test('and one that finds nothing is not misled by what is written meanwhile', async () => {
  const ledger = await open(copy(), 0);
  await Promise.all([ledger.checked(), ...Array.from({ length: 10 }, (_, i) => put(ledger, `key-${i}`))]);
  await ledger.close();
});

test('it is one process’s at a time', async () => {
  const dir = copy();
  const ledger = await open(dir);
  expect((await refusal(dir)).code).toBe('LOCKED');
  const other = spawnSync(process.execPath, ['-r', join(__dirname, 'register.cjs'), join(__dirname, 'victim.ts'), dir, 'other'], {
    encoding: 'utf8',
  });
  expect(other.status).toBe(1);
  expect(other.stdout).toContain('in use');
  expect(await put(ledger, 'goes on')).toMatchObject({ key: 'goes on' });
  await ledger.close();
});

test('a ledger of another channel or of other organisations is foreign', async () => {
  const dir = copy();
  await expect(openEmbeddedLedger({ dir, consortium: { ...consortium, channel: 'another' }, contracts })).rejects.toMatchObject({
    code: 'FOREIGN',
  });
  const organisations = consortium.organisations.map((o) => (o.mspId === 'SocialMSP' ? { ...o, mspId: 'OtherMSP' } : o));
  await expect(openEmbeddedLedger({ dir, consortium: { ...consortium, organisations }, contracts })).rejects.toMatchObject({
    code: 'FOREIGN',
  });
});

test('keys are for their owner’s eyes alone', () => {
  const secret = (dir: string): string[] => readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((f) => f.endsWith('.key.pem'));
  const keys = secret(original);
  expect(keys.length).toBe(6 + 5 + 5 + 1);
  for (const key of keys) expect(statSync(join(original, key)).mode & 0o777).toBe(0o600);
});
