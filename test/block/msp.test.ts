import { serializedIdentity } from '@drl/network/block/build';
import { EvidenceError } from '@drl/network/block/errors';
import { mspConfig } from '@drl/network/block/genesis';
import { Members, Msp } from '@drl/network/block/msp';
import { readMspConfig } from '@drl/network/block/mspconfig';
import { type Principal, roles } from '@drl/network/block/policy';
import { trustedMembers } from '@drl/network/block/trust';
import { buildRevocationList } from '@drl/network/embedded/certificate';
import { authority, issue } from './pki';

const ca = authority('AMSP');
const other = authority('BMSP');

function msp(options: Partial<Parameters<typeof mspConfig>[0]> = {}): Msp {
  return new Msp(readMspConfig(mspConfig({ mspId: 'AMSP', rootCerts: [ca.certificate], ...options })));
}
const has = (pem: string, within: Msp): string[] =>
  roles.filter((role) => within.member(pem).satisfies({ kind: 'role', mspId: 'AMSP', role }));

describe('an organisation’s members', () => {
  it.each(['client', 'peer', 'admin', 'orderer'])('has the role of its unit %s, and member', (unit) => {
    expect(has(issue(ca, { units: [unit] }).certificate, msp()).sort()).toEqual([unit, 'member'].sort());
  });

  it('is nobody without one of the units, or with two; without NodeOUs everyone is a member and no more', () => {
    for (const units of [[], ['staff'], ['peer', 'client'], ['peer', 'peer']]) {
      const { certificate } = issue(ca, { units });
      expect(has(certificate, msp())).toEqual([]);
      expect(msp().member(certificate).invalid).toBeDefined();
    }
    const admin = issue(ca, { units: [] }).certificate;
    const plain = msp({ nodeOus: false, admins: [admin] });
    expect(has(issue(ca, { units: ['peer'] }).certificate, plain)).toEqual(['member']);
    expect(has(admin, plain).sort()).toEqual(['admin', 'member']);
  });

  it('refuses an organisation without administrators, and one whose root is no CA', () => {
    expect(() => msp({ nodeOus: false })).toThrow(EvidenceError);
    expect(() => msp({ rootCerts: [issue(ca).certificate] })).toThrow(/CONFIG|CA/);
    expect(() => msp({ rootCerts: [] })).toThrow(EvidenceError);
  });

  it('knows only what its own root issued, whatever the certificate says', () => {
    const forger = { ...other, name: ca.name, mspId: 'AMSP' };
    for (const stranger of [issue(other), issue(forger)]) expect(() => msp().member(stranger.certificate)).toThrow(EvidenceError);
    // Signed by a leaf that calls itself a CA: the root's path length forbids it, and it is not known as an intermediate.
    const leaf = issue(ca, { authority: true, units: ['peer'] });
    const below = issue({ ...ca, key: leaf.key });
    expect(() => msp().member(below.certificate)).toThrow(EvidenceError);
    expect(msp().member(leaf.certificate).invalid).toBeDefined();
    expect(() => msp().member('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')).toThrow(EvidenceError);
    expect(() => msp().member('nothing')).toThrow(EvidenceError);
  });

  it('keeps an expired certificate a member, as Fabric does, and says when it was in date', () => {
    const wish = { notBefore: new Date('2026-02-01T00:00:00Z'), notAfter: new Date('2026-03-01T00:00:00Z') };
    const member = msp().member(issue(ca, wish).certificate);
    expect(member.invalid).toBeUndefined();
    expect(['2026-01-31', '2026-02-01', '2026-02-20', '2026-03-02'].map((day) => member.inDate(new Date(day)))).toEqual([
      false,
      true,
      true,
      false,
    ]);
    // Issued for a time before its CA was: no chain.
    expect(() => msp().member(issue(ca, { notBefore: new Date('2020-01-01'), notAfter: new Date('2036-01-01') }).certificate)).toThrow(
      EvidenceError,
    );
  });

  it('obeys a revocation list of the issuer, and no other', () => {
    const [revoked, kept] = [issue(ca), issue(ca)];
    const list = {
      issuer: ca.name,
      authorityKeyId: ca.keyId,
      at: new Date('2026-05-01'),
      number: 1,
      revoked: [{ serial: revoked.serial, at: new Date('2026-05-01') }],
    };
    const genuine = msp({ crls: [Buffer.from(buildRevocationList(list, ca.key))] });
    expect(has(revoked.certificate, genuine)).toEqual([]);
    expect(genuine.member(revoked.certificate).invalid).toBe('revoked');
    expect(has(kept.certificate, genuine)).toContain('member');
    // Signed by another key under the issuer's name.
    const forged = msp({ crls: [Buffer.from(buildRevocationList(list, other.key))] });
    expect(has(revoked.certificate, forged)).toContain('member');
    expect(() => msp({ crls: [Buffer.from('nothing')] })).toThrow(EvidenceError);
  });

  it('answers each kind of principal', () => {
    const holder = issue(ca, { units: ['peer', 'north'] });
    const member = msp().member(holder.certificate);
    const is = (principal: Principal): boolean => member.satisfies(principal);
    expect(is({ kind: 'role', mspId: 'BMSP', role: 'member' })).toBe(false);
    expect(is({ kind: 'identity', identity: holder.identity })).toBe(true);
    expect(is({ kind: 'identity', identity: issue(ca).identity })).toBe(false);
    expect(is({ kind: 'identity', identity: serializedIdentity('BMSP', holder.certificate) })).toBe(false);
    expect(is({ kind: 'identity', identity: Buffer.from('junk') })).toBe(false);
    expect(is({ kind: 'ou', mspId: 'AMSP', unit: 'north', certifiers: Buffer.alloc(32) })).toBe(false);
    expect(is({ kind: 'anonymity', anonymous: false })).toBe(true);
    expect(is({ kind: 'anonymity', anonymous: true })).toBe(false);
    expect(is({ kind: 'unknown' })).toBe(false);
    const both: Principal[] = [
      { kind: 'role', mspId: 'AMSP', role: 'peer' },
      { kind: 'anonymity', anonymous: false },
    ];
    expect(is({ kind: 'combined', principals: both })).toBe(true);
    expect(is({ kind: 'combined', principals: [...both, { kind: 'role', mspId: 'AMSP', role: 'admin' }] })).toBe(false);
  });
});

describe('a channel’s members', () => {
  it('are found by organisation and certificate, and a certificate counts under its own organisation alone', () => {
    const members = new Members([msp()]);
    const holder = issue(ca);
    expect(members.identify(holder.identity).mspId).toBe('AMSP');
    // The same again, from what was seen.
    expect(members.identify(Buffer.from(holder.identity)).id).toBe(members.identify(holder.identity).id);
    for (const identity of [serializedIdentity('BMSP', holder.certificate), issue(other).identity, Buffer.from('junk'), Buffer.alloc(0)]) {
      expect(() => members.identify(identity)).toThrow(EvidenceError);
      expect(() => members.identify(identity)).toThrow(EvidenceError);
    }
  });

  it('of a trust directory are whoever the roots issued', () => {
    const members = trustedMembers(new Map([['AMSP', ca.certificate]]));
    expect(members.identify(issue(ca, { units: [] }).identity).invalid).toBeUndefined();
    expect(() => members.identify(issue(other).identity)).toThrow(EvidenceError);
    expect(() => trustedMembers(new Map([['AMSP', issue(ca).certificate]]))).toThrow(/TRUST|trust/);
  });
});
