import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Config, readConfig } from '@drl/gateway/config';
import { Identities, type NewIdentity } from '@drl/gateway/identities';
import { consortiumOf, enrolFor } from '@drl/gateway/main';
import { INITIAL_MANAGER } from '@drl/gateway/start/firstStart';
import { walletKey } from '@drl/gateway/wallet';

const MAIN = join(__dirname, '..', '..', '..', 'gateway', 'dist', 'main.js');
const START_MS = 120_000;

/** State: the real gateway as a process of its own, on one port and one data directory for all its lives. */
export class GatewayProcess {
  readonly config: Config;
  readonly url: string;
  readonly identities: Identities;
  readonly #env: Record<string, string>;
  readonly #main: string;
  #child: ChildProcess | undefined;

  private constructor(env: Record<string, string>, main: string) {
    this.#env = env;
    this.#main = main;
    this.config = readConfig(env);
    this.url = `http://127.0.0.1:${this.config.port}`;
    this.identities = new Identities(this.config.dataDir, walletKey(this.config.dataDir));
  }

  static async start(networkDir: string, dataDir: string, main = MAIN): Promise<GatewayProcess> {
    const env = {
      ...{ LEDGER: 'fabric', NETWORK_DIR: networkDir, DATA_DIR: dataDir, DEMO: '0', LOG_LEVEL: 'warn' },
      ...{ PORT: String(await freePort()), RATE_LIMIT: '100000', REFUSAL_RATE_LIMIT: '100000' },
    };
    const gateway = new GatewayProcess(env, main);
    await gateway.start();
    return gateway;
  }

  get pid(): number {
    return this.#child?.pid as number;
  }

  /** Whether the process that was started last still lives. */
  get alive(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async start(): Promise<void> {
    // Only what it needs of this process's environment, so that no setting of the caller's leaks in.
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [this.#main], { env: { PATH, HOME, ...this.#env }, stdio: ['ignore', 'ignore', 'pipe'] });
    this.#child = child;
    child.stderr.pipe(createWriteStream(join(this.config.dataDir, '..', 'gateway.log'), { flags: 'a' }));
    for (const deadline = Date.now() + START_MS; !(await this.#ready()); await sleep(100)) {
      if (!this.alive) throw new Error(`the gateway ended while it started, with ${child.exitCode ?? child.signalCode}`);
      if (Date.now() > deadline) throw new Error(`the gateway was not ready within ${START_MS} ms`);
    }
  }

  async signal(name: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (!child || !this.alive) return;
    const ended = once(child, 'exit');
    child.kill(name);
    if (name === 'SIGKILL' || name === 'SIGTERM') await ended;
  }

  /** Answers the API key. Works on the files, beside the running process, as `drl identity add` does. */
  async enrol(identity: NewIdentity): Promise<string> {
    const { token } = await this.identities.create(identity, enrolFor(this.config, consortiumOf(this.config)));
    return token;
  }

  managerToken(): string {
    const [manager] = JSON.parse(readFileSync(join(this.config.dataDir, INITIAL_MANAGER), 'utf8')) as { token: string }[];
    return manager?.token ?? '';
  }

  async #ready(): Promise<boolean> {
    return fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5000) }).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}
