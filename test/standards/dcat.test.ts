import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Asset } from '@drl/chaincode/model/records/asset';
import { shippedMapping } from '@drl/gateway/import/mapping';
import { parseRows } from '@drl/gateway/import/parseRows';
import type { Row } from '@drl/gateway/import/rows';
import { assetToDcat, catalogToDcat } from '@drl/gateway/standards/dcat';
import fc from 'fast-check';
import { describeWith } from '../sharedData.js';
import { about, assets, busStops, plain } from './assets.js';
import { judge } from './rdf.js';

const DESCRIPTIVE = [
  ...['catalogCode', 'title', 'description', 'theme', 'keywords', 'elements', 'shareType', 'shareCondition', 'shareBasis', 'shareMethod'],
  ...['openToPublic', 'accrualPeriodicity', 'contentModified', 'contentHash', 'level', 'authoritativeFor', 'distributions'],
] as const;
const descriptive = (asset: object) => Object.fromEntries(Object.entries(asset).filter(([name]) => DESCRIPTIVE.includes(name as never)));

async function imported(document: unknown) {
  async function* bytes() {
    yield Buffer.from(JSON.stringify(document));
  }
  const out = [];
  for await (const item of parseRows(bytes(), shippedMapping('dcat'), 'export.jsonld')) out.push(item);
  return out;
}

const keeper = { ...about, keeper: 'data-bureau', asOf: { block: 7, headerHash: 'ab'.repeat(32) } };

describe('our own export imports back', () => {
  test('every asset as it was, and its publisher', () =>
    fc.assert(
      fc.asyncProperty(assets, async (asset) => {
        const out = await imported(plain(assetToDcat(asset, about)));
        expect(out.map(({ kind }) => kind)).toEqual(['row']);
        const [row] = out as [Row];
        expect(row.department?.id).toBe(asset.publisher);
        expect(descriptive(row.asset)).toEqual(descriptive(asset));
      }),
      { numRuns: 100 },
    ));

  test('a catalogue page: every one of its assets', async () => {
    const many = fc.sample(assets, 20).map((asset, i) => ({ ...asset, id: `ast-${i}`, catalogCode: `code-${i}` }));
    const out = await imported(plain(catalogToDcat(many, keeper)));
    const rows = out.filter((item): item is Row => item.kind === 'row');
    expect(rows.map(({ asset }) => descriptive(asset))).toEqual(many.map(descriptive));
  });

  test('an asset without a code is found by its name again', async () => {
    const { catalogCode: _, ...rest } = busStops;
    const [row] = (await imported(assetToDcat(rest as Asset, about))) as [Row];
    expect(row.asset.catalogCode).toBe('urn:data-rights-ledger:channel:data-rights/asset/ast-1');
  });

  test('what is new of the record alone makes no new row', async () => {
    const digestOf = async (asset: Asset) => ((await imported(assetToDcat(asset, about))) as [Row])[0].asset.source?.rowDigest;
    const before = await digestOf(busStops);
    expect(
      await digestOf({ ...busStops, version: 9, status: 'suspended', updated: { ...busStops.updated, at: '2027-01-01T00:00:00Z' } }),
    ).toBe(before);
    expect(await digestOf({ ...busStops, elements: [] })).not.toBe(before);
  });
});

