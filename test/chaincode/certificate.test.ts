import { callerFromCertificate } from '@drl/chaincode/certificate';
import { type CertifiedCaller, foundingCaller, resolveCaller } from '@drl/chaincode/model/caller';
import type { Department, Settings } from '@drl/chaincode/model/records/department';
import fc from 'fast-check';
import { fixture, settings as input } from './city';
import { certificate } from './people';

test('what a fabric-ca-server 1.5 wrote', () => {
  expect(callerFromCertificate(fixture('fabric-ca-client.pem'), 'PoliceMSP')).toEqual({
    mspId: 'PoliceMSP',
    name: 'household-steward-1',
    roles: ['steward', 'consumer'],
    department: 'household',
    custodian: 'BureauMSP',
  });
  expect(callerFromCertificate(fixture('fabric-ca-admin.pem'), 'PoliceMSP')).toEqual({ mspId: 'PoliceMSP', name: 'admin', roles: [] });
});

test('any attributes come through, and roles that nobody knows count for nothing', () => {
  fc.assert(
    fc.property(
      fc.subarray(['steward', 'consumer', 'auditor', 'manager', 'root', '']),
      fc.constantFrom('all', 'tax,health', ''),
      (roles, auditScope) => {
        const caller = callerFromCertificate(certificate('M', 'x', { roles: roles.join(','), auditScope }), 'M');
        expect([...caller.roles].sort()).toEqual(roles.filter((role) => role !== 'root' && role !== '').sort());
        const scope = auditScope === 'all' ? 'all' : auditScope === '' ? [] : ['tax', 'health'];
        expect(caller.auditScope).toEqual(roles.includes('auditor') ? scope : undefined);
      },
    ),
    { numRuns: 30 },
  );
});

test('the same certificate under another organisation is another caller', () => {
  const pem = certificate('A', 'x', { roles: 'manager' });
  expect([callerFromCertificate(pem, 'A').mspId, callerFromCertificate(pem, 'B').mspId]).toEqual(['A', 'B']);
});

test('a broken certificate is refused with a TypeError or SyntaxError, whatever is broken', () => {
  const pem = certificate('M', 'x', { roles: 'steward', department: 'tax' });
  const der = Buffer.from(pem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  const whole = callerFromCertificate(pem, 'M');
  fc.assert(
    fc.property(fc.nat({ max: der.length - 1 }), fc.integer({ min: 1, max: 255 }), fc.boolean(), (at, flip, cut) => {
      const bytes = Buffer.from(der);
      bytes[at] = (bytes[at] as number) ^ flip;
      const broken = cut ? der.subarray(0, at) : bytes;
      try {
        const caller = callerFromCertificate(`-----BEGIN CERTIFICATE-----\n${broken.toString('base64')}\n-----END CERTIFICATE-----\n`, 'M');
        expect(Object.keys(caller).every((name) => name in whole || name === 'custodian' || name === 'auditScope')).toBe(true);
      } catch (error) {
        // By name: what Node's TextDecoder throws is of another realm than jest's.
        expect((error as Error).name).toMatch(/^(TypeError|SyntaxError)$/);
      }
    }),
    { numRuns: 400 },
  );
});

test.each(['', 'no certificate', '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----'])('no certificate: %j', (pem) => {
  expect(() => callerFromCertificate(pem, 'M')).toThrow(TypeError);
});

test('a name with control characters could forge a log line: refused', () => {
  expect(() => callerFromCertificate(certificate('M', 'x\n2026 manager approved'), 'M')).toThrow(TypeError);
});

const stamp = { at: '2026-01-01T00:00:00Z', transactionId: 'a'.repeat(64), department: 'data-bureau', mspId: 'BureauMSP', name: 'm' };
const base = { version: 1, created: stamp, updated: stamp };
const settings: Settings = { kind: 'settings', id: 'settings', ...base, ...input, status: 'active' };
const department: Department = { kind: 'department', id: 'tax', ...base, name: { en: 'Tax' }, mspId: 'AgenciesMSP', status: 'active' };
const certified: CertifiedCaller = { name: 'x', mspId: 'AgenciesMSP', roles: ['steward', 'auditor', 'manager'], department: 'tax' };

test('the register decides: another organisation’s department, a dissolved one or none makes no caller', () => {
  expect(resolveCaller(certified, settings, department)).toMatchObject({ department: 'tax' });
  expect(resolveCaller(certified, settings, undefined)).toBeUndefined();
  expect(resolveCaller(certified, settings, { ...department, mspId: 'PoliceMSP' })).toBeUndefined();
  expect(resolveCaller(certified, settings, { ...department, status: 'dissolved' })).toBeUndefined();
  expect(resolveCaller({ ...certified, department: 'health' }, settings, department)).toBeUndefined();
});

test('manager and auditor count only from the organisations that the settings name', () => {
  expect(resolveCaller(certified, settings, department)?.roles).toEqual(['steward']);
  const auditor = { ...certified, mspId: 'AuditMSP' };
  expect(resolveCaller(auditor, settings, { ...department, mspId: 'AuditMSP' })?.roles).toEqual(['steward', 'auditor']);
  expect(foundingCaller(certified, settings)).toBeUndefined();
  expect(foundingCaller({ ...certified, mspId: 'BureauMSP' }, settings)?.roles).toEqual(['steward', 'manager']);
});
