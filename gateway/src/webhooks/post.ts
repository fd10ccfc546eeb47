import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import { reachable } from '../delivery/addresses.js';
import { checkedLookup, type Resolve } from '../delivery/http.js';
import { ServiceError } from '../errors.js';

/** How long a receiver may take to say that it has a message: it should answer first and work then. */
const ANSWER_MS = 10_000;

const bySystem: Resolve = (host, callback) => systemLookup(host, { all: true, verbatim: true }, callback);

/** Throws RESOURCE_ADDRESS_REFUSED for what no webhook may be. */
export function webhookAddress(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol) || url.username !== '' || url.password !== '')
    throw new ServiceError('RESOURCE_ADDRESS_REFUSED', { given: 'another form', accepted: 'https (or http), without user information' });
  return url;
}

/** The answer's status. The same rules as for resources: public addresses, or those opened by FETCH_ALLOW; redirects are not followed. */
export async function post(
  url: URL,
  ranges: readonly string[],
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<number> {
  const may = reachable(ranges);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0 && !may(host)) throw new ServiceError('RESOURCE_ADDRESS_REFUSED', { rule: 'FETCH_ALLOW' });
  const secure = url.protocol === 'https:';
  const own = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'User-Agent': 'data-rights-ledger' };
  return new Promise((resolve, reject) => {
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      {
        method: 'POST',
        agent: secure ? new HttpsAgent({ maxCachedSessions: 0 }) : new HttpAgent(),
        lookup: checkedLookup(may, bySystem),
        headers: { ...own, ...headers },
        timeout: ANSWER_MS,
        signal,
      },
      (answer) => {
        resolve(answer.statusCode ?? 0);
        // Nobody reads what a receiver has to say; one that says much is hung up on.
        answer.destroy();
      },
    );
    request.on('timeout', () => request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
    request.on('error', reject);
    request.end(body);
  });
}
