import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import type { Ready, Spent } from './delivery/roles.js';
import { roleFile } from './delivery/roles.js';

/**
 * A delivery beside a plain relay of the same stream, each in a process of its own between the same source and the same client, by turns, so that
 * other load on the machine weighs on both. Rates are of the source's bytes; the ledger's part (two transactions) is in the delivery's time.
 */
export interface DeliveryFigures {
  readonly what: string;
  readonly sourceBytes: number;
  readonly mibPerSecond: number;
  readonly relayPerSecond: number;
  /** Of the relay's rate. */
  readonly share: number;
  /** Processor seconds for a gibibyte, of the gateway's process and of the relay's: what does not depend on who else is there. */
  readonly cpuPerGib: number;
  readonly relayCpuPerGib: number;
  /** How far the gateway's resident memory rose above what it was before. */
  readonly memoryRise: number;
}

interface Arm {
  readonly what: string;
  readonly path: string;
  readonly mediaType: string;
  readonly elements: readonly string[];
}

const ALL = ['code', 'name', 'street', 'district', 'born', 'kind'];
const ARMS: readonly Arm[] = [
  { what: 'as it is', path: 'csv', mediaType: 'application/octet-stream', elements: ALL },
  { what: 'CSV, all 6 columns', path: 'csv', mediaType: 'text/csv', elements: ALL },
  { what: 'CSV, 2 of 6 columns', path: 'csv', mediaType: 'text/csv', elements: ['name', 'born'] },
  { what: 'NDJSON, 2 of 6 members', path: 'ndjson', mediaType: 'application/x-ndjson', elements: ['name', 'born'] },
];
const TURNS = 3;
const MIB = 1024 * 1024;

/** `mebibytes` of each resource. */
export async function benchDelivery(mebibytes = 256, arms: readonly Arm[] = ARMS, turns = TURNS): Promise<DeliveryFigures[]> {
  const children: ChildProcess[] = [];
  const start = async (role: string): Promise<{ readonly child: ChildProcess; readonly ready: Ready }> => {
    const child = fork(roleFile, [role], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    children.push(child);
    const [ready] = (await once(child, 'message')) as [Ready];
    return { child, ready };
  };
  try {
    const source = (await start('source')).ready.address;
    const { child: relaying, ready: relay } = await start('relay');
    const { child, ready: gateway } = await start('gateway');
    const figures: DeliveryFigures[] = [];
    for (const arm of arms) {
      const url = `${source}/${arm.path}/${mebibytes}`;
      const grant = await granted(gateway, arm, url);
      const times: { delivery: number; relay: number }[] = [];
      let sourceBytes = 0;
      const [before, relayBefore] = [await spent(child), await spent(relaying)];
      for (let turn = 0; turn < turns; turn += 1) {
        const plain = await timed(`${relay.address}/?${url}`, 'GET', {});
        sourceBytes = plain.bytes;
        const delivered = await timed(`${gateway.address}/api/v1/grants/${grant}/deliveries`, 'POST', {
          Authorization: `Bearer ${gateway.consumer}`,
        });
        times.push({ delivery: delivered.ms, relay: plain.ms });
      }
      const [after, relayAfter] = [await spent(child), await spent(relaying)];
      const perGib = (ms: number) => ms / 1000 / ((turns * sourceBytes) / (1024 * MIB));
      const rate = (ms: number) => sourceBytes / MIB / (ms / 1000);
      const [delivery, plain] = [median(times.map((t) => t.delivery)), median(times.map((t) => t.relay))];
      figures.push({
        ...{ what: arm.what, sourceBytes, mibPerSecond: rate(delivery), relayPerSecond: rate(plain) },
        share: plain / delivery,
        cpuPerGib: perGib(after.cpuMs - before.cpuMs),
        relayCpuPerGib: perGib(relayAfter.cpuMs - relayBefore.cpuMs),
        memoryRise: after.peak - before.now,
      });
    }
    return figures;
  } finally {
    for (const child of children) child.disconnect();
    await Promise.all(children.map((child) => child.exitCode ?? once(child, 'exit')));
  }
}

/** One resource that flows for long, for what it does to memory. */
export function benchLongDelivery(mebibytes = 1024): Promise<DeliveryFigures[]> {
  return benchDelivery(mebibytes, [ARMS[1] as Arm], 1);
}

async function granted({ address, steward, consumer }: Ready, { mediaType, elements }: Arm, accessURL: string): Promise<string> {
  const call = async (token: string | undefined, method: string, path: string, body: unknown): Promise<string> => {
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const answer = await fetch(`${address}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    const record = (await answer.json()) as { id: string };
    if (!answer.ok) throw new Error(JSON.stringify(record));
    return record.id;
  };
  const asset = await call(steward, 'POST', '/assets', {
    title: { en: 'Residents' },
    ...{ theme: 'population', shareType: 'unconditional', shareMethod: 'file', authoritativeFor: [] },
    elements: ALL.map((name) => ({ name, type: 'string' })),
  });
  await call(steward, 'PUT', `/assets/${asset}/distributions/data`, { accessURL, mediaType });
  await call(steward, 'POST', `/assets/${asset}/publish`, {});
  return call(consumer, 'POST', '/grants', {
    ...{ asset, elements, purpose: 'dpv:ServiceProvision', legalBasis: { en: 'Order 711, article 9' } },
  });
}

async function timed(
  url: string,
  method: string,
  headers: Record<string, string>,
): Promise<{ readonly ms: number; readonly bytes: number }> {
  const start = performance.now();
  const asked = request(url, { method, headers });
  asked.end();
  const [answer] = await once(asked, 'response');
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  await once(answer, 'end');
  if (answer.statusCode !== 200 || !answer.complete) throw new Error(`${url}: ${answer.statusCode}, ${bytes} bytes`);
  return { ms: performance.now() - start, bytes };
}

async function spent(child: ChildProcess): Promise<Spent> {
  child.send('spent');
  const [answer] = (await once(child, 'message')) as [Spent];
  return answer;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
