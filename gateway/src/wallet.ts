import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { seal, unseal } from './seal.js';

/**
 * Encrypted files: one for each name, mode 0600, written beside and renamed into place, so that a crash leaves the old or the new one.
 * The directory is the whole truth: another process (`drl identity`) may write to it while the service runs.
 */
const SUFFIX = '.sealed';

export class WalletError extends Error {
  override readonly name = 'WalletError';
}

/** Reads the key file, or writes a new one. Refuses one that others may read. */
export function walletKey(dataDir: string): Buffer {
  const file = join(dataDir, 'wallet.key');
  if (!existsSync(file)) {
    if (existsSync(walletDir(dataDir))) throw new WalletError(`${file}: missing, and without it the wallet beside it cannot be read`);
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    writeSecret(file, Buffer.from(`${randomBytes(32).toString('hex')}\n`));
  }
  if ((statSync(file).mode & 0o077) !== 0) throw new WalletError(`${file}: others may read it; its mode must be 0600`);
  const hex = readFileSync(file, 'utf8').trim();
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new WalletError(`${file}: 64 hex digits were expected`);
  return Buffer.from(hex, 'hex');
}

export class Wallet {
  readonly #dir: string;
  readonly #key: Buffer;

  constructor(dataDir: string, key: Buffer) {
    this.#dir = walletDir(dataDir);
    this.#key = key;
    mkdirSync(this.#dir, { recursive: true, mode: 0o700 });
  }

  names(): string[] {
    return readdirSync(this.#dir)
      .filter((file) => file.endsWith(SUFFIX))
      .map((file) => file.slice(0, -SUFFIX.length))
      .sort();
  }

  /** Changes whenever a file is added or replaced: a rename touches the directory. */
  stamp(): number {
    return statSync(this.#dir).mtimeMs;
  }

  read(name: string): string | undefined {
    const file = this.#file(name);
    if (!existsSync(file)) return undefined;
    const text = unseal(this.#key, name, readFileSync(file));
    if (text === undefined) throw new WalletError(`${file}: not a file of this wallet, altered, or sealed with another key`);
    return text;
  }

  write(name: string, text: string): void {
    writeSecret(this.#file(name), seal(this.#key, name, text));
  }

  #file(name: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/.test(name))
      throw new WalletError('an identity’s name has 1 to 128 letters, digits, dots, dashes or underscores');
    return join(this.#dir, `${name}${SUFFIX}`);
  }
}

function walletDir(dataDir: string): string {
  return join(dataDir, 'wallet');
}

/** Writes a secret: 0600 from its first byte, synced, then renamed over what was there. */
export function writeSecret(file: string, bytes: Uint8Array): void {
  const beside = `${file}.${randomBytes(4).toString('hex')}.tmp`;
  const fd = openSync(beside, 'wx', 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, file);
}
