import { readClientConfig, readConfig } from '@drl/gateway/config';
import { readConsortium } from '@drl/network/consortium';

test('an empty environment is the demonstration on this machine', () => {
  const config = readConfig({});
  expect(config).toMatchObject({ port: 8080, host: '127.0.0.1', ledger: 'embedded', demo: true, rateLimit: 1000 });
  expect(() => readConsortium(config.consortium)).not.toThrow();
});

test('every setting at fault is named at once, and no value is repeated', () => {
  const read = () => readConfig({ PORT: '70000', LEDGER: 'paper', WALLET_KEY: 'hunter2', DEMO: 'perhaps' });
  expect(read).toThrow(/PORT.*LEDGER|LEDGER.*PORT/s);
  expect(read).toThrow(/WALLET_KEY/);
  expect(read).toThrow(/DEMO/);
  expect(read).not.toThrow(/hunter2/);
});

test.each([
  [{ OIDC_ISSUER: 'http://id.example', OIDC_AUDIENCE: 'drl' }, /OIDC_ISSUER/],
  [{ OIDC_ISSUER: 'http://127.0.0.1.example', OIDC_AUDIENCE: 'drl' }, /OIDC_ISSUER/],
  [{ OIDC_ISSUER: 'https://id.example' }, /OIDC_AUDIENCE/],
  [{ PORT: '0x50' }, /PORT/],
  [{ MAX_IN_FLIGHT: '0' }, /MAX_IN_FLIGHT/],
  [{ FILE_ROOTS: '/srv' }, /FILE_ROOTS/],
  [{ FETCH_ALLOW: 'tax=10.0.0.0/33' }, /FETCH_ALLOW/],
  [{ FETCH_ALLOW: 'tax=intranet.example' }, /FETCH_ALLOW/],
  [{ PEER_GATEWAYS: 'tax=http://gateway.example' }, /PEER_GATEWAYS/],
  [{ PEER_GATEWAYS: 'https://gateway.example' }, /PEER_GATEWAYS/],
  [{ PROBE_HOURS: '9999' }, /PROBE_HOURS/],
])('%j is refused', (env, reason) => {
  expect(() => readConfig(env)).toThrow(reason);
});

test('folders and addresses by department, several where they stand several times', () => {
  const { fileRoots, fetchAllow } = readConfig({
    FILE_ROOTS: 'tax=/srv/tax, *=/srv',
    FETCH_ALLOW: 'tax=10.1.0.0/16,tax=fd00::1, health=10.2.0.1',
  });
  expect([...fileRoots]).toEqual([
    ['tax', '/srv/tax'],
    ['*', '/srv'],
  ]);
  expect([...fetchAllow]).toEqual([
    ['tax', ['10.1.0.0/16', 'fd00::1']],
    ['health', ['10.2.0.1']],
  ]);
  expect([...readConfig({ DEMO: '0' }).fileRoots]).toEqual([]);
});

describe('a network that others brought up', () => {
  const whole = {
    LEDGER: 'fabric',
    FABRIC_PROFILE: '/etc/drl/profile.json',
    FABRIC_TRUST: '/etc/drl/trust',
    CONSORTIUM: '/etc/drl/c.yaml',
  };

  test('is described by profile, roots and consortium file together, and has no demonstration', () => {
    const { existing, demo } = readConfig({ ...whole, CHANNEL: 'city' });
    expect([existing, demo]).toEqual([{ profile: '/etc/drl/profile.json', trust: '/etc/drl/trust', channel: 'city' }, false]);
    expect(readConfig({ LEDGER: 'fabric' }).existing).toBeUndefined();
  });

  test.each([
    ['FABRIC_TRUST', { ...whole, FABRIC_TRUST: '' }],
    ['CONSORTIUM', { ...whole, CONSORTIUM: '' }],
    ['LEDGER=fabric', { ...whole, LEDGER: 'embedded' }],
    ['DEMO', { ...whole, DEMO: '1' }],
    ['FABRIC_PROFILE', { LEDGER: 'fabric', CHANNEL: 'city' }],
  ])('is refused, naming %s', (name, env) => expect(() => readConfig(env)).toThrow(name));
});

test('an empty variable is an unset one', () => expect(readConfig({ PORT: '', OIDC_ISSUER: '' }).port).toBe(8080));

test('the command line’s address loses its last slash', () =>
  expect(readClientConfig({ DRL_URL: 'http://localhost:9/' })).toEqual({ url: 'http://localhost:9' }));
