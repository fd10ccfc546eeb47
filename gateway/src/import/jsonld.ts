/** JSON-LD read without a processor: properties are known by their local names, whatever the prefix or context; nodes are joined by `@id`. */

export type Node = Record<string, unknown>;
export type Nodes = ReadonlyMap<string, Node>;

export const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);
export const many = (value: unknown): unknown[] => (Array.isArray(value) ? value : value === undefined ? [] : [value]);
export const local = (iri: string) => (iri.startsWith('@') ? iri : (iri.split(/[:#/]/).pop() ?? iri));
export const types = (node: Node) => many(node['@type'] ?? node.type).map((t) => local(String(t)));

/** The nodes of a document that have an `@id` and say more than that. */
export function indexed(document: unknown): Nodes {
  const nodes = new Map<string, Node>();
  index(document, nodes, 0);
  return nodes;
}

function index(value: unknown, nodes: Map<string, Node>, depth: number): void {
  if (depth > 20) return;
  for (const item of many(value)) {
    if (!isNode(item)) continue;
    if (typeof item['@id'] === 'string' && Object.keys(item).length > 1) nodes.set(item['@id'], item);
    for (const inner of Object.values(item)) if (typeof inner === 'object') index(inner, nodes, depth + 1);
  }
}

export function resolve(item: unknown, nodes: Nodes): unknown {
  const id = isNode(item) ? item['@id'] : typeof item === 'string' ? item : undefined;
  return (typeof id === 'string' && nodes.get(id)) || item;
}

/** Flat columns of what a property holds: `title@en`, `publisher.name`; several values on a line each. */
export function flatten(name: string, value: unknown, nodes: Nodes, into: Record<string, string>, depth: number): void {
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

/** A node's own properties, flat. */
export function flat(node: unknown, nodes: Nodes): Record<string, string> {
  const columns: Record<string, string> = {};
  for (const [key, value] of isNode(node) ? Object.entries(node) : []) flatten(local(key), value, nodes, columns, 0);
  return columns;
}
