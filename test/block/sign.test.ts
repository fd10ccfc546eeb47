import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { orderOf, sign, signSync, verify, verifySync } from '@drl/network/block/sign';
import fc from 'fast-check';

const file = join(
  process.env.SHARED_DATA ?? join(__dirname, '../../../shared/data'),
  'wycheproof/testvectors_v1/ecdsa_secp256r1_sha256_test.json',
);

interface Vectors {
  testGroups: {
    publicKeyPem: string;
    tests: { tcId: number; comment: string; flags: string[]; msg: string; sig: string; result: 'valid' | 'invalid' | 'acceptable' }[];
  }[];
}

const curves = ['P-256', 'P-384'] as const;
const pairs = curves.map((namedCurve) => ({ namedCurve, ...generateKeyPairSync('ec', { namedCurve }) }));

describe('ECDSA signatures', () => {
  it.each(pairs)('$namedCurve: signs low-S, and verifies what it signed and nothing else', async ({ privateKey, publicKey }) => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.nat(), fc.integer({ min: 1, max: 255 }), async (message, at, flip) => {
        for (const signature of [await sign(privateKey, message), signSync(privateKey, message)]) {
          expect(parts(signature).s * 2n).toBeLessThanOrEqual(orderOf(publicKey));
          expect(await verify(publicKey, message, signature)).toBe(true);
          expect(verifySync(publicKey, message, signature)).toBe(true);
          expect(verifySync(publicKey, Buffer.concat([message, Buffer.from([0])]), signature)).toBe(false);
          const changed = Buffer.from(signature);
          changed[at % changed.length] = (changed[at % changed.length] as number) ^ flip;
          expect(verifySync(publicKey, message, changed)).toBe(false);
        }
      }),
      { numRuns: 40 },
    );
  });

  it.each(pairs)('$namedCurve: refuses the twin signature with s in the upper half', ({ privateKey, publicKey }) => {
    const message = Buffer.from('once');
    const { r, s } = parts(signSync(privateKey, message));
    expect(verifySync(publicKey, message, der(r, s))).toBe(true);
    expect(verifySync(publicKey, message, der(r, orderOf(publicKey) - s))).toBe(false);
  });

  it('passes over bytes after the integers, as the asn1 package of Go does: a chain may hold such a signature', () => {
    const { privateKey, publicKey } = pairs[0] as (typeof pairs)[number];
    const message = Buffer.from('tail');
    const signature = signSync(privateKey, message);
    const within = Buffer.from(Buffer.concat([signature, Buffer.from([5, 0])]));
    within[1] = (within[1] as number) + 2;
    expect(verifySync(publicKey, message, Buffer.concat([signature, Buffer.from([1, 2, 3])]))).toBe(true);
    expect(verifySync(publicKey, message, within)).toBe(true);
    expect(verifySync(publicKey, message, signature.subarray(0, -1))).toBe(false);
  });

  const vectors = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Vectors) : undefined;
  if (!vectors) console.warn(`Wycheproof vectors not found (${file}): skipped`);
  (vectors ? it : it.skip)('answers the Wycheproof vectors of ECDSA P-256 with SHA-256', () => {
    const wrong: string[] = [];
    const counts = { valid: 0, highS: 0 };
    for (const { publicKeyPem, tests } of (vectors as Vectors).testGroups) {
      const key = createPublicKey(publicKeyPem);
      for (const test of tests) {
        const signature = Buffer.from(test.sig, 'hex');
        const ok = verifySync(key, Buffer.from(test.msg, 'hex'), signature);
        if (ok) counts.valid++;
        if (test.result === 'valid' && !ok && parts(signature).s * 2n > orderOf(key)) counts.highS++;
        else if (ok !== (test.result === 'valid')) wrong.push(`${test.tcId} ${test.result} ${test.comment}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(counts.valid).toBeGreaterThan(100);
    expect(counts.highS).toBeGreaterThan(10);
  });
});

function parts(signature: Buffer): { r: bigint; s: bigint } {
  const sequence = signature.subarray((signature[1] as number) & 0x80 ? 3 : 2);
  const n = sequence[1] as number;
  const s = sequence.subarray(2 + n);
  return { r: big(sequence.subarray(2, 2 + n)), s: big(s.subarray(2, 2 + (s[1] as number))) };
}

function big(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function der(...numbers: bigint[]): Buffer {
  const integers = numbers.map((n) => {
    const hex = n.toString(16);
    const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
    const signed = (bytes[0] as number) < 0x80 ? bytes : Buffer.concat([Buffer.from([0]), bytes]);
    return Buffer.concat([Buffer.from([2, signed.length]), signed]);
  });
  const body = Buffer.concat(integers);
  return Buffer.concat([Buffer.from(body.length < 128 ? [0x30, body.length] : [0x30, 0x81, body.length]), body]);
}
