import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { SETTINGS_ID } from '@drl/chaincode/model/keys';
import type { Consortium } from '@drl/network/consortium';
import type { Logger } from 'pino';
import { authenticator } from '../auth/authenticate.js';
import { oidcVerifier } from '../auth/oidc.js';
import type { Config } from '../config.js';
import { Observations } from '../delivery/probe/observations.js';
import { Probes } from '../delivery/probe/probes.js';
import { stewardOf } from '../delivery/provider.js';
import { Guesses } from '../delivery/query/guesses.js';
import { openSource, rangesOf } from '../delivery/source.js';
import type { Peers } from '../delivery/ticket/peers.js';
import { createApp } from '../http/app.js';
import { type Metrics, metricsOf } from '../http/metrics.js';
import type { ReadyState } from '../http/probes.js';
import type { Identities } from '../identities.js';
import { ReadMarks } from '../inbox/marks.js';
import { IndicatorReader } from '../indicators/reader.js';
import { Journal } from '../journal.js';
import { Fingerprints } from '../leaks/fingerprints.js';
import { Questions } from '../questions.js';
import { openReadModel } from '../readmodel/open.js';
import { Subjects } from '../subjects/subjects.js';
import { endorserLookup } from '../usecases/nameEndorsers.js';
import type { Services } from '../usecases/services.js';
import { Submitter } from '../usecases/submit.js';
import { callerLookup } from '../usecases/who.js';
import { Webhooks } from '../webhooks/webhooks.js';
import type { Backend } from './backend.js';
import { directories } from './directories.js';
import { watchRevocations } from './revocations.js';

/** The gateway around an engine: everything opened, nothing served until `listen`, everything finished by `close`. */
export interface Service {
  readonly services: Services;
  /** Begins to serve; answers the address. */
  readonly listen: (port: number, host: string) => Promise<string>;
  readonly close: () => Promise<void>;
}

/** How long what a crash left open may hold up the start; what takes longer goes on in the background. */
const RECOVER_MS = 10_000;
const DAY_MS = 86_400_000;
const IMPORT_MS = 3_600_000;

export interface ServiceParts {
  readonly config: Config;
  readonly consortium: Consortium;
  readonly backend: Backend;
  readonly identities: Identities;
  /** Of what is sealed at rest. */
  readonly key: Buffer;
  readonly log: Logger;
}

