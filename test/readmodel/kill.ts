import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReadModel } from '@drl/gateway/readmodel/open';

/** A process of its own that follows blocks from a file and dies by SIGKILL before the n-th step of a kind; without a step it ends by itself. */
export interface Orders {
  readonly dir: string;
  readonly chaincode: string;
  readonly step?: 'fold' | 'write' | 'written';
  readonly nth?: number;
  /** Milliseconds after the step; within a write, say. */
  readonly after?: number;
}

async function run({ dir, chaincode, step, nth = 1, after = 0 }: Orders): Promise<void> {
  const blocks = readBlocks(join(dir, 'blocks'));
  let [count, written] = [0, 0];
  const die = () => process.kill(process.pid, 'SIGKILL');
  const model = await openReadModel({
    dir: join(dir, 'store'),
    chaincode,
    async *blocks(from, signal) {
      // So that there are many batches, each of which may be the one cut short: one is written, the next folded, no more are handed out.
      let given = 0;
      const before = written;
      for (const block of blocks.slice(Number(from))) {
        while (given > written - before + 1) await new Promise((resolve) => setImmediate(resolve));
        given++;
        yield block;
      }
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    },
    step(name) {
      if (name === 'written') written++;
      if (name !== step || ++count !== nth) return;
      if (after === 0) die();
      else setTimeout(die, after);
    },
  });
  await model.reached(blocks.length - 1);
  await model.close();
}

function readBlocks(file: string): Buffer[] {
  const bytes = readFileSync(file);
  const blocks: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readUInt32BE(at);
    blocks.push(bytes.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return blocks;
}

if (process.argv[2]) void run(JSON.parse(process.argv[2]) as Orders);
