import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readClientConfig, readConfig } from '../config.js';
import { DEMO_USERS, type DemoUser } from '../demo/users.js';
import { CliError } from './errors.js';
import { language, plain } from './terminal.js';

/** How a command reaches a running service, and as whom. */
export interface Connection {
  readonly url?: string;
  readonly token?: string;
  /** A demonstration user's name, or `ROLE` or `DEPARTMENT-ROLE` for the first that fits. */
  readonly as?: string;
  readonly dataDir?: string;
}

export interface Client {
  readonly get: <T>(path: string) => Promise<T>;
  readonly bytes: (path: string, accept: string) => Promise<Buffer>;
  /** A JSON body; the answer as it comes, headers and all. */
  readonly send: (path: string, body: string, headers: Record<string, string>) => Promise<Response>;
  /** A document in pages, joined by links (RFC 8288). */
  readonly pages: (path: string, accept: string) => AsyncIterable<Buffer>;
  readonly post: (path: string, body: AsyncIterable<Uint8Array>, headers: Record<string, string>) => Promise<AsyncIterable<Uint8Array>>;
}

export function connect(connection: Connection): Client {
  const config = readClientConfig();
  const url = (connection.url ?? config.url).replace(/\/+$/, '');
  const token = connection.token ?? (connection.as ? demoUser(connection.as, connection.dataDir).token : config.token);
  if (!token) throw new CliError('NO_TOKEN');
  const call = async (path: string, init: RequestInit & { duplex?: 'half' }) => {
    const headers = { Authorization: `Bearer ${token}`, 'Accept-Language': language, ...init.headers };
    const answer = await fetch(`${url}/api/v1${path}`, { ...init, headers, redirect: 'error' }).catch((error: Error) => {
      throw new CliError('UNREACHABLE', `${url}: ${causeOf(error)}`);
    });
    if (!answer.ok) throw new CliError('REFUSED', await problemOf(answer));
    return answer;
  };
  return {
    get: async <T>(path: string) => (await whole(call(path, { headers: { Accept: 'application/json' } }), (a) => a.json())) as T,
    bytes: async (path, accept) => Buffer.from(await whole(call(path, { headers: { Accept: accept } }), (a) => a.arrayBuffer())),
    send: (path, body, headers) => call(path, { method: 'POST', body, headers }),
    pages: async function* (path, accept) {
      for (let at: string | undefined = path; at !== undefined; ) {
        const answer: Response = await call(at, { headers: { Accept: accept } });
        yield Buffer.from(await whole(Promise.resolve(answer), (a) => a.arrayBuffer()));
        at = /<\/api\/v1([^>]+)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1];
      }
    },
    post: async (path, body, headers) => {
      const answer = await call(path, {
        method: 'POST',
        body: body as unknown as NonNullable<RequestInit['body']>,
        headers,
        duplex: 'half',
      });
      if (!answer.body) throw new CliError('BROKEN_OFF');
      return answer.body as unknown as AsyncIterable<Uint8Array>;
    },
  };
}

/** Reads a whole answer; one that breaks off half-way is said to. */
async function whole<T>(answer: Promise<Response>, read: (answer: Response) => Promise<T>): Promise<T> {
  const a = await answer;
  return read(a).catch((error: Error) => {
    throw new CliError('BROKEN_OFF', causeOf(error));
  });
}

export function demoUser(name: string, dataDir = readConfig().dataDir): DemoUser {
  const file = join(dataDir, DEMO_USERS);
  let users: DemoUser[];
  try {
    users = JSON.parse(readFileSync(file, 'utf8')) as DemoUser[];
  } catch {
    throw new CliError('NO_DEMO_USERS', file);
  }
  const found =
    users.find((user) => user.name === name) ??
    users.find((user) => user.roles.some((role) => role === name || `${user.department}-${role}` === name));
  if (!found) throw new CliError('NO_SUCH_USER', `${name}; ${users.map((user) => user.name).join(', ')}`);
  return found;
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly title?: string;
  readonly fields?: readonly { readonly path: string; readonly message: string }[];
}

async function problemOf(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => ({}))) as Problem;
  const fields = (problem.fields ?? []).map(({ path, message }) => `${path}: ${message}`);
  return plain(
    [`${answer.status} ${problem.code ?? ''}`.trim(), problem.detail ?? problem.title ?? answer.statusText, ...fields]
      .filter(Boolean)
      .join('; '),
  );
}

function causeOf(error: Error): string {
  const cause = error.cause as { code?: string; message?: string } | undefined;
  return cause?.code ?? cause?.message ?? error.message;
}
