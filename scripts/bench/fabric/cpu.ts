import { readFileSync } from 'node:fs';

/** Processor time by process, from Linux's /proc (proc(5)); in ticks, which getconf CLK_TCK says are 1/100 s on every Linux in use. */
const TICK_MS = 10;

export interface Reading {
  readonly byPid: ReadonlyMap<number, number>;
  /** Everything that any process of the machine used, or the host took away. */
  readonly machine: number;
  readonly at: number;
}

/** Milliseconds of processor time. */
export interface Spent {
  readonly byGroup: Readonly<Record<string, number>>;
  /** Used by all that is none of ours. */
  readonly foreign: number;
  readonly elapsed: number;
}

/** Group → pids. */
export type Groups = Readonly<Record<string, readonly number[]>>;

export function readCpu(groups: Groups): Reading {
  const pids = Object.values(groups).flat();
  return { byPid: new Map(pids.map((pid) => [pid, ofProcess(pid)])), machine: ofMachine(), at: performance.now() };
}

export function spentBetween(groups: Groups, before: Reading, after: Reading): Spent {
  const used = (pid: number) => (after.byPid.get(pid) ?? 0) - (before.byPid.get(pid) ?? 0);
  const byGroup = Object.fromEntries(Object.entries(groups).map(([group, pids]) => [group, pids.reduce((sum, pid) => sum + used(pid), 0)]));
  const own = Object.values(byGroup).reduce((sum, ms) => sum + ms, 0);
  return { byGroup, foreign: Math.max(0, after.machine - before.machine - own), elapsed: after.at - before.at };
}

export function add(all: readonly Spent[]): Spent {
  const groups = new Set(all.flatMap(({ byGroup }) => Object.keys(byGroup)));
  const sum = (of: (spent: Spent) => number) => all.reduce((total, spent) => total + of(spent), 0);
  return {
    byGroup: Object.fromEntries([...groups].map((group) => [group, sum(({ byGroup }) => byGroup[group] ?? 0)])),
    foreign: sum(({ foreign }) => foreign),
    elapsed: sum(({ elapsed }) => elapsed),
  };
}

/** utime and stime: fields 14 and 15, counted behind the last parenthesis, since a name may hold anything. */
function ofProcess(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
  } catch {
    return 0;
  }
}

/** user, nice, system, irq, softirq and steal: all but idle and iowait. */
function ofMachine(): number {
  const line = readFileSync('/proc/stat', 'utf8').split('\n')[0] ?? '';
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = line.split(/\s+/).slice(1).map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}
