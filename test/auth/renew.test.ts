import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attributesOf, type Enrol, Identities, type NewIdentity } from '@drl/gateway/identities';
import { walletKey } from '@drl/gateway/wallet';
import { CertificateAuthority, newKey } from '@drl/network/embedded/ca';

let dir: string;
let enrol: Enrol;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drl-renew-'));
  const authority = CertificateAuthority.open('PoliceMSP', join(dir, 'ca'), () => new Date());
  enrol = async (identity) => {
    const { publicKey, privateKey } = newKey();
    const attributes = attributesOf(identity);
    return { certificate: authority.issue({ name: identity.name, type: 'client', publicKey, attributes, days: 1 }), privateKey };
  };
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = () => new Identities(dir, walletKey(dir));
const steward: NewIdentity = {
  name: 'household-steward-1',
  mspId: 'PoliceMSP',
  department: 'household',
  roles: ['steward'],
  custodian: 'data-bureau',
  oidcSubject: 'subject-1',
};

test('a renewed identity has a new certificate and key, and all else that it had; a running service takes it up', async () => {
  const running = open();
  const { token } = await running.create(steward, enrol);
  const before = running.byToken(token);
  const asked: NewIdentity[] = [];
  await open().renew(steward.name, (identity) => {
    asked.push(identity);
    return enrol(identity);
  });
  const after = running.byToken(token);
  expect(asked).toEqual([steward]);
  expect(after?.identity.certificate).not.toBe(before?.identity.certificate);
  expect(after?.identity.privateKey.equals(before!.identity.privateKey)).toBe(false);
  expect({ ...after, identity: undefined }).toEqual({ ...before, identity: undefined });
  expect(running.bySubject('subject-1')).toBe(after);
});

test('nobody is renewed who is not there or is revoked, not even while it is under way', async () => {
  const identities = open();
  const { token } = await identities.create(steward, enrol);
  await expect(identities.renew('nobody-1', enrol)).rejects.toThrow('no identity');
  const revokedMeanwhile: Enrol = async (identity) => {
    open().revoke(identity.name);
    return enrol(identity);
  };
  await expect(identities.renew(steward.name, revokedMeanwhile)).rejects.toThrow('revoked');
  expect(identities.byToken(token)).toBeUndefined();
  expect(identities.byName(steward.name)).toBeUndefined();
  await expect(identities.renew(steward.name, enrol)).rejects.toThrow('revoked');
});
