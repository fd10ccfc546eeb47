import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEMO_FILES } from './data.js';

/** What was handed over: real rows of the resource's own file, cut to the granted elements, so that every digest on the ledger is one of something. */
export interface Payload {
  readonly payloadHash: string;
  readonly bytes: number;
  readonly rows: number;
}

const files = new Map<string, readonly (readonly string[])[]>();

export function cutPayload(file: string, elements: readonly string[], first: number, rows: number, damaged = false): Payload {
  const [header = [], ...all] = read(file);
  const columns = elements.map((name) => {
    const at = header.indexOf(name);
    if (at === -1) throw new Error(`${file} has no column ${name}`);
    return at;
  });
  const taken = Array.from({ length: Math.min(rows, all.length) }, (_, i) => all[(first + i) % all.length] as readonly string[]);
  const text = `${[elements, ...taken.map((row) => columns.map((at) => row[at] as string))].map((row) => row.join(',')).join('\n')}\n`;
  // A byte-order mark that some program on the way put before the text: the commonest cause of unequal digests.
  const content = Buffer.from(damaged ? `\ufeff${text}` : text);
  return { payloadHash: createHash('sha256').update(content).digest('hex'), bytes: content.length, rows: taken.length };
}

export function checksumOf(file: string): string {
  return createHash('sha256')
    .update(readFileSync(join(DEMO_FILES, file)))
    .digest('hex');
}

/** The demonstration's files quote nothing: no cell holds a comma. */
function read(file: string): readonly (readonly string[])[] {
  const known = files.get(file);
  if (known) return known;
  const lines = readFileSync(join(DEMO_FILES, file), 'utf8').trimEnd().split('\n');
  const table = lines.map((line) => line.split(','));
  files.set(file, table);
  return table;
}
