import type { Element } from '@drl/chaincode/model/records/asset';
import { inLanguages, type Node, node, prefixes } from './jsonld.js';
import { elementIri } from './names.js';

/** An asset's data items as a schema of CSV on the Web (W3C, tabular-metadata): `csvw:title` is the header as it stands in the file. */

const { drl, xsd } = prefixes;

const datatypes: Readonly<Record<Element['type'], string>> = {
  string: `${xsd}string`,
  integer: `${xsd}integer`,
  number: `${xsd}decimal`,
  boolean: `${xsd}boolean`,
  date: `${xsd}date`,
  datetime: `${xsd}dateTime`,
  time: `${xsd}time`,
  binary: `${xsd}base64Binary`,
  // No built-in datatype of CSVW tells these from text.
  code: `${drl}code`,
  geometry: `${drl}geometry`,
  object: `${drl}object`,
};

export function schemaOf(asset: string, elements: readonly Element[]): Node {
  return {
    '@id': `${asset}/schema`,
    '@type': ['dct:Standard', 'csvw:Schema'],
    'csvw:column': { '@list': elements.map((element) => columnOf(asset, element)) },
  };
}

function columnOf(asset: string, element: Element): Node {
  const { name, title, type, dataElementId, shareType, personal, sensitive, identifies, confidential } = element;
  return node({
    '@id': elementIri(asset, name),
    '@type': 'csvw:Column',
    'csvw:title': name,
    'rdfs:label': inLanguages(title),
    'csvw:datatype': { '@id': datatypes[type] },
    'dct:identifier': dataElementId,
    'drl:shareType': shareType,
    'drl:personal': personal,
    'drl:sensitive': sensitive,
    'drl:identifies': identifies,
    'drl:confidential': confidential,
  });
}
