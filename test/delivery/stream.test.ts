import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pipeline, Readable } from 'node:stream';
import { type Gateway, grant, openGateway, publish } from '../http/gateway.js';
import { attach, download } from './download.js';

/** Resources of an http server, larger than what is read ahead: they flow. */
let gateway: Gateway;
let server: Server;
let base: string;

const LINE = Buffer.from('330100,"王, 小明",1980\n'.repeat(4096));
const ROWS = 4096;

beforeAll(async () => {
  // /BLOCKS[/chunked|broken|growing]: a header and so many times LINE.
  let asked = 0;
  server = createServer((request, response) => {
    const [, blocks = '0', how] = (request.url ?? '').split('/');
    asked += 1;
    const header = 'personId,name,birthYear\n';
    const count = how === 'growing' ? Number(blocks) + asked : Number(blocks);
    const length = header.length + count * LINE.length;
    response.writeHead(200, {
      'Content-Type': 'text/csv',
      ...(how === 'chunked' || how === 'growing' ? {} : { 'Content-Length': String(length) }),
    });
    const body = function* () {
      yield Buffer.from(header);
      for (let n = 0; n < count; n += 1) {
        if (how === 'broken' && n === count - 10) throw new Error('broken');
        yield LINE;
      }
    };
    pipeline(Readable.from(body()), response, () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = await openGateway({ FETCH_ALLOW: 'household=127.0.0.1' });
});
afterAll(async () => {
  await gateway.close();
  server.closeAllConnections();
  server.close();
});

const granted = async (path: string, constraints: Record<string, unknown> = {}) => {
  const asset = await publish(gateway);
  await attach(gateway, asset, { accessURL: `${base}/${path}` });
  return grant(gateway, asset, constraints);
};
const share = async (id: unknown) => (await gateway.call('auditor-all', 'GET', `/shares/${id}`)).body;
const expected = (blocks: number) => {
  const hash = createHash('sha256').update('name\n');
  const cut = Buffer.from('"王, 小明"\n'.repeat(ROWS));
  for (let n = 0; n < blocks; n += 1) hash.update(cut);
  return hash.digest('hex');
};

test('what is long flows: memory stays flat, the digest is of what was sent, rows are bounded by the length', async () => {
  const blocks = 1500;
  const id = await granted(String(blocks));
  await download(gateway, await granted('100'), {}, { discard: true });
  const before = process.memoryUsage();
  let most = 0;
  const watch = setInterval(() => {
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    most = Math.max(most, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
  }, 10);
  const got = await download(gateway, id, {}, { discard: true });
  clearInterval(watch);
  expect(got).toMatchObject({ status: 200, complete: true, sha256: expected(blocks) });
  const { rows, rowsReserved, payloadHash, bytes } = await share(got.headers['share-id']);
  expect({ rows, payloadHash }).toEqual({ rows: blocks * ROWS, payloadHash: got.sha256 });
  expect(rowsReserved).toBeGreaterThanOrEqual(rows);
  // What flowed is many times what was ever held, though client and server are in this process too.
  expect(blocks * LINE.length).toBeGreaterThan(150 * 1024 * 1024);
  expect(bytes).toBeGreaterThan(80 * 1024 * 1024);
  expect(most).toBeLessThan(100 * 1024 * 1024);
  // Six million rows: on a busy machine more than a test has by default.
}, 240_000);

test('where rows are limited, or nothing says how long it is, they are counted before', async () => {
  const limited = await download(gateway, await granted('60', { maxRows: 1_000_000 }), {}, { discard: true });
  expect(limited).toMatchObject({ status: 200, complete: true, sha256: expected(60) });
  expect(await share(limited.headers['share-id'])).toMatchObject({ rows: 60 * ROWS, rowsReserved: 60 * ROWS });
  const chunked = await download(gateway, await granted('60/chunked'), {}, { discard: true });
  expect(chunked.sha256).toBe(expected(60));
  expect(await share(chunked.headers['share-id'])).toMatchObject({ rows: 60 * ROWS, rowsReserved: 60 * ROWS });
  const beyond = await download(gateway, await granted('60', { maxRows: 60 * ROWS - 1 }));
  expect(beyond.body).toMatchObject({ code: 'ROWS_EXCEEDED' });
});

test('parallel deliveries take exactly the rows that are granted', async () => {
  const id = await granted('60', { maxRows: 250_000 });
  const all = await Promise.all(Array.from({ length: 6 }, () => download(gateway, id, { rows: 100_000 }, { discard: true })));
  expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409, 409, 409]);
  const rest = await download(gateway, id, { rows: 50_000 }, { discard: true });
  expect(rest).toMatchObject({ status: 200, complete: true });
  expect((await download(gateway, id, { rows: 1 })).body.code).toBe('ROWS_EXCEEDED');
});

test.each(['broken', 'growing'])('a source that is %s half-way: the answer breaks off, the share stays open', async (how) => {
  const got = await download(gateway, await granted(`100/${how}`), {}, { discard: true });
  expect(got).toMatchObject({ status: 200, complete: false });
  expect(got.trailers['share-payload-hash']).toBeUndefined();
  expect(await share(got.headers['share-id'])).toMatchObject({ status: 'opened' });
  const voided = await gateway.call('household-steward-1', 'POST', `/shares/${got.headers['share-id']}/void`, {
    reason: { en: 'broke off' },
  });
  expect(voided.body.status).toBe('void');
});

test('a grant that is revoked while its data flows: the delivery is not confirmed', async () => {
  const id = await granted('1000');
  const going = download(
    gateway,
    id,
    {},
    { discard: true, onData: () => gateway.call('household-steward-1', 'POST', `/grants/${id}/revoke`, { reason: { en: 'over' } }) },
  );
  const got = await going;
  expect(got.complete).toBe(false);
  expect(await share(got.headers['share-id'])).toMatchObject({ status: 'opened' });
});

test('an address that nobody configured is not fetched, whatever the ledger says', async () => {
  const asset = await publish(gateway);
  await attach(gateway, asset, { accessURL: `${base.replace('127.0.0.1', '127.0.0.2')}/1` });
  const id = await grant(gateway, asset);
  expect((await download(gateway, id)).body).toMatchObject({ code: 'RESOURCE_ADDRESS_REFUSED' });
  await attach(gateway, asset, { accessURL: 'file:a.csv' });
  expect((await download(gateway, id)).body).toMatchObject({ code: 'RESOURCE_ADDRESS_REFUSED' });
  expect((await gateway.call('auditor-all', 'GET', `/shares?grant=${id}`)).body.items).toEqual([]);
});
