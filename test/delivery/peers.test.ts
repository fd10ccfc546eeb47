import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesIn, sendLetter } from '@drl/gateway/delivery/ticket/peers';

/** TLS between gateways: a certificate of an authority that the operator named, for the very name that is called. */
const dir = mkdtempSync(join(tmpdir(), 'drl-peers-'));
let server: Server;
let port: number;
let heard = '';
beforeAll(async () => {
  const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=gateway'];
  const files = ['-addext', 'subjectAltName=DNS:localhost', '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
  execFileSync('openssl', ['req', ...made, ...files], { stdio: 'pipe' });
  const identity = { key: readFileSync(join(dir, 'key.pem')), cert: readFileSync(join(dir, 'cert.pem')) };
  server = createServer(identity, async (request, response) => {
    for await (const chunk of request) heard += chunk;
    response.end(request.url);
  });
  await new Promise<void>((done) => server.listen(0, done));
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(dir, { recursive: true });
});
const send = (address: string, ...authorities: string[]) =>
  sendLetter({ addressOf: () => undefined, authorities }, address, '/tickets/t/deliveries', 'a letter', AbortSignal.timeout(10_000));

test('the operator’s authority is trusted beside the public ones', async () => {
  const answer = await send(`https://localhost:${port}/base/`, readFileSync(join(dir, 'cert.pem'), 'utf8'));
  expect((await bytesIn(answer, 100)).toString()).toBe('/base/api/v1/tickets/t/deliveries');
  expect(JSON.parse(heard)).toEqual({ letter: 'a letter' });
});

test('nobody is told anything whose certificate nobody vouches for, or that is another’s', async () => {
  heard = '';
  const own = readFileSync(join(dir, 'cert.pem'), 'utf8');
  for (const ask of [() => send(`https://localhost:${port}`), () => send(`https://127.0.0.1:${port}`, own)])
    await expect(ask()).rejects.toMatchObject({ code: 'PEER_UNREACHABLE', detail: { given: expect.stringMatching(/CERT|ALTNAME/) } });
  expect(heard).toBe('');
});

test('a small answer that is not small is not read on', async () => {
  const answer = await send(`https://localhost:${port}`, readFileSync(join(dir, 'cert.pem'), 'utf8'));
  await expect(bytesIn(answer, 3)).rejects.toMatchObject({ code: 'PEER_ANSWER_WRONG' });
});
