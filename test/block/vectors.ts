import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Blocks of a real Fabric 2.5 channel, and its organisations' root certificates: test/vectors/fabric-2.5/README.md. */
const dir = join(__dirname, '../vectors/fabric-2.5');

export const blocks: readonly Buffer[] = Array.from({ length: 26 }, (_, n) => readFileSync(join(dir, `block_${n}.block`)));

export const trust: ReadonlyMap<string, string> = new Map(
  readdirSync(join(dir, 'trust')).map((file) => [file.replace(/\.pem$/, ''), readFileSync(join(dir, 'trust', file), 'utf8')]),
);
