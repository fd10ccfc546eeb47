import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '@drl/gateway/cli/main';
import { shippedMapping } from '@drl/gateway/import/mapping';
import { parseRows } from '@drl/gateway/import/parseRows';
import { mergeProv } from '@drl/gateway/standards/provDocument';
import { type Gateway, grant, HASH, MANAGER, openGateway, population, publish, sent } from '../http/gateway.js';

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

describe('evidence in other words', () => {
  let agreed: string;
  let share: string;
  beforeAll(async () => {
    agreed = await grant(gateway, asset, { maxCount: 5 });
    share = (await gateway.call('household-steward-1', 'POST', '/shares', sent(agreed, { caseRef: 'canary-case' }))).body.id;
    const answered = await gateway.call('social-consumer-1', 'POST', `/shares/${share}/acknowledge`, {
      payloadHash: HASH,
      hashAlgorithm: 'sha-256',
    });
    expect(answered.body.status).toBe('acknowledged');
  });

  const looks = async () =>
    (await get('auditor-all', '/audit/queries?limit=200')).body.items as { question?: { asked: { format?: string } } }[];

  test('a grant as an ODRL agreement', async () => {
    const { status, headers, body } = await get('social-consumer-1', `/evidence/grant/${agreed}?format=odrl`);
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining(LD)]);
    expect(headers.get('content-disposition')).toContain(`grant-${agreed}.odrl.jsonld`);
    expect(body).toMatchObject({
      '@type': 'Agreement',
      'drl:status': 'active',
      uid: `urn:data-rights-ledger:channel:data-rights/grant/${agreed}`,
    });
    expect(body.permission[0].constraint).toContainEqual(expect.objectContaining({ leftOperand: 'count', rightOperand: 5 }));
  });

  test('a share and an asset as PROV', async () => {
    const delivery = `rec:delivery/${share}`;
    const own = (await get('social-consumer-1', `/evidence/share/${share}?format=prov`)).body;
    expect(own.activity[delivery]).toMatchObject({ 'drl:caseRef': 'canary-case' });
    expect(Object.keys(own.entity)).toEqual(
      expect.arrayContaining([`rec:share/${share}/v1`, `rec:share/${share}/v2`, `${delivery}/received`]),
    );
    const whole = (await get('household-steward-1', `/evidence/asset/${asset}?format=prov&limit=200`)).body;
    expect(whole.activity[delivery]).not.toHaveProperty('drl:caseRef');
    expect(JSON.stringify(whole)).not.toContain('canary-case');
    // What the share alone tells is in the asset's trail, but for the case number.
    for (const [kind, bucket] of Object.entries(own))
      expect(Object.keys(whole[kind])).toEqual(expect.arrayContaining(Object.keys(bucket as object)));
  });

  test('the trail of an asset in pages is the same document', async () => {
    const whole = (await get('household-steward-1', `/evidence/asset/${asset}?format=prov&limit=200`)).body;
    const pages = [];
    let path: string | undefined = `/evidence/asset/${asset}?format=prov&limit=2`;
    while (path && pages.length < 20) {
      const { body, headers } = await get('household-steward-1', path);
      pages.push(body);
      path = /<\/api\/v1([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1];
    }
    expect(pages.length).toBeGreaterThan(2);
    expect(mergeProv(pages)).toEqual(whole);
  });

  test('to whom the bundle is given, and no one else', async () => {
    const status = async (as: string, path: string) => (await get(as, path)).status;
    for (const path of [`/evidence/grant/${agreed}?format=odrl`, `/evidence/share/${share}?format=prov`]) {
      for (const as of ['household-steward-1', 'social-consumer-1', 'auditor-all'])
        expect([path, as, await status(as, path)]).toEqual([path, as, 200]);
      for (const as of ['tax-steward-1', 'auditor-tax', MANAGER]) expect([path, as, await status(as, path)]).toEqual([path, as, 403]);
    }
    // The trail's own rule: a manager sees the asset's proof, which has none of its grants in it, but no trail.
    const trail = `/evidence/asset/${asset}?format=prov`;
    for (const as of ['social-consumer-1', 'auditor-tax', MANAGER]) expect([as, await status(as, trail)]).toEqual([as, 403]);
    expect(await status(MANAGER, `/evidence/asset/${asset}?format=dcat`)).toBe(200);
    expect(await status('social-consumer-1', `/evidence/asset/${asset}?format=dcat`)).toBe(403);
    for (const path of [
      '/evidence/grant/no-such?format=odrl',
      '/evidence/share/no-such?format=prov',
      '/evidence/asset/no-such?format=prov',
    ])
      expect([path, await status('auditor-all', path)]).toEqual([path, 404]);
    for (const path of [`/evidence/grant/${agreed}?format=prov`, `/evidence/right/x?format=odrl`])
      expect(await status('auditor-all', path)).toBe(422);
  });

  test('an auditor’s look is recorded, once, whatever the form, and a refused one too', async () => {
    for (const [as, path, code] of [
      ['auditor-all', `/evidence/grant/${agreed}?format=odrl`, 200],
      ['auditor-all', `/evidence/share/${share}?format=prov`, 200],
      ['auditor-all', `/evidence/asset/${asset}?format=prov`, 200],
      ['auditor-all', `/evidence/asset/${asset}?format=dcat`, 200],
      ['auditor-tax', `/evidence/grant/${agreed}?format=odrl`, 403],
      ['auditor-tax', `/evidence/asset/${asset}?format=prov`, 403],
    ] as const) {
      const before = await looks();
      expect([path, (await get(as, path)).status]).toEqual([path, code]);
      expect([path, (await looks()).length]).toEqual([path, before.length + 1]);
    }
    const before = await looks();
    await get('household-steward-1', `/evidence/grant/${agreed}?format=odrl`);
    expect(await looks()).toHaveLength(before.length);
  });

  test('drl evidence writes each form, whole', async () => {
    const drl = async (as: string, kind: string, id: string, format: string) => {
      const file = join(gateway.dir, `${kind}.${format}`);
      const code = await run([
        'evidence',
        kind,
        id,
        '--format',
        format,
        '-o',
        file,
        '--json',
        '--url',
        gateway.address,
        '--token',
        gateway.tokens.get(as) ?? '',
      ]);
      return code === 0 ? JSON.parse(readFileSync(file, 'utf8')) : code;
    };
    const out = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
    const err = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect((await drl('household-steward-1', 'grant', agreed, 'odrl')).uid).toContain(agreed);
      expect((await drl('household-steward-1', 'asset', asset, 'dcat'))['@graph'][0]['@id']).toContain(asset);
      expect((await drl('household-steward-1', 'share', share, 'prov')).activity).toHaveProperty([`rec:delivery/${share}`]);
      const whole = (await get('household-steward-1', `/evidence/asset/${asset}?format=prov&limit=200`)).body;
      expect(await drl('household-steward-1', 'asset', asset, 'prov')).toEqual(whole);
      expect((await drl('household-steward-1', 'asset', asset, 'bundle')).format).toBeTruthy();
      // What a kind cannot be had as is said before anybody is asked.
      expect(await drl('household-steward-1', 'right', 'x', 'odrl')).toBe(2);
      expect(await drl('tax-steward-1', 'grant', agreed, 'odrl')).toBe(1);
    } finally {
      out.mockRestore();
      err.mockRestore();
    }
  });
});
