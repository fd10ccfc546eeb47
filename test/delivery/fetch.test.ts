import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openHttp, type Resolve } from '@drl/gateway/delivery/http';
import type { Source } from '@drl/gateway/delivery/resource';
import { openSource } from '@drl/gateway/delivery/source';
import { ServiceError } from '@drl/gateway/errors';

const open: Server[] = [];
const signal = new AbortController().signal;
afterAll(() => {
  for (const server of open) server.close();
});

async function serve(handler: RequestListener, host = '127.0.0.1'): Promise<number> {
  const server = createServer(handler);
  open.push(server);
  server.listen(0, host);
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function all(source: Source, closing = true): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of source.read()) chunks.push(chunk);
  if (closing) await source.close();
  return Buffer.concat(chunks).toString();
}

const fails = async (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => 'nothing',
    (error) => (error instanceof ServiceError ? error.code : String(error)),
  );

/** A name server of our own: each question gets the next answer. */
function names(...answers: readonly (readonly string[])[]): { readonly resolve: Resolve; readonly asked: () => number } {
  let asked = 0;
  return {
    resolve: (_host, callback) => {
      const answer = answers[Math.min(asked, answers.length - 1)] ?? [];
      asked += 1;
      callback(
        null,
        answer.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      );
    },
    asked: () => asked,
  };
}

describe('addresses', () => {
  let port: number;
  let served = 0;
  beforeAll(async () => {
    port = await serve((_request, response) => {
      served += 1;
      response.end('secret');
    });
  });

  test.each([
    ...['http://127.0.0.1:PORT/', 'http://localhost:PORT/', 'http://127.1:PORT/', 'http://2130706433:PORT/', 'http://0x7f000001:PORT/'],
    ...[
      'http://0177.0.0.1:PORT/',
      'http://0:PORT/',
      'http://[::1]:PORT/',
      'http://[::ffff:127.0.0.1]:PORT/',
      'http://[::ffff:7f00:1]:PORT/',
    ],
    ...['http://127.0.0.1.:PORT/', 'http://１２７.0.0.1:PORT/', 'http://127。0。0。1:PORT/'],
    ...['http://169.254.169.254/latest/meta-data/', 'http://10.0.0.1/', 'https://192.168.1.1/', 'http://[fe80::1]/', 'http://[fd00::1]/'],
    ...['ftp://127.0.0.1/', 'gopher://127.0.0.1/', 'data:text/csv,a', 'http://user:pass@127.0.0.1:PORT/', 'http://', 'population.csv'],
  ])('%s is refused before anything is sent', async (url) => {
    const before = served;
    expect(await fails(openHttp(url.replace('PORT', String(port)), [], signal))).toBe('RESOURCE_ADDRESS_REFUSED');
    expect(served).toBe(before);
  });

  test('a configured address is fetched', async () => {
    expect(await all(await openHttp(`http://127.0.0.1:${port}/`, ['127.0.0.1'], signal))).toBe('secret');
    expect(await fails(openHttp(`http://127.0.0.2:${port}/`, ['127.0.0.1'], signal))).toBe('RESOURCE_ADDRESS_REFUSED');
  });

  test('what one department may reach another may not', async () => {
    const access = { fileRoots: new Map(), fetchAllow: new Map([['tax', ['127.0.0.0/8']]]) };
    const url = `http://127.0.0.1:${port}/`;
    expect(await all(await openSource(url, 'tax', access, signal))).toBe('secret');
    expect(await fails(openSource(url, 'household', access, signal))).toBe('RESOURCE_ADDRESS_REFUSED');
  });

  test.each([[['10.0.0.1']], [['127.0.0.1', '169.254.169.254']], [['169.254.169.254', '127.0.0.1']], [['::1']]])(
    'a name that leads to %j is refused whole',
    async (answer) => {
      const before = served;
      const { resolve } = names(answer);
      expect(await fails(openHttp(`http://resource.example:${port}/`, ['127.0.0.1'], signal, resolve))).toBe('RESOURCE_ADDRESS_REFUSED');
      expect(served).toBe(before);
    },
  );

  test('a name that changes its mind is asked once: the address that was checked is the one connected to', async () => {
    let reached = 0;
    const other = await serve((_request, response) => {
      reached += 1;
      response.end('inside');
    }, '127.0.0.2');
    const { resolve, asked } = names(['127.0.0.1'], ['127.0.0.2']);
    // Nobody listens on that port of 127.0.0.1: whoever looks the name up again reaches the one inside.
    expect(await fails(openHttp(`http://resource.example:${other}/`, ['127.0.0.1'], signal, resolve))).toBe('RESOURCE_UNREACHABLE');
    expect([reached, asked()]).toEqual([0, 1]);
    const good = names(['127.0.0.1'], ['127.0.0.2']);
    expect(await all(await openHttp(`http://resource.example:${port}/`, ['127.0.0.1'], signal, good.resolve))).toBe('secret');
    // The next request for the same resource is checked as the first was.
    const twice = names(['127.0.0.1'], ['127.0.0.2']);
    const source = await openHttp(`http://resource.example:${port}/`, ['127.0.0.1'], signal, twice.resolve);
    await all(source, false);
    expect(await fails(all(source))).toBe('RESOURCE_ADDRESS_REFUSED');
  });

  test.each([301, 302, 303, 307, 308])('a redirect (%i) is not followed, not even to where it came from', async (status) => {
    let asked = 0;
    const from = await serve((request, response) => {
      asked += 1;
      response.writeHead(status, { Location: request.url === '/' ? '/there' : `http://127.0.0.1:${port}/` }).end();
    });
    expect(await fails(openHttp(`http://127.0.0.1:${from}/`, ['127.0.0.1'], signal))).toBe('RESOURCE_UNREACHABLE');
    expect(asked).toBe(1);
  });
});

