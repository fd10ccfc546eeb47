import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Raft keeps room for its log beforehand, mostly empty. */
const LOT = 64 * 1024 * 1024;

/** Where these bytes lie under a network's directory: the organisations whose peers' data has them, and, of all other files (logs, orderers), their paths. */
export function holdersIn(dir: string, text: string): string[] {
  const needle = Buffer.from(text);
  const found = new Set<string>();
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (!entry.isFile() || !holds(file, needle)) continue;
    const path = relative(dir, file);
    found.add(/^nodes\/peer\d+-(\w+)\/data\//.exec(path)?.[1] ?? path);
  }
  return [...found].sort();
}

/** A living node may take a file away while it is looked for. */
function holds(file: string, needle: Buffer): boolean {
  try {
    if (statSync(file).size > LOT && /\/etcdraft\//.test(file)) return readFileSync(file).subarray(0, LOT).includes(needle);
    return readFileSync(file).includes(needle);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
