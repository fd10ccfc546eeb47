import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { verifyChain } from '@drl/network/block/verify';
import { readConsortium } from '@drl/network/consortium';
import { type EmbeddedLedger, openEmbeddedLedger } from '@drl/network/embedded/engine';
import { steps } from '@drl/network/embedded/hooks';
import { contracts } from '../fixtures/probe/index.js';

/** Kills a writing process with SIGKILL, at chosen steps and at any instant, and holds the ledger against what was acknowledged. */

interface Told {
  readonly sent: Map<string, { readonly key: string; readonly envelope: Buffer }>;
  readonly acknowledged: Map<string, { readonly block: bigint; readonly code: number }>;
}

const consortium = readConsortium(resolve(__dirname, '../../network/consortium.yaml'));
let dir: string;

jest.setTimeout(120_000);
const told: Told = { sent: new Map(), acknowledged: new Map() };

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'drl-kill-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a victim until it is dead. `after`: killed from outside once it has acknowledged so many, and that many milliseconds later. */
async function victim(run: string, at: { step: string; times: number } | { acknowledged: number; ms: number }): Promise<void> {
  const where = 'step' in at ? [at.step, String(at.times)] : [];
  const child: ChildProcess = spawn(
    process.execPath,
    ['-r', join(__dirname, 'register.cjs'), join(__dirname, 'victim.ts'), dir, run, ...where],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ended = new Promise<NodeJS.Signals | number | null>((done) => child.once('exit', (code, signal) => done(signal ?? code)));
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    const said = read(line);
    if (said === undefined) continue;
    if (said.failed) throw new Error(said.failed);
    if (said.sent) told.sent.set(said.sent, { key: said.key as string, envelope: Buffer.from(said.envelope as string, 'base64') });
    if (said.acknowledged) {
      told.acknowledged.set(said.acknowledged, { block: BigInt(said.block as string), code: said.code as number });
      if ('acknowledged' in at && ++seen === at.acknowledged) setTimeout(() => child.kill('SIGKILL'), at.ms);
    }
  }
  expect(await ended).toBe('SIGKILL');
}

interface Line {
  sent?: string;
  key?: string;
  envelope?: string;
  acknowledged?: string;
  block?: string;
  code?: number;
  failed?: string;
}

/** The kill may tear the last line. */
function read(line: string): Line | undefined {
  try {
    return JSON.parse(line) as Line;
  } catch {
    return undefined;
  }
}

const open = () => openEmbeddedLedger({ dir, consortium, contracts });

/** Everything acknowledged is there, once; everything else is there once or not at all, and once after it is submitted again. */
async function holds(ledger: EmbeddedLedger): Promise<void> {
  await ledger.checked();
  const as = ledger.enroll({ mspId: 'PoliceMSP', name: 'reader', attributes: { department: 'household', roles: 'steward' } });
  for (const [txId, { key }] of told.sent) {
    const acknowledged = told.acknowledged.get(txId);
    if (acknowledged) expect({ key, ...(await ledger.lookup(txId)) }).toMatchObject({ key, ...acknowledged });
  }
  for (const [txId, { key, envelope }] of told.sent) {
    const before = await ledger.lookup(txId);
    const after = await ledger.submit(envelope);
    if (before) expect(after).toEqual(before);
    expect(after.code).toBe(0);
    told.acknowledged.set(txId, after);
    const history = await ledger.evaluate({ name: 'probe:history', args: [JSON.stringify({ input: { key } })] }, as);
    expect(JSON.parse(history.toString())).toEqual([{ txId, value: key, isDelete: false }]);
  }
  told.sent.clear();
}

test.each(steps.map((step, i) => ({ step, times: 1 + 3 * i })))('killed at $step, the $times. time', async ({ step, times }) => {
  await victim(`${step}${times}`, { step, times });
  const ledger = await open();
  try {
    await holds(ledger);
  } finally {
    await ledger.close();
  }
});

test.each(Array.from({ length: 5 }, (_, i) => i))('killed at any instant (%i)', async (i) => {
  await victim(`any${i}`, { acknowledged: 1 + Math.floor(Math.random() * 60), ms: Math.random() * 20 });
  const ledger = await open();
  try {
    await holds(ledger);
  } finally {
    await ledger.close();
  }
});

test.each(['built', 'synced', 'committed'].flatMap((step) => [1, 2].map((times) => ({ step, times }))))(
  'killed while it is born: at $step, the $times. time',
  async ({ step, times }) => {
    const whole = dir;
    dir = mkdtempSync(join(tmpdir(), 'drl-born-'));
    try {
      await victim('born', { step, times });
      const ledger = await open();
      // What an organisation had approved it approves once more where the kill came between.
      expect([3n, 4n]).toContain(ledger.height());
      const as = ledger.enroll({ mspId: 'PoliceMSP', name: 'first', attributes: { department: 'household', roles: 'steward' } });
      const args = [JSON.stringify({ input: { key: 'k', value: 'v' } })];
      const { envelope } = await ledger.endorse({ name: 'probe:put', args }, ['BureauMSP', 'PoliceMSP'], as);
      expect(await ledger.submit(envelope)).toMatchObject({ code: 0 });
      await ledger.close();
    } finally {
      rmSync(dir, { recursive: true, force: true });
      dir = whole;
    }
  },
);

test('and killed again before it was opened in between', async () => {
  await victim('twice1', { acknowledged: 5, ms: 3 });
  await victim('twice2', { step: 'synced', times: 1 });
  const ledger = await open();
  try {
    await holds(ledger);
  } finally {
    await ledger.close();
  }
});

test('what all of them left verifies from the organisations’ roots', async () => {
  const ledger = await open();
  try {
    for (const [txId, { block, code }] of told.acknowledged) expect(await ledger.lookup(txId)).toMatchObject({ block, code });
    const stop = new AbortController();
    const height = ledger.height();
    const blocks = (async function* () {
      let n = 0n;
      for await (const block of ledger.blocks(0n, stop.signal)) {
        yield block;
        if (++n === height) stop.abort();
      }
    })();
    const report = await verifyChain(blocks, ledger.trust());
    expect(report.failure).toBeUndefined();
    expect(report.transactions).toBeGreaterThanOrEqual(told.acknowledged.size);
  } finally {
    await ledger.close();
  }
});