test.each([
  ['an error', (_q, s) => s.writeHead(500).end('x')],
  ['nothing there', (_q, s) => s.writeHead(404).end()],
  ['a part', (_q, s) => s.writeHead(206).end('x')],
  ['an encoding that was not asked for', (_q, s) => s.writeHead(200, { 'Content-Encoding': 'gzip' }).end('x')],
  ['a closed connection', (q) => q.socket.destroy()],
] as [string, RequestListener][])('%s is no resource', async (_, handler) => {
  const port = await serve(handler);
  expect(await fails(openHttp(`http://127.0.0.1:${port}/`, ['127.0.0.1'], signal))).toBe('RESOURCE_UNREACHABLE');
});

test('a server that breaks off, or has another content at the second look', async () => {
  const broken = await serve((_q, s) => {
    s.writeHead(200, { 'Content-Length': '100' });
    s.write('half', () => s.destroy());
  });
  expect(await fails(openHttp(`http://127.0.0.1:${broken}/`, ['127.0.0.1'], signal).then(all))).toBe('RESOURCE_UNREACHABLE');
  let n = 0;
  const changing = await serve((_q, s) => s.writeHead(200, { ETag: `"${n++}"` }).end('x'));
  const source = await openHttp(`http://127.0.0.1:${changing}/`, ['127.0.0.1'], signal);
  expect(await all(source, false)).toBe('x');
  expect(await fails(all(source))).toBe('RESOURCE_CHANGED');
});

describe('files', () => {
  const top = mkdtempSync(join(tmpdir(), 'drl-roots-'));
  const root = join(top, 'root');
  beforeAll(() => {
    mkdirSync(join(root, 'inner'), { recursive: true });
    mkdirSync(join(top, 'root-2'));
    for (const path of ['root/a.csv', 'root/inner/b.csv', 'root/名单 1.csv', 'secret.csv', 'root-2/c.csv'])
      writeFileSync(join(top, path), path);
    symlinkSync('../secret.csv', join(root, 'link.csv'));
    symlinkSync('..', join(root, 'up'));
    symlinkSync('a.csv', join(root, 'inside.csv'));
  });
  afterAll(() => rmSync(top, { recursive: true }));
  const access = { fileRoots: new Map([['household', root]]), fetchAllow: new Map() };
  const read = async (url: string, department = 'household') => all(await openSource(url, department, access, signal));

  test.each([
    ['file:a.csv', 'root/a.csv'],
    ['file:inner/b.csv', 'root/inner/b.csv'],
    ['file:inner/../a.csv', 'root/a.csv'],
    ['file:%E5%90%8D%E5%8D%95%201.csv', 'root/名单 1.csv'],
    ['file:inside.csv', 'root/a.csv'],
  ])('%s is below the root', async (url, content) => {
    expect(await read(url)).toBe(content);
  });

  test.each([
    ...[
      'file:../secret.csv',
      'file:inner/../../secret.csv',
      'file:%2e%2e/secret.csv',
      'file:..%2fsecret.csv',
      'file:/etc/passwd',
      'file:///etc/passwd',
    ],
    ...[
      'file:link.csv',
      'file:up/secret.csv',
      'file:../root-2/c.csv',
      'file:',
      'file:.',
      'file:a.csv%00',
      'file:%zz',
      'file:..\\secret.csv',
    ],
  ])('%s is not', async (url) => {
    expect(await fails(read(url))).toBe('RESOURCE_ADDRESS_REFUSED');
  });

  test('a folder, nothing, another department', async () => {
    expect(await fails(read('file:inner'))).toBe('RESOURCE_UNREACHABLE');
    expect(await fails(read('file:none.csv'))).toBe('RESOURCE_UNREACHABLE');
    expect(await fails(read('file:a.csv', 'tax'))).toBe('RESOURCE_ADDRESS_REFUSED');
  });

  test('one that is written to while it is read', async () => {
    writeFileSync(join(root, 'grows.csv'), 'x'.repeat(300_000));
    const source = await openSource('file:grows.csv', 'household', access, signal);
    const chunks = source.read()[Symbol.asyncIterator]();
    await chunks.next();
    writeFileSync(join(root, 'grows.csv'), 'y'.repeat(300_001));
    expect(
      await fails(
        (async () => {
          while (!(await chunks.next()).done);
        })(),
      ),
    ).toBe('RESOURCE_CHANGED');
    await source.close();
  });
});
