/** Just enough DER (X.690) to read two things out of a certificate. Every length is checked against what is there. */
export interface DerItem {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The items that follow each other in `bytes`, to its end. */
export function derItems(bytes: Uint8Array): DerItem[] {
  const items: DerItem[] = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = bytes[at++] as number;
    let length = bytes[at++] ?? Number.NaN;
    if (length > 0x80) {
      const size = length - 0x80;
      if (size > 4) throw new TypeError('DER: a length of more than four bytes');
      length = 0;
      for (let i = 0; i < size; i++) length = length * 256 + (bytes[at++] ?? Number.NaN);
    } else if (length === 0x80) throw new TypeError('DER: an indefinite length');
    if (!(at + length <= bytes.length)) throw new TypeError('DER: an item reaches beyond the end');
    items.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return items;
}

/** The one item that `bytes` holds, of that tag. */
export function derItem(bytes: Uint8Array, tag: number): Uint8Array {
  const [item, ...more] = derItems(bytes);
  if (item?.tag !== tag || more.length > 0) throw new TypeError(`DER: one item of tag ${tag} expected`);
  return item.content;
}
