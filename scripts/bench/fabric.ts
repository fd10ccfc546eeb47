import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Consortium, readConsortium } from '@drl/network/consortium';
import { setBatch } from '@drl/network/fabric/batch';
import { networkDown } from '@drl/network/fabric/down';
import { enrolUser } from '@drl/network/fabric/enrol';
import { portIsFree } from '@drl/network/fabric/ports';
import { networkExists } from '@drl/network/fabric/state';
import { networkStatus } from '@drl/network/fabric/status';
import { networkUp } from '@drl/network/fabric/up';
import type { Place } from './fabric/arms.js';
import { Client } from './fabric/child.js';
import type { Signer } from './fabric/client.js';
import { add, type Groups, readCpu, type Spent, spentBetween } from './fabric/cpu.js';
import { post, type RunningGateway, startGateway } from './fabric/gateway.js';
import { type Load, type Measured, median, quantile, run } from './fabric/load.js';

/**
 * `npm run bench:fabric`: a real network in a directory of its own, and four ways to a committed transaction on it, by turns, so that other
 * load on the machine weighs on all. Aims are printed, never asserted.
 */
const ROOT = join(__dirname, '..', '..', '..');
const LOADS = [1, 32, 128];
const TURNS = 3;
const TURN_MS = 1500;
const TIMEOUTS_MS = [10, 20, 50, 100];
const LONE = 12;
/** In flight, beside the lone ones, at each batch timeout. */
const BUSY = [32, 128];

type Name = 'bare' | 'express' | 'native' | 'gateway';
const ARMS: Readonly<Record<Name, string>> = {
  bare: 'put, fabric-network, default signer',
  express: 'put, Express around that',
  native: 'put, our adapter, native signer',
  gateway: 'share, our gateway',
};

interface Turn {
  readonly measured: Measured;
  readonly spent: Spent;
}

interface Bench {
  readonly place: Place;
  readonly signer: Signer;
  readonly clients: Readonly<Record<Exclude<Name, 'gateway'>, Client>>;
  readonly gateway: RunningGateway;
  readonly groups: Groups;
}

/** One arm's turn: connected, warmed, measured, disconnected, so that no other arm pays for what it listens to. */
async function turn({ place, signer, clients, gateway, groups }: Bench, name: Name, load: Load): Promise<Turn> {
  const measure = async (work: (load: Load) => Promise<Measured>): Promise<Turn> => {
    await work({ inFlight: load.inFlight, ms: 200 });
    const before = readCpu(groups);
    const measured = await work(load);
    return { measured, spent: spentBetween(groups, before, readCpu(groups)) };
  };
  if (name === 'gateway') return measure((l) => run(gateway.share, l));
  const client = clients[name];
  const { url } = await client.ask<{ url?: string }>({ open: name, place, as: signer });
  try {
    if (url === undefined) return await measure((l) => client.ask<Measured>({ load: l }));
    return await measure((l) => run(async () => void (await post(url, {})), l));
  } finally {
    await client.ask('close');
  }
}

interface Figures {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly done: number;
  readonly failures: number;
  readonly spent: Spent;
}

/** The rate is that of the turn in the middle; latencies and processor time are of all turns. */
function figuresOf(turns: readonly Turn[]): Figures {
  const times = turns.flatMap(({ measured }) => measured.times);
  return {
    perSecond: median(turns.map(({ measured: { times, tookMs } }) => (1000 * times.length) / tookMs)),
    p50: quantile(times, 0.5),
    p99: quantile(times, 0.99),
    done: times.length,
    failures: turns.reduce((sum, { measured }) => sum + measured.failures, 0),
    spent: add(turns.map(({ spent }) => spent)),
  };
}

const names = Object.keys(ARMS) as Name[];
const n = (value: number, width: number, digits = 0) => value.toFixed(digits).padStart(width);

async function loads(bench: Bench): Promise<void> {
  print('CPU: milliseconds of processor time for each transaction; foreign: what all else on the machine took of it, in cores');
  for (const inFlight of LOADS) {
    const turns = new Map<Name, Turn[]>(names.map((name) => [name, []]));
    for (let i = 0; i < TURNS; i++) for (const name of names) turns.get(name)?.push(await turn(bench, name, { inFlight, ms: TURN_MS }));
    const figures = new Map(names.map((name) => [name, figuresOf(turns.get(name) as Turn[])]));
    print('');
    print(
      `${`${inFlight} in flight`.padEnd(38)}   tx/s     p50     p99 | CPU: client gateway  driver   peers orderers chaincode    all | foreign`,
    );
    for (const name of names) print(`  ${ARMS[name].padEnd(36)}${row(figures.get(name) as Figures, name)}`);
    const rate = (name: Name) => (figures.get(name) as Figures).perSecond;
    const against = (name: Name) => (rate('gateway') / rate(name)).toFixed(2);
    print(`  our gateway: ${against('express')} × Express (aim ≥ 1.2), ${against('native')} × the native put (aim ≥ 0.8)`);
    for (const [name, of] of turns) {
      const failure = of.find(({ measured }) => measured.failure)?.measured.failure;
      if (failure) print(`  ${ARMS[name]}: ${figures.get(name)?.failures} failed, one with: ${failure.slice(0, 300)}`);
    }
  }
}

function row({ perSecond, p50, p99, done, spent }: Figures, name: Name): string {
  const { byGroup, foreign, elapsed } = spent;
  const each = (group: string) => n((byGroup[group] ?? 0) / done, 7, 1);
  const all = Object.values(byGroup).reduce((sum, ms) => sum + ms, 0) / done;
  return [
    `${n(perSecond, 7)} ${n(p50, 7, 1)} ${n(p99, 7, 1)} |     `,
    `${each(name === 'gateway' ? 'none' : name)} ${each('gateway')} ${each('driver')} ${each('peers')}  ${each('orderers')}   ${each('chaincode')} ${n(all, 6, 1)} |`,
    ` ${n(foreign / elapsed, 5, 2)}`,
  ].join('');
}

