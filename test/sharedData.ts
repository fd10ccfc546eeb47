import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Where data that is not part of the project lies: vectors, a real catalogue. SHARED_DATA says, else `../shared/data` beside the checkout.
 * Tests that need it are skipped aloud where it is missing; it is never committed.
 */
const root = process.env.SHARED_DATA ?? resolve(__dirname, '../../shared/data');

/** The path of a file or folder of the shared data, or undefined, saying so once, if it isn't there. */
function sharedData(...parts: string[]): string | undefined {
  const path = join(root, ...parts);
  if (existsSync(path)) return path;
  process.stderr.write(`shared data is missing, skipped: ${path} (set SHARED_DATA)\n`);
  return undefined;
}

/** `describe` where the data is there, `describe.skip` where it isn't. */
export function describeWith(title: string, parts: readonly string[], body: (path: string) => void): void {
  const path = sharedData(...parts);
  if (path) describe(title, () => body(path));
  else describe.skip(`${title} (no ${parts.join('/')})`, () => test.todo('needs the shared data'));
}
