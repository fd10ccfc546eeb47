import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { call, type Gateway, openGateway } from './gateway.js';

/** An issuer of our own on this machine, as RFC 8414 and OpenID Connect Discovery describe one. */

let issuer: string;
let server: Server;
let gateway: Gateway;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;
let strangers: typeof keys;

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  strangers = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    if (request.url === '/.well-known/openid-configuration') response.end(JSON.stringify({ issuer, jwks_uri: `${issuer}/keys` }));
    else response.end(JSON.stringify({ keys: [jwk] }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  gateway = await openGateway({ OIDC_ISSUER: issuer, OIDC_AUDIENCE: 'drl' });
  const { identities, enrol } = gateway.service.services;
  await identities.create(
    { name: 'tax-oidc-1', mspId: 'AgenciesMSP', department: 'tax', roles: ['consumer'], oidcSubject: 'u-42' },
    enrol!,
    { withKey: false },
  );
});
afterAll(async () => {
  await gateway.close();
  server.close();
});

const token = (claims: Record<string, unknown> = {}, { key = keys.privateKey, alg = 'ES256', expires = '5m' } = {}) =>
  new SignJWT({ sub: 'u-42', aud: 'drl', iss: issuer, ...claims })
    .setProtectedHeader({ alg, kid: 'one' })
    .setIssuedAt()
    .setExpirationTime(expires)
    .sign(key);
const me = async (jwt: string) => call(`${gateway.address}/api/v1/me`, jwt, 'GET');

test('a token of the issuer stands for the identity of its subject', async () => {
  expect(await me(await token())).toMatchObject({ status: 200, body: { name: 'tax-oidc-1', department: 'tax' } });
});

test.each([
  ['another subject', () => token({ sub: 'u-43' })],
  ['another audience', () => token({ aud: 'other' })],
  ['another issuer', () => token({ iss: 'https://elsewhere.example' })],
  ['out of date', () => token({}, { expires: '-5m' })],
  ['another key', () => token({}, { key: strangers.privateKey })],
  ['no subject', () => token({ sub: undefined })],
  [
    'a shared secret',
    async () =>
      new SignJWT({ sub: 'u-42', aud: 'drl', iss: issuer })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime('5m')
        .sign(Buffer.alloc(32)),
  ],
  [
    'no signature',
    async () =>
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify({ sub: 'u-42', aud: 'drl', iss: issuer, exp: 4e9 })).toString('base64url')}.`,
  ],
])('%s is 401', async (_, make) => {
  expect((await me(await make())).status).toBe(401);
});

test('API keys go on working beside it', async () => {
  expect((await gateway.call('tax-steward-1', 'GET', '/me')).status).toBe(200);
});
