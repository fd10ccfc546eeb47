import { isUtf8 } from 'node:buffer';
import { EvidenceError } from './errors.js';

/**
 * A reader of protobuf's wire format that hands out slices and copies nothing.
 *
 * It takes what Go's protobuf takes, since Fabric's peers decide with that: unknown fields and a known field of another
 * wire type are passed over, the last of a repeated scalar counts. A second occurrence of an embedded message must be
 * merged with the first: parsing the concatenation does that (protobuf.dev, encoding, "Last One Wins"), see `merge`.
 */
export class Reader {
  /** Field number and wire type of the field just read, as its tag. */
  tag = 0;
  #lo = 0;
  #hi = 0;
  #from = 0;
  #to = 0;
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Uint8Array) {
    this.#bytes = asBuffer(bytes);
  }

  /** Where the field just read ends. */
  get at(): number {
    return this.#at;
  }

  /** Steps to the next field; false at the end. Throws MALFORMED. */
  next(): boolean {
    if (this.#at >= this.#bytes.length) return false;
    this.#varint();
    // Go: field numbers are 1 to 2^29 - 1.
    if (this.#hi !== 0 || this.#lo < 8) throw malformed('a field number is out of range');
    this.tag = this.#lo;
    this.#value(this.tag);
    return true;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  /** Go refuses a proto3 string that is not UTF-8; replacing it silently would let two keys read alike. */
  string(): string {
    const slice = this.bytes();
    if (!isUtf8(slice)) throw malformed('a string is not UTF-8');
    return slice.toString('utf8');
  }

  /** `held` followed by this field, as one message. */
  merge(held: Buffer | undefined): Buffer {
    return held === undefined || held.length === 0 ? this.bytes() : Buffer.concat([held, this.bytes()]);
  }

  uint64(): bigint {
    return this.#hi === 0 ? BigInt(this.#lo) : (BigInt(this.#hi) << 32n) | BigInt(this.#lo);
  }

  int64(): bigint {
    return BigInt.asIntN(64, this.uint64());
  }

  int32(): number {
    return this.#lo | 0;
  }

  bool(): boolean {
    return this.#lo !== 0 || this.#hi !== 0;
  }

  #value(tag: number): void {
    const wire = tag & 7;
    if (wire === 2) {
      this.#varint();
      if (this.#hi !== 0) throw malformed('a length runs past the end');
      this.#skip(this.#lo);
    } else if (wire === 0) this.#varint();
    else if (wire === 1) this.#skip(8);
    else if (wire === 5) this.#skip(4);
    else if (wire === 3) this.#group(tag >>> 3, 1);
    else throw malformed('a wire type that does not exist');
  }

  #skip(length: number): void {
    this.#from = this.#at;
    this.#to = this.#at + length;
    if (this.#to > this.#bytes.length) throw malformed('a length runs past the end');
    this.#at = this.#to;
  }

  /** Groups are history, but Go passes over a balanced one as an unknown field; deeper than 100 nobody writes. */
  #group(field: number, depth: number): void {
    if (depth > 100) throw malformed('groups nested too deep');
    for (;;) {
      if (this.#at >= this.#bytes.length) throw malformed('a group has no end');
      this.#varint();
      if (this.#hi !== 0 || this.#lo < 8) throw malformed('a field number is out of range');
      const tag = this.#lo;
      if ((tag & 7) === 4) {
        if (tag >>> 3 !== field) throw malformed('a group ends that did not begin');
        return;
      }
      if ((tag & 7) === 3) this.#group(tag >>> 3, depth + 1);
      else this.#value(tag);
    }
  }

  #varint(): void {
    const bytes = this.#bytes;
    let lo = 0;
    let hi = 0;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[this.#at];
      if (byte === undefined) throw malformed('it ends within a number');
      this.#at++;
      const seven = byte & 0x7f;
      if (i < 4) lo |= seven << (7 * i);
      else if (i === 4) {
        lo |= seven << 28;
        hi = seven >>> 4;
      } else hi |= seven << (7 * i - 32);
      if (byte < 0x80) {
        if (i === 9 && byte > 1) break;
        this.#lo = lo >>> 0;
        this.#hi = hi >>> 0;
        return;
      }
    }
    throw malformed('a number does not fit in 64 bits');
  }
}

/** Tags by wire type: `len(2)` is field 2, length-delimited; `num(1)` is field 1, a varint. */
export const len = (field: number): number => (field << 3) | 2;
export const num = (field: number): number => field << 3;

export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function malformed(detail: string): EvidenceError {
  return new EvidenceError('MALFORMED', detail);
}

export const EMPTY: Buffer = Buffer.alloc(0);
