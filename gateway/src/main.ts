import { createPrivateKey } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contracts } from '@drl/chaincode';
import { type Consortium, readConsortium } from '@drl/network/consortium';
import { CertificateAuthority, newKey } from '@drl/network/embedded/ca';
import { connectionProfile } from '@drl/network/fabric/profile';
import { readNetwork } from '@drl/network/fabric/state';
import { rootCertificates } from '@drl/network/fabric/trust';
import { type Logger, pino } from 'pino';
import { type Config, type ExistingNetwork, readConfig } from './config.js';
import { attributesOf, type Enrol, Identities } from './identities.js';
import { openEmbedded } from './ledger/embedded.js';
import type { Identity, Ledger } from './ledger/ledger.js';
import { announce } from './start/announce.js';
import type { Backend } from './start/backend.js';
import { directories } from './start/directories.js';
import { readProfile, readRoots } from './start/existingNetwork.js';
import { beginFirstStart, createUsers, endFirstStart, managerIn, prepare, simulationStart } from './start/firstStart.js';
import { mustBeFree, openService, type Service } from './start/service.js';
import { walletKey } from './wallet.js';

/** The composition root: configuration → engine → read model → application → server. The only file that names an adapter. */

type Say = (line: string) => void;

/** Fabric's clients take a second to load: only where they are needed, so that the embedded ledger starts at once. */
const fabric = {
  adapter: () => import('./ledger/fabric.js'),
  authorities: () => import('@drl/network/fabric/enrol'),
};

export interface Running {
  readonly address: string;
  readonly service: Service;
}

/** Starts the service; `say` tells a person what is happening. */
export async function start(config: Config, log: Logger, say: Say = () => undefined): Promise<Running> {
  const { dataDir, demo } = config;
  const consortium = consortiumOf(config);
  await mustBeFree(config.port, config.host);
  // Imported identities are there before anything else is, and cannot be had again from anywhere near.
  const first = beginFirstStart(dataDir, say, config.existing !== undefined);
  if (first && !config.existing)
    say(demo ? `First start: making the demonstration in ${dataDir} …` : `First start: making an empty consortium in ${dataDir} …`);
  const key = config.walletKey ?? walletKey(dataDir);
  const identities = new Identities(dataDir, key);
  const open = openFor(config);
  // One moment for the clock's beginning and for what the settings declare of it, also around midnight.
  const now = new Date();
  const backend = await open({ config, consortium, identities, first, now, say });
  writeTrust(directories(dataDir).trust, backend.trust());
  const service = await openService({ config, consortium, backend, identities, key, log });
  try {
    await prepare(service.services, backend, demo, now, say);
    if (first) endFirstStart(dataDir);
    return { address: await service.listen(config.port, config.host), service };
  } catch (error) {
    await service.close();
    throw error;
  }
}

/** The consortium that the configured ledger is of: a network that runs has its own, organisations added since included. */
export function consortiumOf(config: Config): Consortium {
  if (config.existing) {
    const consortium = readConsortium(config.consortium);
    const { channel = consortium.channel, chaincode = consortium.chaincode } = config.existing;
    return { ...consortium, channel, chaincode };
  }
  return config.ledger === 'fabric' ? readNetwork(config.networkDir).consortium : readConsortium(config.consortium);
}

/** Certificates for new identities, from the authorities' own files or servers: works beside a running service and without one. */
export function enrolFor(config: Config, consortium: Consortium): Enrol {
  if (config.existing)
    return async () => {
      throw new Error('the organisations of this network issue their own identities: drl identity import brings them in');
    };
  return config.ledger === 'fabric' ? enrolOnFabric(config) : enrolInProcess(config, consortium);
}

interface Opening {
  readonly config: Config;
  readonly consortium: Consortium;
  readonly identities: Identities;
  readonly first: boolean;
  readonly now: Date;
  readonly say: Say;
}
/** The configured ledger by itself, for commands that read it while no service runs. */
export async function openBackend(config: Config): Promise<{ readonly ledger: Ledger; readonly chaincode: string }> {
  const consortium = consortiumOf(config);
  const identities = new Identities(config.dataDir, config.walletKey ?? walletKey(config.dataDir));
  const open = openFor(config);
  const { ledger } = await open({ config, consortium, identities, first: false, now: new Date(), say: () => undefined });
  return { ledger, chaincode: consortium.chaincode };
}

type Open = (opening: Opening) => Promise<Backend>;

function openFor({ ledger, existing }: Config): Open {
  if (ledger === 'embedded') return openInProcess;
  return existing ? openOnExisting(existing) : openOnFabric;
}