/** At each batch timeout: one at a time, each arm after the other; then the gateway under load. */
async function timeouts(bench: Bench, dir: string, ordering: Consortium['ordering']): Promise<void> {
  const { place, signer, clients, gateway, groups } = bench;
  print('');
  print('against BatchTimeout: a lone transaction, p50 in ms; shares a second and CPU ms each through our gateway, with more in flight');
  print(
    `  BatchTimeout   fabric-network   our adapter   our gateway   more (aim ≤ 20) | ${BUSY.map((b) => `${b} in flight`.padStart(20)).join('')} | foreign`,
  );
  for (const name of ['bare', 'native'] as const) await clients[name].ask({ open: name, place, as: signer });
  for (const batchTimeoutMs of TIMEOUTS_MS) {
    await setBatch(dir, { ...ordering, batchTimeoutMs });
    const once: [Name, () => Promise<Measured>][] = [
      ['bare', () => clients.bare.ask({ load: { inFlight: 1, ms: 0 } })],
      ['native', () => clients.native.ask({ load: { inFlight: 1, ms: 0 } })],
      ['gateway', () => run(gateway.share, { inFlight: 1, ms: 0 })],
    ];
    for (const [, work] of once) await work();
    const times = new Map<Name, number[]>();
    const before = readCpu(groups);
    for (let i = 0; i < LONE; i++) for (const [name, work] of once) times.set(name, [...(times.get(name) ?? []), ...(await work()).times]);
    const busy: Turn[] = [];
    for (const inFlight of BUSY) busy.push(await turn(bench, 'gateway', { inFlight, ms: TURN_MS }));
    const { foreign, elapsed } = spentBetween(groups, before, readCpu(groups));
    const p50 = (name: Name) => median(times.get(name) ?? []);
    const more = n(p50('gateway') - p50('bare'), 17, 1);
    const rates = busy.map(({ measured: { times: done, tookMs }, spent: { byGroup } }) => {
      const cpu = Object.values(byGroup).reduce((sum, used) => sum + used, 0) / done.length;
      return `${n((1000 * done.length) / tookMs, 8)} /s ${n(cpu, 5, 1)} ms`;
    });
    print(
      `  ${n(batchTimeoutMs, 9)} ms  ${n(p50('bare'), 14, 1)} ${n(p50('native'), 13, 1)} ${n(p50('gateway'), 13, 1)} ${more} | ${rates.join(' ')} | ${n(foreign / elapsed, 6, 2)}`,
    );
  }
  for (const name of ['bare', 'native'] as const) await clients[name].ask('close');
  await setBatch(dir, ordering);
}

/** Below the ports that Linux hands out by itself (32768 and up), above those of the tests. */
async function freeBasePort(): Promise<number> {
  for (let base = 31_000; base < 32_700; base += 100) {
    const free = await Promise.all(Array.from({ length: 100 }, (_, i) => portIsFree(base + i)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no hundred free ports');
}

async function main(): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'drl-bench-fabric-'));
  const dir = join(scratch, 'network');
  const clients = { bare: new Client(), express: new Client(), native: new Client() };
  let gateway: RunningGateway | undefined;
  let ended: Promise<void> | undefined;
  const end = () => {
    ended ??= endAll();
    return ended;
  };
  const endAll = async () => {
    for (const client of Object.values(clients)) client.end();
    await gateway?.close();
    if (networkExists(dir)) await networkDown(dir, { purge: true });
    rmSync(scratch, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end().finally(() => process.exit(1)));
  try {
    const started = performance.now();
    const consortium = readConsortium(join(ROOT, 'network', 'consortium.yaml'));
    const put = join(ROOT, 'scripts', 'bench', 'put');
    const { profile, state } = await networkUp({ consortium, dir, chaincode: { path: put }, basePort: await freeBasePort() });
    const endorsers = ['BureauMSP', 'PoliceMSP'];
    const place = { profile: { ...profile }, channel: state.channel, chaincode: consortium.chaincode, endorsers };
    const signer = await enrolUser({ dir }, 'PoliceMSP', { name: 'household-put-1', roles: ['steward'], department: 'household' });
    gateway = await startGateway(dir, join(scratch, 'data'));
    const { nodes } = await networkStatus(dir);
    const of = (kind: string) => nodes.flatMap((node) => (node.kind === kind && node.pid ? [node.pid] : []));
    const groups: Groups = {
      ...{ bare: [clients.bare.pid], express: [clients.express.pid], native: [clients.native.pid], gateway: [gateway.pid] },
      ...{ driver: [process.pid], peers: of('peer'), orderers: of('orderer'), chaincode: of('chaincode') },
    };
    const { ordering, organisations } = consortium;
    print(`${organisations.length} organisations, ${of('peer').length} peers, ${ordering.nodes} orderers on ${cpus().length} cores,`);
    print(
      `BatchTimeout ${ordering.batchTimeoutMs} ms, ${ordering.maxMessageCount} messages; load average ${loadavg()[0]?.toFixed(1)} at the start;`,
    );
    print(`the network and the gateway were ready in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    const bench = { place, signer, clients, gateway, groups };
    for (const name of names) await turn(bench, name, { inFlight: 32, ms: 1000 });
    await loads(bench);
    await timeouts(bench, dir, ordering);
    print('');
    print(`took ${((performance.now() - started) / 1000).toFixed(0)} s`);
  } finally {
    await end();
  }
}

function print(line: string): void {
  console.log(line);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? (error.stack ?? error.message) : error);
  process.exitCode = 1;
});
