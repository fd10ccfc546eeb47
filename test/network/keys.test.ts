import { createPublicKey, verify } from 'node:crypto';
import { certificateRequest, keyFromPem, keyPem, newKey } from '@drl/network/fabric/csr';
import { signLowS } from '@drl/network/fabric/signer';
import fc from 'fast-check';

const HALF_ORDER = 0x7fffffff800000007fffffffffffffffde737d56d38bcf4279dce5617e3192a8n;

interface Element {
  tag: number;
  /** Tag and length included. */
  whole: Buffer;
  body: Buffer;
}

/** The elements that lie side by side in DER bytes (X.690, 8.1): enough of a reader to judge a request without the code that wrote it. */
function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const first = bytes[at + 1] as number;
    const sizes = first < 0x80 ? 0 : first - 0x80;
    const length = sizes === 0 ? first : bytes.readUIntBE(at + 2, sizes);
    const end = at + 2 + sizes + length;
    if (end > bytes.length) throw new Error('an element reaches beyond its bytes');
    found.push({ tag: bytes[at] as number, whole: bytes.subarray(at, end), body: bytes.subarray(at + 2 + sizes, end) });
    at = end;
  }
  return found;
}

const inside = (element: Element | undefined): Element[] => elements(element?.body ?? Buffer.alloc(0));

/** PKCS #10 (RFC 2986): what is signed, by which key, for whom, and which DNS names it asks for. */
function readRequest(pem: string) {
  const bytes = Buffer.from(pem.replace(/-----[^-]+-----/g, ''), 'base64');
  const [info, , signature] = inside(elements(bytes)[0]);
  const [version, subject, publicKey, attributes] = inside(info);
  const [, name] = inside(inside(inside(subject)[0])[0]);
  // attributes [0] → attribute → SET of values → extensions → the one extension → its octets → GeneralNames
  const [, values] = inside(inside(attributes)[0]);
  const [, octets] = inside(inside(inside(values)[0])[0]);
  const key = createPublicKey({ key: publicKey?.whole as Buffer, format: 'der', type: 'spki' });
  return {
    version: version?.body.toString('hex'),
    commonName: name?.body.toString(),
    hosts: inside(inside(octets)[0]).map((h) => [h.tag, h.body.toString()]),
    publicKey: publicKey?.whole,
    signed: verify('sha256', info?.whole as Buffer, key, signature?.body.subarray(1) as Buffer),
  };
}

test('a request is PKCS #10, signed by its own key, with the id and the host names', () => {
  const key = keyFromPem(keyPem(newKey()));
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,62}$/), fc.integer({ min: 0, max: 40 }), (id, count) => {
      const hosts = Array.from({ length: count }, (_, i) => `host-${i}.example`);
      expect(readRequest(certificateRequest(key, id, hosts))).toEqual({
        version: '00',
        commonName: id,
        hosts: hosts.map((host) => [0x82, host]),
        publicKey: createPublicKey(key).export({ type: 'spki', format: 'der' }),
        signed: true,
      });
    }),
    { numRuns: 60 },
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
