import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { readConfig } from '@drl/gateway/config';
import { Identities } from '@drl/gateway/identities';
import { consortiumOf, enrolFor } from '@drl/gateway/main';
import { walletKey } from '@drl/gateway/wallet';

/** The real service in its own process, with what a share needs: an asset, and grants enough that nobody waits for another's. */
export interface RunningGateway {
  readonly pid: number;
  readonly share: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const ROOT = join(__dirname, '..', '..', '..', '..');
const STARTED_WITHIN_MS = 60_000;
const GRANTS = 8;
const PURPOSE = 'dpv:IdentityVerification';

/** Connections stay open, as between any two services. */
const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

export function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<{ id: string }> {
  const text = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      { agent, method: 'POST', headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text), ...headers } },
      (answer) => {
        const parts: Buffer[] = [];
        answer.on('data', (part: Buffer) => parts.push(part));
        answer.on('error', reject);
        answer.on('end', () => {
          const whole = Buffer.concat(parts).toString();
          if ((answer.statusCode ?? 500) >= 300 || answer.statusCode === 202) reject(new Error(`${answer.statusCode} ${whole}`));
          else resolve(JSON.parse(whole));
        });
      },
    );
    sent.on('error', reject);
    sent.end(text);
  });
}

export async function startGateway(networkDir: string, dataDir: string): Promise<RunningGateway> {
  const settings = { LEDGER: 'fabric', NETWORK_DIR: networkDir, DATA_DIR: dataDir, PORT: '0', DEMO: '0' };
  const child = spawn(process.execPath, [join(ROOT, 'gateway', 'bin', 'drl.cjs'), 'start'], {
    env: { ...process.env, ...settings, LANG: 'en_US.UTF-8', LC_ALL: 'en_US.UTF-8' },
    // The log is written as in earnest, and read by nobody.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    const url = await addressOf(child);
    const config = readConfig(settings);
    const identities = new Identities(dataDir, walletKey(dataDir));
    const enrol = enrolFor(config, consortiumOf(config));
    const user = async (name: string, mspId: string, department: string) => {
      const { token } = await identities.create({ name, mspId, department, roles: ['steward', 'consumer'] }, enrol);
      const headers = { Authorization: `Bearer ${token}` };
      return (path: string, body: unknown, more: Record<string, string> = {}) =>
        post(`${url}/api/v1${path}`, body, { ...headers, ...more });
    };
    const provider = await user('household-bench-1', 'PoliceMSP', 'household');
    const consumer = await user('social-bench-1', 'SocialMSP', 'social-insurance');
    const grants = await prepare(provider, consumer);
    let n = 0;
    return {
      pid: child.pid as number,
      share: async () => {
        const payloadHash = (n++).toString(16).padStart(64, '0');
        const said = { payloadHash, hashAlgorithm: 'sha-256', bytes: 2048, rows: 10 };
        await provider('/shares', { grant: grants[n % grants.length], purpose: PURPOSE, elements: ['name'], ...said });
      },
      close: () => end(child),
    };
  } catch (error) {
    await end(child);
    throw error;
  }
}

type Post = (path: string, body: unknown) => Promise<{ id: string }>;

async function prepare(provider: Post, consumer: Post): Promise<string[]> {
  const { id: asset } = await provider('/assets', {
    title: { en: 'Population register' },
    ...{ shareType: 'unconditional', shareMethod: 'file', authoritativeFor: [] },
    elements: [{ name: 'name', type: 'string' }],
  });
  await provider(`/assets/${asset}/publish`, {});
  const wish = { asset, elements: ['name'], purpose: PURPOSE, legalBasis: { en: 'measuring' } };
  const grants = await Promise.all(Array.from({ length: GRANTS }, () => consumer('/grants', wish)));
  return grants.map(({ id }) => id);
}

async function addressOf(child: ChildProcess): Promise<string> {
  let said = '';
  return new Promise<string>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the gateway did not start: ${said}`)), STARTED_WITHIN_MS);
    child.once('exit', (code) => reject(new Error(`the gateway ended with ${code}: ${said}`)));
    child.stdout?.on('data', (text) => {
      said += text;
      const address = /ready at (http:\S+)/.exec(said)?.[1];
      if (!address) return;
      clearTimeout(late);
      resolve(address);
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  agent.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  await gone;
}
