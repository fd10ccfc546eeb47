import type { Arranger, Row } from '../delivery/cut/cutter.js';
import { formatOf } from '../delivery/cut/formats.js';

/** A delivery without its canaries, as it was written but for them; undefined where the file's name says no form that has rows. */
export function stripped(
  file: string,
  chunks: AsyncIterable<Buffer>,
  canaries: readonly Readonly<Record<string, string>>[],
): AsyncIterable<Buffer> | undefined {
  const format = formatOf(undefined, undefined, `file:${file}`);
  if (!format) return undefined;
  const cutter = format.make({ elements: 'all', limit: Number.POSITIVE_INFINITY, arranger: new Remover(canaries) });
  return (async function* () {
    for await (const chunk of chunks) yield* cutter.write(Buffer.from(chunk));
    yield cutter.end();
  })();
}

class Remover implements Arranger {
  readonly #columns: readonly string[];
  /** How many rows are left to be taken out, by what they say. */
  readonly #left = new Map<string, number>();

  constructor(canaries: readonly Readonly<Record<string, string>>[]) {
    this.#columns = Object.keys(canaries[0] ?? {});
    for (const canary of canaries) {
      const said = JSON.stringify(this.#columns.map((name) => canary[name]));
      this.#left.set(said, (this.#left.get(said) ?? 0) + 1);
    }
  }

  row({ names, values, bytes }: Row): readonly Buffer[] {
    const said = JSON.stringify(this.#columns.map((name) => values[names.indexOf(name)]));
    const left = this.#left.get(said) ?? 0;
    if (left === 0) return [bytes];
    this.#left.set(said, left - 1);
    return [];
  }

  end(): readonly Buffer[] {
    return [];
  }
}
