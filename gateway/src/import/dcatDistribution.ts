import { flat, type Nodes } from './jsonld.js';
import type { Attachment } from './rows.js';

const MEDIA_TYPES = /^https?:\/\/www\.iana\.org\/assignments\/media-types\//;
const DIGEST = /^[0-9a-f]{64}$/;

/** One dcat:Distribution, or nothing where it has no address. */
export function attachmentOf(node: unknown, nodes: Nodes): Attachment[] {
  const columns = flat(node, nodes);
  const first = (...names: string[]) => names.map((name) => columns[name]?.split('\n')[0]).find((text) => text !== undefined);
  const url = first('address', 'accessURL', 'downloadURL', 'accessURL.@id');
  if (!url) return [];
  const mediaType = first('mediaType', 'format')?.replace(MEDIA_TYPES, '');
  const title = first('title', 'title@zh', 'title@en')?.replace(/\s+/g, ' ').trim();
  const conformsTo = first('conformsTo');
  const checksum = checksumOf(first('checksum.algorithm'), first('checksum.checksumValue'));
  return [
    {
      url: url.trim(),
      ...(columns.address === undefined ? {} : { verbatim: true as const }),
      ...(mediaType && /^[a-z]+\/[a-z0-9.+-]+$/i.test(mediaType) ? { mediaType } : {}),
      ...(title ? { title } : {}),
      ...(conformsTo && conformsTo.length <= 500 && URL.canParse(conformsTo) ? { conformsTo } : {}),
      ...(checksum ? { checksum } : {}),
    },
  ];
}

/** Of SPDX's algorithms the ledger takes SHA-256, and SM3 beside it. */
function checksumOf(algorithm: string | undefined, given: string | undefined): Attachment['checksum'] {
  const known = /sha-?256$/i.test(algorithm ?? '') ? 'sha-256' : /sm3$/i.test(algorithm ?? '') ? 'sm3' : undefined;
  const value = given?.toLowerCase();
  return known && value && DIGEST.test(value) ? { algorithm: known, value } : undefined;
}
