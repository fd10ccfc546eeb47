import { basename } from 'node:path';
import { certificatesOf, expired } from './certificates.js';
import { slotProcess } from './chaincodeService.js';
import { NetworkError, type NetworkErrorCode } from './errors.js';
import { portHolder, portIsFree } from './ports.js';
import { livingProcess } from './processes.js';
import type { NetworkState } from './state.js';

/** Which ports each process of the network listens on. */
export function processPorts(state: NetworkState): Map<string, number[]> {
  const cas = [state.ordering.ca, ...state.organisations.map((o) => o.ca)];
  const slot = state.chaincode?.slot ?? 0;
  const ports: [string, number[]][] = [
    ...cas.map((ca): [string, number[]] => [ca.name, [ca.port]]),
    ...state.ordering.nodes.map((n): [string, number[]] => [n.name, [n.port, n.adminPort, n.operationsPort]]),
  ];
  for (const o of state.organisations) {
    for (const p of o.peers) {
      ports.push([p.name, [p.port, p.chaincodeListenPort, p.operationsPort]]);
      if (o.endorses) ports.push([slotProcess(p.name, slot), [p.chaincodePorts[slot]]]);
    }
  }
  return new Map(ports);
}

const OURS = ['peer', 'orderer', 'fabric-ca-server'];

/** A chaincode of the last run on the port makes the first invocation hang without an error, so a holder is named, never shared with. */
async function heldPorts(dir: string, state: NetworkState): Promise<NetworkError[]> {
  const dead = [...processPorts(state)].filter(([name]) => !livingProcess(dir, name)).flatMap(([, ports]) => ports);
  const free = await Promise.all(dead.map(portIsFree));
  const held = new Map<string, { code: NetworkErrorCode; ports: number[] }>();
  for (const port of dead.filter((_, i) => !free[i])) {
    const holder = portHolder(port);
    const stale = holder && (OURS.includes(basename(holder.command.split(' ')[0] ?? '')) || /fabric-shim/.test(holder.command));
    const who = holder ? `pid ${holder.pid} (${holder.command.slice(0, 120)})` : 'a process of another user';
    const entry = held.get(who) ?? { code: stale ? ('STALE_PROCESS' as const) : ('PORT_IN_USE' as const), ports: [] };
    entry.ports.push(port);
    held.set(who, entry);
  }
  return [...held].map(([who, { code, ports }]) => new NetworkError(code, `${ports.join(', ')}: ${who}`));
}

/** What would go wrong, told before anything is started. Nothing here changes anything. */
export async function preflight(dir: string, state: NetworkState, now = new Date()): Promise<NetworkError[]> {
  const over = expired(certificatesOf(dir, state, now), now).map(
    (c) => new NetworkError('CERTIFICATE_EXPIRED', `${c.holder} (${c.use}), ${c.notAfter}`),
  );
  return [...over, ...(await heldPorts(dir, state))];
}

export function refuse(problems: NetworkError[]): void {
  const [first, ...others] = problems;
  if (!first) return;
  const detail = [first.detail, ...others.map((p) => (p.code === first.code ? p.detail : `${p.code} ${p.detail}`))].join('; ');
  throw new NetworkError(first.code, detail);
}
