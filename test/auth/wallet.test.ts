import { chmodSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Wallet, WalletError, walletKey } from '@drl/gateway/wallet';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'drl-wallet-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const SECRET = '-----BEGIN PRIVATE KEY----- canary';

test('what is sealed comes back, and lies nowhere in the clear', () => {
  const wallet = new Wallet(dir, walletKey(dir));
  wallet.write('household-steward-1', SECRET);
  expect(new Wallet(dir, walletKey(dir)).read('household-steward-1')).toBe(SECRET);
  for (const file of readdirSync(join(dir, 'wallet'))) {
    expect(statSync(join(dir, 'wallet', file)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(dir, 'wallet', file), 'latin1')).not.toContain('canary');
  }
  expect(statSync(join(dir, 'wallet.key')).mode & 0o777).toBe(0o600);
});

test('any changed byte, a cut, another key or another’s place is refused', () => {
  const wallet = new Wallet(dir, walletKey(dir));
  wallet.write('one', SECRET);
  wallet.write('two', 'other');
  const file = join(dir, 'wallet', 'one.sealed');
  const good = readFileSync(file);
  for (let at = 0; at < good.length; at += 1) {
    const bad = Buffer.from(good);
    bad.writeUInt8(bad.readUInt8(at) ^ 1, at);
    writeFileSync(file, bad);
    expect(() => wallet.read('one')).toThrow(WalletError);
  }
  writeFileSync(file, good.subarray(0, 20));
  expect(() => wallet.read('one')).toThrow(WalletError);
  writeFileSync(file, good);
  expect(() => new Wallet(dir, Buffer.alloc(32, 1)).read('one')).toThrow(WalletError);
  renameSync(join(dir, 'wallet', 'two.sealed'), file);
  expect(() => wallet.read('one')).toThrow(WalletError);
});

test('a key file that others may read is refused, and so is a lost one', () => {
  new Wallet(dir, walletKey(dir)).write('one', SECRET);
  chmodSync(join(dir, 'wallet.key'), 0o644);
  expect(() => walletKey(dir)).toThrow(/0600/);
  rmSync(join(dir, 'wallet.key'));
  expect(() => walletKey(dir)).toThrow(/cannot be read/);
});

test.each(['../x', 'a/b', '', '.hidden', 'x'.repeat(129), 'a\0b'])('%j names no file', (name) => {
  expect(() => new Wallet(dir, walletKey(dir)).write(name, SECRET)).toThrow(WalletError);
});
