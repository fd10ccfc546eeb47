import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { z } from 'zod';

/** The only reader of the environment. Every setting, its default and its bounds are here; README.md has the same table for people. */

const flag = z.enum(['0', '1', 'false', 'true']).transform((value) => value === '1' || value === 'true');
const whole = (least: number, most: number) =>
  z.string().regex(/^\d+$/, { error: 'a whole number is needed' }).transform(Number).pipe(z.int().min(least).max(most));
/** Tokens and their signing keys travel over this address: plain http is for a developer's own machine. */
const httpsOrLocal = z.url().refine((value) => /^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1|\[::1\])([:/]|$))/.test(value), {
  error: 'an https address is needed (http only on this machine)',
});

/** `household=A,tax=B,*=C`: a department may stand more than once, `*` is every department. */
const byDepartment = (good: (value: string) => boolean, form: string) =>
  z
    .string()
    .transform((text) =>
      text.split(',').map((part) =>
        part
          .trim()
          .split(/=(.*)/s, 2)
          .map((side) => side.trim()),
      ),
    )
    .refine((pairs) => pairs.every(([department = '', value = '']) => /^(\*|[a-z][a-z0-9-]{1,62})$/.test(department) && good(value)), {
      error: form,
    })
    .transform((pairs) => pairs as [department: string, value: string][]);
const isRange = (value: string) => {
  const [address = '', prefix, ...rest] = value.split('/');
  const bits = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && rest.length === 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
};

const environment = z.object({
  PORT: whole(0, 65_535).default(8080),
  HOST: z.string().min(1).default('127.0.0.1'),
  DATA_DIR: z.string().min(1).default('./data'),
  LEDGER: z.enum(['embedded', 'fabric']).default('embedded'),
  DEMO: flag.optional(),
  CONSORTIUM: z.string().min(1).optional(),
  NETWORK_DIR: z.string().min(1).default('./network-data'),
  FABRIC_BIN: z.string().min(1).optional(),
  FABRIC_PROFILE: z.string().min(1).optional(),
  FABRIC_TRUST: z.string().min(1).optional(),
  CHANNEL: z.string().min(1).optional(),
  CHAINCODE: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  WALLET_KEY: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, { error: '64 hex digits (256 bits) are needed' })
    .optional(),
  RATE_LIMIT: whole(1, 1_000_000).default(1000),
  REFUSAL_RATE_LIMIT: whole(1, 1_000_000).default(100),
  MAX_IN_FLIGHT: whole(1, 100_000).default(256),
  LAG_LIMIT: whole(0, 1_000_000).default(100),
  IDEMPOTENCY_DAYS: whole(1, 3650).default(30),
  SHUTDOWN_SECONDS: whole(1, 600).default(20),
  TRUST_PROXY: whole(0, 10).default(0),
  FILE_ROOTS: byDepartment((path) => path !== '', 'department=folder, …').optional(),
  PEER_GATEWAYS: byDepartment((value) => httpsOrLocal.safeParse(value).success, 'department=https://…, …').optional(),
  PEER_CA: z.string().min(1).optional(),
  PROBE_HOURS: whole(0, 8760).default(24),
  FETCH_ALLOW: byDepartment(isRange, 'department=address or CIDR block, …').optional(),
  OIDC_ISSUER: httpsOrLocal.optional(),
  OIDC_AUDIENCE: z.string().min(1).optional(),
  OIDC_CLAIM: z.string().min(1).default('sub'),
});

export interface Config {
  readonly port: number;
  readonly host: string;
  readonly dataDir: string;
  readonly ledger: 'embedded' | 'fabric';
  readonly demo: boolean;
  readonly consortium: string;
  readonly networkDir: string;
  readonly fabricBin?: string;
  /** A network that others brought up; absent: the one in networkDir. */
  readonly existing?: ExistingNetwork;
  readonly logLevel: string;
  /** 256-bit key of the wallet; absent: a 0600 file below dataDir holds it. */
  readonly walletKey?: Buffer;
  /** Requests a second for each key. */
  readonly rateLimit: number;
  /** Refused or unauthorised requests a second for each key or address. */
  readonly refusalRateLimit: number;
  /** Writes between their first endorsement and their commit; beyond it 503. */
  readonly maxInFlight: number;
  /** Blocks that the read model may lag behind the ledger and still be called ready. */
  readonly lagLimit: number;
  readonly idempotencyDays: number;
  readonly shutdownSeconds: number;
  /** Proxies in front whose X-Forwarded-For counts. */
  readonly trustProxy: number;
  /** Department → the folder of its `file:` resources; `*` is every department. */
  readonly fileRoots: ReadonlyMap<string, string>;
  /** Department → addresses, beside public ones, that its resources may be fetched from. */
  readonly fetchAllow: ReadonlyMap<string, readonly string[]>;
  /** Department → the address of its gateway, where that is another. */
  readonly peerGateways: ReadonlyMap<string, string>;
  /** File of the authorities (PEM) of those gateways' TLS certificates, beside the public ones. */
  readonly peerCa?: string;
  /** Between two looks at an attached resource; 0: none. */
  readonly probeHours: number;
  readonly oidc?: { readonly issuer: string; readonly audience: string; readonly claim: string };
}

