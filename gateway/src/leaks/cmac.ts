import { type Cipher, createCipheriv, createHash } from 'node:crypto';

/**
 * AES-CMAC (RFC 4493) of many short texts at once. One call into OpenSSL for each text would cost some twenty times the arithmetic, and a delivery has
 * a text for every cell: so block after block, the same block of all texts goes through in one call.
 */
const BLOCK = 16;
/** Texts of so many bytes or more stand by their SHA-256, lengthened to what no shorter text can have. */
const LONG = 64;
const WORDS = BLOCK / 4;
/** What a text has behind its first block. */
const REST = LONG - BLOCK;

/** Of each tag, which is cut to so many bytes. */
export const TAG = 8;

export class CmacBatch {
  readonly #cipher: Cipher;
  /** Goes into the last block: whether it is full, or was filled up. */
  readonly #full: Int32Array;
  readonly #filled: Int32Array;
  /** The first blocks of all texts; most have no other. */
  readonly #first: Buffer;
  readonly #firstWords: Int32Array;
  #count = 0;
  /** Of texts that have more blocks: the others, how many, and which text it is. */
  readonly #rest: Buffer;
  readonly #restWords: Int32Array;
  readonly #blocks: Uint8Array;
  readonly #owner: Int32Array;
  #longer = 0;

  /** Takes up to `size` texts between one `tags` and the next. */
  constructor(key: Buffer, size: number) {
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    const full = doubled(this.#cipher.update(Buffer.alloc(BLOCK)));
    this.#full = words(full);
    this.#filled = words(doubled(full));
    this.#first = Buffer.alloc(size * BLOCK);
    this.#firstWords = words(this.#first);
    this.#rest = Buffer.alloc(size * REST);
    this.#restWords = words(this.#rest);
    this.#blocks = new Uint8Array(size);
    this.#owner = new Int32Array(size);
  }

  add(bytes: Buffer, from: number, to: number): void {
    const length = to - from;
    if (length >= LONG) this.#put(createHash('sha256').update(bytes.subarray(from, to)).digest(), 0, LONG / 2, LONG);
    else this.#put(bytes, from, to, length);
  }

  addText(text: string): void {
    const bytes = Buffer.from(text);
    this.add(bytes, 0, bytes.length);
  }

  /** The tags of what was added, behind each other. */
  tags(): Buffer {
    const count = this.#count;
    const states = words(this.#cipher.update(this.#first.subarray(0, count * BLOCK)));
    for (let block = 0; block < REST / BLOCK && this.#longer > 0; block += 1) this.#round(block, states);
    const tags = new Int32Array(count * (TAG / 4));
    for (let i = 0; i < count; i += 1) {
      tags[2 * i] = states[WORDS * i] as number;
      tags[2 * i + 1] = states[WORDS * i + 1] as number;
    }
    this.#first.fill(0, 0, count * BLOCK);
    this.#rest.fill(0, 0, this.#longer * REST);
    this.#count = 0;
    this.#longer = 0;
    return Buffer.from(tags.buffer);
  }

  /** A text of so many bytes, of which these are there; the others are zero. */
  #put(bytes: Buffer, from: number, to: number, length: number): void {
    const head = Math.min(to, from + BLOCK);
    for (let i = from, at = this.#count * BLOCK; i < head; i += 1) this.#first[at++] = bytes[i] as number;
    if (length <= BLOCK) end(this.#first, this.#firstWords, this.#count * BLOCK, length, length === BLOCK ? this.#full : this.#filled);
    else {
      const at = this.#longer * REST;
      for (let i = head; i < to; i += 1) this.#rest[at + i - head] = bytes[i] as number;
      const blocks = Math.ceil(length / BLOCK) - 1;
      const inLast = length - blocks * BLOCK;
      end(this.#rest, this.#restWords, at + (blocks - 1) * BLOCK, inLast, inLast === BLOCK ? this.#full : this.#filled);
      this.#blocks[this.#longer] = blocks;
      this.#owner[this.#longer] = this.#count;
      this.#longer += 1;
    }
    this.#count += 1;
  }

  /** Encrypts the block of that number, behind the first, of all texts that have one. */
  #round(block: number, states: Int32Array): void {
    const input = new Int32Array(this.#longer * WORDS);
    let used = 0;
    for (let k = 0; k < this.#longer; k += 1) {
      if ((this.#blocks[k] as number) <= block) continue;
      const [state, rest] = [(this.#owner[k] as number) * WORDS, (k * REST) / 4 + block * WORDS];
      for (let w = 0; w < WORDS; w += 1) input[used++] = (states[state + w] as number) ^ (this.#restWords[rest + w] as number);
    }
    const output = words(this.#cipher.update(Buffer.from(input.buffer, 0, used * 4)));
    let at = 0;
    for (let k = 0; k < this.#longer; k += 1)
      if ((this.#blocks[k] as number) > block)
        for (let w = 0; w < WORDS; w += 1) states[(this.#owner[k] as number) * WORDS + w] = output[at++] as number;
  }
}

/** Completes the last block, which begins at `at` and has so many bytes. */
function end(bytes: Buffer, asWords: Int32Array, at: number, length: number, subkey: Int32Array): void {
  if (length < BLOCK) bytes[at + length] = 0x80;
  for (let w = 0; w < WORDS; w += 1) asWords[at / 4 + w] = (asWords[at / 4 + w] as number) ^ (subkey[w] as number);
}

/** Multiplication by x in GF(2^128), which gives the subkeys (RFC 4493, section 2.3). */
function doubled(block: Buffer): Buffer {
  const out = Buffer.alloc(BLOCK);
  for (let i = 0; i < BLOCK; i += 1) out[i] = ((block[i] as number) << 1) | ((block[i + 1] ?? 0) >> 7);
  if (((block[0] as number) & 0x80) !== 0) out[BLOCK - 1] = (out[BLOCK - 1] as number) ^ 0x87;
  return out;
}

/** The same bytes where they lie on a word, else a copy. */
function words(bytes: Buffer): Int32Array {
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes);
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.length / 4);
}
