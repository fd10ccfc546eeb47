import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign, verify } from '@drl/network/block/sign';
import { verifyChain } from '@drl/network/block/verify';
import type { Consortium } from '@drl/network/consortium';
import { EmbeddedLedger } from '@drl/network/embedded/engine';
import { BenchContract } from './embedded.js';

/** How fast a chain is verified, in signatures a second, beside the rate at which this machine's cores verify signatures and do nothing else. */
export interface ChainFigures {
  readonly blocks: number;
  readonly transactions: number;
  readonly signatures: number;
  readonly signaturesPerSecond: number;
  readonly rawPerSecond: number;
  /** Of the raw rate. */
  readonly share: number;
  readonly transactionsPerSecond: number;
}

const IN_FLIGHT = 64;
const TURNS = 3;

export async function benchChain(consortium: Consortium, transactions = 3_000): Promise<ChainFigures> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-bench-'));
  const ledger = await EmbeddedLedger.open({ dir, consortium, contracts: [BenchContract] });
  try {
    await fill(ledger, consortium, transactions);
    const blocks = await all(ledger);
    const turns: { ms: number; raw: number; signatures: number; transactions: number }[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      const start = performance.now();
      const report = await verifyChain(blocks, ledger.trust());
      if (!report.ok) throw new Error(JSON.stringify(report.failure));
      turns.push({
        ms: performance.now() - start,
        raw: await rawRate(report.signatures),
        signatures: report.signatures,
        transactions: report.transactions,
      });
    }
    const middle = turns.sort((a, b) => a.ms - b.ms)[Math.floor(TURNS / 2)] as (typeof turns)[number];
    const signaturesPerSecond = (middle.signatures / middle.ms) * 1000;
    return {
      blocks: blocks.length,
      transactions: middle.transactions,
      signatures: middle.signatures,
      signaturesPerSecond,
      rawPerSecond: middle.raw,
      share: signaturesPerSecond / middle.raw,
      transactionsPerSecond: (middle.transactions / middle.ms) * 1000,
    };
  } finally {
    await ledger.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function fill(ledger: EmbeddedLedger, consortium: Consortium, transactions: number): Promise<void> {
  const organisation = (role: string) => consortium.organisations.find((o) => o.role === role)?.mspId as string;
  const as = ledger.enroll({ mspId: organisation('department'), name: 'bench', attributes: {} });
  const endorsers = [organisation('manager'), organisation('department')];
  let n = 0;
  await together(async () => {
    for (let key = n++; key < transactions; key = n++) {
      const { envelope } = await ledger.endorse(
        { name: 'bench:put', args: [JSON.stringify({ key: `key-${key}`, value: 'v'.repeat(300) })] },
        endorsers,
        as,
      );
      await ledger.submit(envelope);
    }
  });
}

async function all(ledger: EmbeddedLedger): Promise<Buffer[]> {
  const blocks: Buffer[] = [];
  const stop = new AbortController();
  for await (const block of ledger.blocks(0n, stop.signal)) {
    blocks.push(block);
    if (BigInt(blocks.length) === ledger.height()) break;
  }
  stop.abort();
  return blocks;
}

/** Verifications a second with all cores at it: the bound, since nobody verifies a chain without them. */
async function rawRate(count: number): Promise<number> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = createPublicKey(privateKey);
  const message = randomBytes(1_400);
  const signature = await sign(privateKey, message);
  let left = count;
  const start = performance.now();
  await together(async () => {
    while (left-- > 0) if (!(await verify(key, message, signature))) throw new Error('a signature does not hold');
  });
  return (count / (performance.now() - start)) * 1000;
}

async function together(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
}
