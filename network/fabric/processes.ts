import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NetworkError } from './errors.js';
import { readJson, writeFileSafely } from './files.js';

/** What is started as a process of its own, outliving the command that started it. */
export interface ProcessSpec {
  name: string;
  command: string;
  args: string[];
  env: Record<string, string>;
  cwd: string;
}

/** A pid alone may have been given to another process since: the start time and the command line say that it is still ours. */
interface PidRecord {
  pid: number;
  started: string;
  command: string[];
}

export interface LiveProcess {
  pid: number;
  /** Held by SIGSTOP: it lives, and answers nobody. */
  frozen: boolean;
  command: string[];
}

interface Seen {
  state: string;
  started: string;
  command: string[];
}

/** One process as /proc tells it (proc(5): fields 3 and 22 of stat, counted behind the last parenthesis), or ps where there is no /proc. */
export function lookAt(pid: number): Seen | undefined {
  try {
    if (!existsSync('/proc/self/stat')) {
      const line = execFileSync('ps', ['-o', 'stat=', '-o', 'lstart=', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
      const [state = '', ...rest] = line.split(/\s+/);
      return { state, started: rest.slice(0, 5).join(' '), command: rest.slice(5) };
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').slice(0, -1);
    return { state: fields[0] ?? '', started: fields[19] ?? '', command };
  } catch {
    return undefined;
  }
}

export const pidFile = (dir: string, name: string): string => join(dir, 'run', `${name}.json`);
export const logFile = (dir: string, name: string): string => join(dir, 'logs', `${name}.log`);

export function livingProcess(dir: string, name: string): LiveProcess | undefined {
  const file = pidFile(dir, name);
  const record = existsSync(file) ? readJson<PidRecord>(file) : undefined;
  const seen = record && lookAt(record.pid);
  if (!record || !seen || seen.state.startsWith('Z') || seen.started !== record.started) return undefined;
  if (seen.command.join(' ') !== record.command.join(' ')) return undefined;
  return { pid: record.pid, frozen: seen.state.startsWith('T'), command: record.command };
}

const LOG_LIMIT = 16 * 1024 * 1024;

/** Bounds a log: past the limit the file becomes `.1` and starts again. Copied and cut, since a living process holds it open (for appending). */
export function boundLog(dir: string, name: string, limit = LOG_LIMIT): void {
  const file = logFile(dir, name);
  if (!existsSync(file) || statSync(file).size <= limit) return;
  copyFileSync(file, `${file}.1`);
  truncateSync(file, 0);
}

/** Starts a process that outlives us, its output appended to its log, and records who it is before anything else can happen. */
export async function startProcess(dir: string, spec: ProcessSpec): Promise<number> {
  mkdirSync(join(dir, 'run'), { recursive: true });
  mkdirSync(join(dir, 'logs'), { recursive: true });
  boundLog(dir, spec.name);
  const log = openSync(logFile(dir, spec.name), 'a', 0o600);
  try {
    const env = { ...spec.env, [MARK]: marked(dir, spec.name) };
    const child = spawn(spec.command, spec.args, { cwd: spec.cwd, env, detached: true, stdio: ['ignore', log, log] });
    if (child.pid === undefined) throw await failure(spec.name, child);
    record(dir, spec.name, child.pid, [spec.command, ...spec.args]);
    child.unref();
    return child.pid;
  } finally {
    closeSync(log);
  }
}

function record(dir: string, name: string, pid: number, command: string[]): void {
  writeFileSafely(pidFile(dir, name), JSON.stringify({ pid, started: lookAt(pid)?.started ?? '', command } satisfies PidRecord));
}

const failure = (name: string, child: ChildProcess): Promise<NetworkError> =>
  new Promise((told) => child.once('error', (e) => told(new NetworkError('NODE_FAILED', `${name}: ${e.message}`))));

/** Every process of ours says in its environment which one it is. */
const MARK = 'DRL_NETWORK_NODE';
const marked = (dir: string, name: string): string => `${dir}\n${name}`;

/**
 * Finds processes of this network that nobody recorded, because the command that started them was killed between the two, and records them:
 * the next `up` then counts them as running, and `down` ends them (Linux; elsewhere their ports tell).
 */
export function adoptProcesses(dir: string): void {
  const pids = existsSync('/proc/self/environ') ? readdirSync('/proc').filter((entry) => /^\d+$/.test(entry)) : [];
  for (const pid of pids) {
    const name = markOf(pid, dir);
    const seen = name === undefined || livingProcess(dir, name) ? undefined : lookAt(Number(pid));
    if (name !== undefined && seen && !seen.state.startsWith('Z')) record(dir, name, Number(pid), seen.command);
  }
}

function markOf(pid: string, dir: string): string | undefined {
  try {
    const own = `${MARK}=${marked(dir, '')}`;
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
      .split('\0')
      .find((entry) => entry.startsWith(own))
      ?.slice(own.length);
  } catch {
    // Another user's, or it has just ended.
    return undefined;
  }
}

/** SIGTERM, and SIGKILL when that was not heard in time. Resolves once the process is gone. */
export async function stopProcess(dir: string, name: string, graceMs = 10_000): Promise<boolean> {
  const live = livingProcess(dir, name);
  if (live) {
    signal(live.pid, 'SIGTERM');
    if (live.frozen) signal(live.pid, 'SIGCONT');
    for (let waited = 0; livingProcess(dir, name); waited += 20) {
      if (waited >= graceMs) signal(live.pid, 'SIGKILL');
      await sleep(20);
    }
  }
  rmSync(pidFile(dir, name), { force: true });
  return live !== undefined;
}

export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (e) {
    // ESRCH: it ended by itself in between, which is what was wanted.
    if ((e as NodeJS.ErrnoException).code !== 'ESRCH') throw e;
  }
}

/** The last lines of a node's log, for the error that says why it did not start. */
export function logTail(dir: string, name: string, lines = 12): string {
  const file = logFile(dir, name);
  if (!existsSync(file)) return '';
  const text = readFileSync(file, 'utf8');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}
