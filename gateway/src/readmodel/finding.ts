import type { Asset, Element } from '@drl/chaincode/model/records/asset';
import type { DataElement } from '@drl/chaincode/model/records/dataElement';
import { keysOf, type Term, type Use, usesOf } from './naming.js';

/** 统一数据标准: where the same thing has two names, or two things one name. Derived from the records as they stand, never stored. */
export const findingKinds = ['type-conflict', 'name-conflict', 'unbound', 'not-in-force'] as const;

/**
 * - `type-conflict`: one name, or one data element, with several types, across assets or against the dictionary. Elements that are bound to
 *   different data elements are different things, whatever their names.
 * - `name-conflict`: one data element under several names that are not all its own.
 * - `unbound`: called, by name or title, as a data element in force is, and not bound to it.
 * - `not-in-force`: bound to what is not adopted: unknown, proposed, returned or retired.
 */
export type FindingKind = (typeof findingKinds)[number];

/** Elements of one department that are named, typed and bound alike. */
export interface FoundUse {
  readonly department: string;
  /** The element's name as it is written. */
  readonly name: string;
  readonly type: Element['type'];
  readonly dataElementId?: string;
  readonly published: boolean;
  /** The first few assets, newest first. */
  readonly assets: readonly string[];
  readonly more: boolean;
}

export interface Finding {
  /** The same as long as it lasts, and when it comes again: what a reader marks as read. */
  readonly id: string;
  readonly kind: FindingKind;
  /** What it is about: a name, or a data element's id. */
  readonly name?: string;
  readonly dataElementId?: string;
  /** The dictionary's entries that it is held against. */
  readonly dataElements: readonly Pick<DataElement, 'id' | 'name' | 'type' | 'owner' | 'status' | 'replacedBy'>[];
  readonly uses: readonly FoundUse[];
  readonly more: boolean;
  /** Whom it concerns: whose elements these are, and who keeps the data elements. */
  readonly departments: readonly string[];
}

export interface FindingFilter {
  readonly kind?: FindingKind;
  /** Concerns this department. */
  readonly department?: string;
  /** Concerns this asset. */
  readonly asset?: string;
  /** Whose unpublished assets count beside all published ones; absent: everybody's. */
  readonly viewer?: string;
}

/** A use, and the assets that have it. */
export interface Located {
  readonly use: Use;
  readonly assets: readonly string[];
  readonly more: boolean;
}

/** All that is compared: whatever has one name, or is bound to one data element. */
export interface Group {
  readonly about: 'element' | 'name';
  readonly key: string;
  readonly uses: readonly Located[];
  readonly terms: readonly Term[];
  readonly element?: DataElement | undefined;
}

type Judged = readonly [kind: FindingKind, uses: readonly Located[]];

export function judge(group: Group): Judged[] {
  const all: Judged[] = group.about === 'name' ? judgeName(group) : judgeElement(group);
  return all.filter(([, uses]) => uses.length > 0);
}

function judgeName({ uses, terms }: Group): Judged[] {
  const isBound = ({ use }: Located) => use.dataElementId !== '';
  const unbound = uses.filter((located) => !isBound(located));
  const named = uses.filter(({ use }) => use.form === 'name');
  const types = new Set(named.map(({ use }) => use.type));
  const loose = new Set(named.filter((located) => !isBound(located)).map(({ use }) => use.type));
  // Bound to the same data element they are that one's group to judge, to different ones they are different things.
  const clashes = ({ use }: Located, others: ReadonlySet<string>) => others.size > (others.has(use.type) ? 1 : 0);
  const across = new Set(named.filter((located) => clashes(located, isBound(located) ? loose : types)));
  const strays = new Set(terms.length === 0 ? [] : unbound.filter(({ use }) => !terms.some(({ type }) => type === use.type)));
  return [
    ['type-conflict', uses.filter((located) => across.has(located) || strays.has(located))],
    ['unbound', terms.length === 0 ? [] : unbound],
  ];
}

function judgeElement({ uses, element }: Group): Judged[] {
  const adopted = element?.status === 'adopted' ? element : undefined;
  const own = adopted === undefined ? new Set<string>() : keysOf(adopted);
  const types = new Set(uses.map(({ use }) => use.type));
  const names = new Set(uses.map(({ use }) => use.key));
  const wrong = adopted === undefined ? (types.size > 1 ? uses : []) : uses.filter(({ use }) => use.type !== adopted.type);
  return [
    ['type-conflict', wrong],
    ['name-conflict', names.size > 1 && [...names].some((name) => !own.has(name)) ? uses : []],
    ['not-in-force', adopted === undefined ? uses : []],
  ];
}

export function concerns(
  { terms, element }: Group,
  uses: readonly Located[],
  { department }: FindingFilter,
  asset: Asset | undefined,
): boolean {
  if (asset !== undefined) {
    const own = usesOf(asset).map((use) => JSON.stringify(use));
    if (!uses.some(({ use }) => own.includes(JSON.stringify(use)))) return false;
  }
  return department === undefined || concerned(uses, terms, element).includes(department);
}

export function concerned(uses: readonly Located[], terms: readonly Term[], element: DataElement | undefined): string[] {
  const owners = [...terms.map(({ owner }) => owner), ...(element === undefined ? [] : [element.owner])];
  return [...new Set([...uses.map(({ use }) => use.department), ...owners])].sort();
}
