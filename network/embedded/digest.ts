import { hash } from 'node:crypto';

/**
 * What a store should hold, in 64 bytes, so that opening it can tell whether it still does.
 *
 * Blocks are a chain: each digest covers the block's bytes and the digest before. All other records are a set whose members come and
 * go: the sum, lane by lane, of their SHA-256 hashes, to which one is added or taken away for little. Neither is keyed: whoever can
 * rewrite the whole store can rewrite these too, and is caught by signatures instead (block verification), not by sums.
 */
export function blockDigest(previous: Uint8Array, block: Uint8Array): Buffer {
  return sha256(Buffer.concat([previous, sha256(block)]));
}

export function sha256(value: Uint8Array): Buffer {
  return hash('sha256', value, 'buffer');
}

/** State: the sum. */
export class RecordSum {
  readonly #lanes = new Uint32Array(8);

  static of(stored: Buffer): RecordSum {
    const sum = new RecordSum();
    for (let i = 0; i < 8; i++) sum.#lanes[i] = stored.readUInt32BE(4 * i);
    return sum;
  }

  add(key: Uint8Array, value: Uint8Array): void {
    const hash = recordHash(key, value);
    for (let i = 0; i < 8; i++) this.#lanes[i] = (this.#lanes[i] as number) + hash.readUInt32BE(4 * i);
  }

  remove(key: Uint8Array, value: Uint8Array): void {
    const hash = recordHash(key, value);
    for (let i = 0; i < 8; i++) this.#lanes[i] = (this.#lanes[i] as number) - hash.readUInt32BE(4 * i);
  }

  bytes(): Buffer {
    const out = Buffer.allocUnsafe(32);
    for (let i = 0; i < 8; i++) out.writeUInt32BE(this.#lanes[i] as number, 4 * i);
    return out;
  }
}

function recordHash(key: Uint8Array, value: Uint8Array): Buffer {
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(key.length);
  return sha256(Buffer.concat([length, key, value]));
}
