import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sign, verify } from '@drl/network/block/sign';
import type { Consortium } from '@drl/network/consortium';
import { EmbeddedLedger } from '@drl/network/embedded/engine';
import { type Context, Contract } from 'fabric-contract-api';
import { Level } from 'level';

/**
 * Commits a second of the embedded ledger, beside the bound that the same signatures, verifications and synced writes set on this
 * machine in the same run: both with the same number in flight, by turns, so that other load on the machine weighs on both.
 */
export interface EmbeddedFigures {
  readonly inFlight: number;
  readonly commitsPerSecond: number;
  readonly boundPerSecond: number;
  /** Of the bound. */
  readonly share: number;
  readonly p50: number;
  readonly p99: number;
  readonly boundP50: number;
  readonly boundP99: number;
  readonly blocks: number;
}

interface Load {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** One read, one write of 300 bytes: about what a small record is. */
export class BenchContract extends Contract {
  constructor() {
    super('bench');
  }

  /** One JSON argument with a default, as the real contracts have it: fabric-contract-api validates declared ones by schema. */
  async put(ctx: Context, argument = ''): Promise<string> {
    const { key, value } = JSON.parse(argument) as { key: string; value: string };
    if ((await ctx.stub.getState(key)).length > 0) throw new Error('it exists');
    await ctx.stub.putState(key, Buffer.from(value));
    return value;
  }
}

const VALUE = 'v'.repeat(300);
/** A transaction with two endorsements on a block is about so large; its proposal, and what an endorser signs, so. */
const ENVELOPE = 5_000;
const PROPOSAL = 1_200;
const RESPONSE = 1_400;

export async function benchEmbedded(consortium: Consortium, loads: readonly number[], seconds = 3): Promise<EmbeddedFigures[]> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-bench-'));
  const ledger = await EmbeddedLedger.open({ dir: join(dir, 'ledger'), consortium, contracts: [BenchContract] });
  const bound = await Bound.open(join(dir, 'bound'));
  try {
    const manager = consortium.organisations.find((o) => o.role === 'manager')?.mspId as string;
    const department = consortium.organisations.find((o) => o.role === 'department')?.mspId as string;
    const as = ledger.enroll({ mspId: department, name: 'bench', attributes: {} });
    let n = 0;
    const commit = async (): Promise<void> => {
      const { envelope } = await ledger.endorse(
        { name: 'bench:put', args: [JSON.stringify({ key: `key-${n++}`, value: VALUE })] },
        [manager, department],
        as,
      );
      const { code } = await ledger.submit(envelope);
      if (code !== 0) throw new Error(`code ${code}`);
    };
    await run(commit, 32, 0.5);
    await run(() => bound.transaction(), 32, 0.5);
    const figures: EmbeddedFigures[] = [];
    for (const inFlight of loads) {
      const before = ledger.height();
      const turns: { own: Load; bound: Load }[] = [];
      for (let turn = 0; turn < 3; turn++) {
        turns.push({ own: await run(commit, inFlight, seconds / 3), bound: await run(() => bound.transaction(), inFlight, seconds / 3) });
      }
      const own = middle(turns.map((t) => t.own));
      const most = middle(turns.map((t) => t.bound));
      figures.push({
        inFlight,
        commitsPerSecond: own.perSecond,
        boundPerSecond: most.perSecond,
        share: own.perSecond / most.perSecond,
        p50: own.p50,
        p99: own.p99,
        boundP50: most.p50,
        boundP99: most.p99,
        blocks: Number(ledger.height() - before),
      });
    }
    return figures;
  } finally {
    await ledger.close();
    await bound.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Nothing but what must be: the signatures of client, two endorsers and orderer, their verifications, and one synced write for all that wait. */
class Bound {
  readonly #keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly #public = createPublicKey(this.#keys.privateKey);
  #waiting: (() => void)[] = [];
  #writing = false;
  #blocks = 0;

  private constructor(private readonly level: Level<Buffer, Buffer>) {}

  static async open(dir: string): Promise<Bound> {
    const level = new Level<Buffer, Buffer>(dir, { keyEncoding: 'buffer', valueEncoding: 'buffer' });
    await level.open();
    return new Bound(level);
  }

  async transaction(): Promise<void> {
    const proposal = await this.#signed(PROPOSAL);
    await Promise.all([this.#endorsed(proposal), this.#endorsed(proposal)]);
    const envelope = await this.#signed(ENVELOPE);
    // The envelope's own signature, and two endorsements'.
    await Promise.all([this.#verified(envelope), this.#verified(proposal), this.#verified(proposal)]);
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      void this.#write();
    });
  }

  close(): Promise<void> {
    return this.level.close();
  }

  async #endorsed(proposal: { message: Buffer; signature: Buffer }): Promise<void> {
    await this.#verified(proposal);
    await this.#signed(RESPONSE);
  }

  async #signed(size: number): Promise<{ message: Buffer; signature: Buffer }> {
    const message = randomBytes(size);
    return { message, signature: await sign(this.#keys.privateKey, message) };
  }

  async #verified({ message, signature }: { message: Buffer; signature: Buffer }): Promise<void> {
    if (!(await verify(this.#public, message, signature))) throw new Error('a signature does not hold');
  }

  async #write(): Promise<void> {
    if (this.#writing) return;
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const lot = this.#waiting;
      this.#waiting = [];
      await this.#signed(200);
      await this.level.put(Buffer.from(String(this.#blocks++)), randomBytes(ENVELOPE * lot.length), { sync: true });
      for (const resolve of lot) resolve();
    }
    this.#writing = false;
  }
}

async function run(once: () => Promise<void>, inFlight: number, seconds: number): Promise<Load> {
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (performance.now() < end) {
        const from = performance.now();
        await once();
        times.push(performance.now() - from);
      }
    }),
  );
  const took = (performance.now() - start) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / took, p50: at(0.5), p99: at(0.99) };
}

/** The turn in the middle by rate. */
function middle(loads: readonly Load[]): Load {
  return [...loads].sort((a, b) => a.perSecond - b.perSecond)[Math.floor(loads.length / 2)] as Load;
}
