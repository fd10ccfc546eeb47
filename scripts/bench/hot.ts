import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@drl/gateway/config';
import { enrolFor, start } from '@drl/gateway/main';
import { pino } from 'pino';
import { post } from './fabric/gateway.js';
import { median, run } from './fabric/load.js';

/** Shares a second through the real service, all under one grant: what a limit costs when many draw on it at once. */
export interface HotFigures {
  readonly inFlight: number;
  readonly perSecond: Readonly<Record<Name, number>>;
}

const LIMITS = {
  unlimited: {},
  maxCount: { maxCount: 1_000_000 },
  maxRows: { maxRows: 1_000_000_000 },
  both: { maxCount: 1_000_000, maxRows: 1_000_000_000 },
  /** Below two allotments: every share waits for the one before. */
  'one sum': { maxRows: 1_999 },
} as const;
type Name = keyof typeof LIMITS;
const names = Object.keys(LIMITS) as Name[];
const USE = { purpose: 'dpv:IdentityVerification', elements: ['name'] };
const TURNS = 3;
const TURN_MS = 1500;

type Post = (path: string, body: unknown) => Promise<{ id: string }>;

/** `settings`: of the service (gateway/README.md), as where it stands on a real network. */
export async function benchHotGrant(loads: readonly number[], settings: Readonly<Record<string, string>> = {}): Promise<HotFigures[]> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-bench-hot-'));
  const config = readConfig({ DATA_DIR: dir, PORT: '0', DEMO: '0', RATE_LIMIT: '1000000', ...settings });
  const { address, service } = await start(config, pino({ level: 'silent' }));
  try {
    const { identities, consortium, enrol = enrolFor(config, consortium) } = service.services;
    const user = async (name: string, mspId: string, department: string): Promise<Post> => {
      const { token } = await identities.create({ name, mspId, department, roles: ['steward', 'consumer'] }, enrol);
      return (path, body) => post(`${address}/api/v1${path}`, body, { Authorization: `Bearer ${token}` });
    };
    const provider = await user('household-bench-1', 'PoliceMSP', 'household');
    const consumer = await user('social-bench-1', 'SocialMSP', 'social-insurance');
    const asset = await publish(provider);
    const figures: HotFigures[] = [];
    for (const inFlight of [32, ...loads]) figures.push(await measure(provider, consumer, asset, inFlight));
    // The first load warms up.
    return figures.slice(1);
  } finally {
    await service.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function publish(provider: Post): Promise<string> {
  const { id } = await provider('/assets', {
    title: { en: 'Population register' },
    shareType: 'unconditional',
    shareMethod: 'file',
    elements: [{ name: 'name', type: 'string' }],
  });
  await provider(`/assets/${id}/publish`, {});
  return id;
}

/** By turns, each beginning with another, so that other load on the machine, and what warms up, weighs on all. */
async function measure(provider: Post, consumer: Post, asset: string, inFlight: number): Promise<HotFigures> {
  const rates = new Map<Name, number[]>(names.map((name) => [name, []]));
  let n = 0;
  for (let i = 0; i < TURNS; i++)
    for (const name of [...names.slice(i), ...names.slice(0, i)]) {
      const { id } = await consumer('/grants', { asset, ...USE, legalBasis: { en: 'measuring' }, constraints: LIMITS[name] });
      const share = async () => {
        const payloadHash = (n++).toString(16).padStart(64, '0');
        await provider('/shares', { grant: id, ...USE, payloadHash, hashAlgorithm: 'sha-256', bytes: 2048, rows: 1 });
      };
      const { times, tookMs } = await run(share, { inFlight, ms: TURN_MS });
      rates.get(name)?.push((1000 * times.length) / tookMs);
    }
  const rate = (name: Name) => median(rates.get(name) ?? []);
  return { inFlight, perSecond: Object.fromEntries(names.map((name) => [name, rate(name)])) as HotFigures['perSecond'] };
}
