import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Files that must be whole after a kill at any instant: written beside, synced, then renamed into place. */

export const SECRET = 0o600;
export const PUBLIC = 0o644;

export function writeDurably(file: string, content: string | Uint8Array, mode = SECRET): void {
  const beside = `${file}.new`;
  rmSync(beside, { force: true });
  const fd = openSync(beside, 'wx', mode);
  try {
    const bytes = Buffer.from(content as string);
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(beside, file);
  syncDirectory(dirname(file));
}

/** A line at the end of a file, synced. A kill may leave the last line torn: readers skip a line that does not end. */
export function appendDurably(file: string, line: string, mode = SECRET): void {
  const fd = openSync(file, 'a', mode);
  try {
    writeSync(fd, `${line}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

export function makeDirectory(dir: string): void {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
}

/** A rename is durable once its directory is. */
export function syncDirectory(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
