import { createHmac, randomBytes } from 'node:crypto';
import { CsvCutter } from '@drl/gateway/delivery/cut/csv';
import { TAG } from '@drl/gateway/leaks/cmac';
import { Fingerprinter } from '@drl/gateway/leaks/fingerprinter';
import { residents } from './residents.js';

/** What a fingerprint adds to cutting: processor time, which does not depend on who else is there, beside an HMAC for each cell. */
export interface FingerprintFigures {
  readonly what: string;
  /** Processor seconds a GiB. */
  readonly plain: number;
  readonly fingerprinted: number;
  readonly nanosecondsPerCell: number;
  readonly hmacPerCell: number;
  /** Bytes of tags for each byte of data. */
  readonly kept: number;
}

const COLUMNS = ['code', 'name', 'street', 'born', 'sex'];
const CHUNK = 64 * 1024;
const ROUNDS = 40;

export function benchFingerprints(): FingerprintFigures[] {
  const csv = residents(20_000);
  return [COLUMNS, ['code', 'name']].map((elements) => {
    // The first rounds are the compiler's.
    for (let n = 0; n < 2; n += 1) run(csv, elements, true, 4);
    const plain = run(csv, elements, false);
    const full = run(csv, elements, true);
    const gib = (ROUNDS * csv.length) / 2 ** 30;
    const cells = full.rows * elements.length;
    return {
      what: `CSV, ${elements.length} of ${COLUMNS.length} columns`,
      ...{ plain: plain.ms / 1000 / gib, fingerprinted: full.ms / 1000 / gib },
      nanosecondsPerCell: ((full.ms - plain.ms) * 1e6) / cells,
      hmacPerCell: hmac(),
      kept: (cells * TAG) / full.bytes,
    };
  });
}

function run(csv: Buffer, elements: readonly string[], fingerprinted: boolean, rounds = ROUNDS) {
  let [rows, bytes] = [0, 0];
  const before = process.cpuUsage();
  for (let n = 0; n < rounds; n += 1) {
    const fingerprinter = new Fingerprinter(randomBytes(32), elements);
    const cutter = new CsvCutter({ elements, limit: Number.POSITIVE_INFINITY, ...(fingerprinted ? { cells: fingerprinter } : {}) });
    for (let at = 0; at < csv.length; at += CHUNK) {
      for (const part of cutter.write(Buffer.from(csv.subarray(at, at + CHUNK)))) bytes += part.length;
      fingerprinter.take();
    }
    cutter.end();
    fingerprinter.root();
    rows += cutter.rows;
  }
  const { user, system } = process.cpuUsage(before);
  return { rows, bytes, ms: (user + system) / 1000 };
}

/** Nanoseconds of processor time for one cell. */
function hmac(cells = 100_000): number {
  const key = randomBytes(32);
  const before = process.cpuUsage();
  for (let n = 0; n < cells; n += 1) createHmac('sha256', key).update(`cell ${n}`).digest();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1000) / cells;
}
