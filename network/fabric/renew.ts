import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Ca, connectCa, enrol, register } from './ca.js';
import { type CertificateStatus, certificatesOf, expired } from './certificates.js';
import { chaincodeServer, writeConnection } from './chaincodeService.js';
import { awaitLeader, ordererChannel } from './channel.js';
import { type Context, openContext } from './context.js';
import { keyFromPem, newKey } from './csr.js';
import { readJson, writeFileSafely } from './files.js';
import { chaincodeHolder, type Holder, holdersOf, ordererHolders } from './identities.js';
import { awaitChaincode, endorsingPeers } from './lifecycle.js';
import { withLock } from './lock.js';
import { tlsCertFile, tlsKeyFile, writeSigningMsp, writeTls } from './msp.js';
import { runCa, runChaincode, runOrderer, runPeer } from './nodes.js';
import { HOST, paths } from './paths.js';
import { livingProcess, stopProcess } from './processes.js';
import { retry } from './run.js';
import { type CaState, type ChaincodeState, caOf, type OrdererState, type OrganisationState, type PeerState } from './state.js';

export interface RenewOptions {
  dir: string;
  /** Renews what has this many days left or fewer; Infinity renews all. */
  withinDays?: number;
  progress?: (line: string) => void;
}

/**
 * New certificates for the nodes whose own run out, then one restart after another, so that the channel keeps taking transactions; what
 * is down stays down. CA roots last fifteen years and are not renewed here: that is a change of the channel's configuration.
 */
export async function renewCertificates({ dir, withinDays = 30, progress }: RenewOptions): Promise<CertificateStatus[]> {
  return await withLock(dir, async () => {
    const context = await openContext(dir, progress);
    const due = certificatesOf(dir, context.state).filter((c) => c.use !== 'root' && c.daysLeft <= withinDays);
    const holders = new Set(due.map((c) => c.holder));
    const { ordering, organisations, chaincode } = context.state;
    await Promise.all([
      renewOrganisation(context, ordering.ca, ordererHolders(dir, ordering.mspId, ordering.nodes), holders),
      ...organisations.map((o) => renewOrganisation(context, o.ca, holdersOf(dir, o), holders)),
    ]);
    // With certificates run out already, the nodes no longer hear each other: then there is nothing to keep going.
    const rolling = expired(due).length === 0;
    for (const node of ordering.nodes.filter((n) => holders.has(n.name))) await restartOrderer(context, node, rolling);
    for (const o of organisations) for (const peer of o.peers) await restartPeer(context, o, peer, holders);
    const all = endorsingPeers(context.state).every((p) => livingProcess(dir, p.name));
    if (chaincode && due.length > 0 && all) await awaitChaincode(context, chaincode.name);
    return due;
  });
}

async function renewOrganisation(context: Context, ca: CaState, holders: Holder[], due: Set<string>): Promise<void> {
  const { dir } = context;
  if (due.has(ca.name)) {
    // fabric-ca-server makes itself a new TLS certificate when it finds none.
    rmSync(join(paths.ca(dir, ca.mspId), 'tls-cert.pem'), { force: true });
    await stopProcess(dir, ca.name);
    await runCa(context, ca);
  }
  const mine = holders.filter((h) => due.has(h.id));
  if (mine.length === 0) return;
  await runCa(context, ca);
  const connected = await connectCa(dir, caOf(context.state, ca.mspId));
  await Promise.all(mine.map((h) => renewHolder(dir, connected, h)));
  context.progress(`${ca.mspId}: renewed ${mine.map((h) => h.id).join(', ')}`);
}

/** TLS keeps its key: the channel's configuration names each orderer's, and Raft compares public keys (orderer/consensus/etcdraft/consenter.go). */
async function renewHolder(dir: string, ca: Ca, { id, type, msp, tls }: Holder): Promise<void> {
  const secret = await register(ca, { id, type });
  const kept = keyFromPem(readFileSync(tlsKeyFile(tls)));
  if (msp) {
    const key = newKey();
    writeSigningMsp(msp, paths.caCert(dir, ca.mspId), key, await enrol(ca, { id, secret, key }));
  }
  writeTls(tls, kept, await enrol(ca, { id, secret, key: kept, profile: 'tls', hosts: [HOST] }));
}

/** The next orderer goes only when this one has caught up: two of three at once would stop the channel. */
async function restartOrderer(context: Context, node: OrdererState, rolling: boolean): Promise<void> {
  const { dir, state } = context;
  const others = state.ordering.nodes.filter((n) => n.name !== node.name);
  if (!(await stopProcess(dir, node.name))) return;
  await runOrderer(context, node);
  if (!rolling) return;
  await awaitLeader(context);
  const goal = Math.max(...(await Promise.all(others.map(async (n) => (await ordererChannel(dir, state, n))?.height ?? 0))), 1);
  await retry(`${node.name} holds ${goal} blocks`, 30_000, async () => {
    const height = (await ordererChannel(dir, state, node))?.height ?? 0;
    if (height < goal) throw new Error(`at ${height}`);
  });
}

async function restartPeer(context: Context, organisation: OrganisationState, peer: PeerState, due: Set<string>): Promise<void> {
  const { dir, state } = context;
  const chaincode = state.chaincode as ChaincodeState;
  if (due.has(peer.name)) {
    if (organisation.endorses) {
      writeConnection(dir, peer, chaincode.slot);
      refreshConnections(dir, peer);
    }
    if (await stopProcess(dir, peer.name)) await runPeer(context, organisation, peer);
  }
  if (organisation.endorses && due.has(chaincodeHolder(dir, peer).id)) {
    if (await stopProcess(dir, chaincodeServer(dir, peer, chaincode).name)) await runChaincode(context, peer, chaincode);
  }
}

/** What the builder released at installation holds the peer's client certificate, and the peer reads it at each connection. */
function refreshConnections(dir: string, peer: PeerState): void {
  const builds = join(paths.nodeData(dir, peer.name), 'externalbuilder', 'builds');
  const client_cert = readFileSync(tlsCertFile(paths.nodeTls(dir, peer.name)), 'utf8');
  for (const build of existsSync(builds) ? readdirSync(builds) : []) {
    const file = join(builds, build, 'release', 'chaincode', 'server', 'connection.json');
    if (existsSync(file)) writeFileSafely(file, JSON.stringify({ ...readJson<object>(file), client_cert }));
  }
}
