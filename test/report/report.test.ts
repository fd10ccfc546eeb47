import { inflateSync } from 'node:zlib';
import { csvOf } from '@drl/gateway/report/csv';
import { htmlOf } from '@drl/gateway/report/html';
import { pdfOf } from '@drl/gateway/report/pdf';
import type { Cell, Report } from '@drl/gateway/report/report';
import { parse } from 'csv-parse/sync';

const report = (rows: readonly (readonly Cell[])[]): Report => ({
  title: { zh: '自查报告', en: 'Self-check' },
  facts: [{ name: { zh: '部门', en: 'Department' }, value: 'household <户政>' }],
  columns: [
    { name: { zh: '资源', en: 'Asset' }, width: 40 },
    { name: { zh: '整改', en: 'Remedy' }, width: 60 },
  ],
  sections: [
    { heading: { zh: '新发现', en: 'New' }, rows, empty: { zh: '无', en: 'none' } },
    { heading: { zh: '已消除', en: 'Gone' }, rows: [], empty: { zh: '没有', en: 'nothing' } },
  ],
  at: '2026-03-02T01:00:00.000Z',
});
const remedy = { zh: '更新内容', en: 'Renew the content' };
const hostile = ['=HYPERLINK("http://x","y")', '<script>alert(1)</script>', 'a "quoted", comma\nand line'];

test('a table that a spreadsheet reads as what was said, and runs nothing of', () => {
  const text = csvOf(report(hostile.map((title) => [title, remedy])));
  expect(text.charCodeAt(0)).toBe(0xfeff);
  const rows = parse(text, { columns: true, bom: true }) as Record<string, string>[];
  expect(rows.map((row) => row['资源 Asset'])).toEqual([`'${hostile[0]}`, hostile[1], hostile[2]]);
  for (const row of rows) expect(row).toMatchObject({ '整改 (zh)': '更新内容', 'Remedy (en)': 'Renew the content', '分组 (zh)': '新发现' });
  expect(csvOf(report([[-5, remedy]]))).toContain('\r\n新发现,New,-5,');
});

test('a page on which others’ words stay words', () => {
  const page = htmlOf(report(hostile.map((title) => [title, remedy])));
  expect(page).not.toMatch(/<script|href=/);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain('<span lang="zh-CN">更新内容</span><span lang="en">Renew the content</span>');
  expect(page).toContain('没有');
  // Nothing is fetched for it.
  expect(page).not.toMatch(/src=|@import|url\(/);
});

describe('paper', () => {
  const rows = Array.from({ length: 120 }, (_, i) => [`人口基础信息 ${i}`, remedy]);

  test('the font is inside, and holds every character that is shown', async () => {
    const bytes = await pdfOf(report(rows));
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    const fonts = streamsOf(bytes).filter(({ head }) => head.includes('/CIDFontType0C'));
    expect(fonts).toHaveLength(1);
    const shown = [...new Set(streamsOf(bytes).flatMap(({ body }) => unicodesOf(body)))].join('');
    for (const character of '自查报告人口基础信息更新内容没有Renew') expect(shown).toContain(character);
  });

  test('a table longer than a page goes on, under its own head', async () => {
    const pages = (bytes: Buffer) => bytes.toString('latin1').match(/\/Type \/Page\b/g)?.length ?? 0;
    expect(pages(await pdfOf(report(rows.slice(0, 3))))).toBe(1);
    expect(pages(await pdfOf(report(rows)))).toBeGreaterThan(3);
  });

  test('the same report is the same bytes', async () => {
    const once = await pdfOf(report(rows.slice(0, 5)));
    expect(once.equals(await pdfOf(report(rows.slice(0, 5))))).toBe(true);
    expect(once.equals(await pdfOf(report(rows.slice(0, 6))))).toBe(false);
  });
});

function streamsOf(pdf: Buffer): { head: string; body: Buffer }[] {
  const text = pdf.toString('latin1');
  return [...text.matchAll(/<<((?:(?!>>\nstream|endobj)[\s\S])*)>>\nstream\n/g)].map((match) => {
    const start = match.index + match[0].length;
    const length = Number(/\/Length (\d+)/.exec(match[1] as string)?.[1]);
    const raw = pdf.subarray(start, start + length);
    return { head: match[1] as string, body: (match[1] as string).includes('/FlateDecode') ? inflateSync(raw) : raw };
  });
}

/** The characters that a font's ToUnicode map (PDF 32000-1, section 9.10.3) gives its glyphs. */
function unicodesOf(body: Buffer): string[] {
  const text = body.toString('latin1');
  if (!text.includes('beginbfrange')) return [];
  return [...text.matchAll(/<([0-9a-f]{4})>/g)].map((match) => String.fromCharCode(Number.parseInt(match[1] as string, 16)));
}