export async function openService({ config, consortium, backend, identities, key, log }: ServiceParts): Promise<Service> {
  const { dataDir } = config;
  const { ledger } = backend;
  const dirs = directories(dataDir);
  const stopping = new AbortController();
  const journal = await Journal.open(dirs.journal, key);
  const guesses = await Guesses.open(dirs.guesses, key);
  const questions = await Questions.open(dirs.questions, key);
  const fingerprints = await Fingerprints.open(dirs.fingerprints, key);
  const subjects = await Subjects.open(dirs.subjects, key);
  const readModel = await openReadModel({
    dir: dirs.readModel,
    chaincode: consortium.chaincode,
    blocks: (from, signal) => ledger.blocks(from, signal),
    height: async () => (await ledger.info()).height,
  });
  const readMarks = await ReadMarks.open(dirs.inbox);
  const webhooks = await Webhooks.open({
    ...{ dir: dirs.webhooks, key, readModel },
    ranges: (department) => rangesOf(config, department),
    manages: async (department) => {
      const [settings, own] = await Promise.all([readModel.get('settings', SETTINGS_ID), readModel.get('department', department)]);
      return settings !== undefined && settings.managerMspId === own?.mspId;
    },
    // The address may hold a token: the log gets the webhook's id.
    onFailure: ({ id, department }, error) => log.warn({ err: error, webhook: id, department }, 'webhook'),
  });
  let metrics: Metrics | undefined;
  const submitter = new Submitter({
    ledger,
    journal,
    endorsers: endorserLookup(ledger, readModel, consortium),
    maxInFlight: config.maxInFlight,
    onConflict: () => metrics?.conflicts.inc(),
    onFailure: (error) => log.error({ err: error }, 'in the background'),
  });
  const resources = { fileRoots: config.fileRoots, fetchAllow: config.fetchAllow };
  const probes = new Probes({
    readModel,
    observations: await Observations.open(dirs.probes),
    attempt: async ({ publisher }, { accessURL }, signal) => (await openSource(accessURL, publisher, resources, signal)).close(),
    provides: (department) => stewardOf(identities, department) !== undefined,
    hours: config.probeHours,
    log,
  });
  const services: Services = {
    ...{
      ledger,
      readModel,
      submitter,
      journal,
      probes,
      guesses,
      questions,
      fingerprints,
      identities,
      consortium,
      readMarks,
      webhooks,
      subjects,
    },
    indicators: new IndicatorReader(readModel, (asset) => probes.standing(asset)),
    trustDir: dirs.trust,
    resources,
    peers: peersOf(config),
    stopping: stopping.signal,
    ...(backend.enrol ? { enrol: backend.enrol } : {}),
  };
  await Promise.race([submitter.recover(), delay(RECOVER_MS, undefined, { ref: false })]);
  await journal.forget(new Date(Date.now() - config.idempotencyDays * DAY_MS));

  const heightAtStart = Number((await ledger.info()).height);
  metrics = metricsOf(gaugesOf(services));
  const readiness = () => ready(services, heightAtStart, config.lagLimit);
  const { app, close: closeApp } = createApp({
    ...{ services, metrics, readiness, log },
    authenticate: authenticator(identities, config.oidc && oidcVerifier(config.oidc)),
    callerOf: callerLookup(ledger, readModel),
    limits: { requests: config.rateLimit, refusals: config.refusalRateLimit },
    trustProxy: config.trustProxy,
  });
  // An import is read as fast as the ledger takes it, which may be long; headers must come at once.
  const server = createServer({ maxHeaderSize: 32 * 1024, requestTimeout: IMPORT_MS, headersTimeout: 30_000 }, app);
  const revocations = watchRevocations(identities, backend, log);

  return {
    services,
    async listen(port, host) {
      await listening(server, port, host);
      probes.start();
      const address = server.address() as AddressInfo;
      return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`;
    },
    async close() {
      stopping.abort();
      await revocations.end();
      await probes.close();
      await closeServer(server, config.shutdownSeconds * 1000);
      // What was promised asynchronously has no request to wait for: it finishes here.
      await submitter.close();
      closeApp();
      await webhooks.close();
      await readMarks.close();
      await subjects.close();
      await readModel.close();
      await journal.close();
      await guesses.close();
      await questions.close();
      await fingerprints.close();
      await ledger.close();
    },
  };
}

/** Whether the address can be had at all: better known before a minute's work than after it. */
export async function mustBeFree(port: number, host: string): Promise<void> {
  const probe = createServer();
  await listening(probe, port, host);
  await new Promise((resolve) => probe.close(resolve));
}

function peersOf({ peerGateways, peerCa }: Config): Peers {
  return {
    addressOf: (department) => peerGateways.get(department),
    authorities: peerCa === undefined ? [] : [readFileSync(peerCa, 'utf8')],
  };
}

async function listening(server: Server, port: number, host: string): Promise<void> {
  server.listen(port, host);
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'EADDRINUSE' ? 'another process listens there' : (error.code ?? error.message);
    throw new Error(`cannot listen on ${host}:${port}: ${reason} (set PORT or HOST)`);
  });
}

/** No new connections; what is in flight has its time, then is cut. */
async function closeServer(server: Server, patience: number): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // Connections that were busy become idle when their answer is out, and would otherwise be kept alive.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const cut = setTimeout(() => server.closeAllConnections(), patience);
  await closed;
  clearInterval(idle);
  clearTimeout(cut);
}

async function ready({ ledger, readModel, stopping }: Services, heightAtStart: number, lagLimit: number): Promise<ReadyState> {
  const { height, failure } = readModel.status();
  const state = (reason: string | undefined, ledgerHeight?: number): ReadyState => ({
    ready: reason === undefined,
    ...(reason === undefined ? {} : { reason }),
    readModelHeight: height,
    ...(ledgerHeight === undefined ? {} : { ledgerHeight, lag: ledgerHeight - height }),
  });
  if (stopping.aborted) return state('shutting down');
  if (failure) return state(`the read model stopped: ${failure.code}`);
  const ledgerHeight = await ledger.info().then(
    (info) => Number(info.height),
    () => undefined,
  );
  if (ledgerHeight === undefined) return state('the ledger cannot be reached');
  if (height < heightAtStart) return state('the read model has not reached the height at start', ledgerHeight);
  return state(ledgerHeight - height > lagLimit ? 'the read model lags' : undefined, ledgerHeight);
}

function gaugesOf({ submitter, ledger, readModel, identities }: Services) {
  return {
    inFlight: () => submitter.inFlight,
    ledgerHeight: async () => Number((await ledger.info()).height),
    readModelHeight: () => readModel.status().height,
    ignored: () => readModel.status().ignored,
    invalid: () => readModel.status().invalid,
    certificateSeconds: () => {
      const ends = identities.list().flatMap(({ revokedAt, certificateExpires }) => (revokedAt ? [] : [Date.parse(certificateExpires)]));
      return ends.length === 0 ? Number.POSITIVE_INFINITY : (Math.min(...ends) - Date.now()) / 1000;
    },
  };
}
