import { isUtf8 } from 'node:buffer';
import type { OnRow } from './cutter.js';

/** Whole records of a CSV that is known to be well-formed (csv.ts let them through), as text, one after the other. UTF-8, else GB 18030. */
export function eachRecord(bytes: Buffer, names: readonly string[], onRow: OnRow): void {
  const text = isUtf8(bytes) ? bytes.toString('utf8') : new TextDecoder('gb18030').decode(bytes);
  for (let at = 0; at < text.length; ) {
    const values: string[] = [];
    for (;;) {
      const end = fieldEnd(text, at);
      values.push(textOf(text, at, end));
      at = end + 1;
      if (text[end] !== ',') {
        if (text[end] === '\r') at += 1;
        break;
      }
    }
    onRow(names, values);
  }
}

/** Where the comma or line break behind a field stands, or the text ends. */
function fieldEnd(text: string, from: number): number {
  let at = from;
  if (text[at] === '"') {
    at += 1;
    for (;;) {
      at = text.indexOf('"', at) + 1;
      if (text[at] !== '"') return at;
      at += 1;
    }
  }
  for (; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x2c || code === 0x0a || code === 0x0d) return at;
  }
  return at;
}

function textOf(text: string, from: number, to: number): string {
  return text[from] === '"' ? text.slice(from + 1, to - 1).replaceAll('""', '"') : text.slice(from, to);
}
