import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openReadModel } from '@drl/gateway/readmodel/open';
import fc from 'fast-check';
import { CHAINCODE } from '../../scripts/bench/blocks';
import { founded, opened, scratch, TestLedger } from './source';
import { asset, household, social } from './world';

const { dir, clean } = scratch();
afterAll(clean);
let n = 0;
const place = () => join(dir, String(n++));

function grown(blocks = 6): TestLedger {
  const ledger = founded();
  for (let i = 0; i < blocks; i++) ledger.write({ by: household, action: 'asset:register', writes: (s) => [asset(`ast-${i}`, s)] });
  return ledger;
}

/** Follows these blocks; answers the code of why it stopped, and the last block taken. */
async function refused(blocks: readonly Buffer[]): Promise<{ code: string | undefined; block: number | undefined }> {
  const ledger = new TestLedger();
  for (const block of blocks) ledger.add(block);
  const model = await openReadModel({ dir: place(), chaincode: CHAINCODE, ...ledger.source });
  const code = await model.reached(blocks.length).then(
    () => undefined,
    (error: { code: string }) => {
      expect(error.code).toBe('STOPPED');
      return model.status().failure?.code;
    },
  );
  const block = model.asOf()?.block;
  await model.close();
  return { code, block };
}

describe('what does not fit the chain is refused, and what came before it kept', () => {
  const { blocks } = grown();
  const end = blocks.length;

  it('a gap', async () => {
    expect(await refused([...blocks.slice(0, 4), ...blocks.slice(5)])).toEqual({ code: 'BLOCK_NUMBER', block: 3 });
  });
  it('blocks out of order', async () => {
    expect(await refused([...blocks.slice(0, 3), blocks[4] as Buffer, blocks[3] as Buffer])).toEqual({ code: 'BLOCK_NUMBER', block: 2 });
  });
  it('a block twice', async () => {
    expect(await refused([...blocks.slice(0, 4), blocks[3] as Buffer])).toEqual({ code: 'BLOCK_NUMBER', block: 3 });
  });
  it('a block of another chain', async () => {
    expect(await refused([...blocks.slice(0, 4), grown().blocks[4] as Buffer])).toEqual({ code: 'PREVIOUS_HASH', block: 3 });
  });
  it('no genesis block', async () => {
    expect(await refused(blocks.slice(1))).toEqual({ code: 'BLOCK_NUMBER', block: undefined });
  });
  it('an altered envelope', async () => {
    const altered = Buffer.from(blocks[4] as Buffer);
    const at = altered.indexOf('asset:register');
    altered[at] = (altered[at] as number) ^ 1;
    expect(await refused([...blocks.slice(0, 4), altered])).toEqual({ code: 'DATA_HASH', block: 3 });
  });
  it('validation codes cut off', async () => {
    const chain = founded();
    chain.write(
      { by: household, action: 'a', writes: (s) => [asset('ast-x', s)] },
      { by: household, action: 'b', writes: (s) => [asset('ast-y', s)] },
    );
    const whole = chain.blocks[3] as Buffer;
    // TRANSACTIONS_FILTER of two zero bytes, then the empty ORDERER entry: made one byte long, and the lengths around it as well.
    const at = whole.lastIndexOf(Buffer.from([0x0a, 2, 0, 0, 0x0a, 0]));
    expect(at).toBeGreaterThan(0);
    const cut = Buffer.concat([whole.subarray(0, at), Buffer.from([0x0a, 1, 0, 0x0a, 1, 0]), whole.subarray(at + 6)]);
    expect(await refused([...chain.blocks.slice(0, 3), cut])).toEqual({ code: 'CODES_MISSING', block: 2 });
  });

  it('any flipped bit of header or envelopes', async () => {
    const victim = blocks[4] as Buffer;
    const last = victim.lastIndexOf(blocks[5]?.subarray(0, 0) as Buffer);
    expect(last).toBe(victim.length);
    const covered = coveredLength(victim);
    await fc.assert(
      fc.asyncProperty(fc.nat(covered - 1), fc.nat(7), async (at, bit) => {
        const flipped = Buffer.from(victim);
        flipped[at] = (flipped[at] as number) ^ (1 << bit);
        const { code, block } = await refused([...blocks.slice(0, 4), flipped, ...blocks.slice(5)]);
        expect(['BLOCK_MALFORMED', 'BLOCK_NUMBER', 'PREVIOUS_HASH', 'DATA_HASH', 'CODES_MISSING']).toContain(code);
        expect(block).toBe(3);
      }),
      { numRuns: 40 },
    );
    expect(end).toBe(blocks.length);
  });
});

