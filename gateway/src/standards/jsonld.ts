import type { Localized } from '@drl/chaincode/model/records/common';
import { DPV, OWN } from './names.js';

/** JSON-LD (W3C, 1.1) as the exports write it: with its context inside, since a file must say the same in ten years and with no network. */
export type Json = string | number | boolean | null | readonly Json[] | Node;
export interface Node {
  readonly [name: string]: Json | undefined;
}

export const LD_JSON = 'application/ld+json';

/** The prefixes of DCAT-AP 3.0.0, and those beside it. */
export const prefixes = {
  adms: 'http://www.w3.org/ns/adms#',
  csvw: 'http://www.w3.org/ns/csvw#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  dpv: DPV,
  drl: OWN,
  foaf: 'http://xmlns.com/foaf/0.1/',
  odrl: 'http://www.w3.org/ns/odrl/2/',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  spdx: 'http://spdx.org/rdf/terms#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
} as const;

export const ref = (iri: string): Node => ({ '@id': iri });
export const dateTime = (value: string): Node => ({ '@value': value, '@type': 'xsd:dateTime' });

/** One literal for each language. */
export function inLanguages(text: Localized | undefined): readonly Node[] | undefined {
  if (!text) return undefined;
  const { zh, en } = text;
  return [
    zh === undefined ? [] : [{ '@value': zh, '@language': 'zh' }],
    en === undefined ? [] : [{ '@value': en, '@language': 'en' }],
  ].flat();
}

/** Without the members that are undefined. */
export function node(members: Node): Node {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** Whether a text can stand as an absolute IRI (RFC 3987): a scheme, and no character that may not be in one. */
export function isIri(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are among those that an IRI may not hold.
  return /^[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`\u0000-\u001f]+$/.test(text) && !/%(?![0-9A-Fa-f]{2})/.test(text);
}
