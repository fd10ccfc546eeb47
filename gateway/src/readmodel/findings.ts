import type { Asset } from '@drl/chaincode/model/records/asset';
import type { DataElement } from '@drl/chaincode/model/records/dataElement';
import { concerned, concerns, type Finding, type FindingFilter, type FindingKind, type Group, judge, type Located } from './finding.js';
import { ORDER_LENGTH } from './keys.js';
import { loadById } from './load.js';
import { beginning, beyond, join, readUse, split, type Term, usesOf } from './naming.js';
import type { Question } from './question.js';
import { compare, least, Names, past, type Values } from './values.js';

/** Findings (finding.ts) read group by group from the index of names, so that a question costs what the names it asks about cost, however many assets there are. */

const EXAMPLES = 5;
const MAX_USES = 50;

/** In a fixed order, those after a place: groups by data element, then by name, each in the order of its keys. */
export async function findingsOf(
  question: Question,
  filter: FindingFilter,
  from: string | undefined,
  limit: number,
): Promise<{ item: Finding; place: string }[]> {
  const asset = filter.asset === undefined ? undefined : await loadById(question, 'asset', filter.asset);
  if (filter.asset !== undefined && asset === undefined) return [];
  const start = from === undefined ? undefined : readPlace(from);
  const names = new Names(question);
  const found: { item: Finding; place: string }[] = [];
  for (const about of ['element', 'name'] as const) {
    if (about === 'element' && start?.about === 'name') continue;
    const after = start?.about === about ? start : undefined;
    for await (const group of groups(question, names, filter, about, asset, after?.key ?? '')) {
      for (const [n, [kind, uses]] of judge(group).entries()) {
        if (after !== undefined && group.key === after.key && n <= after.n) continue;
        if ((filter.kind !== undefined && filter.kind !== kind) || !concerns(group, uses, filter, asset)) continue;
        found.push({ item: await shown(question, group, kind, uses), place: `${about}.${n}.${group.key}` });
        if (found.length === limit) return found;
      }
    }
  }
  return found;
}

export const FINDING_PLACE = /^(?:element|name)\.\d\.\P{Cc}{1,128}$/u;

function readPlace(place: string) {
  const [about = '', n = ''] = place.split('.', 2);
  return { about, n: Number(n), key: place.slice(about.length + n.length + 2) };
}

async function shown(question: Question, group: Group, kind: FindingKind, uses: readonly Located[]): Promise<Finding> {
  const { about, key, terms, element } = group;
  const ids = [...new Set(terms.map(({ id }) => id))];
  const known = element === undefined ? await Promise.all(ids.map((id) => loadById(question, 'data-element', id))) : [element];
  return {
    id: `${kind}.${about}.${key}`,
    kind,
    ...(about === 'name' ? { name: uses[0]?.use.name as string } : { dataElementId: key }),
    dataElements: known.filter((entry) => entry !== undefined).map(entryOf),
    uses: uses.slice(0, MAX_USES).map(({ use: { department, name, type, dataElementId, published }, assets, more }) => ({
      ...{ department, name, type, published, assets, more },
      ...(dataElementId === '' ? {} : { dataElementId }),
    })),
    more: uses.length > MAX_USES,
    departments: concerned(uses, terms, element),
  };
}

function entryOf({ id, name, type, owner, status, replacedBy }: DataElement): Finding['dataElements'][number] {
  return { id, name, type, owner, status, ...(replacedBy === undefined ? {} : { replacedBy }) };
}

/** The groups of what is asked about, from a key on, as the viewer sees them. */
async function* groups(
  question: Question,
  names: Names,
  filter: FindingFilter,
  about: Group['about'],
  asset: Asset | undefined,
  from: string,
): AsyncGenerator<Group> {
  const uses = names.values('asset', about === 'name' ? 'use' : 'bound', EXAMPLES);
  const terms = about === 'name' ? names.values('data-element', 'term', 1) : undefined;
  const next = keysFrom(names, filter, about, asset);
  for (let key = await next(from); key !== undefined; key = await next(beyond(key))) {
    const found = (await partsOf(uses, key)).map(({ parts, places, more }): Located => {
      const use = about === 'name' ? readUse(key as string, parts) : readUse(parts[0] as string, parts.slice(1));
      return { use, assets: places.map((place) => place.slice(ORDER_LENGTH)), more };
    });
    const seen = found.filter(({ use }) => filter.viewer === undefined || use.published || use.department === filter.viewer);
    // A name of the dictionary that nobody uses is no finding, and needs no look at the dictionary.
    if (seen.length === 0) continue;
    const entries = terms === undefined ? [] : (await partsOf(terms, key)).map(({ parts }) => termOf(key as string, parts));
    const element = about === 'element' ? await loadById(question, 'data-element', key) : undefined;
    yield { about, key, uses: seen, terms: entries, element };
  }
}

function termOf(key: string, [id, type, owner]: readonly string[]): Term {
  return { key, id: id as string, type: type as Term['type'], owner: owner as string };
}

/** Every value that begins with a part, without it. */
async function partsOf(values: Values, part: string) {
  const found: { parts: string[]; places: readonly string[]; more: boolean }[] = [];
  const open = beginning(part);
  for (let held = await values.from(open); held?.value.startsWith(open); held = await values.from(past(held.value)))
    found.push({ parts: split(held.value.slice(open.length)), places: held.places, more: held.more });
  return found;
}

/** The keys of the groups to look at, from one on: an asset's, a department's own (its assets' and its data elements'), or all. */
function keysFrom(
  names: Names,
  { department }: FindingFilter,
  about: Group['about'],
  asset: Asset | undefined,
): (from: string) => Promise<string | undefined> {
  if (asset !== undefined) {
    const of = usesOf(asset).map((use) => (about === 'name' ? use.key : use.dataElementId));
    const sorted = [...new Set(of)].filter((key) => key !== '').sort(compare);
    return async (from) => sorted.find((key) => compare(key, from) >= 0);
  }
  if (department === undefined) {
    const all = names.values('asset', about === 'name' ? 'use' : 'bound', 0);
    return async (from) => split((await all.from(from))?.value ?? '')[0] || undefined;
  }
  const field = about === 'name' ? 'ownUse' : 'ownBound';
  const open = join(department, '');
  const own = (['asset', 'data-element'] as const).map((kind) => names.values(kind, field, 0));
  return async (from) => {
    const [a, b] = await Promise.all(own.map(async (values) => (await values.from(open + from))?.value));
    const first = [a, b].filter((value) => value?.startsWith(open)).reduce(least, undefined);
    return first?.slice(open.length);
  };
}
