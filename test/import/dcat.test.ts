import { shippedMapping } from '@drl/gateway/import/mapping';
import { parseRows } from '@drl/gateway/import/parseRows';

async function all(document: unknown) {
  async function* bytes() {
    yield Buffer.from(typeof document === 'string' ? document : JSON.stringify(document));
  }
  const out = [];
  for await (const item of parseRows(bytes(), shippedMapping('dcat'), 'catalogue.jsonld')) out.push(item);
  return out;
}
const rights = 'http://publications.europa.eu/resource/authority/access-right/';

// Shaped as DCAT-AP 3.0 catalogues are: a graph of nodes joined by @id, language-tagged literals, authority-table IRIs.
const graph = {
  '@context': { dcat: 'http://www.w3.org/ns/dcat#', dct: 'http://purl.org/dc/terms/', foaf: 'http://xmlns.com/foaf/0.1/' },
  '@graph': [
    {
      '@id': 'https://city.example/catalogue',
      '@type': 'dcat:Catalog',
      'dcat:dataset': [{ '@id': 'https://city.example/d/1' }, { '@id': 'https://city.example/d/2' }],
    },
    {
      '@id': 'https://city.example/d/1',
      '@type': 'dcat:Dataset',
      'dct:identifier': 'D-1',
      'dct:title': [
        { '@value': 'Bus stops', '@language': 'en' },
        { '@value': '公交站点', '@language': 'zh-Hans' },
      ],
      'dcat:keyword': ['bus', 'stop'],
      'dct:publisher': { '@id': 'https://city.example/transport' },
      'dct:accessRights': { '@id': `${rights}PUBLIC` },
      'dct:accrualPeriodicity': { '@id': 'http://publications.europa.eu/resource/authority/frequency/MONTHLY' },
      'dct:modified': { '@value': '2026-05-04', '@type': 'xsd:date' },
      'dcat:distribution': [
        { '@id': 'https://city.example/d/1/csv' },
        { '@type': 'dcat:Distribution', 'dcat:accessURL': { '@id': 'not an address' } },
      ],
    },
    {
      '@id': 'https://city.example/d/1/csv',
      '@type': 'dcat:Distribution',
      'dcat:downloadURL': { '@id': 'https://city.example/stops.csv' },
      'dcat:mediaType': { '@id': 'https://www.iana.org/assignments/media-types/text/csv' },
    },
    { '@id': 'https://city.example/transport', '@type': 'foaf:Organization', 'foaf:name': 'Transport' },
    {
      '@id': 'https://city.example/d/2',
      '@type': ['dcat:Dataset'],
      'dct:identifier': 'D-2',
      'dct:title': 'Withheld',
      'dct:publisher': { '@id': 'https://city.example/transport' },
      'dct:accessRights': { '@id': `${rights}NON_PUBLIC` },
      'dct:rights': 'Act 5',
    },
  ],
};

test('a DCAT-AP graph', async () => {
  const out = await all(graph);
  expect(out.map((o) => (o.kind === 'row' ? o.asset.catalogCode : o.code))).toEqual(['URL_UNREADABLE', 'D-1', 'D-2']);
  expect(out[1]).toMatchObject({
    line: 1,
    department: { id: 'transport', name: { en: 'Transport' } },
    asset: {
      title: { zh: '公交站点', en: 'Bus stops' },
      keywords: ['bus', 'stop'],
      shareType: 'unconditional',
      openToPublic: true,
      accrualPeriodicity: 'P1M',
      contentModified: '2026-05-04T00:00:00Z',
      distributions: [{ accessURL: 'https://city.example/stops.csv', mediaType: 'text/csv' }],
    },
  });
  expect(out[2]).toMatchObject({ asset: { shareType: 'none', shareBasis: { en: 'Act 5' } } });
});

test('data.json of an open-data portal', async () => {
  const [row] = await all({
    '@type': 'dcat:Catalog',
    dataset: [
      {
        '@type': 'dcat:Dataset',
        identifier: 'x1',
        title: 'Trees',
        accessLevel: 'public',
        accrualPeriodicity: 'R/P1Y',
        publisher: { name: 'Parks Office' },
        distribution: [{ downloadURL: 'https://x.example/t.csv', mediaType: 'text/csv', title: 'CSV' }],
      },
    ],
  });
  expect(row).toMatchObject({
    department: { id: 'parks-office' },
    asset: { title: { en: 'Trees' }, accrualPeriodicity: 'P1Y', distributions: [{ name: 'CSV' }] },
  });
});

test.each(['', '[', '{}', '[1,2]', '{"@graph":[{"@type":"dcat:Catalog"}]}'])('what is no catalogue is refused: %s', async (text) => {
  await expect(all(text)).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
});
