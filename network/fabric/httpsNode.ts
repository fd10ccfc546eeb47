import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { tlsCertFile, tlsKeyFile } from './msp.js';
import { HOST, paths } from './paths.js';

export interface Answer {
  status: number;
  body: string;
}

export interface Ask {
  mspId: string;
  port: number;
  path: string;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: Uint8Array;
}

/** A question to a node's operations or administrative port, over TLS both ways, as its organisation's administrator. */
export function askNode(dir: string, { mspId, port, path, method = 'GET', headers = {}, body }: Ask): Promise<Answer> {
  const tls = paths.adminTls(dir, mspId);
  const pair = { ca: readFileSync(paths.caCert(dir, mspId)), cert: readFileSync(tlsCertFile(tls)), key: readFileSync(tlsKeyFile(tls)) };
  return new Promise((resolve, reject) => {
    const asked = request({ host: HOST, port, path, method, headers, ...pair, timeout: 5000, agent: false }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (d: Buffer) => parts.push(d));
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts).toString() }));
      answer.once('error', reject);
    });
    asked.once('timeout', () => asked.destroy(new Error(`${HOST}:${port} did not answer in 5 s`)));
    asked.once('error', reject);
    asked.end(body);
  });
}

/** One gauge of a node's Prometheus metrics, for a channel. */
export async function gauge(
  dir: string,
  node: { mspId: string; operationsPort: number },
  name: string,
  channel: string,
): Promise<number | undefined> {
  const { body } = await askNode(dir, { mspId: node.mspId, port: node.operationsPort, path: '/metrics' });
  const line = body.split('\n').find((l) => l.startsWith(`${name}{`) && l.includes(`channel="${channel}"`));
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ') + 1));
}
