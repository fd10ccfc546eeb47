import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@drl/gateway/cli/main';
import { type Gateway, MANAGER, openGateway, publish } from '../http/gateway.js';

const dir = mkdtempSync(join(tmpdir(), 'drl-dictionary-'));
const file = join(dir, 'elements.csv');
let gateway: Gateway;
let written = '';
let said = '';
beforeAll(async () => {
  gateway = await openGateway();
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written += text;
    return true;
  });
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += text;
    return true;
  });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await gateway.close();
  rmSync(dir, { recursive: true });
});

const drl = (as: string, ...args: string[]) => {
  written = '';
  said = '';
  return run([...args, '--url', gateway.address, '--token', gateway.tokens.get(as) as string]);
};

test('a dictionary is brought in and adopted; what is named like it and not bound is told', async () => {
  writeFileSync(file, 'id,name,definition,type\nDE00002,Name,what a person is called,string\nDE00003,Age,of a person,years\n');
  expect(await drl(MANAGER, 'dictionary', 'import', file, '--adopt')).toBe(0);
  expect(written).toMatch(/2 rows: 1 proposed, 0 revised, 0 unchanged, 1 dropped; 1 adopted/);
  expect(said).toMatch(/line 3 dropped VALUE_NEEDED.*“years”/);
  expect(await drl(MANAGER, 'dictionary', 'import', file, '--json')).toBe(0);
  expect(JSON.parse(written.trim().split('\n').at(-1) as string)).toMatchObject({ event: 'summary', unchanged: 1, dropped: 1 });
  const asset = await publish(gateway);
  expect(await drl('household-steward-1', 'dictionary', 'findings')).toBe(0);
  expect(written).toContain(`not bound: name — DE00002 Name (string, adopted)\n    household: name (string) ${asset}`);
  expect(await drl('household-steward-1', 'dictionary', 'findings', '--json')).toBe(0);
  expect(JSON.parse(written)).toMatchObject([{ kind: 'unbound', departments: ['data-bureau', 'household'] }]);
});

test('what it may not do, or cannot read, it says and is gone', async () => {
  expect(await drl('household-steward-1', 'dictionary', 'import', file, '--adopt')).toBe(1);
  expect(said).toMatch(/ROLE_MISSING/);
  expect(await drl('household-steward-1', 'dictionary', 'import', join(dir, 'none.csv'))).toBe(2);
  expect(said).toMatch(/FILE_UNREADABLE/);
});