describeWith('DCAT-AP 3.0.0', ['dcat-ap', 'releases', '3.0.0'], (dir) => {
  // `sh:shape`, by which the file asks for dates in some places, is no word of SHACL and checks nothing; `sh:node` is what it means.
  const shacl = (name: string) => readFileSync(join(dir, 'html', 'shacl', `${name}.ttl`), 'utf8').replaceAll('sh:shape ', 'sh:node ');
  // Terms that look like IRIs (`Xsd:date`) are no valid JSON-LD 1.1 unless they are that IRI; nothing else in the file uses them.
  const { '@context': whole } = JSON.parse(readFileSync(join(dir, 'context', 'dcat-ap.jsonld'), 'utf8'));
  const theirs = Object.fromEntries(Object.entries(whole).filter(([term]) => !term.includes(':')));
  const own = 'urn:data-rights-ledger:ns#';
  const samples = [busStops, ...fc.sample(assets, { numRuns: 25, seed: 11 })];
  const documents = [
    ...samples.map((asset) => ({ document: assetToDcat(asset, about) })),
    {
      document: catalogToDcat(
        samples.map((asset, i) => ({ ...asset, id: `ast-${i}` })),
        keeper,
      ),
    },
    { document: catalogToDcat([], keeper) },
  ];

  test('its shapes, and those of the classes of values, find nothing', () => {
    const judged = judge(documents, [shacl('shapes'), shacl('range'), shacl('deprecateduris')]);
    expect(judged.flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(judged.flatMap(({ results }) => results)).toEqual([]);
  });

  test('its controlled vocabularies: no violation, but that SPDX names its algorithms by http', () => {
    const found = judge(documents.slice(0, 12), [shacl('mdr-vocabularies.shape')]).flatMap(({ results }) => results);
    const violations = found.filter(({ severity }) => severity === 'Violation');
    expect([...new Set(violations.map(({ path }) => path))]).toEqual(['algorithm']);
    // Warnings: a city's departments are not among the EU's corporate bodies, nor our themes among its own, which stand beside them.
    const warned = found
      .filter(({ severity }) => severity === 'Warning')
      .map(({ path, value }) => [path, value?.startsWith('urn:data-rights-ledger:')]);
    expect(new Set(warned.map(String))).toEqual(new Set(['publisher,true', 'theme,true']));
  });

  test('and do find what is spoilt', () => {
    const spoilt: readonly (readonly [path: string, spoil: (document: string) => string])[] = [
      ['title', (d) => d.replaceAll('"dct:title"', '"drl:was"')],
      ['description', (d) => d.replaceAll('"dct:description"', '"drl:was"')],
      ['accessURL', (d) => d.replaceAll('"dcat:accessURL"', '"drl:was"')],
      ['modified', (d) => d.replaceAll('xsd:dateTime', 'xsd:string')],
      ['publisher', (d) => d.replaceAll('foaf:Agent', 'drl:Agent')],
      ['checksumValue', (d) => d.replaceAll('xsd:hexBinary', 'xsd:string')],
    ];
    const whole = JSON.stringify(assetToDcat(busStops, about));
    const judged = judge(
      spoilt.map(([, spoil]) => ({ document: JSON.parse(spoil(whole)) })),
      [shacl('shapes'), shacl('range')],
    );
    for (const [i, [path]] of spoilt.entries())
      expect(judged[i]?.results).toContainEqual(expect.objectContaining({ severity: 'Violation', path }));
  });

  test('every property is of its context, or of those that we name beside it', () => {
    const known = new Set(Object.values(theirs).map((term) => (typeof term === 'string' ? term : (term as { '@id': string })['@id'])));
    const beside = [
      'http://www.w3.org/ns/csvw#',
      own,
      'http://www.w3.org/2004/02/skos/core#',
      'http://www.w3.org/2000/01/rdf-schema#label',
    ];
    const strange = new Set<string>();
    const walk = (value: unknown) => {
      if (Array.isArray(value)) value.forEach(walk);
      else if (typeof value === 'object' && value !== null)
        for (const [name, inner] of Object.entries(value)) {
          if (!name.startsWith('@') && !known.has(name) && !beside.some((base) => name.startsWith(base))) strange.add(name);
          walk(inner);
        }
    };
    walk(judge(documents.slice(0, 20)).map(({ expanded }) => expanded));
    expect([...strange]).toEqual([]);
  });

  test('written with its context and read again, nothing is lost', () => {
    const judged = judge(documents.slice(0, 10).map((question) => ({ ...question, compactWith: theirs })));
    const again = judge(judged.map(({ compacted }) => ({ document: compacted })));
    expect([...judged, ...again].flatMap(({ error }) => error ?? [])).toEqual([]);
    expect(again.map(({ nquads }) => nquads)).toEqual(judged.map(({ nquads }) => nquads));
  });
});
