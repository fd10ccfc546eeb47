/**
 * A row limit that many shares draw on at once. One sum would let one share into a block; so a large limit is dealt out into allotments, each
 * a key with its own sum, and a share draws on as few as it needs, from one on that its transaction id points to. It is refused only once it has
 * read every one of them and all that is left together would not do: exact, since whoever reads a sum conflicts with whoever changes it.
 */
const ROWS_EACH = 1_000;
/** What a refusal by the limit reads at most, and about as many shares as one block can take of a grant. */
const MOST = 128;

export interface Draw {
  readonly allotment: number;
  /** Of this allotment, this draw included. */
  readonly taken: number;
}

/** Small limits have one, which is the sum itself: what is soon used up needs no parallelism, and its shares no more keys. */
export function allotmentsOf(maxRows: number): number {
  return Math.max(1, Math.min(MOST, Math.floor(maxRows / ROWS_EACH)));
}

/** `taken`: what an allotment has given so far. Answers the draws that make up `rows`, or how many rows are left. */
export async function drawRows(
  maxRows: number,
  rows: number,
  seed: number,
  taken: (allotment: number) => Promise<number>,
): Promise<{ readonly draws: readonly Draw[] } | { readonly left: number }> {
  const count = allotmentsOf(maxRows);
  const size = (allotment: number) => Math.floor(maxRows / count) + (allotment < maxRows % count ? 1 : 0);
  const draws: Draw[] = [];
  let wanting = rows;
  for (let i = 0; i < count && wanting > 0; i++) {
    const allotment = (seed + i) % count;
    const before = await taken(allotment);
    const drawn = Math.min(wanting, size(allotment) - before);
    if (drawn > 0) draws.push({ allotment, taken: before + drawn });
    wanting -= drawn;
  }
  return wanting === 0 ? { draws } : { left: rows - wanting };
}