export interface ExistingNetwork {
  /** File of a common connection profile. */
  readonly profile: string;
  /** Folder of the organisations' root certificates, MSPID.pem. */
  readonly trust: string;
  /** Other names than the consortium file's. */
  readonly channel?: string;
  readonly chaincode?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The consortium file that ships, whether this runs from src or from dist. */
const SHIPPED_CONSORTIUM = join(__dirname, '..', '..', 'network', 'consortium.yaml');

/** Where the demonstration's resources lie. */
const DEMONSTRATION_FILES = join(__dirname, '..', '..', 'scripts', 'demo', 'files');

/** Throws an Error that names every setting at fault, without its value (which may be a secret). */
export function readConfig(env: Environment = process.env): Config {
  const e = parse(environment, env);
  if ((e.OIDC_ISSUER === undefined) !== (e.OIDC_AUDIENCE === undefined))
    throw new Error('configuration: OIDC_ISSUER and OIDC_AUDIENCE are given together or not at all');
  // The demonstration is of the consortium that ships.
  const demo = e.DEMO ?? e.CONSORTIUM === undefined;
  const roots = e.FILE_ROOTS ?? (demo ? [['*', DEMONSTRATION_FILES] as const] : []);
  return {
    port: e.PORT,
    host: e.HOST,
    dataDir: resolve(e.DATA_DIR),
    ledger: e.LEDGER,
    demo,
    consortium: e.CONSORTIUM ? resolve(e.CONSORTIUM) : SHIPPED_CONSORTIUM,
    networkDir: resolve(e.NETWORK_DIR),
    logLevel: e.LOG_LEVEL,
    rateLimit: e.RATE_LIMIT,
    refusalRateLimit: e.REFUSAL_RATE_LIMIT,
    maxInFlight: e.MAX_IN_FLIGHT,
    lagLimit: e.LAG_LIMIT,
    idempotencyDays: e.IDEMPOTENCY_DAYS,
    shutdownSeconds: e.SHUTDOWN_SECONDS,
    trustProxy: e.TRUST_PROXY,
    fileRoots: new Map(roots.map(([department, folder]) => [department, resolve(folder)])),
    fetchAllow: new Map(
      (e.FETCH_ALLOW ?? []).map(([one], _, all) => [one, all.flatMap(([other, range]) => (other === one ? [range] : []))]),
    ),
    probeHours: e.PROBE_HOURS,
    peerGateways: new Map(e.PEER_GATEWAYS ?? []),
    ...(e.PEER_CA ? { peerCa: resolve(e.PEER_CA) } : {}),
    ...existingIn(e),
    ...(e.FABRIC_BIN ? { fabricBin: e.FABRIC_BIN } : {}),
    ...(e.WALLET_KEY ? { walletKey: Buffer.from(e.WALLET_KEY, 'hex') } : {}),
    ...(e.OIDC_ISSUER && e.OIDC_AUDIENCE ? { oidc: { issuer: e.OIDC_ISSUER, audience: e.OIDC_AUDIENCE, claim: e.OIDC_CLAIM } } : {}),
  };
}

/** All of them together: an operator who sets one and forgets another is not to end up on a network of our own. */
function existingIn({ LEDGER, DEMO, CONSORTIUM, FABRIC_PROFILE, FABRIC_TRUST, CHANNEL, CHAINCODE }: z.infer<typeof environment>): {
  existing?: ExistingNetwork;
} {
  if (!FABRIC_PROFILE) {
    if (FABRIC_TRUST || CHANNEL || CHAINCODE) throw new Error('configuration: FABRIC_TRUST, CHANNEL and CHAINCODE go with FABRIC_PROFILE');
    return {};
  }
  if (LEDGER !== 'fabric') throw new Error('configuration: FABRIC_PROFILE goes with LEDGER=fabric');
  if (!FABRIC_TRUST || !CONSORTIUM) throw new Error('configuration: with FABRIC_PROFILE, FABRIC_TRUST and CONSORTIUM are needed');
  if (DEMO) throw new Error('configuration: DEMO is for a network of our own, since it enrols its users there');
  const profile = { profile: resolve(FABRIC_PROFILE), trust: resolve(FABRIC_TRUST) };
  return { existing: { ...profile, ...(CHANNEL ? { channel: CHANNEL } : {}), ...(CHAINCODE ? { chaincode: CHAINCODE } : {}) } };
}

const client = z.object({ DRL_URL: z.url().default('http://127.0.0.1:8080'), DRL_TOKEN: z.string().min(1).optional() });

/** What the command line needs of the environment to reach a running service. */
export function readClientConfig(env: Environment = process.env): { readonly url: string; readonly token?: string } {
  const e = parse(client, env);
  return { url: e.DRL_URL.replace(/\/+$/, ''), ...(e.DRL_TOKEN ? { token: e.DRL_TOKEN } : {}) };
}

function parse<T extends z.ZodObject>(schema: T, env: Environment): z.infer<T> {
  // An empty variable is an unset one, as shells and unit files leave them.
  const given = Object.fromEntries(Object.keys(schema.shape).flatMap((name) => (env[name] ? [[name, env[name]]] : [])));
  const parsed = schema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new Error(`configuration: ${parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`);
}