const openInProcess: Open = async ({ config, consortium, identities, first, now, say }) => {
  const { demo, dataDir, maxInFlight } = config;
  const ledger = await openEmbedded({
    dir: directories(dataDir).ledger,
    consortium,
    // fabric-shim adds its own to the array that it is given.
    contracts: [...contracts],
    maxInFlight: 2 * maxInFlight,
    ...(first && demo ? { simulateFrom: simulationStart(consortium, now) } : {}),
  });
  const { engine, enrol } = ledger;
  if (first) await createUsers(identities, consortium, enrol, demo, dataDir, say);
  return {
    ledger,
    enrol,
    revoke: (mspId, name) => engine.revoke(mspId, name),
    trust: () => engine.trust(),
    ...(engine.simulated ? { simulation: { set: (at: Date) => engine.simulate(at), end: () => engine.endSimulation() } } : {}),
  };
};

const openOnFabric: Open = async ({ config, consortium, identities, first, say }) => {
  const { networkDir: dir, demo, dataDir, maxInFlight } = config;
  const enrol = enrolOnFabric(config);
  if (first) await createUsers(identities, consortium, enrol, demo, dataDir, say);
  const reader = readerOf(identities, consortium);
  const { openFabric } = await fabric.adapter();
  const { revokeUser } = await fabric.authorities();
  const ledger = await openFabric({
    profile: { ...connectionProfile(dir, readNetwork(dir)) },
    channel: consortium.channel,
    chaincode: consortium.chaincode,
    reader,
    maxInFlight,
  });
  return {
    ledger,
    revoke: (mspId, name) => revokeUser({ dir }, mspId, name),
    trust: () => new Map(Object.entries(rootCertificates(dir))),
  };
};

/** A network that others brought up: its profile, its roots, and what identities were imported. Who issued them also revokes them. */
function openOnExisting(existing: ExistingNetwork): Open {
  return async ({ config, consortium, identities }) => {
    const profile = readProfile(existing);
    const roots = readRoots(existing);
    const reader = readerOf(identities, consortium);
    const { openFabric } = await fabric.adapter();
    const { channel, chaincode } = consortium;
    const ledger = await openFabric({ profile, channel, chaincode, reader, maxInFlight: config.maxInFlight });
    return { ledger, trust: () => roots };
  };
}

/** Who reads the channel for this gateway: a manager where it has one. Its certificate may be renewed while the service runs, or revoked. */
function readerOf(identities: Identities, consortium: Consortium): () => Identity {
  const choose = (): Identity | undefined =>
    managerIn(identities, consortium) ?? identities.byName(identities.list().find((one) => !one.revokedAt)?.name ?? '')?.identity;
  let reader = choose();
  if (!reader) throw new Error('no identity of this gateway could read the channel; add one with: drl identity add, or import');
  return () => {
    reader = identities.byName((reader as Identity).name)?.identity ?? choose() ?? reader;
    return reader as Identity;
  };
}

const CLIENT_DAYS = 365;

function enrolInProcess({ dataDir }: Config, consortium: Consortium): Enrol {
  return async (identity) => {
    const { mspId, name } = identity;
    if (!consortium.organisations.some((organisation) => organisation.mspId === mspId))
      throw new Error(`${mspId} is not in the consortium file`);
    const authority = CertificateAuthority.open(mspId, join(directories(dataDir).ledger, 'ca', mspId), () => new Date());
    const { publicKey, privateKey } = newKey();
    const certificate = authority.issue({ name, type: 'client', publicKey, attributes: attributesOf(identity), days: CLIENT_DAYS });
    return { certificate, privateKey };
  };
}

function enrolOnFabric({ networkDir: dir }: Config): Enrol {
  return async ({ name, mspId, department, roles, auditScope, custodian }) => {
    const { enrolUser } = await fabric.authorities();
    const { certificate, privateKey } = await enrolUser({ dir }, mspId, {
      ...{ name, department, roles: [...roles] },
      ...(auditScope === undefined ? {} : { auditScope: auditScope === 'all' ? auditScope : [...auditScope] }),
      ...(custodian === undefined ? {} : { custodian }),
    });
    return { certificate, privateKey: createPrivateKey(privateKey) };
  };
}

function writeTrust(dir: string, roots: ReadonlyMap<string, string>): void {
  mkdirSync(dir, { recursive: true });
  for (const [mspId, root] of roots) writeFileSync(join(dir, `${mspId}.pem`), root);
}

/** `npm start` and `drl start`: runs until it is told to end, and finishes what is in flight. */
export async function main(config: Config = readConfig()): Promise<void> {
  const say: Say = (line) => process.stdout.write(`${line}\n`);
  // Standard output is for people; the log goes beside it, each line whole before the next thing happens.
  const log = pino({ level: config.logLevel }, pino.destination({ dest: 2, sync: true }));
  const { address, service } = await start(config, log, say);
  process.stdout.write(await announce(service.services, address, config.dataDir, config.demo));
  let ending = false;
  const end = async (signal: string) => {
    if (ending) process.exit(1);
    ending = true;
    log.info({ signal }, 'ending');
    await service.close();
    process.exit(0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end(signal));
}

if (require.main === module)
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
