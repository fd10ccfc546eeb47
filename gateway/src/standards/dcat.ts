import type { Asset, Distribution } from '@drl/chaincode/model/records/asset';
import type { Department } from '@drl/chaincode/model/records/department';
import { themes } from '@drl/chaincode/model/vocabularies';
import { accessRightIri, accessRightScheme, dataTheme, dataThemeScheme, frequencyIri, frequencyScheme } from './authorities.js';
import { dateTime, inLanguages, isIri, type Json, type Node, node, prefixes, ref } from './jsonld.js';
import { addressIri, recordIri, themeIri } from './names.js';
import { schemaOf } from './tableSchema.js';

/** Assets as DCAT-AP 3.0.0 (https://semiceu.github.io/DCAT-AP/releases/3.0.0/). What DCAT has no word for stands beside it in our own namespace. */

export interface DcatContext {
  readonly channel: string;
  /** The publishers, by id; one that is missing is named by its id. */
  readonly departments: ReadonlyMap<string, Department>;
}

export interface CatalogContext extends DcatContext {
  /** The department that keeps the catalogue. */
  readonly keeper: string;
  readonly asOf: { readonly block: number; readonly headerHash: string };
}

const { csvw, dcat, dct, drl, foaf, rdfs, skos, spdx, xsd } = prefixes;
const context = { csvw, dcat, dct, drl, foaf, rdfs, skos, spdx, xsd };
const MEDIA_TYPES = 'https://www.iana.org/assignments/media-types/';

export function assetToDcat(asset: Asset, about: DcatContext): Node {
  return { '@context': context, '@graph': [datasetOf(asset, about), entryOf(asset, about)] };
}

export function catalogToDcat(assets: readonly Asset[], about: CatalogContext): Node {
  const { channel, keeper, asOf } = about;
  const catalog = node({
    '@id': recordIri(channel, 'catalog', 'assets'),
    '@type': 'dcat:Catalog',
    'dct:title': inLanguages({ zh: '政务数据资源目录', en: 'Catalogue of government data' }),
    'dct:description': inLanguages({ zh: `${channel} 通道上登记的数据资源`, en: `Data registered on the channel ${channel}` }),
    'dct:publisher': agentOf(keeper, about),
    'dcat:themeTaxonomy': { '@id': dataThemeScheme, '@type': 'skos:ConceptScheme', 'dct:title': 'Data theme' },
    'drl:asOfBlock': asOf.block,
    'drl:headerHash': asOf.headerHash,
    'dcat:record': assets.map((asset) => entryOf(asset, about)),
    'dcat:dataset': assets.map((asset) => datasetOf(asset, about)),
  });
  return { '@context': context, '@graph': [catalog] };
}

/** When the ledger took the entry, which says nothing of when the data changed. */
function entryOf(asset: Asset, { channel }: DcatContext): Node {
  return {
    '@id': `${recordIri(channel, 'asset', asset.id)}/entry`,
    '@type': 'dcat:CatalogRecord',
    'foaf:primaryTopic': ref(recordIri(channel, 'asset', asset.id)),
    'dct:issued': dateTime(asset.created.at),
    'dct:modified': dateTime(asset.updated.at),
  };
}

