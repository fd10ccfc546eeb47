import type { Asset, Element } from '@drl/chaincode/model/records/asset';
import type { Localized } from '@drl/chaincode/model/records/common';
import type { Demand, WantedElement } from '@drl/chaincode/model/records/demand';
import { nameKey } from '../readmodel/naming.js';
import { signKey } from '../readmodel/near.js';
import type { Near, Sign } from '../readmodel/readmodel.js';
import { normal, pairsOf, termsOf, wordsOf } from '../readmodel/words.js';

/**
 * How well an asset, or another demand, answers what is wanted: from 0 to 1, by elements, words and theme, and always with what it rests on. Pure: the
 * same wish, record and rarities give the same score anywhere.
 */
export interface Wish {
  readonly want: Localized;
  readonly elements?: readonly WantedElement[] | undefined;
  readonly theme?: string | undefined;
}

export interface Likeness {
  /** 0 to 1, three decimals. */
  readonly score: number;
  readonly because: Because;
}

export interface Because {
  /** Wanted elements that are there. */
  readonly elements: readonly MatchedElement[];
  /** Words of the wish that are there; stretches of Chinese as long as they hold. */
  readonly words: readonly string[];
  readonly theme: boolean;
}

export interface MatchedElement {
  readonly wanted: string;
  readonly found: string;
  readonly by: 'dataElementId' | 'name' | 'title';
  /** The types are known and are not the same. */
  readonly typeDiffers?: true;
  /** It is there and is not shared. */
  readonly withheld?: true;
}

export type Rarity = Near<'asset'>['rarity'];

const WEIGHTS = { elements: 0.5, words: 0.4, theme: 0.1 };
/** A word in a description says less than one in the title. */
const BESIDE_TITLE = 0.6;
/** Of the words' part, what goes to how much of the title was asked for: of two that have all words, the one that is about nothing else. */
const WHOLE_TITLE = 0.2;

/** What is looked for in the indexes: elements by name, title and data element, words of all languages. */
export function signsOf({ want, elements = [] }: Wish): Sign[] {
  const called = elements.flatMap(namesOf);
  const named = [...called, ...called.map(nameKey), ...elements.flatMap(({ dataElementId }) => dataElementId ?? [])];
  const signs = (field: Sign['field'], values: readonly string[]) =>
    [...new Set(values)].filter((value) => value !== '').map((value) => ({ field, value }));
  return [...signs('element', named), ...signs('titled', called.map(nameKey)), ...signs('word', languages(want).flatMap(wordsIn))];
}

export function likenessOfAsset(wish: Wish, asset: Asset, rarity: Rarity): Likeness {
  const titles = [asset.title.zh, asset.title.en].filter((text) => text !== undefined);
  const besides = [asset.description?.zh, asset.description?.en, ...(asset.keywords ?? []), ...asset.elements.flatMap(namesOf)];
  const elements = matched(wish.elements ?? [], asset.elements);
  const text: Texts = { titles, besides: besides.filter((part) => part !== undefined) };
  return judged(wish, asset.theme, elements, elementsShare(wish.elements ?? [], elements, rarity), text, rarity);
}

/** An element that every second asset has says little of any of them; one that none has counts in full against all. */
function elementsShare(wanted: readonly WantedElement[], found: readonly MatchedElement[], rarity: Rarity): number {
  const known = (field: Sign['field'], value: string) => rarity.get(signKey({ field, value })) ?? 1;
  const weightOf = (element: WantedElement) => {
    const called = namesOf(element);
    const ids = element.dataElementId === undefined ? called : [...called, element.dataElementId];
    return Math.min(...ids.map((value) => known('element', value)), ...called.map((name) => known('titled', nameKey(name))));
  };
  const weights = new Map(wanted.map((element) => [element.name, weightOf(element)]));
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  return found.reduce((sum, one) => sum + (weights.get(one.wanted) ?? 0) * worthOf([one]), 0) / (total || 1);
}

/** Both ways: a demand that wants much more is not the same one. */
export function likenessOfDemand(wish: Wish, demand: Demand, rarity: Rarity): Likeness {
  const elements = matched(wish.elements ?? [], demand.elements);
  const share = (2 * worthOf(elements)) / Math.max(1, (wish.elements?.length ?? 0) + demand.elements.length);
  return judged(wish, demand.theme, elements, share, { titles: languages(demand.want), besides: [] }, rarity);
}

interface Texts {
  readonly titles: readonly string[];
  readonly besides: readonly string[];
}

function judged(
  wish: Wish,
  theme: string | undefined,
  elements: readonly MatchedElement[],
  part: number,
  texts: Texts,
  rarity: Rarity,
): Likeness {
  const themed = wish.theme !== undefined && wish.theme === theme;
  const asked = [
    { weight: wish.elements?.length ? WEIGHTS.elements : 0, value: part },
    { weight: WEIGHTS.words, value: wordsShare(wish.want, texts, rarity) },
    { weight: wish.theme === undefined ? 0 : WEIGHTS.theme, value: themed ? 1 : 0 },
  ];
  const total = asked.reduce((sum, { weight }) => sum + weight, 0);
  const score = asked.reduce((sum, { weight, value }) => sum + weight * value, 0) / total;
  return {
    score: Math.round(score * 1000) / 1000,
    because: { elements, words: wordsFound(wish.want, [...texts.titles, ...texts.besides], rarity), theme: themed },
  };
}

