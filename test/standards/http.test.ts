import { shippedMapping } from '@drl/gateway/import/mapping';
import { parseRows } from '@drl/gateway/import/parseRows';
import { type Gateway, grant, openGateway, population, publish } from '../http/gateway.js';

let gateway: Gateway;
let asset: string;
beforeAll(async () => {
  gateway = await openGateway();
  asset = await publish(gateway, { catalogCode: 'HJ-001' });
});
afterAll(() => gateway.close());

const get = (as: string, path: string, headers?: Record<string, string>) => gateway.call(as, 'GET', path, undefined, headers);
const LD = 'application/ld+json';

test('an asset as DCAT: by the address or by Accept, with a tag of its own', async () => {
  const plain = await get('tax-steward-1', `/assets/${asset}`);
  expect(plain.headers.get('vary')).toContain('Accept');
  for (const answer of [
    await get('tax-steward-1', `/assets/${asset}?format=dcat`),
    await get('tax-steward-1', `/assets/${asset}`, { Accept: LD }),
  ]) {
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toContain(LD);
    expect(answer.headers.get('etag')).toBe('"2+dcat"');
    expect(answer.body['@graph'][0]).toMatchObject({
      '@type': 'dcat:Dataset',
      'dct:identifier': 'HJ-001',
      'dct:publisher': {
        'dct:identifier': 'household',
        'foaf:name': expect.arrayContaining([expect.objectContaining({ '@language': 'zh' })]),
      },
    });
  }
  // Where both are asked for, the address says which; what is neither is told so.
  expect((await get('tax-steward-1', `/assets/${asset}?format=json`, { Accept: LD })).body.id).toBe(asset);
  expect((await get('tax-steward-1', `/assets/${asset}?format=turtle`)).status).toBe(422);
  expect((await get('tax-steward-1', `/assets/${asset}`, { Accept: `${LD};q=0.1, application/json` })).body.id).toBe(asset);
});

test('who may not see the asset sees no form of it', async () => {
  const { body } = await gateway.call('household-steward-1', 'POST', '/assets', population);
  expect((await get('tax-steward-1', `/assets/${body.id}?format=dcat`)).status).toBe(403);
  expect((await get('tax-steward-1', `/assets/${asset}?version=1&format=dcat`)).status).toBe(403);
  expect((await get('household-steward-1', `/assets/${asset}?version=1&format=dcat`)).body['@graph'][0]['drl:status']).toBe('registered');
});

test('the catalogue in pages, joined by links, imports as the assets that it lists', async () => {
  for (const n of [2, 3]) await publish(gateway, { catalogCode: `HJ-00${n}`, title: { en: `Register ${n}` } });
  const codes: string[] = [];
  let path: string | undefined = '/assets?publisher=household&limit=2&format=dcat';
  for (let pages = 0; path && pages < 5; pages += 1) {
    const { body, headers } = await get('tax-steward-1', path);
    const [catalog] = body['@graph'];
    expect(catalog).toMatchObject({ '@type': 'dcat:Catalog', 'dct:publisher': { 'dct:identifier': 'data-bureau' } });
    async function* bytes() {
      yield Buffer.from(JSON.stringify(body));
    }
    for await (const row of parseRows(bytes(), shippedMapping('dcat'), 'page')) if (row.kind === 'row') codes.push(row.asset.catalogCode);
    path = /<\/api\/v1([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
  }
  expect(codes.sort()).toEqual(['HJ-001', 'HJ-002', 'HJ-003']);
});

test('an export, imported, changes nothing of what it says', async () => {
  const before = (await get('household-steward-1', `/assets/${asset}`)).body;
  const { body } = await get('household-steward-1', `/assets/${asset}?format=dcat`);
  const bring = async () => {
    const answer = await gateway.call('household-steward-1', 'POST', '/assets:import?mapping=dcat', JSON.stringify(body), {
      'Content-Type': LD,
    });
    return String(answer.body)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .filter(({ event }) => event === 'row' || event === 'dropped');
  };
  expect(await bring()).toMatchObject([{ outcome: 'revised', id: asset }]);
  const { source: _, version, updated: __, ...after } = (await get('household-steward-1', `/assets/${asset}`)).body;
  const { version: was, updated: ___, ...same } = before;
  expect(version).toBe(was + 1);
  expect(after).toEqual(same);
  // From now on the ledger knows the row.
  expect(await bring()).toMatchObject([{ outcome: 'unchanged', id: asset }]);
  expect(await grant(gateway, asset)).toBeTruthy();
});
