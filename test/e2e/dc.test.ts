import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describeWith } from '../sharedData';
import { RealService } from './service';

type Page = {
  items: { id: string; publisher: string; shareType: string; version: number; distributions: unknown[]; source?: { line: number } }[];
  nextCursor: string | null;
};

describeWith(
  'the inventory of the District of Columbia, brought in by a manager',
  ['dc-inventory', 'dataset_inventory_2018_03_11.csv'],
  (path) => {
    const service = new RealService({ DEMO: '0', PROBE_HOURS: '0' });
    const file = join(service.dir, 'inventory.csv');
    let token: string;
    const bring = async (...more: string[]) => {
      const ran = await service.drl(['import', file, '--mapping', 'dc', '--json', '--token', token, ...more]);
      return {
        code: ran.code,
        events: ran.out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>),
      };
    };
    const everything = async () => {
      const items: Page['items'] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const manager = { name: '', department: '', roles: [], token };
        const page: Page = (
          await service.ask<Page>(manager, 'GET', `/assets?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`)
        ).body;
        items.push(...page.items);
        cursor = page.nextCursor;
      }
      return items;
    };

    beforeAll(async () => {
      copyFileSync(path, file);
      await service.start();
      token = (JSON.parse(readFileSync(join(service.dataDir, 'initial-manager.json'), 'utf8')) as { token: string }[])[0]?.token as string;
    }, 120_000);
    afterAll(() => service.remove());

    test('every entry is there, under its own agency, with what the file says', async () => {
      const { code, events } = await bring('--admit');
      expect(code).toBe(0);
      expect(events.at(-1)).toMatchObject({ event: 'summary', rows: 1640, registered: 1640, dropped: 0, admitted: 91 });
      const assets = await everything();
      expect(assets).toHaveLength(1640);
      const count = (shareType: string) => assets.filter((a) => a.shareType === shareType).length;
      expect([count('unconditional'), count('conditional'), count('none')]).toEqual([708, 137 + 193 + 508, 94]);
      expect(assets.filter((a) => a.distributions.length > 0)).toHaveLength(726);
      expect(new Set(assets.map((a) => a.publisher)).size).toBe(91);
      // The file claims no authority, so nobody is in dispute.
      const manager = { name: '', department: '', roles: [], token };
      expect((await service.ask<Page>(manager, 'GET', '/disputes')).body.items).toEqual([]);
    }, 240_000);

    test('the indicators count what a reader of the file counts', async () => {
      const raw = parse(readFileSync(path), { columns: true }) as Record<string, string>[];
      const filled = (name: string) => raw.filter((row) => row[name]?.trim());
      const urls = filled('DATASET_URL').filter((row) => /^https?:\/\/\S+$/i.test((row.DATASET_URL as string).trim()));
      expect([raw.length, filled('DATASET_URL').length, urls.length]).toEqual([1640, 773, 726]);
      const ran = await service.drl(['indicators', '--json', '--token', token]);
      const { figures } = JSON.parse(ran.out) as {
        figures: { id: string; value: number; numerator?: number; denominator?: number; breakdown: Record<string, unknown>[] }[];
      };
      const figure = (id: string) => figures.find((one) => one.id === id);
      expect(figure('entries')).toMatchObject({ value: raw.length });
      expect(figure('attachment-rate')).toMatchObject({ value: 44.3, numerator: urls.length, denominator: raw.length });
      const withheld = raw.filter((row) => row.DATASET_CLASSIFICATION_NAME === 'Restricted Confidential');
      const based = withheld.filter((row) => row.DATASET_CLASSIFICATION_REASON?.trim());
      expect(figure('withheld-rate')).toMatchObject({ numerator: withheld.length, denominator: raw.length, value: 5.7 });
      expect(figure('withheld-with-basis')).toMatchObject({ numerator: based.length, denominator: withheld.length });
      // What names a period but real time; of these, entries whose own date is years back were late when they came in.
      const dated = raw.filter((row) =>
        ['Daily', 'Weekly', 'Monthly', 'Quarterly', 'Yearly', 'Biennially'].includes(row.UPDATE_INTERVAL as string),
      );
      const undatedOnes = dated.filter((row) => !row.DATE_LAST_MODIFIED?.trim());
      expect(figure('timely-entries')).toMatchObject({ numerator: undatedOnes.length, denominator: dated.length });
      const byAgency = figure('attachment-rate')?.breakdown.find((line) => line.department === 'dcoz');
      const zoning = (row: Record<string, string>) => row.AGENCY_NAME === 'DC Office of Zoning';
      expect(byAgency).toMatchObject({ numerator: urls.filter(zoning).length, denominator: raw.filter(zoning).length });
    });

    test('each row is signed by its own agency’s steward, whose key the importer holds', async () => {
      const manager = { name: '', department: '', roles: [], token };
      const { items } = (
        await service.ask<{ items: { publisher: string; created: Record<string, string> }[] }>(
          manager,
          'GET',
          '/assets?publisher=octo&limit=5',
        )
      ).body;
      for (const { publisher, created } of items) expect(created).toMatchObject({ department: publisher, custodian: 'data-bureau' });
    });

    test('again, and nothing changes; one row changed, and one asset does', async () => {
      const before = new Map((await everything()).map((a) => [a.id, a.version]));
      expect((await bring('--admit')).events.at(-1)).toMatchObject({ registered: 0, revised: 0, unchanged: 1640, dropped: 0 });
      writeFileSync(file, readFileSync(file, 'utf8').replace('Programs and Outreach', 'Programmes and Outreach'));
      expect((await bring('--admit')).events.at(-1)).toMatchObject({ registered: 0, revised: 1, unchanged: 1639 });
      const changed = (await everything()).filter((a) => before.get(a.id) !== a.version);
      expect(changed).toHaveLength(1);
    }, 120_000);

    test('without --admit a manager writes for nobody', async () => {
      const { events } = await bring();
      expect(events.at(-1)).toMatchObject({ registered: 0, dropped: 1640 });
      expect(events.find((e) => e.event === 'dropped')).toMatchObject({ code: 'NOT_YOURS', rule: '1' });
    }, 120_000);
  },
);