function datasetOf(asset: Asset, about: DcatContext): Node {
  const iri = recordIri(about.channel, 'asset', asset.id);
  const { accrualPeriodicity: period, elements, distributions } = asset;
  return node({
    '@id': iri,
    '@type': 'dcat:Dataset',
    'dct:identifier': asset.catalogCode,
    'dct:title': inLanguages(asset.title),
    // DCAT-AP asks for a description; without one the title stands in, and says so, lest it come back as one.
    'dct:description': inLanguages(asset.description ?? asset.title),
    'drl:titleAsDescription': asset.description ? undefined : true,
    'dct:publisher': agentOf(asset.publisher, about),
    'dcat:theme': asset.theme === undefined ? undefined : conceptsOf(asset.theme),
    'dcat:keyword': asset.keywords,
    'dct:accessRights': scheme(accessRightIri(asset), 'dct:RightsStatement', accessRightScheme),
    'dct:accrualPeriodicity': period === undefined ? undefined : scheme(frequencyIri(period), 'dct:Frequency', frequencyScheme),
    'dct:modified': asset.contentModified === undefined ? undefined : dateTime(asset.contentModified),
    'dct:conformsTo': elements.length > 0 ? schemaOf(iri, elements) : undefined,
    'dcat:distribution': distributions.length > 0 ? distributions.map((d) => distributionOf(iri, d)) : undefined,
    'dcat:version': String(asset.version),
    'drl:status': asset.status,
    'drl:shareType': asset.shareType,
    'drl:shareCondition': inLanguages(asset.shareCondition),
    'drl:shareBasis': inLanguages(asset.shareBasis),
    'drl:shareMethod': asset.shareMethod,
    'drl:openToPublic': asset.openToPublic,
    'drl:period': period,
    'drl:contentHash': asset.contentHash,
    'drl:level': asset.level,
    'drl:authoritativeFor': asset.authoritativeFor,
    // An empty list says that the question was answered, which an absent one does not; RDF knows no empty list of values.
    'drl:authoritativeForNothing': asset.authoritativeFor?.length === 0 ? true : undefined,
  });
}

function distributionOf(asset: string, { name, accessURL, mediaType, conformsTo, checksum }: Distribution): Node {
  const plain = isIri(accessURL);
  const iri = `${asset}/distribution/${encodeURIComponent(name)}`;
  return node({
    '@id': iri,
    '@type': 'dcat:Distribution',
    'dct:title': name,
    'dcat:accessURL': ref(plain ? accessURL : addressIri(accessURL)),
    // What is no web address (a file below the provider's root) can be told from a faulty one only where we say so.
    'drl:address': plain && /^https?:\/\//.test(accessURL) ? undefined : accessURL,
    'dcat:mediaType': mediaType === undefined ? undefined : { '@id': MEDIA_TYPES + mediaType, '@type': 'dct:MediaType' },
    'dct:conformsTo': conformsTo === undefined ? undefined : { '@id': conformsTo, '@type': 'dct:Standard' },
    'spdx:checksum': checksum && {
      '@id': `${iri}/checksum`,
      '@type': 'spdx:Checksum',
      'spdx:algorithm': {
        // SPDX has no code for SM3 (GB/T 32905).
        '@id': checksum.algorithm === 'sha-256' ? `${spdx}checksumAlgorithm_sha256` : `${drl}checksumAlgorithm_sm3`,
        '@type': 'spdx:ChecksumAlgorithm',
      },
      'spdx:checksumValue': { '@value': checksum.value, '@type': 'xsd:hexBinary' },
    },
  });
}

function agentOf(id: string, { channel, departments }: DcatContext): Node {
  return {
    '@id': recordIri(channel, 'department', id),
    '@type': ['foaf:Agent', 'foaf:Organization'],
    'dct:identifier': id,
    'foaf:name': inLanguages(departments.get(id)?.name) ?? id,
  };
}

/** Our own theme, and the EU's nearest. */
function conceptsOf(theme: string): Json {
  const known = themes.find(({ id }) => id === theme);
  const eu = dataTheme(theme);
  const own = {
    '@id': themeIri(theme),
    '@type': 'skos:Concept',
    'skos:notation': theme,
    'skos:prefLabel': known ? inLanguages({ zh: known.zh, en: known.en }) : theme,
  };
  return eu ? [own, { ...scheme(eu.iri, 'skos:Concept', dataThemeScheme), 'skos:prefLabel': inLanguages({ en: eu.label }) }] : [own];
}

/** A term of an authority table says which table it is of, so that a file can be checked without fetching the tables. */
function scheme(iri: string, type: string, table: string): Node {
  return { '@id': iri, '@type': type, 'skos:inScheme': ref(table) };
}
