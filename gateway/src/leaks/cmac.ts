import { type Cipher, createCipheriv, createHash } from 'node:crypto';

/**
 * AES-CMAC (RFC 4493) of many short texts at once. One call into OpenSSL for each text would cost some twenty times the arithmetic, and a delivery has
 * a text for every cell: so block after block, the same block of all texts goes through in one call.
 */
const BLOCK = 16;
/** Texts of so many bytes or more stand by their SHA-256, lengthened to what no shorter text can have. */
const LONG = 64;
const WORDS = BLOCK / 4;
const SLOT = LONG / 4;

/** Of each tag, which is cut to so many bytes. */
export const TAG = 8;

export class CmacBatch {
  readonly #cipher: Cipher;
  /** Goes into the last block: whether it is full, or was filled up. */
  readonly #full: Int32Array;
  readonly #filled: Int32Array;
  readonly #messages: Buffer;
  readonly #slots: Int32Array;
  readonly #blocks: Uint8Array;
  readonly #states: Int32Array;
  readonly #input: Int32Array;
  #count = 0;

  /** Takes up to `size` texts between one `tags` and the next. */
  constructor(key: Buffer, size: number) {
    this.#cipher = createCipheriv('aes-128-ecb', key, null).setAutoPadding(false);
    const full = doubled(this.#cipher.update(Buffer.alloc(BLOCK)));
    this.#full = words(full);
    this.#filled = words(doubled(full));
    this.#messages = Buffer.alloc(size * LONG);
    this.#slots = words(this.#messages);
    this.#blocks = new Uint8Array(size);
    this.#states = new Int32Array(size * WORDS);
    this.#input = new Int32Array(size * WORDS);
  }

  add(bytes: Buffer, from: number, to: number): void {
    const at = this.#count * LONG;
    const length = to - from;
    if (length >= LONG) this.#long(createHash('sha256').update(bytes.subarray(from, to)).digest());
    else {
      for (let i = 0; i < length; i += 1) this.#messages[at + i] = bytes[from + i] as number;
      this.#end(length);
    }
  }

  addText(text: string): void {
    const at = this.#count * LONG;
    let i = 0;
    if (text.length < LONG) {
      // Most cells are ASCII, which a loop writes faster than the way into native code.
      for (; i < text.length; i += 1) {
        const code = text.charCodeAt(i);
        if (code >= 0x80) break;
        this.#messages[at + i] = code;
      }
    }
    if (i === text.length && i < LONG) this.#end(i);
    else {
      const bytes = Buffer.from(text);
      this.add(bytes, 0, bytes.length);
    }
  }

  /** The tags of what was added, behind each other. */
  tags(): Buffer {
    const count = this.#count;
    for (let block = 0; block < LONG / BLOCK; block += 1) if (!this.#round(block)) break;
    const tags = new Int32Array(count * (TAG / 4));
    for (let i = 0; i < count; i += 1) {
      tags[2 * i] = this.#states[WORDS * i] as number;
      tags[2 * i + 1] = this.#states[WORDS * i + 1] as number;
    }
    this.#messages.fill(0, 0, count * LONG);
    this.#states.fill(0, 0, count * WORDS);
    this.#count = 0;
    return Buffer.from(tags.buffer);
  }

  #long(digest: Buffer): void {
    const at = this.#count * LONG;
    this.#messages.fill(0, at, at + LONG);
    digest.copy(this.#messages, at);
    this.#end(LONG);
  }

  /** So many bytes are there: the rest of their last block, and its subkey. */
  #end(length: number): void {
    const blocks = length === 0 ? 1 : Math.ceil(length / BLOCK);
    const whole = length === blocks * BLOCK;
    if (!whole) this.#messages[this.#count * LONG + length] = 0x80;
    const last = whole ? this.#full : this.#filled;
    const at = this.#count * SLOT + (blocks - 1) * WORDS;
    for (let w = 0; w < WORDS; w += 1) this.#slots[at + w] = (this.#slots[at + w] as number) ^ (last[w] as number);
    this.#blocks[this.#count] = blocks;
    this.#count += 1;
  }

  /** Encrypts the block of that number of all texts that have one; false where none has. */
  #round(block: number): boolean {
    const [blocks, slots, states, input] = [this.#blocks, this.#slots, this.#states, this.#input];
    let used = 0;
    for (let i = 0; i < this.#count; i += 1) {
      if ((blocks[i] as number) <= block) continue;
      const [state, slot] = [i * WORDS, i * SLOT + block * WORDS];
      for (let w = 0; w < WORDS; w += 1) input[used++] = (states[state + w] as number) ^ (slots[slot + w] as number);
    }
    if (used === 0) return false;
    const output = words(this.#cipher.update(Buffer.from(input.buffer, 0, used * 4)));
    let at = 0;
    for (let i = 0; i < this.#count; i += 1)
      if ((blocks[i] as number) > block) for (let w = 0; w < WORDS; w += 1) states[i * WORDS + w] = output[at++] as number;
    return true;
  }
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
