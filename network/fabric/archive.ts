import { crc32 } from 'node:zlib';

/**
 * Archives whose bytes depend on their content alone: no times, owners or compressor. Every organisation packs for itself and must
 * arrive at the same package id, and deflate's output differs between zlib builds; so the gzip stream holds stored blocks.
 */

const BLOCK = 512;

/** A ustar header (POSIX.1-1988) for a regular file, mode 0644, owned by nobody, dated 1970. */
function tarHeader(name: string, size: number): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

export function tar(entries: [name: string, content: Uint8Array][]): Buffer {
  const parts = entries.flatMap(([name, content]) => {
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    return [tarHeader(name, content.length), content, padding];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

const STORED_LIMIT = 0xffff;

/** RFC 1952 around stored blocks (RFC 1951, 3.2.4). */
export function gzipStored(content: Uint8Array): Buffer {
  const parts: Uint8Array[] = [Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff])];
  for (let at = 0; at === 0 || at < content.length; at += STORED_LIMIT) {
    const piece = content.subarray(at, at + STORED_LIMIT);
    const head = Buffer.alloc(5);
    head[0] = at + STORED_LIMIT >= content.length ? 1 : 0;
    head.writeUInt16LE(piece.length, 1);
    head.writeUInt16LE(~piece.length & 0xffff, 3);
    parts.push(head, piece);
  }
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(crc32(content), 0);
  tail.writeUInt32LE(content.length % 2 ** 32, 4);
  return Buffer.concat([...parts, tail]);
}
