import 'reflect-metadata';
import { createPublicKey, verify } from 'node:crypto';
import { certificateRequest, keyFromPem, keyPem, newKey } from '@drl/network/fabric/csr';
import { signLowS } from '@drl/network/fabric/signer';
import { Pkcs10CertificateRequest, SubjectAlternativeNameExtension } from '@peculiar/x509';
import fc from 'fast-check';

const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

test('a request reads as PKCS #10, signed by its own key, with the id and the host names', async () => {
  const key = newKey();
  const request = new Pkcs10CertificateRequest(certificateRequest(key, 'peer0-PoliceMSP', ['localhost', 'peer0.police.example']));
  expect(await request.verify()).toBe(true);
  expect(request.subject).toBe('CN=peer0-PoliceMSP');
  expect(Buffer.from(request.publicKey.rawData).equals(createPublicKey(key).export({ type: 'spki', format: 'der' }))).toBe(true);
  const extension = request.getExtension('2.5.29.17');
  const names = extension && new SubjectAlternativeNameExtension(extension.rawData).names.toJSON();
  expect(names?.map((n) => n.value)).toEqual(['localhost', 'peer0.police.example']);
});

test('a request may name any id that fits a certificate, and many hosts', async () => {
  const key = keyFromPem(keyPem(newKey()));
  await fc.assert(
    fc.asyncProperty(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/), fc.integer({ min: 0, max: 40 }), async (id, hosts) => {
      const names = Array.from({ length: hosts }, (_, i) => `host-${i}.example`);
      const request = new Pkcs10CertificateRequest(certificateRequest(key, id, names));
      expect(await request.verify()).toBe(true);
      expect(request.subject).toBe(`CN=${id}`);
    }),
    { numRuns: 40 },
  );
});

test('every signature verifies and has its s in the lower half', () => {
  const key = newKey();
  const publicKey = createPublicKey(key);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (message) => {
      const signature = signLowS(key, message);
      expect(verify('sha256', message, publicKey, signature)).toBe(true);
      const s = signature.subarray(4 + (signature[3] as number) + 2);
      expect(BigInt(`0x${s.toString('hex')}`) <= HALF_ORDER).toBe(true);
    }),
  );
});
