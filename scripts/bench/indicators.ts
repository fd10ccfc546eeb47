import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { indicatorsOf } from '@drl/gateway/indicators/reader';
import { openReadModel } from '@drl/gateway/readmodel/open';
import { CHAINCODE } from './blocks.js';
import { shareBlocks } from './shares.js';

/**
 * What the indicators of a whole ledger cost: of the present, of its middle (half of all that has changed since is looked up again), and of one
 * department; and how long other work of the process had to wait meanwhile.
 */
export interface IndicatorFigures {
  readonly shares: number;
  readonly presentMs: number;
  readonly pastMs: number;
  readonly departmentMs: number;
  /** The same records read one after another, and parsed: what any answer without aggregates costs at least. */
  readonly boundMs: number;
  /** Longest that the event loop was held while the figures of the present were made. */
  readonly heldMs: number;
}

export async function benchIndicators(sizes: readonly number[] = [10_000, 100_000]): Promise<IndicatorFigures[]> {
  const figures: IndicatorFigures[] = [];
  for (const shares of sizes) figures.push(await measure(shares));
  return figures;
}

async function measure(shares: number): Promise<IndicatorFigures> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-indicators-'));
  const blocks = [...shareBlocks({ shares, assets: 500, perBlock: 100, traced: 50 })];
  const model = await openReadModel({
    dir,
    chaincode: CHAINCODE,
    async *blocks(from, signal) {
      yield* blocks.slice(Number(from));
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
    height: async () => BigInt(blocks.length),
  });
  try {
    await model.reached(blocks.length - 1);
    const ask = async (question: Parameters<typeof indicatorsOf>[1], counted = shares) => {
      const start = performance.now();
      const { figures } = await indicatorsOf(model, question);
      const found = figures.find(({ id }) => id === 'shares')?.value;
      if (question.department === undefined && question.asOfBlock === undefined && found !== counted)
        throw new Error(`counted ${found} shares of ${counted}`);
      return performance.now() - start;
    };
    await ask({});
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const presentMs = await ask({});
    delay.disable();
    const boundMs = await timed(() =>
      model.survey({}, async (survey) => {
        for await (const _ of survey.each('share'));
      }),
    );
    return {
      shares,
      presentMs,
      boundMs,
      heldMs: delay.max / 1e6,
      pastMs: await ask({ asOfBlock: Math.floor(blocks.length / 2) }),
      departmentMs: await ask({ department: 'department-1' }),
    };
  } finally {
    await model.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
