import { dirname, join } from 'node:path';
import { setImmediate as breath } from 'node:timers/promises';
import PDFDocument from 'pdfkit';
import { type Cell, linesOf, type Report, type Section } from './report.js';

/**
 * A4, with its font inside, so that Chinese is read on a machine that has none. Noto Sans Hans knows every character of GB 2312 and most of
 * GBK; only the glyphs in use are kept. One weight: reading and subsetting one is some 80 ms of processor time, during which nothing else
 * runs, and a second one would be 140 ms more. What is bold is drawn with an outline.
 */
const FONT = join(dirname(require.resolve('@embedpdf/fonts-sc')), '..', 'fonts', 'NotoSansHans-Regular.otf');
const MARGIN = 42;
const GAP = 6;
const SIZE = 9;
const SOFT = '#555555';
const BOLD = { fill: true, stroke: true } as const;
/** Height of a section's heading and of its columns' names. */
const HEADING = 64;
/** Laying out is synchronous: after so many rows others get their turn. */
const ROWS_A_TURN = 20;

type Doc = PDFKit.PDFDocument;

export async function pdfOf(report: Report): Promise<Buffer> {
  const { title, facts, sections, at } = report;
  const info = { Title: `${title.zh} ${title.en}`, CreationDate: new Date(at), ModDate: new Date(at) };
  // No font is named before ours are known: the default would be one of the standard fourteen, which have no Chinese.
  const doc = new PDFDocument({ size: 'A4', margin: MARGIN, bufferPages: true, lang: 'zh-CN', info, font: '' });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise((resolve) => doc.once('end', resolve));
  doc.registerFont('regular', FONT).font('regular').lineWidth(0.4);

  doc.fontSize(16).text(title.zh, BOLD);
  doc.fontSize(11).fillColor(SOFT).text(title.en).fillColor('black').moveDown();
  for (const { name, value } of facts) row(doc, [22, 78], [name, value], false);
  for (const section of sections) await sectionOf(doc, report, section);
  numberPages(doc);
  doc.end();
  await ended;
  return Buffer.concat(chunks);
}

async function sectionOf(doc: Doc, { columns }: Report, { heading, rows, empty }: Section): Promise<void> {
  const widths = columns.map(({ width }) => width);
  const head = () => {
    row(
      doc,
      widths,
      columns.map(({ name }) => name),
      true,
    );
    rule(doc);
  };
  doc.moveDown();
  // A heading stands on the page of the first row beneath it.
  const [first] = rows;
  if (doc.y + HEADING + (first === undefined ? 0 : heightOf(doc, widths, first)) > bottom(doc)) doc.addPage();
  doc.fontSize(12).lineWidth(0.4).strokeColor('black').text(linesOf(heading).join('  '), MARGIN, doc.y, BOLD).moveDown(0.4);
  if (rows.length === 0) return void doc.fontSize(SIZE).fillColor(SOFT).text(linesOf(empty).join('  ')).fillColor('black');
  head();
  for (const [i, cells] of rows.entries()) {
    if (i % ROWS_A_TURN === ROWS_A_TURN - 1) await breath();
    if (doc.y + heightOf(doc, widths, cells) > bottom(doc)) {
      doc.addPage();
      head();
    }
    row(doc, widths, cells, false);
    rule(doc);
  }
}

/** The cells side by side; the next line begins beneath the tallest. */
function row(doc: Doc, widths: readonly number[], cells: readonly Cell[], bold: boolean): void {
  const top = doc.y;
  const height = heightOf(doc, widths, cells);
  let x = MARGIN;
  for (const [i, cell] of cells.entries()) {
    const width = columnWidth(doc, widths[i] ?? 0);
    doc.y = top;
    for (const [n, line] of linesOf(cell).entries()) {
      const colour = n > 0 ? SOFT : 'black';
      face(doc, n)
        .lineWidth(0.3)
        .fillColor(colour)
        .strokeColor(colour)
        .text(line, x, doc.y, { width: width - GAP, ...(bold ? BOLD : {}) });
    }
    x += width;
  }
  doc.fillColor('black');
  doc.x = MARGIN;
  doc.y = top + height;
}

function heightOf(doc: Doc, widths: readonly number[], cells: readonly Cell[]): number {
  const heights = cells.map((cell, i) => {
    const width = columnWidth(doc, widths[i] ?? 0) - GAP;
    return linesOf(cell).reduce((sum, line, n) => sum + face(doc, n).heightOfString(line, { width }), 0);
  });
  return Math.max(...heights) + 4;
}

/** A second line is the same thing in the other language, and smaller. */
function face(doc: Doc, line: number): Doc {
  return doc.fontSize(line === 0 ? SIZE : SIZE - 1);
}

const columnWidth = (doc: Doc, share: number) => ((doc.page.width - 2 * MARGIN) * share) / 100;
const bottom = (doc: Doc) => doc.page.height - MARGIN - 14;

function rule(doc: Doc): void {
  const y = doc.y - 1;
  doc
    .moveTo(MARGIN, y)
    .lineTo(doc.page.width - MARGIN, y)
    .lineWidth(0.4)
    .strokeColor('#bbbbbb')
    .stroke();
  doc.y += 2;
}

function numberPages(doc: Doc): void {
  const { count } = doc.bufferedPageRange();
  for (let page = 0; page < count; page++) {
    doc.switchToPage(page);
    // Below the margin, where text would otherwise begin another page.
    doc.page.margins.bottom = 0;
    doc
      .fontSize(8)
      .fillColor(SOFT)
      .text(`${page + 1} / ${count}`, MARGIN, doc.page.height - MARGIN + 6, { width: doc.page.width - 2 * MARGIN, align: 'center' });
  }
}
