import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from './digest.js';
import { EngineError } from './errors.js';
import { writeDurably } from './files.js';

/** Where the ledger ends, and the digests of all before it. Kept in the store with every block, and beside it in a file of its own. */
export interface Tip {
  /** Number of blocks. */
  readonly height: bigint;
  readonly headerHash: Buffer;
  /** COMMIT_HASH of the last block; empty before block 1. */
  readonly commitHash: Buffer;
  /** Number of the last config block. */
  readonly lastConfig: bigint;
  readonly blocks: Buffer;
  readonly records: Buffer;
}

const SIZE = 8 + 32 + 32 + 8 + 32 + 32;

export const NO_TIP: Tip = {
  height: 0n,
  headerHash: Buffer.alloc(32),
  commitHash: Buffer.alloc(0),
  lastConfig: 0n,
  blocks: Buffer.alloc(32),
  records: Buffer.alloc(32),
};

export function encodeTip(tip: Tip): Buffer {
  const number = (n: bigint): Buffer => {
    const out = Buffer.allocUnsafe(8);
    out.writeBigUInt64BE(n);
    return out;
  };
  const commitHash = tip.commitHash.length === 0 ? Buffer.alloc(32) : tip.commitHash;
  return Buffer.concat([number(tip.height), tip.headerHash, commitHash, number(tip.lastConfig), tip.blocks, tip.records]);
}

export function decodeTip(stored: Buffer): Tip {
  if (stored.length !== SIZE) throw new EngineError('ALTERED', 'the record of where the ledger ends is damaged');
  const height = stored.readBigUInt64BE(0);
  return {
    height,
    headerHash: stored.subarray(8, 40),
    commitHash: height > 1n ? stored.subarray(40, 72) : Buffer.alloc(0),
    lastConfig: stored.readBigUInt64BE(72),
    blocks: stored.subarray(80, 112),
    records: stored.subarray(112, 144),
  };
}

/**
 * The witness: level drops the end of a damaged log without a word, and what is left looks like a ledger that ended earlier.
 * The file is written after each synced block and before anything is acknowledged, so that it never runs ahead of the store;
 * it isn't synced itself, since behind it may be.
 */
export class Witness {
  readonly #fd: number;

  private constructor(readonly file: string) {
    this.#fd = openSync(file, 'r+');
  }

  static exists(dir: string): boolean {
    return existsSync(join(dir, 'tip'));
  }

  static create(dir: string): Witness {
    writeDurably(join(dir, 'tip'), sealed(NO_TIP));
    return new Witness(join(dir, 'tip'));
  }

  static open(dir: string): Witness {
    return new Witness(join(dir, 'tip'));
  }

  read(): Tip {
    const bytes = readFileSync(this.file);
    const tip = bytes.subarray(0, SIZE);
    if (bytes.length !== SIZE + 32 || !sha256(tip).equals(bytes.subarray(SIZE))) {
      throw new EngineError('ALTERED', `the file that says where the ledger ends (${this.file}) is damaged`);
    }
    return decodeTip(tip);
  }

  write(tip: Tip): void {
    writeSync(this.#fd, sealed(tip), 0, SIZE + 32, 0);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function sealed(tip: Tip): Buffer {
  const bytes = encodeTip(tip);
  return Buffer.concat([bytes, sha256(bytes)]);
}
