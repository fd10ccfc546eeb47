import { isUtf8 } from 'node:buffer';
import type { CellReader, OnRow, Row } from './cutter.js';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
const COMMA = 0x2c;

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

/** The same cell by cell, in one pass over the bytes. */
export function eachCell(bytes: Buffer, names: readonly string[], reader: CellReader): void {
  if (!isUtf8(bytes)) {
    eachRecord(bytes, names, (_, values) => reader.row(names, values));
    return;
  }
  reader.columns(names);
  const { length } = bytes;
  for (let at = 0; at < length; ) {
    let byte: number | undefined;
    do {
      const from = at;
      if (bytes[at] === QUOTE) {
        let doubled = false;
        for (at += 1; bytes[at] !== QUOTE || bytes[at + 1] === QUOTE; at += 1) {
          if (bytes[at] !== QUOTE) continue;
          doubled = true;
          at += 1;
        }
        if (doubled) {
          const plain = Buffer.from(bytes.toString('utf8', from + 1, at).replaceAll('""', '"'));
          reader.cell(plain, 0, plain.length);
        } else reader.cell(bytes, from + 1, at);
        at += 1;
      } else {
        while (at < length && (bytes[at] as number) !== COMMA && (bytes[at] as number) !== LF && (bytes[at] as number) !== CR) at += 1;
        reader.cell(bytes, from, at);
      }
      byte = bytes[at];
      at += byte === CR ? 2 : 1;
    } while (byte === COMMA);
    reader.endRow();
  }
}

/** The same one by one, each with its bytes, the last one with a line break too. */
export function* rowsIn(bytes: Buffer, names: readonly string[], lineBreak: Buffer): Generator<Row> {
  const utf8 = isUtf8(bytes);
  const like = (values: readonly string[]) => (utf8 ? Buffer.from(values.map(quoted).join(',') + lineBreak.toString()) : undefined);
  for (let from = 0; from < bytes.length; ) {
    const to = recordEnd(bytes, from);
    const record = bytes[to - 1] === LF ? bytes.subarray(from, to) : Buffer.concat([bytes.subarray(from, to), lineBreak]);
    let values: readonly string[] = [];
    eachRecord(record, names, (_, found) => {
      values = found;
    });
    yield { names, values, bytes: record, like };
    from = to;
  }
}

function recordEnd(bytes: Buffer, from: number): number {
  let quoted = false;
  for (let i = from; i < bytes.length; i += 1) {
    if (bytes[i] === QUOTE) quoted = !quoted;
    else if (bytes[i] === LF && !quoted) return i + 1;
  }
  return bytes.length;
}

function quoted(value: string): string {
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
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
