import { attachmentOf } from './dcatDistribution.js';
import { elementsOf } from './dcatSchema.js';
import { ImportError } from './errors.js';
import { flatten, indexed, isNode, local, many, type Node, type Nodes, resolve, types } from './jsonld.js';
import type { Attachment, Entry, Fault } from './rows.js';

/**
 * DCAT as JSON-LD (and the data.json that many portals serve), read by local names (jsonld.ts). A dataset becomes an entry of flat columns:
 * `title@en`, `publisher.name`, `accessRights`. Our own export (standards/) comes back as the asset it was made from.
 */

/** JSON has to be in memory whole; larger catalogues come in pages. */
const MAX_BYTES = 64 * 1024 * 1024;

export async function* readDcat(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Entry | Fault> {
  const document = await readJson(bytes);
  const nodes = indexed(document);
  let line = 0;
  for (const dataset of datasets(document, nodes)) {
    line += 1;
    if (isNode(dataset)) yield entryOf(dataset, nodes, line);
    else yield { kind: 'fault', line, code: 'ENTRY_UNREADABLE', given: String(dataset).slice(0, 100) };
  }
}

function entryOf(dataset: Node, nodes: Nodes, line: number): Entry {
  const columns: Record<string, string> = {};
  const attachments: Attachment[] = [];
  let elements: Entry['fields'];
  for (const [key, value] of Object.entries(dataset)) {
    const name = local(key);
    if (name === 'distribution') attachments.push(...many(value).flatMap((d) => attachmentOf(resolve(d, nodes), nodes)));
    else {
      const schema = name === 'conformsTo' ? elementsOf(value, nodes) : undefined;
      if (schema) elements = { elements: schema };
      else flatten(name, value, nodes, columns, 0);
    }
  }
  const fields = { ...elements, ...(isOurs(columns) ? ourOwn(columns, dataset) : {}) };
  return {
    line,
    columns,
    ...(attachments.length > 0 ? { attachments } : {}),
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
  };
}

/** No other catalogue answers 如何共享. */
const isOurs = (columns: Readonly<Record<string, string>>) => columns.shareMethod !== undefined;

/** What our own export says beside DCAT; what it says of the record, rather than of the data, is no part of the row. */
function ourOwn(columns: Record<string, string>, dataset: Node): NonNullable<Entry['fields']> {
  if (columns.titleAsDescription) for (const name of ['description', 'description@zh', 'description@en']) delete columns[name];
  const nothing = columns.authoritativeForNothing !== undefined;
  for (const name of ['titleAsDescription', 'authoritativeForNothing', 'version', 'status']) delete columns[name];
  // Each value is a keyword, whatever characters it holds.
  const keywords = Object.entries(dataset).flatMap(([key, value]) => (local(key) === 'keyword' ? many(value).map(textOf) : []));
  return { ...(keywords.length > 0 ? { keywords } : {}), ...(nothing ? { authoritativeFor: [] } : {}) };
}

const textOf = (value: unknown) => String(isNode(value) ? value['@value'] : value);

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

function* datasets(document: unknown, nodes: Nodes): Generator<unknown> {
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
