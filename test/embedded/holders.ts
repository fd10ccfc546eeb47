import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Area } from '@drl/network/embedded/layout';
import { Level } from 'level';

/**
 * Where these bytes lie in an embedded ledger's directory: for private data the organisation whose collection has them, else the area of the store, or
 * the file. The ledger must be closed.
 */
export async function holdersIn(dir: string, text: string): Promise<string[]> {
  const needle = Buffer.from(text);
  const found = new Set<string>();
  const store = new Level<Buffer, Buffer>(join(dir, 'store'), { keyEncoding: 'buffer', valueEncoding: 'buffer', createIfMissing: false });
  await store.open();
  try {
    for await (const [key, value] of store.iterator()) {
      if (!key.includes(needle) && !value.includes(needle)) continue;
      found.add(organisationOf(key) ?? areaOf(key));
    }
  } finally {
    await store.close();
  }
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath === join(dir, 'store')) continue;
    if (readFileSync(join(entry.parentPath, entry.name)).includes(needle)) found.add(entry.name);
  }
  return [...found].sort();
}

function organisationOf(key: Buffer): string | undefined {
  if (key[0] !== Area.private) return undefined;
  return key.toString('utf8', 1).split('\0')[1]?.replace('_implicit_org_', '');
}

function areaOf(key: Buffer): string {
  return Object.entries(Area).find(([, mark]) => mark === key[0])?.[0] ?? 'unknown';
}