/** The language that fits best: an asset that speaks one need not answer in the other. */
function wordsShare(want: Localized, { titles, besides }: Texts, rarity: Rarity): number {
  const rarityOf = (word: string) => rarity.get(signKey({ field: 'word', value: word })) ?? 1;
  const [inTitles, beside] = [wordsOf(titles), wordsOf(besides)];
  const sum = (words: Iterable<string>, worth: (word: string) => number) =>
    [...words].reduce((total, word) => total + rarityOf(word) * worth(word), 0);
  const shares = languages(want).map((text) => {
    const words = new Set(wordsIn(text));
    const found = sum(words, (word) => (inTitles.has(word) ? 1 : beside.has(word) ? BESIDE_TITLE : 0)) / (sum(words, () => 1) || 1);
    const whole = titles.map((title) => {
      const of = new Set(wordsIn(title));
      return sum(of, (word) => (words.has(word) ? 1 : 0)) / (sum(of, () => 1) || 1);
    });
    return (1 - WHOLE_TITLE) * found + WHOLE_TITLE * Math.max(0, ...whole);
  });
  return Math.max(0, ...shares);
}

/** Short words that many have (`of`, `the`) count for what they are worth, and are told only where there is nothing else to tell. */
const SHORT = 3;
const COMMON = 0.3;

function wordsFound(want: Localized, texts: readonly string[], rarity: Rarity): string[] {
  const [words, plain] = [wordsOf(texts), texts.map(normal)];
  const isThere = (part: string) => plain.some((text) => text.includes(part));
  const found = languages(want).flatMap((text) =>
    termsOf(text).flatMap((term) => (term.where === 'anywhere' ? stretches(term.text, isThere) : words.has(term.text) ? [term.text] : [])),
  );
  const isFiller = (word: string) =>
    /^\p{Script=Latin}+$/u.test(word) && word.length <= SHORT && (rarity.get(signKey({ field: 'word', value: word })) ?? 1) < COMMON;
  const telling = found.filter((word) => !isFiller(word));
  return [...new Set(telling.length > 0 ? telling : found)];
}

/** The longest parts, from left to right, that hold; of two characters or more, or the whole. */
function stretches(run: string, isThere: (part: string) => boolean): string[] {
  const characters = [...run];
  const found: string[] = [];
  for (let from = 0; from < characters.length; ) {
    let to = from + Math.min(2, characters.length);
    const part = () => characters.slice(from, to).join('');
    if (to > characters.length || !isThere(part())) {
      from++;
      continue;
    }
    while (to < characters.length && isThere(characters.slice(from, to + 1).join(''))) to++;
    found.push(part());
    from = to;
  }
  return found;
}

function matched(wanted: readonly WantedElement[], there: readonly (Element | WantedElement)[]): MatchedElement[] {
  return wanted.flatMap((element) => {
    for (const by of ['dataElementId', 'name', 'title'] as const) {
      const found = there.find((other) => isSame(element, other, by));
      if (found === undefined) continue;
      const typeDiffers = element.type !== undefined && found.type !== undefined && element.type !== found.type;
      const withheld = 'shareType' in found && found.shareType === 'none';
      const marks = { ...(typeDiffers ? { typeDiffers: true as const } : {}), ...(withheld ? { withheld: true as const } : {}) };
      return [{ wanted: element.name, found: found.name, by, ...marks }];
    }
    return [];
  });
}

/** A name in one's own language is often the other's title. */
function isSame(a: WantedElement, b: Element | WantedElement, by: MatchedElement['by']): boolean {
  if (by === 'dataElementId') return a.dataElementId !== undefined && a.dataElementId === b.dataElementId;
  if (by === 'name') return sameName(a.name, b.name);
  return namesOf(a).some((name) => namesOf(b).some((other) => sameName(name, other)));
}

const sameName = (a: string, b: string): boolean => a === b || (nameKey(a) !== '' && nameKey(a) === nameKey(b));
const namesOf = ({ name, title }: Element | WantedElement): string[] => [name, title?.zh, title?.en].filter((text) => text !== undefined);

const TYPE_DIFFERS = 0.7;
const WITHHELD = 0.5;
const worthOf = (elements: readonly MatchedElement[]) =>
  elements.reduce((sum, { typeDiffers, withheld }) => sum + (typeDiffers ? TYPE_DIFFERS : 1) * (withheld ? WITHHELD : 1), 0);

const languages = ({ zh, en }: Localized): string[] => [zh, en].filter((text) => text !== undefined);
/** Words as they are filed: Latin ones whole, Chinese ones by pairs. */
const wordsIn = (text: string): string[] => [
  ...new Set(termsOf(text).flatMap((term) => (term.where === 'beginning' ? [term.text] : pairsOf(term)))),
];
