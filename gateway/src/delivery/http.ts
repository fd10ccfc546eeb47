import { lookup as systemLookup } from 'node:dns';
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { ServiceError } from '../errors.js';
import { type MayReach, reachable } from './addresses.js';
import type { Source } from './resource.js';

/** How long a provider's server may be silent: longer than a consumer may be, who holds it up. */
const SILENCE_MS = 90_000;
const MAX_HEADER = 32 * 1024;

export type Resolve = (
  host: string,
  callback: (error: Error | null, addresses: readonly { readonly address: string; readonly family: number }[]) => void,
) => void;

const bySystem: Resolve = (host, callback) => systemLookup(host, { all: true, verbatim: true }, callback);

/** An http(s) resource. It is asked for at once: what cannot be fetched is known before anything is promised on its account. */
export async function openHttp(
  accessURL: string,
  ranges: readonly string[],
  signal: AbortSignal,
  resolve: Resolve = bySystem,
): Promise<Source> {
  const url = parse(accessURL);
  const may = reachable(ranges);
  const gone = new AbortController();
  const until = AbortSignal.any([signal, gone.signal]);
  const ask = () => get(url, may, resolve, until);
  const first = await ask();
  let next: IncomingMessage | undefined = first;
  const { 'content-length': length, 'content-type': mediaType } = first.headers;
  return {
    ...(length === undefined ? {} : { length: Number(length) }),
    ...(mediaType === undefined ? {} : { mediaType }),
    async *read() {
      const response = next ?? (await ask());
      next = undefined;
      mustBeTheSame(first, response);
      try {
        for await (const chunk of response) yield chunk as Buffer;
      } catch (error) {
        throw unreachable(error);
      } finally {
        response.destroy();
      }
    },
    async close() {
      gone.abort();
    },
  };
}

function parse(accessURL: string): URL {
  const refused = (given: string) =>
    new ServiceError('RESOURCE_ADDRESS_REFUSED', { given, accepted: 'http or https, no user information, a public or configured address' });
  if (!URL.canParse(accessURL)) throw refused('no address');
  const url = new URL(accessURL);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(url.protocol);
  // A password there would stand on the ledger for all to read.
  if (url.username !== '' || url.password !== '') throw refused('user information');
  return url;
}

/** One answer with status 200 and the bytes as they are. A redirect leads where nobody registered anything, so it is not followed. */
async function get(url: URL, may: MayReach, resolve: Resolve, signal: AbortSignal): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // A literal address is connected to without being looked up.
  if (isIP(host) !== 0 && !may(host)) throw notReachable();
  const secure = url.protocol === 'https:';
  const response = await new Promise<IncomingMessage>((answer, fail) => {
    const request = (secure ? httpsRequest : httpRequest)(
      url,
      {
        agent: secure ? new HttpsAgent({ maxCachedSessions: 0 }) : new HttpAgent(),
        lookup: checkedLookup(may, resolve),
        headers: { Accept: '*/*', 'Accept-Encoding': 'identity', 'User-Agent': 'data-rights-ledger' },
        maxHeaderSize: MAX_HEADER,
        timeout: SILENCE_MS,
        signal,
      },
      answer,
    );
    request.on('timeout', () => request.destroy(Object.assign(new Error('silent'), { code: 'ETIMEDOUT' })));
    request.on('error', fail);
    request.end();
  }).catch((error) => {
    throw unreachable(error);
  });
  const fault = faultOf(response);
  if (fault === undefined) return response;
  response.destroy();
  throw new ServiceError('RESOURCE_UNREACHABLE', { given: fault, accepted: '200, not encoded' });
}

function faultOf({ statusCode = 0, headers }: IncomingMessage): string | undefined {
  if (statusCode >= 300 && statusCode < 400) return `a redirect (${statusCode})`;
  if (statusCode !== 200) return `status ${statusCode}`;
  const encoding = headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' ? undefined : `content encoding ${encoding.slice(0, 50)}`;
}

/**
 * Looks a name up once and hands over what was checked: there is no second lookup that could say otherwise (DNS rebinding). A name that leads
 * to any closed address is refused whole.
 */
export function checkedLookup(may: MayReach, resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    resolve(host, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) callback(error ?? Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
      else if (!addresses.every(({ address }) => may(address))) callback(notReachable(), []);
      else if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

function mustBeTheSame({ headers: first }: IncomingMessage, { headers: now }: IncomingMessage): void {
  for (const name of ['etag', 'last-modified', 'content-length'] as const)
    if (first[name] !== now[name]) throw new ServiceError('RESOURCE_CHANGED', { given: `another ${name}` });
}

function notReachable(): ServiceError {
  return new ServiceError('RESOURCE_ADDRESS_REFUSED', {
    rule: 'FETCH_ALLOW',
    given: 'a loopback, link-local, private or reserved address',
    accepted: 'a public or configured address',
  });
}

/** The code alone: a message may hold addresses of the provider's network. */
function unreachable(error: unknown): Error {
  if (error instanceof ServiceError) return error;
  const { code, name } = error as NodeJS.ErrnoException;
  return new ServiceError('RESOURCE_UNREACHABLE', { given: code ?? name }, { cause: error });
}
