import { ImportError } from './errors.js';
import type { Entry, Fault } from './rows.js';

/**
 * DCAT as JSON-LD (and the data.json that many portals serve), read without a JSON-LD processor: properties are known by their local names, whatever
 * the prefix or context; nodes of `@graph` are joined by `@id`. A dataset becomes an entry of flat columns: `title@en`, `publisher.name`, `accessRights`.
 */
type Node = Record<string, unknown>;

/** JSON has to be in memory whole; larger catalogues come in pages. */
const MAX_BYTES = 64 * 1024 * 1024;

export async function* readDcat(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Entry | Fault> {
  const document = await readJson(bytes);
  const nodes = new Map<string, Node>();
  index(document, nodes);
  let line = 0;
  for (const dataset of datasets(document, nodes)) {
    line += 1;
    if (!isNode(dataset)) {
      yield { kind: 'fault', line, code: 'ENTRY_UNREADABLE', given: String(dataset).slice(0, 100) };
      continue;
    }
    const columns: Record<string, string> = {};
    const attachments: { url: string; mediaType?: string; title?: string }[] = [];
    for (const [key, value] of Object.entries(dataset)) {
      const name = local(key);
      if (name === 'distribution') attachments.push(...many(value).flatMap((d) => attachment(resolve(d, nodes))));
      else flatten(name, value, nodes, columns, 0);
    }
    yield { line, columns, ...(attachments.length > 0 ? { attachments } : {}) };
  }
}

async function readJson(bytes: AsyncIterable<Uint8Array>): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of bytes) {
    size += chunk.byteLength;
    if (size > MAX_BYTES) throw new ImportError('FILE_UNREADABLE', { given: `more than ${MAX_BYTES} bytes` });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch (error) {
    throw new ImportError('FILE_UNREADABLE', { given: `JSON: ${(error as Error).message}`.slice(0, 300) });
  }
}

function* datasets(document: unknown, nodes: ReadonlyMap<string, Node>): Generator<unknown> {
  const top = Array.isArray(document) ? document : isNode(document) ? many(document['@graph'] ?? document) : [];
  let found = false;
  for (const node of top) {
    if (!isNode(node)) continue;
    if (types(node).includes('Dataset')) {
      found = true;
      yield node;
      continue;
    }
    for (const [key, value] of Object.entries(node)) {
      if (local(key) !== 'dataset') continue;
      for (const item of many(value)) {
        // A reference to a node of the graph comes by itself, above.
        if (
          isNode(item) &&
          Object.keys(item).length === 1 &&
          '@id' in item &&
          nodes.has(String(item['@id'])) &&
          top.includes(nodes.get(String(item['@id'])))
        )
          continue;
        found = true;
        yield resolve(item, nodes);
      }
    }
  }
  if (!found) throw new ImportError('FILE_UNREADABLE', { accepted: 'dcat:Dataset' });
}

function flatten(name: string, value: unknown, nodes: ReadonlyMap<string, Node>, into: Record<string, string>, depth: number): void {
  for (const item of many(value)) {
    if (item === null || item === undefined) continue;
    if (!isNode(item)) add(into, name, String(item));
    else if ('@value' in item)
      add(into, item['@language'] ? `${name}@${String(item['@language']).toLowerCase().split('-')[0]}` : name, String(item['@value']));
    else {
      const node = resolve(item, nodes) as Node;
      if (typeof node['@id'] === 'string') add(into, name, node['@id']);
      if (depth < 2)
        for (const [key, inner] of Object.entries(node))
          if (key !== '@id' && key !== '@type') flatten(`${name}.${local(key)}`, inner, nodes, into, depth + 1);
    }
  }
}

function add(into: Record<string, string>, name: string, text: string): void {
  if (text.trim() === '') return;
  into[name] = into[name] === undefined ? text : `${into[name]}\n${text}`;
}

function attachment(node: unknown): { url: string; mediaType?: string; title?: string }[] {
  const flat: Record<string, string> = {};
  for (const [key, value] of isNode(node) ? Object.entries(node) : []) flatten(local(key), value, new Map(), flat, 0);
  const first = (...names: string[]) => names.map((name) => flat[name]?.split('\n')[0]).find((text) => text !== undefined);
  const url = first('accessURL', 'downloadURL', 'accessURL.@id');
  const mediaType = first('mediaType', 'format')?.replace(/^https?:\/\/www\.iana\.org\/assignments\/media-types\//, '');
  const title = first('title', 'title@zh', 'title@en')?.replace(/\s+/g, ' ').trim();
  return url
    ? [{ url: url.trim(), ...(mediaType && /^[a-z]+\/[a-z0-9.+-]+$/i.test(mediaType) ? { mediaType } : {}), ...(title ? { title } : {}) }]
    : [];
}

function index(value: unknown, nodes: Map<string, Node>, depth = 0): void {
  if (depth > 20) return;
  for (const item of many(value)) {
    if (!isNode(item)) continue;
    if (typeof item['@id'] === 'string' && Object.keys(item).length > 1) nodes.set(item['@id'], item);
    for (const inner of Object.values(item)) if (typeof inner === 'object') index(inner, nodes, depth + 1);
  }
}

function resolve(item: unknown, nodes: ReadonlyMap<string, Node>): unknown {
  const id = isNode(item) ? item['@id'] : typeof item === 'string' ? item : undefined;
  return (typeof id === 'string' && nodes.get(id)) || item;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
const many = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
const types = (node: Node) => many(node['@type'] ?? node.type).map((t) => local(String(t)));
const local = (iri: string) => (iri.startsWith('@') ? iri : (iri.split(/[:#/]/).pop() ?? iri));
