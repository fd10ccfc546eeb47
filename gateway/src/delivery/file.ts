import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { ServiceError } from '../errors.js';
import type { Source } from './resource.js';

const CHUNK = 256 * 1024;

/** `file:population.csv`: a regular file below the department's root, wherever links lead. */
export async function openFile(root: string, accessURL: string): Promise<Source> {
  const path = await locate(root, accessURL);
  // What is at the path now is no link (realpath); O_NONBLOCK, so that a pipe put there cannot hold us up.
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch(() => missing());
  const before = await handle.stat();
  if (!before.isFile()) {
    await handle.close();
    return missing();
  }
  return {
    length: before.size,
    read: () => read(handle, before),
    close: () => handle.close(),
  };
}

async function locate(root: string, accessURL: string): Promise<string> {
  const refused = () => new ServiceError('RESOURCE_ADDRESS_REFUSED', { rule: 'FILE_ROOTS', accepted: 'file: and a path below the root' });
  let relative: string;
  try {
    relative = decodeURIComponent(accessURL.slice('file:'.length));
  } catch {
    throw refused();
  }
  if (relative === '' || relative.startsWith('/') || relative.includes('\\') || relative.includes('\0')) throw refused();
  const base = await realpath(root).catch(() => missing());
  const wanted = resolve(base, relative);
  if (!wanted.startsWith(base + sep)) throw refused();
  const real = await realpath(wanted).catch(() => missing());
  if (!real.startsWith(base + sep)) throw refused();
  return real;
}

async function* read(handle: FileHandle, before: { readonly size: number; readonly mtimeMs: number }): AsyncGenerator<Buffer> {
  for (let at = 0; at < before.size; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(CHUNK, before.size - at)), 0, undefined, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
  const { size, mtimeMs } = await handle.stat();
  if (size !== before.size || mtimeMs !== before.mtimeMs)
    throw new ServiceError('RESOURCE_CHANGED', { given: 'written to while it was read' });
}

function missing(): never {
  throw new ServiceError('RESOURCE_UNREACHABLE', { given: 'there is no such file' });
}
