import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { readConfig } from '@drl/gateway/config';
import { start } from '@drl/gateway/main';
import { pino } from 'pino';

/** The processes of the delivery bench: a source, a plain relay, the gateway. Each ends when its parent lets go of it. */
export const roleFile = __filename;

export interface Spent {
  readonly now: number;
  readonly peak: number;
  readonly cpuMs: number;
}

export interface Ready {
  readonly address: string;
  readonly steward?: string;
  readonly consumer?: string;
}

const CHUNK = 256 * 1024;

const roles: Record<string, () => Promise<Ready>> = { source, relay, gateway };

/** `/csv/256`: so many mebibytes of it. */
function source(): Promise<Ready> {
  const csv = (n: number) => `33010019800101${1000 + n},王小明,"西湖区, 文三路 ${n} 号",330106,1980-01-01,resident\n`;
  const json = (n: number) =>
    `{"code":"33010019800101${1000 + n}","name":"王小明","street":"西湖区, 文三路 ${n} 号","district":330106,"born":"1980-01-01","kind":"resident"}\n`;
  const forms: Record<string, { readonly head: string; readonly block: Buffer }> = {
    csv: { head: 'code,name,street,district,born,kind\n', block: fill(csv) },
    ndjson: { head: '', block: fill(json) },
  };
  return serve((request, response) => {
    const [, form = '', size = '0'] = (request.url ?? '').split('/');
    const { head, block } = forms[form] as { head: string; block: Buffer };
    const blocks = Math.floor((Number(size) * 1024 * 1024) / block.length);
    response.setHeader('Content-Length', Buffer.byteLength(head) + blocks * block.length);
    const all = function* () {
      if (head !== '') yield Buffer.from(head);
      for (let n = 0; n < blocks; n += 1) yield block;
    };
    pipeline(Readable.from(all()), response, () => undefined);
  });
}

function fill(row: (n: number) => string): Buffer {
  const rows: string[] = [];
  for (let bytes = 0, n = 0; bytes < CHUNK; n += 1) {
    const text = row(n % 1000);
    rows.push(text);
    bytes += Buffer.byteLength(text);
  }
  return Buffer.from(rows.join(''));
}

/** What is asked for behind the question mark, as it comes. */
function relay(): Promise<Ready> {
  return serve((request, response) => {
    const url = (request.url ?? '').slice(2);
    get(url, (upstream) => pipeline(upstream, response, () => undefined));
  });
}

async function gateway(): Promise<Ready> {
  const dir = mkdtempSync(join(tmpdir(), 'drl-bench-'));
  const config = readConfig({ DATA_DIR: dir, PORT: '0', DEMO: '0', PROBE_HOURS: '0', FETCH_ALLOW: '*=127.0.0.1' });
  const { address, service } = await start(config, pino({ level: 'silent' }));
  const { enrol, identities } = service.services;
  if (!enrol) throw new Error('the embedded ledger enrols');
  const steward = await identities.create({ name: 's', mspId: 'PoliceMSP', department: 'household', roles: ['steward'] }, enrol);
  const consumer = await identities.create({ name: 'c', mspId: 'SocialMSP', department: 'social-insurance', roles: ['consumer'] }, enrol);
  process.on('disconnect', async () => {
    await service.close();
    rmSync(dir, { recursive: true, force: true });
    process.exit(0);
  });
  return { address, steward: steward.token, consumer: consumer.token };
}

async function serve(listener: RequestListener): Promise<Ready> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('disconnect', () => process.exit(0));
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** Answers each message with memory and processor time since the start; `peak` since the last answer. */
function watched(): void {
  let peak = 0;
  setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20).unref();
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ now: process.memoryUsage.rss(), peak, cpuMs: (user + system) / 1000 });
    peak = 0;
  });
}

const role = roles[process.argv[2] ?? ''];
if (require.main === module && role) {
  watched();
  role().then(
    (ready) => process.send?.(ready),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}
