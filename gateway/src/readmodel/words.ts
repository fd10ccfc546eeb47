/**
 * Words of a text for searching: Latin and other letters by word, Chinese by single character and by pair, since Chinese is written without spaces.
 * Pairs only narrow the search; whether a text really holds what was asked is decided on the text (`holds`).
 */
const RUN = /\p{Script=Han}+|(?:(?!\p{Script=Han})[\p{L}\p{N}\p{M}])+/gu;
const HAN = /^\p{Script=Han}/u;
/** Longer words are cut: nobody searches by more, and a key must stay short. */
const MAX_WORD = 64;

/** NFKC, so that full-width and half-width forms of a letter are the same one. */
export function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** The words under which a text is found. */
export function wordsOf(texts: Iterable<string>): Set<string> {
  const words = new Set<string>();
  for (const text of texts) {
    for (const [run] of normal(text).matchAll(RUN)) {
      if (HAN.test(run)) {
        const characters = [...run];
        for (let i = 0; i < characters.length; i++) {
          words.add(characters[i] as string);
          if (i > 0) words.add(`${characters[i - 1]}${characters[i]}`);
        }
      } else words.add(run.slice(0, MAX_WORD));
    }
  }
  return words;
}

/** One thing asked for: the text must hold it. `beginning` of a word, or a stretch of Chinese `anywhere`. */
export interface Term {
  readonly text: string;
  readonly where: 'beginning' | 'anywhere';
}

export function termsOf(question: string): Term[] {
  const terms = new Map<string, Term>();
  for (const [run] of normal(question).matchAll(RUN)) {
    const where = HAN.test(run) ? 'anywhere' : 'beginning';
    const text = where === 'anywhere' ? run : run.slice(0, MAX_WORD);
    terms.set(text, { text, where });
  }
  return [...terms.values()];
}

/** Words that every text holding the term is filed under: pairs of Chinese characters, or the one. */
export function pairsOf(term: Term): string[] {
  const characters = [...term.text];
  return characters.length < 2 ? characters : characters.slice(1).map((c, i) => `${characters[i]}${c}`);
}

export function holds(texts: readonly string[], term: Term): boolean {
  return texts.some((text) => {
    const plain = normal(text);
    if (term.where === 'anywhere') return plain.includes(term.text);
    for (const [run] of plain.matchAll(RUN)) if (run.startsWith(term.text)) return true;
    return false;
  });
}
