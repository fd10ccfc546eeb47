import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The real service, started as a user starts it, in a data directory of its own. */
const ROOT = resolve(__dirname, '../..');
const DRL = join(ROOT, 'gateway', 'bin', 'drl.cjs');
const STARTED_WITHIN = 150_000;

export interface DemoUser {
  readonly name: string;
  readonly department: string;
  readonly roles: readonly string[];
  readonly token: string;
}

export interface Answer<T = Record<string, unknown>> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class RealService {
  readonly dir = mkdtempSync(join(tmpdir(), 'drl-e2e-'));
  readonly dataDir = join(this.dir, 'data');
  url = '';
  said = '';
  #process: ChildProcess | undefined;

  constructor(private readonly settings: Readonly<Record<string, string>> = {}) {}

  get #env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      LOG_LEVEL: 'error',
      LANG: 'en_US.UTF-8',
      LC_ALL: 'en_US.UTF-8',
      DATA_DIR: this.dataDir,
      PORT: '0',
      ...this.settings,
    };
  }

  /** `npm start` the first time, as the README has it; `drl start` where the process itself must be had (signals). */
  async start(command: 'npm' | 'drl' = 'drl'): Promise<void> {
    const [program, args] = command === 'npm' ? ['npm', ['start', '--silent']] : [process.execPath, [DRL, 'start']];
    // A group of its own, so that a signal reaches npm's children too.
    const child = spawn(program as string, args as string[], {
      cwd: ROOT,
      env: this.#env,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#process = child;
    this.said = '';
    let ended: number | null | undefined;
    child.on('exit', (code) => {
      ended = code ?? -1;
    });
    child.stdout?.on('data', (text) => {
      this.said += text;
    });
    child.stderr?.on('data', (text) => {
      this.said += text;
    });
    const from = Date.now();
    for (;;) {
      const address = /ready at (http:\S+)/.exec(this.said)?.[1];
      if (address) {
        this.url = address;
        return;
      }
      if (ended !== undefined) throw new Error(`the service ended with ${ended}:\n${this.said}`);
      if (Date.now() - from > STARTED_WITHIN) throw new Error(`the service did not start:\n${this.said}`);
      await new Promise((r) => setTimeout(r, 50));
    }
  }

  /** Answers the exit code, or the signal's name. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | string> {
    const child = this.#process;
    if (!child?.pid || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? child?.signalCode ?? 0;
    const exit = once(child, 'exit') as Promise<[number | null, string | null]>;
    process.kill(-child.pid, signal);
    const [code, by] = await exit;
    return code ?? (by as string);
  }

  async remove(): Promise<void> {
    await this.end('SIGKILL');
    rmSync(this.dir, { recursive: true, force: true });
  }

  users(): DemoUser[] {
    return JSON.parse(readFileSync(join(this.dataDir, 'demo-users.json'), 'utf8')) as DemoUser[];
  }

  user(role: string, department?: string): DemoUser {
    const found = this.users().find((u) => u.roles.includes(role) && (department === undefined || u.department === department));
    if (!found) throw new Error(`there is no ${role} ${department ?? ''}`);
    return found;
  }

  /** One request, as that user. */
  async ask<T = Record<string, unknown>>(
    user: DemoUser | undefined,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<T>> {
    const answer = await fetch(`${this.url}${path.startsWith('/api') ? '' : '/api/v1'}${path}`, {
      method,
      headers: {
        ...(user ? { Authorization: `Bearer ${user.token}` } : {}),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: (text.startsWith('{') ? JSON.parse(text) : text) as T };
  }

  /** The command line, against this service; with a user's name, as that user. */
  async drl(args: readonly string[], as?: DemoUser): Promise<Ran> {
    const child = spawn(process.execPath, [DRL, ...args, ...(as ? ['--as', as.name] : [])], {
      cwd: this.dir,
      env: { ...this.#env, DRL_URL: this.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text) => {
      out += text;
    });
    child.stderr.on('data', (text) => {
      err += text;
    });
    const [code] = (await once(child, 'close')) as [number];
    return { code, out, err };
  }
}
