import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@drl/gateway/cli/main';
import { formatOf } from '@drl/gateway/delivery/cut/formats';
import { DEMO_FILES, readDemonstration } from '@drl/gateway/demo/data';
import { type Gateway, grant, openGateway, publish } from '../http/gateway.js';
import { attach } from './download.js';

const root = mkdtempSync(join(tmpdir(), 'drl-cli-'));
let gateway: Gateway;
let written: string;
let said: string;
beforeAll(async () => {
  gateway = await openGateway({ FILE_ROOTS: `household=${root}` });
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
beforeEach(() => {
  written = '';
  said = '';
});
afterAll(async () => {
  jest.restoreAllMocks();
  await gateway.close();
  rmSync(root, { recursive: true });
});

const drl = (...args: string[]) =>
  run([...args, '--url', gateway.address, '--token', gateway.tokens.get('social-consumer-1') as string, '--json']);

async function granted(content: string, constraints: Record<string, unknown> = {}): Promise<string> {
  writeFileSync(join(root, 'people.csv'), content);
  const asset = await publish(gateway);
  await attach(gateway, asset, { accessURL: 'file:people.csv', mediaType: 'text/csv' });
  return grant(gateway, asset, constraints);
}

test('drl deliver: the file, and the acknowledgement with the digest of what is in it', async () => {
  const id = await granted('personId,name\n1,李\n2,王\n');
  const file = join(root, 'out.csv');
  expect(await drl('deliver', id, '-o', file, '--rows', '1', '--case-ref', 'SI-1', '--elements', 'name')).toBe(0);
  expect(readFileSync(file, 'utf8')).toBe('name\n李\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const told = JSON.parse(written);
  expect(told).toMatchObject({ status: 'acknowledged', payloadHash: createHash('sha256').update('name\n李\n').digest('hex') });
  const { body } = await gateway.call('auditor-all', 'GET', `/shares/${told.share}`);
  expect(body).toMatchObject({ status: 'acknowledged', payloadHash: told.payloadHash, rows: 1, caseRef: 'SI-1' });
});

test('without an answer, and by SM3', async () => {
  const id = await granted('name\n李\n');
  expect(await drl('deliver', id, '-o', join(root, 'sm3.csv'), '--no-ack', '--hash', 'sm3')).toBe(0);
  const { body } = await gateway.call('auditor-all', 'GET', `/shares/${JSON.parse(written).share}`);
  expect(body).toMatchObject({ status: 'committed', hashAlgorithm: 'sm3' });
});

test('refused: no file is left, and the clause is said', async () => {
  const id = await granted('name\n李\n王\n', { maxRows: 1 });
  const file = join(root, 'none.csv');
  expect(await drl('deliver', id, '-o', file)).toBe(1);
  expect(said).toContain('ROWS_EXCEEDED');
  expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false]);
  expect(await drl('deliver', id, '-o', join(root, 'no', 'such', 'folder'))).toBe(1);
  expect(await drl('deliver', id, '-o', file, '--rows', '0')).toBe(2);
  expect(await drl('deliver', id, '-o', file, '--hash', 'md5')).toBe(2);
});

test('every resource of the demonstration can be cut to the elements that its asset declares', () => {
  const files = readDemonstration().assets.filter((asset) => asset.file);
  expect(files.length).toBeGreaterThan(0);
  for (const { file, elements, key } of files) {
    const names = elements.map(([name]) => name);
    const cutter = formatOf(undefined, undefined, `file:${file}`)?.make({ elements: names, limit: Number.POSITIVE_INFINITY });
    cutter?.write(readFileSync(join(DEMO_FILES, file as string)));
    cutter?.end();
    expect({ key, rows: (cutter?.rows ?? 0) > 0 }).toEqual({ key, rows: true });
  }
});
