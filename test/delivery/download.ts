import { createHash } from 'node:crypto';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import type { Gateway } from '../http/gateway.js';

/** A delivery as a client sees it that also reads trailers, which `fetch` does not. */
export interface Download {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly bytes: Buffer;
  /** False where the answer broke off. */
  readonly complete: boolean;
  readonly sha256: string;
  // biome-ignore lint/suspicious/noExplicitAny: a problem or a record, as the tests say.
  readonly body: any;
}

export interface Options {
  readonly as?: string;
  readonly headers?: Record<string, string>;
  /** Breaks off when so many bytes have come. */
  readonly stopAfter?: number;
  /** Bytes are counted and hashed, and not kept. */
  readonly discard?: boolean;
  /** Done once, when the first bytes have come, before more are taken. */
  readonly onData?: () => Promise<unknown>;
}

export async function download(gateway: Gateway, grant: string, wish: object = {}, options: Options = {}): Promise<Download> {
  const { as = 'social-consumer-1', headers = {}, stopAfter = Number.POSITIVE_INFINITY, discard = false, onData } = options;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = request(
      `${gateway.address}/api/v1/grants/${grant}/deliveries`,
      { method: 'POST', headers: { Authorization: `Bearer ${gateway.tokens.get(as)}`, 'Content-Type': 'application/json', ...headers } },
      resolve,
    );
    asked.on('error', reject);
    asked.end(JSON.stringify(wish));
  });
  const chunks: Buffer[] = [];
  const hash = createHash('sha256');
  let taken = 0;
  try {
    for await (const chunk of answer) {
      if (taken === 0) await onData?.();
      hash.update(chunk);
      taken += chunk.length;
      if (!discard || answer.statusCode !== 200) chunks.push(chunk);
      if (taken >= stopAfter) break;
    }
  } catch {
    // Broken off: `complete` says so.
  }
  const bytes = Buffer.concat(chunks);
  const json = /json/.test(answer.headers['content-type'] ?? '') && answer.statusCode !== 200;
  return {
    status: answer.statusCode ?? 0,
    headers: answer.headers,
    trailers: answer.trailers,
    bytes,
    complete: answer.complete,
    sha256: hash.digest('hex'),
    body: json ? JSON.parse(bytes.toString()) : undefined,
  };
}

export interface Resource {
  readonly accessURL: string;
  readonly mediaType?: string;
  readonly checksum?: { readonly algorithm: string; readonly value: string };
}

export async function attach(gateway: Gateway, asset: string, resource: Resource, name = 'data'): Promise<void> {
  const { status, body } = await gateway.call('household-steward-1', 'PUT', `/assets/${asset}/distributions/${name}`, resource);
  if (status !== 200) throw new Error(JSON.stringify(body));
}
