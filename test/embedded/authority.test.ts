import { createPublicKey, X509Certificate } from 'node:crypto';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callerFromCertificate } from '@drl/chaincode/certificate';
import { readRevocationList } from '@drl/network/block/crl';
import { mspConfig } from '@drl/network/block/genesis';
import { Msp } from '@drl/network/block/msp';
import { readMspConfig } from '@drl/network/block/mspconfig';
import { CertificateAuthority, newKey } from '@drl/network/embedded/ca';
import fc from 'fast-check';

const dir = mkdtempSync(join(tmpdir(), 'drl-ca-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const now = new Date('2026-03-01T08:00:00Z');
const authority = CertificateAuthority.open('PoliceMSP', join(dir, 'ca', 'PoliceMSP'), () => now);
const key = newKey();
const issue = (name: string, attributes: Record<string, string> = {}, days = 365) =>
  authority.issue({ name, type: 'client', publicKey: key.publicKey, attributes, days });
const msp = (list?: string) =>
  new Msp(
    readMspConfig(
      mspConfig({ mspId: 'PoliceMSP', rootCerts: [authority.rootCertificate], ...(list ? { crls: [Buffer.from(list)] } : {}) }),
    ),
  );

test('a root signs for itself, and is a CA’s certificate', () => {
  const root = new X509Certificate(authority.rootCertificate);
  expect(root.ca).toBe(true);
  expect(root.verify(root.publicKey)).toBe(true);
  expect(root.subject).toBe(root.issuer);
});

test('what it issues is a member by Fabric’s rules, of the kind that its unit says', () => {
  for (const type of ['client', 'peer', 'admin', 'orderer'] as const) {
    const member = msp().member(authority.issue({ name: type, type, publicKey: key.publicKey, days: 10 }));
    expect(member.invalid).toBeUndefined();
    expect(member.kinds).toEqual([type]);
    expect(member.satisfies({ kind: 'role', mspId: 'PoliceMSP', role: type })).toBe(true);
    expect(member.inDate(now)).toBe(true);
    expect(member.inDate(new Date(now.getTime() + 11 * 86_400_000))).toBe(false);
  }
});

test('OpenSSL takes it too: issuer, signature, key', () => {
  const certificate = new X509Certificate(issue('household-steward-1'));
  const root = new X509Certificate(authority.rootCertificate);
  expect(certificate.checkIssued(root)).toBe(true);
  expect(certificate.verify(root.publicKey)).toBe(true);
  expect(certificate.publicKey.equals(createPublicKey(key.privateKey))).toBe(true);
});

test('the contract reads from it what was put in, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.constantFrom('all', 'tax,health'), (custodian, auditScope) => {
      const caller = callerFromCertificate(
        issue('somebody-1', { roles: 'steward,auditor', department: 'household', custodian, auditScope }),
        'PoliceMSP',
      );
      expect(caller).toMatchObject({ name: 'somebody-1', mspId: 'PoliceMSP', department: 'household', roles: ['steward', 'auditor'] });
      expect(caller.auditScope).toEqual(auditScope === 'all' ? 'all' : ['tax', 'health']);
      expect(caller.custodian).toBe(custodian === '' ? undefined : custodian);
    }),
    { numRuns: 50 },
  );
});

test('no two certificates have one serial number', () => {
  const serials = Array.from({ length: 200 }, (_, i) => new X509Certificate(issue(`n-${i}`)).serialNumber);
  expect(new Set(serials).size).toBe(serials.length);
});

test('what is revoked is on a list that its root signed, and is no member any more; the others are', () => {
  const [revoked, renewed, kept] = [issue('left-1'), issue('left-1'), issue('stays-1')];
  expect(authority.revocationList()).toBeUndefined();
  expect(authority.revoke('left-1')).toBe(2);
  expect(authority.revoke('left-1')).toBe(0);
  const list = authority.revocationList() as string;
  expect(readRevocationList(Buffer.from(list)).signedBy(createPublicKey(authority.rootCertificate))).toBe(true);
  expect([revoked, renewed, kept].map((c) => msp(list).member(c).invalid)).toEqual(['revoked', 'revoked', undefined]);
});

test('opened again it is the same authority, and remembers; a line that a kill tore is cut off', () => {
  const place = join(dir, 'ca', 'PoliceMSP');
  appendFileSync(join(place, 'issued.jsonl'), '{"serial":"00ff');
  const again = CertificateAuthority.open('PoliceMSP', place, () => now);
  expect(again.rootCertificate).toBe(authority.rootCertificate);
  expect(again.issued()).toEqual(authority.issued());
  expect(again.revocationList()).toBeDefined();
  const certificate = again.issue({ name: 'later', type: 'client', publicKey: key.publicKey, days: 1 });
  expect(msp().member(certificate).invalid).toBeUndefined();
  expect(
    CertificateAuthority.open('PoliceMSP', place, () => now)
      .issued()
      .at(-1)?.name,
  ).toBe('later');
});
