/**
 * A report, apart from what it is shown as: page (html.ts), table (csv.ts) and paper (pdf.ts) are made from the same. What we say in it is said
 * in both languages, one beneath the other, since it goes to people who read either.
 */
export interface Texts {
  readonly zh: string;
  readonly en: string;
}

/** A plain string is data: it is the same in every language. */
export type Cell = string | number | Texts;

export interface Column {
  readonly name: Texts;
  /** Its share of the page's width, in per cent; a section's add up to 100. */
  readonly width: number;
}

export interface Section {
  readonly heading: Texts;
  readonly rows: readonly (readonly Cell[])[];
  /** What is said where there are no rows. */
  readonly empty: Texts;
}

export interface Report {
  readonly title: Texts;
  /** Of what, as of when: said before the sections, in order. */
  readonly facts: readonly { readonly name: Texts; readonly value: Cell }[];
  /** Every section's. */
  readonly columns: readonly Column[];
  readonly sections: readonly Section[];
  /** RFC 3339: the time that the report speaks of. The same question about the same block makes the same bytes. */
  readonly at: string;
}

/** The lines of a cell, Chinese first; a text that is the same in both languages is one line. */
export function linesOf(cell: Cell): readonly string[] {
  if (typeof cell !== 'object') return [String(cell)];
  return cell.zh === cell.en ? [cell.zh] : [cell.zh, cell.en];
}
