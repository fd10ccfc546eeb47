import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openReadModel } from '@drl/gateway/readmodel/open';
import type { Trace } from '@drl/gateway/readmodel/readmodel';
import { CHAINCODE } from './blocks.js';
import { shareBlocks, TRACED } from './shares.js';

/** What a trace of one asset costs, with the same answer, as the ledger around it grows. */
interface TraceFigures {
  readonly shares: number;
  /** Milliseconds of one trace. */
  readonly p50: number;
  readonly p99: number;
  readonly residentBytes: number;
  readonly storeBytes: number;
}

export interface TraceGrowth {
  readonly small: TraceFigures;
  readonly large: TraceFigures;
  /** p50 in the large ledger, of that in the small one. */
  readonly growth: number;
}

const TRACED_SHARES = 50;
const ROUNDS = 200;

export async function benchTrace(few = 10_000, many = 100_000): Promise<TraceGrowth> {
  const small = await measure(few);
  const large = await measure(many);
  if (small.answered !== large.answered) throw new Error(`the answers differ: ${small.answered} and ${large.answered} shares`);
  return { small: small.figures, large: large.figures, growth: large.figures.p50 / small.figures.p50 };
}

async function measure(shares: number): Promise<{ figures: TraceFigures; answered: number }> {
  const dir = mkdtempSync(join(tmpdir(), 'bench-trace-'));
  const blocks = shareBlocks({ shares, assets: 500, perBlock: 100, traced: TRACED_SHARES });
  let read = 0;
  const model = await openReadModel({
    dir,
    chaincode: CHAINCODE,
    async *blocks(_from, signal) {
      for (const block of blocks) {
        read += 1;
        yield block;
      }
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
    height: async () => BigInt(read),
  });
  try {
    await caughtUp(() => read, model);
    const trace = async (): Promise<Trace> => {
      const found = await model.trace(TRACED, { limit: 200 });
      if (!found) throw new Error(`${TRACED} is not there`);
      return found;
    };
    let answered = 0;
    for (let i = 0; i < ROUNDS / 4; i++) answered = (await trace()).shares.length;
    const times: number[] = [];
    for (let i = 0; i < ROUNDS; i++) {
      const start = performance.now();
      await trace();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    const at = (part: number) => times[Math.floor((times.length - 1) * part)] as number;
    const storeBytes = readdirSync(dir, { recursive: true }).reduce((sum, name) => sum + statSync(join(dir, String(name))).size, 0);
    return { figures: { shares, p50: at(0.5), p99: at(0.99), residentBytes: process.memoryUsage().rss, storeBytes }, answered };
  } finally {
    await model.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Until the source has nothing more to give and its last block is read. */
async function caughtUp(read: () => number, model: Awaited<ReturnType<typeof openReadModel>>): Promise<void> {
  for (let before = -1; before !== read(); ) {
    before = read();
    if (before > 0) await model.reached(before - 1);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
