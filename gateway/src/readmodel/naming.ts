import { createHash } from 'node:crypto';
import type { Asset, Element } from '@drl/chaincode/model/records/asset';
import type { DataElement } from '@drl/chaincode/model/records/dataElement';
import { normal } from './words.js';

/**
 * Who calls what by which name (统一数据标准), as values of an index: their parts in an order that brings together what is compared. Findings
 * (findings.ts) are read from these values alone.
 */

/** Part of no name: labels hold no control characters, and titles lose theirs here. */
const SEPARATOR = '\u0001';
/** The next value after all that begin with the parts given. */
const AFTER = '\u0002';
const MAX_KEY = 64;

/** Equal for `person_id`, `personId` and `Person ID`: case, width, spaces and joints do not make another name. Empty: no name at all. */
export function nameKey(text: string): string {
  const key = normal(text).replace(/[^\p{L}\p{N}\p{M}]+/gu, '');
  const characters = [...key];
  if (characters.length <= MAX_KEY) return key;
  // A key must stay short, and two long names that begin alike are two.
  return characters.slice(0, MAX_KEY - 16).join('') + createHash('sha256').update(key).digest('hex').slice(0, 16);
}

/** An element of an asset that is not retired, under its name or, where it is bound to no data element, also under each of its titles. */
export interface Use {
  readonly key: string;
  readonly form: 'name' | 'title';
  readonly type: Element['type'];
  readonly department: string;
  /** Seen by every department; else by its own. */
  readonly published: boolean;
  /** Empty: bound to none. */
  readonly dataElementId: string;
  /** The element's name as it is written. */
  readonly name: string;
}

export function usesOf(asset: Asset): Use[] {
  if (asset.status === 'retired') return [];
  const whose = { department: asset.publisher, published: asset.status === 'published' };
  return asset.elements.flatMap(({ name, title, type, dataElementId = '' }) => {
    const own = nameKey(name);
    const others = dataElementId === '' ? [title?.zh, title?.en].map((text) => nameKey(text ?? '')) : [];
    const titles = [...new Set(others)].filter((key) => key !== own);
    return [{ key: own, form: 'name' as const }, ...titles.map((key) => ({ key, form: 'title' as const }))]
      .filter(({ key }) => key !== '')
      .map((named) => ({ ...named, type, ...whose, dataElementId, name }));
  });
}

/** A name of a data element in force. */
export interface Term {
  readonly key: string;
  readonly id: string;
  readonly type: Element['type'];
  readonly owner: string;
}

/** Under which a data element is known. */
export function namesOf({ name, aliases = [] }: Pick<DataElement, 'name' | 'aliases'>): string[] {
  return [name.zh, name.en, ...aliases].filter((text) => text !== undefined);
}

/** By its id too: columns are often named by a standard's code. */
export function keysOf(element: DataElement): Set<string> {
  return new Set([element.id, ...namesOf(element)].map(nameKey).filter((key) => key !== ''));
}

function termsOf(element: DataElement): Term[] {
  if (element.status !== 'adopted') return [];
  const { id, type, owner } = element;
  return [...keysOf(element)].map((key) => ({ key, id, type, owner }));
}

/** Index fields of an asset: uses by name and by data element, and each department's own names and data elements. */
export function useFields(asset: Asset): [field: string, value: string][] {
  const fields = new Map<string, [string, string]>();
  const add = (field: string, ...parts: string[]) => {
    const value = join(...parts);
    fields.set(join(field, value), [field, value]);
  };
  for (const use of usesOf(asset)) {
    add('use', use.key, traitsOf(use));
    add('ownUse', use.department, use.key);
    if (use.form === 'title' || use.dataElementId === '') continue;
    add('bound', use.dataElementId, use.key, traitsOf(use));
    add('ownBound', use.department, use.dataElementId);
  }
  return [...fields.values()];
}

export function termFields(element: DataElement): [field: string, value: string][] {
  const own: [string, string][] = [['ownBound', join(element.owner, element.id)]];
  return termsOf(element).reduce((fields, { key, id, type, owner }) => {
    fields.push(['term', join(key, id, type, owner)], ['ownUse', join(owner, key)]);
    return fields;
  }, own);
}

export const join = (...parts: readonly string[]): string => parts.join(SEPARATOR);
export const split = (value: string): string[] => value.split(SEPARATOR);
export const beginning = (part: string): string => part + SEPARATOR;
export const beyond = (part: string): string => part + AFTER;

/** Without its key: what tells the uses of one name apart. */
function traitsOf({ form, type, department, published, dataElementId, name }: Use): string {
  return join(form, type, department, published ? 'published' : 'own', dataElementId, name);
}

export function readUse(key: string, parts: readonly string[]): Use {
  const [form, type, department, state, dataElementId, name] = parts as [Use['form'], Use['type'], string, string, string, string];
  return { key, form, type, department, published: state === 'published', dataElementId, name };
}
