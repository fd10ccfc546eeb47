import { BundleError } from './errors.js';

/**
 * A JSON reader as strict as RFC 7493 (I-JSON) asks: valid UTF-8, no name twice in one object (JSON.parse keeps the last without a word, so two
 * readers could see two contents), numbers in their one canonical form, no lone surrogates, bounded depth. White space and the order of members are free.
 * Faults come from the file being judged, so each is a verdict.
 */
export function readJson(bytes: Uint8Array, maxDepth: number): unknown {
  return new JsonReader(decode(bytes), maxDepth).document();
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BundleError('UNREADABLE', 'it is not UTF-8');
  }
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** State: how far it has read. */
class JsonReader {
  #at = 0;
  readonly #text: string;
  readonly #maxDepth: number;

  constructor(text: string, maxDepth: number) {
    this.#text = text;
    this.#maxDepth = maxDepth;
  }

  document(): unknown {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault('something follows the end');
    return value;
  }

  #value(depth: number): unknown {
    if (depth > this.#maxDepth) throw this.#fault(`nested deeper than ${this.#maxDepth}`);
    this.#space();
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #object(depth: number): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at++;
    if (this.#next('}')) return object;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#fault('a name is expected');
      const name = this.#string();
      if (name === '__proto__' || Object.hasOwn(object, name)) throw this.#fault('a name stands twice, or may not stand at all');
      if (!this.#next(':')) throw this.#fault('a colon is expected');
      object[name] = this.#value(depth + 1);
    } while (this.#next(','));
    if (!this.#next('}')) throw this.#fault('an object does not end');
    return object;
  }

  #array(depth: number): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    if (this.#next(']')) return array;
    do array.push(this.#value(depth + 1));
    while (this.#next(','));
    if (!this.#next(']')) throw this.#fault('an array does not end');
    return array;
  }

  #string(): string {
    const text = this.#text;
    const from = ++this.#at;
    let escaped = false;
    for (; ; this.#at++) {
      const unit = text.charCodeAt(this.#at);
      // NaN past the end compares false with everything.
      if (!(unit >= 0x20)) throw this.#fault('a string does not end, or holds a control character');
      if (unit === 0x22) break;
      if (unit === 0x5c) {
        escaped = true;
        this.#at++;
      }
    }
    const raw = text.slice(from, this.#at++);
    const value = escaped ? this.#unescape(raw) : raw;
    if (!value.isWellFormed()) throw this.#fault('a string holds a lone surrogate');
    return value;
  }

  #unescape(raw: string): string {
    try {
      return JSON.parse(`"${raw}"`) as string;
    } catch {
      throw this.#fault('an escape that does not exist');
    }
  }

  #number(): number {
    NUMBER.lastIndex = this.#at;
    const token = NUMBER.exec(this.#text)?.[0];
    if (token === undefined) throw this.#fault('a value is expected');
    const value = Number(token);
    if (JSON.stringify(value) !== token) throw this.#fault('a number is not in canonical form');
    this.#at += token.length;
    return value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) throw this.#fault('a value is expected');
    this.#at += word.length;
    return value;
  }

  /** Takes the sign if it is the next thing. */
  #next(sign: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== sign) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    for (;;) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit !== 0x20 && unit !== 0x0a && unit !== 0x0d && unit !== 0x09) return;
      this.#at++;
    }
  }

  #fault(what: string): BundleError {
    return new BundleError('UNREADABLE', `${what} (at character ${this.#at})`);
  }
}