/** Bytes of the header and the envelopes: what the chain of hashes covers. The metadata after them is the verifier's business. */
function coveredLength(block: Buffer): number {
  let at = 0;
  for (let field = 0; field < 2; field++) {
    let [size, shift] = [0, 0];
    for (at++; ; at++) {
      size |= ((block[at] as number) & 0x7f) << shift;
      shift += 7;
      if ((block[at] as number) < 0x80) break;
    }
    at += 1 + size;
  }
  return at;
}

describe('a store of another ledger', () => {
  it('is refused, and made anew when told to', async () => {
    const at = place();
    const first = grown();
    await (await opened(first, at)).close();
    const other = grown(9);
    await expect(opened(other, at)).rejects.toMatchObject({ code: 'OTHER_LEDGER' });
    const rebuilt = await opened(other, at, { rebuild: true });
    expect(rebuilt.asOf()?.block).toBe(other.blocks.length - 1);
    expect((await rebuilt.list('asset', {}, { limit: 200 })).items).toHaveLength(9);
    await rebuilt.close();
  });

  it('is refused where the chains part later', async () => {
    const at = place();
    const ledger = grown();
    await (await opened(ledger, at)).close();
    const fork = new TestLedger();
    for (const block of ledger.blocks.slice(0, 6)) fork.add(block);
    for (const block of grown().blocks.slice(6)) fork.add(block);
    await expect(opened(fork, at)).rejects.toMatchObject({ code: 'OTHER_LEDGER' });
  });

  it('answers nothing once it is found out', async () => {
    const at = place();
    await (await opened(grown(), at)).close();
    const other = grown();
    let known = false;
    const slow = {
      async *blocks(from: bigint, signal: AbortSignal) {
        while (!known && !signal.aborted) await delay(10);
        yield* other.read(from, signal);
      },
    };
    const model = await openReadModel({ dir: join(at, 'store'), chaincode: CHAINCODE, ...slow });
    expect(await model.get('asset', 'ast-0')).toBeDefined();
    known = true;
    await expect(model.reached(1000)).rejects.toMatchObject({ code: 'STOPPED' });
    expect(model.status().failure?.code).toBe('OTHER_LEDGER');
    await expect(model.get('asset', 'ast-0')).rejects.toMatchObject({ code: 'STOPPED' });
    await model.close();
  });
});

describe('following', () => {
  it('goes on where a source fails', async () => {
    const ledger = grown(12);
    let tries = 0;
    const model = await openReadModel({
      dir: place(),
      chaincode: CHAINCODE,
      async *blocks(from, signal) {
        tries++;
        let given = 0;
        for await (const block of ledger.read(from, signal)) {
          yield block;
          if (++given === 4 && tries < 9) throw new Error('connection lost');
        }
      },
    });
    await model.reached(ledger.blocks.length - 1);
    expect(tries).toBeGreaterThan(3);
    expect((await model.list('asset', {}, { limit: 200 })).items).toHaveLength(12);
    await model.close();
  });

  it('wakes who waits for a block, and only then', async () => {
    const ledger = grown(2);
    const model = await opened(ledger, place());
    const next = ledger.blocks.length;
    const order: string[] = [];
    const waiting = model.reached(next).then(() => order.push(`reached ${model.asOf()?.block}`));
    order.push('written');
    ledger.write({ by: social, action: 'asset:register', writes: (s) => [asset('ast-late', s)] });
    await waiting;
    expect(order).toEqual(['written', `reached ${next}`]);
    await expect(model.reached(next + 1, AbortSignal.timeout(20))).rejects.toMatchObject({ name: 'TimeoutError' });
    const closed = expect(model.reached(next + 1)).rejects.toMatchObject({ code: 'CLOSED' });
    await model.close();
    await closed;
    await expect(model.get('asset', 'ast-late')).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('hands out each block once, in order, while they come', async () => {
    const ledger = grown(3);
    const model = await opened(ledger, place());
    const stop = new AbortController();
    const seen: number[] = [];
    const told: string[] = [];
    const reading = (async () => {
      for await (const entry of model.changes(2, stop.signal)) {
        seen.push(entry.block);
        told.push(...entry.acts.map((act) => `${act.action} ${act.outcome}`));
        expect(entry.acts.every((act) => act.block === entry.block)).toBe(true);
        if (entry.block === 8) stop.abort();
      }
    })();
    for (let i = 0; i < 3; i++) {
      await delay(5);
      ledger.write({ by: social, action: 'asset:register', code: i === 1 ? 11 : 0, writes: (s) => [asset(`ast-more-${i}`, s)] });
    }
    await reading;
    expect(seen).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(told.slice(-3)).toEqual(['asset:register done', 'asset:register invalid', 'asset:register done']);
    await model.close();
  });
});
