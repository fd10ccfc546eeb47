import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { gzipStored, tar } from '@drl/network/fabric/archive';
import { packageChaincode, packChaincode, readChaincode } from '@drl/network/fabric/package';
import fc from 'fast-check';
import { PUTGET } from '../fabric/network';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'drl-package-'));
  folders.push(made);
  return made;
};
afterAll(() => {
  for (const made of folders) rmSync(made, { recursive: true });
});

test('the stored gzip stream unpacks to what went in', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 0, max: 900 }), (bytes, times) => {
      const content = Buffer.concat(Array.from({ length: times }, () => bytes));
      expect(gunzipSync(gzipStored(content)).equals(content)).toBe(true);
    }),
  );
});

test('tar reads the archive', () => {
  const file = join(folder(), 'a.tar');
  writeFileSync(
    file,
    tar([
      ['one.txt', Buffer.from('1')],
      ['empty', Buffer.alloc(0)],
      ['two.json', Buffer.alloc(1024, 'x')],
    ]),
  );
  expect(execFileSync('tar', ['-tf', file], { encoding: 'utf8' })).toBe('one.txt\nempty\ntwo.json\n');
  expect(execFileSync('tar', ['-xOf', file, 'two.json'], { encoding: 'utf8' })).toBe('x'.repeat(1024));
});

describe('the package', () => {
  const copy = (): string => {
    const made = join(folder(), 'elsewhere');
    cpSync(PUTGET, made, { recursive: true });
    return made;
  };

  test('is the same wherever and whenever it is packed, and its id is the one that a peer computes', () => {
    const there = copy();
    utimesSync(join(there, 'index.js'), 1, 1);
    const first = packChaincode('drl', readChaincode(PUTGET));
    expect(packChaincode('drl', readChaincode(there))).toEqual(first);
    expect(first.packageId).toBe(`drl_1.0.0:${createHash('sha256').update(first.bytes).digest('hex')}`);
  });

  test('is another one when the code is', () => {
    const there = copy();
    const before = packChaincode('drl', readChaincode(there)).packageId;
    writeFileSync(join(there, 'index.js'), `${readFileSync(join(there, 'index.js'), 'utf8')}\n`);
    expect(packChaincode('drl', readChaincode(there)).packageId).not.toBe(before);
  });

  test('holds what a peer wants of chaincode as a service', () => {
    const out = join(folder(), 'drl.tgz');
    const { label } = packageChaincode(out, { path: PUTGET });
    const read = (archive: string, name: string) => execFileSync('tar', ['-xzOf', archive, name]);
    expect(JSON.parse(read(out, 'metadata.json').toString())).toEqual({ path: '', type: 'ccaas', label });
    const code = join(folder(), 'code.tar.gz');
    writeFileSync(code, read(out, 'code.tar.gz'));
    expect(JSON.parse(read(code, 'connection.json').toString())).toMatchObject({ address: '{{.address}}', tls_required: true });
    expect(JSON.parse(read(code, 'code.json').toString()).sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  test('says what is not built', () => {
    const empty = folder();
    expect(() => readChaincode(empty)).toThrow('CHAINCODE_ABSENT');
    writeFileSync(join(empty, 'package.json'), '{"main":"dist/index.js"}');
    expect(() => readChaincode(empty)).toThrow('npm run build');
  });
});

describe('the external builder', () => {
  const bin = (name: string) => join(__dirname, '../../network/fabric/builder/bin', name);
  const source = (connection: string): [source: string, metadata: string, output: string, release: string] => {
    const [from, metadata, output, release] = [folder(), folder(), folder(), folder()];
    writeFileSync(join(from, 'connection.json'), connection);
    writeFileSync(join(metadata, 'metadata.json'), '{ "type": "ccaas", "label": "x" }');
    return [from, metadata, output, release];
  };
  const bare = { PATH: '/usr/bin:/bin' };

  test('takes chaincode as a service and nothing else', () => {
    const [from, metadata] = source('{}');
    execFileSync(bin('detect'), [from, metadata]);
    writeFileSync(join(metadata, 'metadata.json'), '{ "type": "golang" }');
    expect(() => execFileSync(bin('detect'), [from, metadata])).toThrow();
  });

  test('releases the connection that the peer’s operator gives, for its owner alone', () => {
    const [from, metadata, output, release] = source('{"address":"{{.address}}"}');
    const own = join(folder(), 'own.json');
    writeFileSync(own, '{"address":"localhost:1"}');
    execFileSync(bin('build'), [from, metadata, output], { env: { ...bare, DRL_CHAINCODE_CONNECTION: own } });
    execFileSync(bin('release'), [output, release]);
    const written = join(release, 'chaincode/server/connection.json');
    expect(readFileSync(written, 'utf8')).toBe('{"address":"localhost:1"}');
    expect(execFileSync('stat', ['-c', '%a', written], { encoding: 'utf8' }).trim()).toBe('600');
  });

  test('will not release a template that nobody filled in, but a finished connection as it is', () => {
    const [from, metadata, output] = source('{"address":"{{.address}}"}');
    expect(() => execFileSync(bin('build'), [from, metadata, output], { env: bare, stdio: 'pipe' })).toThrow(/template/);
    writeFileSync(join(from, 'connection.json'), '{"address":"chaincode:9999"}');
    execFileSync(bin('build'), [from, metadata, output], { env: bare });
    expect(readFileSync(join(output, 'connection.json'), 'utf8')).toContain('chaincode:9999');
  });
});
