import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fsck } from '@drl/gateway/readmodel/fsck';
import { openReadModel } from '@drl/gateway/readmodel/open';
import { CHAINCODE } from './blocks.js';
import { shareBlocks } from './shares.js';

/**
 * How fast the read model follows a ledger and makes itself anew, in transactions a second, level writes included, beside the bound that
 * hashing the blocks alone sets in the same run.
 */
export interface ReadModelFigures {
  readonly transactions: number;
  readonly blockBytes: number;
  readonly followPerSecond: number;
  readonly rebuildPerSecond: number;
  readonly fsckPerSecond: number;
  /** Processor time of this process for each transaction followed, in microseconds. */
  readonly cpuMicroseconds: number;
  readonly residentBytes: number;
}

export async function benchReadModel(shares = 20_000, perBlock = 100): Promise<ReadModelFigures> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-readmodel-'));
  try {
    const blocks = [...shareBlocks({ shares, assets: 500, perBlock, traced: 50 })];
    const source = sourceOf(blocks);
    const options = { dir: join(dir, 'store'), chaincode: CHAINCODE, ...source };
    const cpu = process.cpuUsage();
    const followed = await timed(options, blocks.length - 1);
    const { user, system } = process.cpuUsage(cpu);
    const rebuilt = await timed({ ...options, rebuild: true }, blocks.length - 1);
    const start = performance.now();
    const verdict = await fsck({ dir: options.dir, chaincode: CHAINCODE, blocks: source.blocks });
    if (verdict.outcome !== 'equal') throw new Error(`fsck: ${JSON.stringify(verdict)}`);
    const checked = performance.now() - start;
    const { transactions } = followed;
    return {
      transactions,
      blockBytes: blocks.reduce((sum, block) => sum + block.length, 0),
      followPerSecond: (transactions / followed.ms) * 1000,
      rebuildPerSecond: (transactions / rebuilt.ms) * 1000,
      fsckPerSecond: (transactions / checked) * 1000,
      cpuMicroseconds: (user + system) / transactions,
      residentBytes: process.memoryUsage().rss,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function timed(options: Parameters<typeof openReadModel>[0], last: number): Promise<{ ms: number; transactions: number }> {
  const start = performance.now();
  const model = await openReadModel(options);
  await model.reached(last);
  const ms = performance.now() - start;
  const { transactions, invalid, ignored } = model.status();
  await model.close();
  if (invalid + ignored > 0) throw new Error(`the bench's own blocks: ${invalid} invalid, ${ignored} ignored`);
  return { ms, transactions };
}

function sourceOf(blocks: readonly Buffer[]) {
  return {
    async *blocks(from: bigint, signal: AbortSignal): AsyncGenerator<Uint8Array> {
      for (const block of blocks.slice(Number(from))) {
        if (signal.aborted) return;
        yield block;
      }
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
    height: async () => BigInt(blocks.length),
  };
}

if (require.main === module) {
  void benchReadModel(Number(process.argv[2] ?? 20_000), Number(process.argv[3] ?? 100)).then((figures) => console.log(figures));
}
