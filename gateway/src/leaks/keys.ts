import { type Cipher, createCipheriv, createHash, createHmac } from 'node:crypto';
import { CmacBatch } from './cmac.js';

/**
 * What is derived from the key of one delivery (32 random bytes). A column has a key of its own, so that a proof about some columns opens no other;
 * derived by HMAC-SHA-256 under labels.
 */
export const COLUMN_KEY = 16;
export const NONCE = 16;
/** ASCII's highest. */
const BLANK = 0x20;

export function columnKey(delivery: Buffer, name: string): Buffer {
  return derived(delivery, `column ${name}`).subarray(0, COLUMN_KEY);
}

/** What the delivery's Merkle tree says of a column: whoever later shows another key is found out. */
export function keyCommitment(key: Buffer): string {
  return createHash('sha256').update(key).digest('hex');
}

/** What cells are known by under their column's key. Blanks around a value are not part of it: they come and go as files are saved anew. */
export class CellTags {
  readonly #batch: CmacBatch;

  /** Takes up to `size` cells between one `take` and the next. */
  constructor(key: Buffer, size: number) {
    this.#batch = new CmacBatch(key, size);
  }

  add(bytes: Buffer, from: number, to: number): void {
    let [start, end] = [from, to];
    while (start < end && (bytes[start] as number) <= BLANK) start += 1;
    while (start < end && (bytes[end - 1] as number) <= BLANK) end -= 1;
    this.#batch.add(bytes, start, end);
  }

  addText(text: string): void {
    let [start, end] = [0, text.length];
    while (start < end && text.charCodeAt(start) <= BLANK) start += 1;
    while (start < end && text.charCodeAt(end - 1) <= BLANK) end -= 1;
    this.#batch.addText(text.slice(start, end));
  }

  take(): Buffer {
    return this.#batch.tags();
  }
}

/** Sixteen bytes for each leaf: without them its hash would let others try out what the leaf says. */
export class Nonces {
  readonly #cipher: Cipher;

  constructor(delivery: Buffer) {
    this.#cipher = createCipheriv('aes-128-ecb', derived(delivery, 'leaves').subarray(0, NONCE), null).setAutoPadding(false);
  }

  of(leaf: number): Buffer {
    const block = Buffer.alloc(NONCE);
    block.writeUIntBE(leaf, NONCE - 6, 6);
    return this.#cipher.update(block);
  }
}

/** Draws that nobody foresees without the delivery's key, and anybody repeats with it. */
export class Draws {
  readonly #key: Buffer;
  #counter = 0;
  #pool: Buffer = Buffer.alloc(0);
  #at = 0;

  constructor(delivery: Buffer, label: string) {
    this.#key = derived(delivery, label);
  }

  /** Evenly from 0 to n - 1, to within n / 2^48. */
  below(n: number): number {
    if (this.#at === this.#pool.length) {
      this.#pool = createCipheriv('aes-256-ctr', this.#key, counterBlock(this.#counter)).update(Buffer.alloc(6 * 512));
      this.#counter += this.#pool.length / 16;
      this.#at = 0;
    }
    const drawn = this.#pool.readUIntBE(this.#at, 6);
    this.#at += 6;
    return drawn % n;
  }
}

function counterBlock(counter: number): Buffer {
  const block = Buffer.alloc(16);
  block.writeUIntBE(counter, 10, 6);
  return block;
}

function derived(delivery: Buffer, label: string): Buffer {
  return createHmac('sha256', delivery).update(label).digest();
}
