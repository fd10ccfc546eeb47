import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fsck } from '@drl/gateway/readmodel/fsck';
import fc from 'fast-check';
import { CHAINCODE } from '../../scripts/bench/blocks';
import { shareBlocks } from '../../scripts/bench/shares';
import type { Orders } from './kill';
import { scratch, TestLedger } from './source';

/** A following process is killed at each of its steps; what it leaves is what the blocks up to its checkpoint make, and it goes on from there. */
const { dir, clean } = scratch();
afterAll(clean);

const ledger = new TestLedger();
for (const block of shareBlocks({ shares: 300, assets: 20, perBlock: 10, traced: 5 })) ledger.add(block);
writeFileSync(
  join(dir, 'blocks'),
  Buffer.concat(
    ledger.blocks.flatMap((block) => {
      const size = Buffer.alloc(4);
      size.writeUInt32BE(block.length);
      return [size, block];
    }),
  ),
);

/** Runs a follower to its end; answers the signal that ended it. */
async function follow(orders: Omit<Orders, 'chaincode'>): Promise<NodeJS.Signals | null> {
  const register = resolve(__dirname, '../embedded/register.cjs');
  const child = spawn(process.execPath, ['-r', register, join(__dirname, 'kill.ts'), JSON.stringify({ chaincode: CHAINCODE, ...orders })], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  expect(code ?? 0).toBe(0);
  return signal;
}

async function whatIsLeft(store: string): Promise<number> {
  const verdict = await fsck({ dir: store, chaincode: CHAINCODE, blocks: ledger.source.blocks });
  if (verdict.outcome === 'unreadable') {
    expect(verdict.code).toBe('EMPTY');
    return -1;
  }
  expect(verdict).toMatchObject({ outcome: 'equal' });
  return verdict.block;
}

it.each([
  ['fold', 1, 0],
  ['fold', 7, 0],
  ['write', 1, 0],
  ['write', 20, 0],
  ['write', 12, 1],
  ['written', 9, 0],
] as const)(
  'killed before %s number %d (and %d ms)',
  async (step, nth, after) => {
    const at = join(dir, `${step}-${nth}`);
    cpSync(join(dir, 'blocks'), join(at, 'blocks'), { recursive: true });
    expect(await follow({ dir: at, step, nth, after })).toBe('SIGKILL');
    const left = await whatIsLeft(join(at, 'store'));
    expect(left).toBeLessThan(ledger.blocks.length);
    expect(await follow({ dir: at })).toBeNull();
    expect(await whatIsLeft(join(at, 'store'))).toBe(ledger.blocks.length - 1);
  },
  120_000,
);

it('killed again and again, it gets there', async () => {
  const at = join(dir, 'again');
  cpSync(join(dir, 'blocks'), join(at, 'blocks'), { recursive: true });
  const orders = fc.record({
    step: fc.constantFrom('fold' as const, 'write' as const, 'written' as const),
    nth: fc.integer({ min: 2, max: 9 }),
    after: fc.nat(2),
  });
  let reached = -1;
  for (const order of fc.sample(orders, 6)) {
    const signal = await follow({ dir: at, ...order });
    const left = await whatIsLeft(join(at, 'store'));
    expect(left).toBeGreaterThanOrEqual(reached);
    reached = left;
    if (signal === null) break;
  }
  expect(await follow({ dir: at })).toBeNull();
  expect(await whatIsLeft(join(at, 'store'))).toBe(ledger.blocks.length - 1);
}, 120_000);
