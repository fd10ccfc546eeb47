import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { settle } from './city.js';
import { faultsOf } from './faults.js';
import { GatewayProcess } from './gateway.js';
import { type Judgement, judge } from './judge.js';
import { type Attempt, Load } from './load.js';

/** Faults in turn under load, on a network that runs and a gateway of its own process. */
export interface FaultsOptions {
  /** Of a network that is up; it is left as it was. */
  readonly networkDir: string;
  /** For the gateway's data and log; not there yet. */
  readonly workDir: string;
  readonly writers: number;
  /** How long a fault lasts before somebody repairs it. */
  readonly holdMs: number;
  readonly rounds?: number;
  /** One of each kind of fault, and not on everyone whom it could hit. */
  readonly short?: boolean;
  /** The built gateway. */
  readonly gatewayMain?: string;
  readonly say?: (line: string) => void;
}

interface Struck {
  readonly what: string;
  readonly victim: string;
  /** The longest time without any acknowledged write, from the fault until every writer writes again. */
  readonly stallMs: number;
  /** Answers to writes begun in that time that were not what their clients waited for. */
  readonly failures: number;
  /** From the end of the repair until every writer has had a write acknowledged that it began after it. */
  readonly recoveredMs: number;
}

export interface Figures extends Judgement {
  readonly faults: readonly Struck[];
  /** The longest time without any acknowledged write in the whole run. */
  readonly longestStallMs: number;
  /** The longest time from a write's first attempt until it was acknowledged. */
  readonly longestWaitMs: number;
  readonly seconds: number;
  /** Times that the gateway ended without being told to. */
  readonly gatewayDeaths: number;
}

const RECOVERY_MS = 120_000;

export async function runFaults(options: FaultsOptions): Promise<Figures> {
  const { networkDir, workDir, writers, holdMs, rounds = 1, short = false, say = () => undefined } = options;
  const dataDir = join(workDir, 'data');
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const gateway = await GatewayProcess.start(networkDir, dataDir, options.gatewayMain);
  try {
    const kinds = await settle(gateway);
    const load = new Load(gateway.url, kinds, writers);
    const started = performance.now();
    const faults: Struck[] = [];
    let gatewayDeaths = 0;
    try {
      await load.flows(RECOVERY_MS);
      for (let round = 0; round < rounds; round += 1)
        for (const { what, strike, heal } of faultsOf(networkDir, gateway).filter(({ always }) => always || !short)) {
          const from = performance.now();
          const victim = await strike();
          const pid = gateway.pid;
          await sleep(holdMs);
          await heal();
          const recoveredMs = await load.flows(RECOVERY_MS);
          const failures = load.failures.filter(({ begun }) => begun > from).length;
          const struck = { what, victim, stallMs: longestGap(load.attempts, from, performance.now()), failures, recoveredMs };
          if (victim !== 'the gateway' && (gateway.pid !== pid || !gateway.alive)) gatewayDeaths += 1;
          faults.push(struck);
          const stall = `at most ${ms(struck.stallMs)} without a write, ${failures} ${failures === 1 ? 'answer' : 'answers'} amiss`;
          say(`${what} (${victim}): ${stall}; all write again ${ms(recoveredMs)} after the repair`);
        }
    } finally {
      await load.stop();
    }
    const ended = performance.now();
    const reader = gateway.identities.byName(managerName(gateway))?.identity;
    if (!reader) throw new Error('the gateway has no manager');
    const { attempts } = load;
    const longestWaitMs = Math.max(0, ...attempts.flatMap((a) => (a.acknowledged === undefined ? [] : [a.acknowledged - a.begun])));
    const longestStallMs = longestGap(attempts, started, ended);
    const judgement = await judge(gateway.url, networkDir, reader, load);
    return { ...judgement, faults, longestStallMs, longestWaitMs, seconds: (ended - started) / 1000, gatewayDeaths };
  } finally {
    await gateway.signal('SIGTERM');
  }
}

const managerName = ({ identities }: GatewayProcess): string =>
  identities.list().find(({ roles }) => roles.includes('manager'))?.name ?? '';

/** Between two acknowledged writes, within that time. */
function longestGap(attempts: readonly Attempt[], from: number, to: number): number {
  const times = attempts.flatMap(({ acknowledged }) => (acknowledged === undefined ? [] : [acknowledged]));
  const within = [from, ...times.filter((at) => at > from && at < to).sort((a, b) => a - b), to];
  return Math.max(...within.slice(1).map((at, i) => at - (within[i] as number)));
}

export const ms = (value: number): string => (value < 1000 ? `${Math.round(value)} ms` : `${(value / 1000).toFixed(1)} s`);
