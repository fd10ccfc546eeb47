import { type Element, element } from '@drl/chaincode/model/records/asset';
import { flat, isNode, local, many, type Nodes, resolve } from './jsonld.js';

/** The columns of a schema of CSV on the Web (W3C, tabular-metadata) that a dataset conforms to: its data items. */
export function elementsOf(conformsTo: unknown, nodes: Nodes): Element[] | undefined {
  for (const item of many(conformsTo)) {
    const schema = resolve(item, nodes);
    if (!isNode(schema)) continue;
    const columns = Object.entries(schema).filter(([key]) => ['column', 'columns'].includes(local(key)));
    const found = columns.flatMap(([, value]) => many(value).flatMap(listed)).flatMap((c) => elementOf(resolve(c, nodes), nodes));
    if (found.length > 0) return unlike(found);
  }
  return undefined;
}

const listed = (value: unknown): unknown[] => (isNode(value) && '@list' in value ? many(value['@list']) : [value]);

/** XML Schema's datatypes, by their local names, and our own three. */
const types: Readonly<Record<string, Element['type']>> = {
  integer: 'integer',
  int: 'integer',
  long: 'integer',
  nonNegativeInteger: 'integer',
  positiveInteger: 'integer',
  decimal: 'number',
  number: 'number',
  double: 'number',
  float: 'number',
  boolean: 'boolean',
  date: 'date',
  dateTime: 'datetime',
  datetime: 'datetime',
  time: 'time',
  base64Binary: 'binary',
  hexBinary: 'binary',
  binary: 'binary',
  code: 'code',
  geometry: 'geometry',
  object: 'object',
  json: 'object',
};

/** A column without a name that the ledger takes is no data item. */
function elementOf(column: unknown, nodes: Nodes): Element[] {
  if (!isNode(column)) return [];
  const text = flat(column, nodes);
  const name = text.title ?? text.titles ?? text['title@en'] ?? text['title@zh'] ?? text.name;
  if (!name) return [];
  const [zh, en] = [text['label@zh'], text['label@en']];
  const flags = Object.fromEntries(
    (['personal', 'sensitive', 'identifies', 'confidential'] as const).flatMap((flag) =>
      text[flag] ? [[flag, text[flag] === 'true']] : [],
    ),
  );
  const made = {
    name: (name.split('\n')[0] as string).trim(),
    ...(zh || en ? { title: { ...(zh ? { zh } : {}), ...(en ? { en } : {}) } } : {}),
    type: types[local(text.datatype ?? '')] ?? 'string',
    ...(text.identifier ? { dataElementId: text.identifier } : {}),
    ...(text.shareType ? { shareType: text.shareType } : {}),
    ...flags,
  };
  const whole = element.safeParse(made);
  if (whole.success) return [whole.data];
  // Another's identifier or marks may not be of our form; the column's name and type still are worth having.
  const bare = element.safeParse({ name: made.name, type: made.type });
  return bare.success ? [bare.data] : [];
}

function unlike(elements: readonly Element[]): Element[] {
  const names = new Set<string>();
  return elements.filter(({ name }) => !names.has(name) && names.add(name));
}
