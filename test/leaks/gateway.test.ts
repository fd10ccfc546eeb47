import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '@drl/gateway/cli/main';
import { parse } from 'csv-parse/sync';
import { attach, type Download, download } from '../delivery/download.js';
import { type Gateway, openGateway, publish } from '../http/gateway.js';
import { describeWith } from '../sharedData.js';

/** A real catalogue, delivered to two departments by a real gateway; what is found of it afterwards. */
describeWith('a real catalogue that leaks', ['dc-inventory', 'dataset_inventory_2018_03_11.csv'], (path) => {
  const root = mkdtempSync(join(tmpdir(), 'drl-leak-'));
  const csv = readFileSync(path, 'utf8');
  const columns = csv
    .slice(csv.charCodeAt(0) === 0xfeff ? 1 : 0, csv.indexOf('\n'))
    .trim()
    .split(',');
  const elements = columns.map((name) => ({ name, type: 'string' }));
  let gateway: Gateway;
  let asset: string;
  let plain: string;
  let social: Download;
  let tax: Download;
  let unmarked: Download;

  beforeAll(async () => {
    writeFileSync(join(root, 'inventory.csv'), csv);
    gateway = await openGateway({ FILE_ROOTS: `household=${root}` });
    const register = async () => {
      const id = await publish(gateway, { elements, shareType: 'unconditional', shareCondition: undefined });
      await attach(gateway, id, { accessURL: 'file:inventory.csv', mediaType: 'text/csv' });
      return id;
    };
    asset = await register();
    plain = await register();
    social = await receive('social-consumer-1', asset, ['canaries']);
    tax = await receive('tax-steward-1', asset, ['canaries', 'order']);
    unmarked = await receive('social-consumer-1', plain);
    await receive('tax-steward-1', plain);
  }, 120_000);
  afterAll(async () => {
    await gateway.close();
    rmSync(root, { recursive: true });
  });

  const receive = async (as: string, id: string, marks?: string[]): Promise<Download> => {
    const asked = { asset: id, elements: columns, purpose: 'dpv:ServiceProvision', legalBasis: { en: 'Act' } };
    const { body } = await gateway.call(as, 'POST', '/grants', { ...asked, constraints: marks ? { marks } : {} });
    const got = await download(gateway, body.id, {}, { as });
    if (got.status !== 200 || !got.complete) throw new Error(JSON.stringify(got.body));
    return got;
  };
  const shareOf = (got: Download) => got.headers['share-id'] as string;
  const rowsOf = (bytes: Buffer | string) => (parse(bytes, { bom: true }) as string[][]).slice(1);
  const quoted = (cell: string) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
  const csvOf = (names: readonly string[], rows: readonly (readonly string[])[]) =>
    `${[names, ...rows].map((row) => row.map(quoted).join(',')).join('\n')}\n`;
  const ask = (body: unknown, { as = 'auditor-all', query = '', type = 'text/csv' } = {}) =>
    gateway.call(as, 'POST', `/audit/leaks${query}`, body, { 'Content-Type': type });
  /** Every third row, last first, of some columns. */
  const part = (got: Download, names: readonly string[]) => {
    const places = names.map((name) => columns.indexOf(name));
    const rows = rowsOf(got.bytes).filter((_, i) => i % 3 === 0);
    return csvOf(
      names,
      rows.reverse().map((row) => places.map((place) => row[place] as string)),
    );
  };
  const looks = async () =>
    (await gateway.call('auditor-all', 'GET', '/audit/queries?limit=200')).body.items as {
      action: string;
      outcome: string;
      resultCount: number;
    }[];

  test('a delivery says its marks, counts its data alone, and commits to a root', async () => {
    expect(tax.headers['share-marks']).toBe('canaries, order');
    expect(unmarked.headers['share-marks']).toBeUndefined();
    expect(unmarked.bytes.toString()).toBe(csv);
    const { body: share } = await gateway.call('auditor-all', 'GET', `/shares/${shareOf(tax)}`);
    const { canaries, rows, root } = share.fingerprint;
    expect(share.rows).toBe(rowsOf(csv).length);
    expect(rows).toBe(share.rows + canaries);
    expect(canaries).toBeGreaterThan(50);
    expect(root).toMatch(/^[0-9a-f]{64}$/);
    // Without the canaries, and in their order again, the rows are those of the resource.
    const { body } = await gateway.call('tax-steward-1', 'GET', `/shares/${shareOf(tax)}/canaries`);
    const made = (body as string)
      .trim()
      .split('\n')
      .map((line) => JSON.stringify(Object.values(JSON.parse(line))));
    expect(made).toHaveLength(canaries);
    const got = rowsOf(tax.bytes).map((row) => JSON.stringify(row));
    for (const row of made) got.splice(got.indexOf(row), 1);
    expect(got.sort()).toEqual(
      rowsOf(csv)
        .map((row) => JSON.stringify(row))
        .sort(),
    );
    expect((await gateway.call('auditor-all', 'GET', `/shares/${shareOf(tax)}/canaries`)).body.code).toBe('ROLE_MISSING');
    expect((await gateway.call('social-steward-1', 'GET', `/shares/${shareOf(tax)}/canaries`)).status).toBe(403);
  });

  test('who leaked a third of it, reordered and with columns dropped, is named; the others, who hold the same data, are not', async () => {
    const before = (await looks()).length;
    const { status, body } = await ask(part(tax, ['RECORD_ID', 'DATASET_NAME', 'AGENCY_NAME', 'no such column']));
    expect(status).toBe(200);
    const named = body.deliveries.filter((one: { finding: string }) => one.finding !== 'contains');
    expect(named).toEqual([
      expect.objectContaining({ share: shareOf(tax), consumer: 'tax', finding: 'identified', onLedger: true, block: expect.any(Number) }),
    ]);
    expect(named[0].falseAccusation).toBeLessThan(1e-6);
    expect(body.sample.unknownColumns).toEqual(['no such column']);
    const [look, ...rest] = await looks();
    expect(rest).toHaveLength(before);
    expect(look).toMatchObject({ action: 'leak', outcome: 'answered', resultCount: body.deliveries.length });
  });

  test('two leaks in one file: both are named', async () => {
    const { body } = await ask(csvOf(columns, [...rowsOf(tax.bytes).slice(0, 900), ...rowsOf(social.bytes).slice(700)]));
    const named = body.deliveries.filter((one: { finding: string }) => one.finding === 'identified');
    expect(named.map((one: { share: string }) => one.share).sort()).toEqual([shareOf(tax), shareOf(social)].sort());
  });

  test('without marks nobody is accused: both recipients hold the rows, each as probable as the other', async () => {
    const { body } = await ask(part(unmarked, columns), { query: `?asset=${plain}` });
    expect(body.deliveries.map(({ finding, confidence }: { finding: string; confidence: number }) => [finding, confidence])).toEqual([
      ['indistinguishable', 0.5],
      ['indistinguishable', 0.5],
    ]);
    expect(body.statement.en).toMatch(/nothing tells them apart/);
    expect(body.statement.zh).toMatch(/不构成指认/);
  });

  test('the provider’s own copy, and data that was never delivered, lead to nobody', async () => {
    const own = await ask(csv, { query: `?asset=${asset}` });
    expect(own.body.deliveries.map((one: { finding: string }) => one.finding)).toEqual(['contains', 'contains']);
    const other = rowsOf(csv).map((row) => row.map((cell) => `${cell}x`));
    expect((await ask(csvOf(columns, other))).body).toMatchObject({
      deliveries: [],
      sameBytes: [],
      statement: { en: expect.stringMatching(/No delivery/) },
    });
  });

  test('a digest, and a record', async () => {
    const { body } = await ask({ digest: tax.sha256 }, { type: 'application/json' });
    expect(body.sameBytes).toEqual([{ share: shareOf(tax), provider: 'household', consumer: 'tax', confidence: 1 }]);
    expect((await ask({ digest: unmarked.sha256 }, { type: 'application/json' })).body.sameBytes).toHaveLength(2);
    const [first] = rowsOf(unmarked.bytes) as [string[]];
    const record = Object.fromEntries(columns.slice(0, 7).map((name, i) => [name, first[i]]));
    const held = await ask({ record }, { type: 'application/json', query: `?asset=${plain}` });
    expect(held.body.deliveries.map((one: { rows: { found: number } }) => one.rows.found)).toEqual([1, 1]);
    const ndjson = rowsOf(tax.bytes)
      .slice(0, 400)
      .map((row) => JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, row[i]]))));
    expect((await ask(ndjson.join('\n'), { type: 'application/x-ndjson' })).body.deliveries[0]).toMatchObject({
      share: shareOf(tax),
      finding: 'identified',
    });
    expect((await ask(`[${ndjson.join(',')}]`, { type: 'application/json' })).body.deliveries[0]).toMatchObject({ share: shareOf(tax) });
  });

  test('who may: an auditor in scope, a department for its own assets; what is out of scope is refused and recorded', async () => {
    const sample = part(tax, columns);
    expect((await ask(sample, { as: 'household-steward-1' })).body.deliveries[0]).toMatchObject({ share: shareOf(tax) });
    expect((await ask(sample, { as: 'social-consumer-1' })).body).toMatchObject({ deliveries: [], deliveriesAsked: 0 });
    expect((await ask(sample, { as: 'auditor-tax' })).body).toMatchObject({ deliveries: [] });
    const out = await ask(sample, { as: 'auditor-tax', query: `?asset=${asset}` });
    expect(out).toMatchObject({ status: 403, body: { code: 'OUT_OF_SCOPE' } });
    expect((await looks())[0]).toMatchObject({ action: 'leak', outcome: 'refused', resultCount: 0 });
    expect((await ask('a,b\n1\n')).body.code).toBe('SAMPLE_MALFORMED');
    expect((await ask({ digest: 'x' }, { type: 'application/json' })).body.code).toBe('INPUT_INVALID');
    expect((await ask(sample, { query: '?asset=ast-000000000000000000000000' })).status).toBe(404);
  });

  test('drl leak: the proof is taken away and holds without any service; another’s share, a changed value or key does not', async () => {
    const written: string[] = [];
    const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
    try {
      const [found, proofs, trust] = [join(root, 'found.csv'), join(root, 'proofs'), join(gateway.dir, 'trust')];
      writeFileSync(found, part(tax, ['RECORD_ID', 'DATASET_NAME']));
      const as = ['--url', gateway.address, '--token', gateway.tokens.get('auditor-all') as string];
      expect(await run(['leak', found, '-o', proofs, '--asset', asset, ...as])).toBe(0);
      expect(written.join('')).toContain(shareOf(tax));
      const file = join(proofs, `${shareOf(tax)}.leak.json`);
      written.length = 0;
      expect(await run(['leak', 'verify', file, '--trust', trust, '--json'])).toBe(0);
      const report = JSON.parse(written.join(''));
      expect(report).toMatchObject({ verdict: 'proven', consumer: 'tax', provider: 'household', columns: ['RECORD_ID', 'DATASET_NAME'] });
      expect(report.canaries).toBeGreaterThan(0);
      const text = readFileSync(file, 'utf8');
      const forged = async (change: (proof: ReturnType<typeof JSON.parse>) => void) => {
        const altered = JSON.parse(text);
        change(altered.proof);
        writeFileSync(join(root, 'forged.json'), JSON.stringify(altered));
        return run(['leak', 'verify', join(root, 'forged.json'), '--trust', trust]);
      };
      expect(await forged(() => undefined)).toBe(0);
      expect(
        await forged((proof) => {
          proof.rows[0].values[1] += '!';
        }),
      ).toBe(1);
      expect(
        await forged((proof) => {
          proof.rows[0].canary = !proof.rows[0].canary;
        }),
      ).toBe(1);
      expect(
        await forged((proof) => {
          proof.columns[0].key = '00'.repeat(16);
        }),
      ).toBe(1);
      expect(
        await forged((proof) => {
          proof.rows[0].row += 1;
        }),
      ).toBe(1);
      expect(
        await forged((proof) => {
          proof.root = '00'.repeat(32);
        }),
      ).toBe(1);
      expect(
        await forged((proof) => {
          proof.share = shareOf(social);
        }),
      ).toBe(1);
      expect(
        await forged((proof) => {
          proof.rows = {};
        }),
      ).toBe(2);
    } finally {
      out.mockRestore();
    }
  });

  test('drl canaries: the file that was received, without what was made up, is what the provider has', async () => {
    const out = jest.spyOn(process.stdout, 'write').mockImplementation(() => true);
    try {
      const [got, clean] = [join(root, 'got.csv'), join(root, 'clean.csv')];
      writeFileSync(got, social.bytes);
      const as = ['--url', gateway.address, '--token', gateway.tokens.get('social-consumer-1') as string];
      expect(await run(['canaries', shareOf(social), '--from', got, '-o', clean, ...as])).toBe(0);
      expect(readFileSync(clean, 'utf8')).toBe(csv);
    } finally {
      out.mockRestore();
    }
  });

  test('a delivery that broke off is known again too, and what is no longer kept is said', async () => {
    writeFileSync(join(root, 'long.csv'), `code,name\n${Array.from({ length: 600_000 }, (_, i) => `K${i * 7},n${i}`).join('\n')}\n`);
    const id = await publish(gateway, {
      ...{ elements: ['code', 'name'].map((name) => ({ name, type: 'string' })), shareType: 'unconditional', shareCondition: undefined },
    });
    await attach(gateway, id, { accessURL: 'file:long.csv', mediaType: 'text/csv' });
    const asked = { asset: id, elements: ['code', 'name'], purpose: 'dpv:ServiceProvision', legalBasis: { en: 'Act' } };
    const { body } = await gateway.call('tax-steward-1', 'POST', '/grants', asked);
    const cut = await download(gateway, body.id, {}, { as: 'tax-steward-1', stopAfter: 300_000 });
    expect(cut.complete).toBe(false);
    const found = cut.bytes.toString().split('\n').slice(0, 500).join('\n');
    const told = await ask(`${found}\n`, { query: `?asset=${id}` });
    expect(told.body.deliveries).toEqual([
      expect.objectContaining({ share: shareOf(cut), status: 'opened', onLedger: false, consumer: 'tax' }),
    ]);
    expect(told.body.deliveries[0].proof).toBeUndefined();
    rmSync(join(gateway.dir, 'fingerprints', 'tags'), { recursive: true });
    expect((await ask(`${found}\n`, { query: `?asset=${id}` })).body).toMatchObject({
      deliveries: [],
      deliveriesAsked: 0,
      deliveriesGone: 1,
    });
  });

  test('a look that cannot be recorded is not answered', async () => {
    await gateway.service.services.questions.close();
    expect(await ask(part(tax, columns))).toMatchObject({ status: 503, body: { code: 'AUDIT_NOT_RECORDED' } });
  });
});
