import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { caProcess, prepareCa } from './caServer.js';
import { chaincodeServer, writeConnection } from './chaincodeService.js';
import type { Context } from './context.js';
import { NetworkError } from './errors.js';
import { ordererProcess, peerProcess } from './nodeConfig.js';
import { paths } from './paths.js';
import { portAnswers } from './ports.js';
import { livingProcess, logTail, type ProcessSpec, signal, startProcess, stopProcess } from './processes.js';
import { retry } from './run.js';
import type { CaState, ChaincodeState, OrdererState, OrganisationState, PeerState } from './state.js';

/** Starts what is dead, thaws what is frozen, leaves alone what lives, unless it runs something else than it should by now. */
async function ensure({ dir, progress }: Context, spec: ProcessSpec): Promise<void> {
  const live = livingProcess(dir, spec.name);
  if (live?.frozen) signal(live.pid, 'SIGCONT');
  if (live && isDeepStrictEqual(live.command, [spec.command, ...spec.args])) return;
  if (live) await stopProcess(dir, spec.name);
  progress(`${spec.name}: started, pid ${await startProcess(dir, spec)}`);
}

/** Waits until a process listens; when it has ended instead, its last words are the error. */
async function awaitListening({ dir }: Context, name: string, port: number): Promise<void> {
  const ended = (e: unknown): boolean => !(e instanceof NetworkError);
  await retry(
    `${name} listens on ${port}`,
    30_000,
    async () => {
      if (!livingProcess(dir, name)) throw new NetworkError('NODE_FAILED', `${name} ended:\n${logTail(dir, name)}`);
      if (!(await portAnswers(port))) throw new Error('not yet');
    },
    ended,
  );
}

export async function runCa(context: Context, ca: CaState): Promise<void> {
  const { dir, binaries } = context;
  prepareCa(dir, ca);
  await ensure(context, caProcess(dir, ca, binaries['fabric-ca-server']));
  await awaitListening(context, ca.name, ca.port);
  if (!existsSync(paths.caCert(dir, ca.mspId))) throw new NetworkError('NODE_FAILED', `${ca.name} wrote no certificate`);
}

export async function runOrderer(context: Context, orderer: OrdererState): Promise<void> {
  await ensure(context, ordererProcess(context.dir, orderer, context.binaries.orderer));
  await awaitListening(context, orderer.name, orderer.adminPort);
}

export async function runPeer(context: Context, organisation: OrganisationState, peer: PeerState): Promise<void> {
  await ensure(context, peerProcess(context.dir, organisation, peer, context.binaries.peer));
  await awaitListening(context, peer.name, peer.port);
}

export async function runChaincode(context: Context, peer: PeerState, chaincode: ChaincodeState): Promise<void> {
  const spec = chaincodeServer(context.dir, peer, chaincode);
  writeConnection(context.dir, peer, chaincode.slot);
  await ensure(context, spec);
  await awaitListening(context, spec.name, peer.chaincodePorts[chaincode.slot]);
}
