import type { Cutter } from './cutter.js';

const EMPTY = Buffer.alloc(0);

/** What has no rows and cannot be cut: as it is. */
export class Whole implements Cutter {
  readonly rows = 0;
  readonly done = false;
  readonly leastRow = Number.POSITIVE_INFINITY;

  write(chunk: Buffer): readonly Buffer[] {
    return [chunk];
  }

  end(): Buffer {
    return EMPTY;
  }
}
