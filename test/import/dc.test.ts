import { createReadStream, readFileSync } from 'node:fs';
import { personalDataFaults } from '@drl/chaincode/model/personalData';
import { shippedMapping } from '@drl/gateway/import/mapping';
import { parseRows } from '@drl/gateway/import/parseRows';
import type { Fault, Row, Warning } from '@drl/gateway/import/rows';
import { parse } from 'csv-parse/sync';
import { describeWith } from '../sharedData';

describeWith('the inventory of the District of Columbia', ['dc-inventory', 'dataset_inventory_2018_03_11.csv'], (file) => {
  const rows: Row[] = [];
  const warnings: Warning[] = [];
  const faults: Fault[] = [];
  // Counted by an independent reader of the same file.
  const raw = parse(readFileSync(file), { columns: true }) as Record<string, string>[];

  beforeAll(async () => {
    for await (const read of parseRows(createReadStream(file), shippedMapping('dc'), 'inventory.csv')) {
      if (read.kind === 'row') rows.push(read);
      else if (read.kind === 'warning') warnings.push(read);
      else faults.push(read);
    }
  });

  test('every entry is a row of its own, with nothing dropped', () => {
    expect(faults).toEqual([]);
    expect(rows).toHaveLength(1640);
    expect(rows.map((r) => r.asset.catalogCode)).toEqual(raw.map((r) => r.RECORD_ID));
  });

  test('99 spellings are 91 agencies', () => {
    expect(new Set(raw.map((r) => r.AGENCY_NAME)).size).toBe(99);
    expect(new Set(rows.map((r) => r.department?.id)).size).toBe(91);
    for (const row of rows) expect(row.department?.name.en).toBeTruthy();
    const of = (code: string) => rows.find((r) => r.asset.catalogCode === code)?.department?.id;
    expect(of(raw.find((r) => r.AGENCY_ACRONYM === 'OP' && r.AGENCY_NAME === 'Public Service Commission')?.RECORD_ID as string)).toBe(
      'psc',
    );
    expect(of('6208')).toBe('dcoa');
  });

  test('classification decides the share type; a withheld entry keeps its reason as the basis', () => {
    const expected: Record<string, string> = { Open: 'unconditional', 'Restricted Confidential': 'none' };
    for (const [i, row] of rows.entries()) {
      const source = raw[i] as Record<string, string>;
      const { asset } = row;
      expect(asset.shareType).toBe(expected[source.DATASET_CLASSIFICATION_NAME as string] ?? 'conditional');
      const reason = (source.DATASET_CLASSIFICATION_REASON as string).trim();
      if (asset.shareType === 'none') expect(asset.shareBasis?.en).toBe(reason);
      if (asset.shareType === 'conditional')
        expect(asset.shareCondition?.en).toBe(reason || 'The inventory states no condition; ask the agency.');
      if (asset.shareType === 'unconditional') expect([asset.shareCondition, asset.shareBasis]).toEqual([undefined, undefined]);
    }
  });

  test('773 fill in an address, 726 of these are URLs and become distributions', () => {
    expect(raw.filter((r) => r.DATASET_URL?.trim()).length).toBe(773);
    const attached = rows.filter((r) => (r.asset.distributions ?? []).length > 0);
    expect(attached).toHaveLength(726);
    expect(attached.every((r) => /^https?:\/\/\S+$/.test(r.asset.distributions?.[0]?.accessURL ?? ''))).toBe(true);
    // What is no URL stays with the columns that have no field; what says "none" is no doubt.
    for (const row of rows.filter((r) => r.asset.source?.columns.DATASET_URL)) expect(row.asset.distributions).toEqual([]);
    expect(warnings.filter((w) => w.code === 'URL_UNREADABLE').map((w) => w.given)).not.toContain('N/A');
    expect(warnings.filter((w) => w.code === 'URL_UNREADABLE').map((w) => w.given)).toContain('spdi.dcps.dc.gov');
  });

  test('a line is where the row starts, though rows span lines', () => {
    const lines = readFileSync(file, 'utf8').split('\n');
    for (const row of rows) expect(lines[row.line - 1]?.startsWith(`${row.asset.catalogCode},`)).toBe(true);
  });

  test('nothing of a row is lost: a column is in a field or among those without one', () => {
    for (const [i, row] of rows.entries()) {
      const source = raw[i] as Record<string, string>;
      const kept = JSON.stringify(row.asset).replace(/(\\[nrt]|\s)+/g, '');
      for (const column of [
        'DATA_OWNER',
        'DATASET_CLASSIFICATION_NAME',
        'INTEREST',
        'EARLIEST_DATE_OF_RECORDS',
        'DATASET_SUMMARY',
        'DATASET_CATEGORY',
      ]) {
        const text = JSON.stringify((source[column] as string).trim())
          .slice(1, -1)
          .replace(/(\\[nrt]|\s)+/g, '');
        expect(kept).toContain(text);
      }
    }
  });

  test('repeated titles are warnings by line, and stay', () => {
    const repeated = warnings.filter((w) => w.code === 'NAME_REPEATED');
    expect(repeated.map((w) => w.given).sort()).toEqual([
      'DDOT Central Business District',
      'Historic View of DC in 1792',
      'Zoning Development Standards',
    ]);
    expect(repeated.every((w) => /^line \d+$/.test(w.accepted ?? ''))).toBe(true);
  });

  test('no number in it is taken for a person’s (rule 10)', () => {
    expect(rows.flatMap((row) => personalDataFaults(row.asset))).toEqual([]);
  });

  test('update intervals and dates', () => {
    const count = (value: string | undefined) => rows.filter((r) => r.asset.accrualPeriodicity === value).length;
    expect([
      count('P1Y'),
      count('realtime'),
      count('P1D'),
      count('P1W'),
      count('P3M'),
      count('P1M'),
      count('P2Y'),
      count(undefined),
    ]).toEqual([450, 411, 315, 79, 65, 48, 1, 214 + 44 + 13]);
    expect(rows.filter((r) => r.asset.contentModified).length).toBe(1640 - 1095);
    expect(rows.find((r) => r.asset.catalogCode === '4573')?.asset.contentModified).toBe('2017-12-11T00:00:00Z');
  });
});
