import type { Asset, Element } from '@drl/chaincode/model/records/asset';
import type { Stamp } from '@drl/chaincode/model/records/common';
import type { DataElement } from '@drl/chaincode/model/records/dataElement';
import type { Finding, FindingFilter } from '@drl/gateway/readmodel/finding';
import type { ReadModel } from '@drl/gateway/readmodel/readmodel';
import { compare } from '@drl/gateway/readmodel/values';
import fc from 'fast-check';
import { founded, opened, scratch } from './source';
import { asset, changed, dataElement, household, manager, social, tax } from './world';

/** Findings against a plain comparison of every element with every other, as of every block, for every one who may ask. */

const NAMES = ['name', 'Name', 'person_id', 'personId', '姓名', 'xm'];
const TITLES = [undefined, undefined, '姓名', 'Person ID', '人员编码'];
const TYPES = ['string', 'integer'] as const;
const IDS = ['de-name', 'de-person', 'de-none'];
const BODIES = [
  { name: { zh: '姓名', en: 'Name' } },
  { name: { zh: '人员编码', en: 'Person ID' }, aliases: ['xm'] },
  { name: { en: 'Name' }, aliases: ['人员编码'] },
];

const element = fc.record({
  name: fc.constantFrom(...NAMES),
  title: fc.constantFrom(...TITLES),
  type: fc.constantFrom(...TYPES),
  dataElementId: fc.constantFrom(undefined, undefined, ...IDS),
});
const elements = fc.uniqueArray(element, { minLength: 1, maxLength: 4, selector: ({ name }) => name });
const step = fc.record({
  op: fc.constantFrom(
    'register',
    'register',
    'publish',
    'publish',
    'revise',
    'suspend',
    'retire',
    'propose',
    'adopt',
    'adopt',
    'amend',
    'end',
  ),
  pick: fc.nat(100),
  actor: fc.nat(2),
  elements,
  body: fc.nat(BODIES.length - 1),
  type: fc.constantFrom(...TYPES),
});
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

test('values are compared as level orders their keys', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compare(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    }),
  );
  expect(compare('\u{20000}', '\uffee')).toBeGreaterThan(0);
});

interface State {
  readonly assets: ReadonlyMap<string, Asset>;
  readonly dictionary: ReadonlyMap<string, DataElement>;
}

test('findings, and what a search finds by the dictionary’s words, are those of a plain comparison, as of every block', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 40 }), fc.integer({ min: 2, max: 30 }), async (steps, limit) => {
      const ledger = founded();
      const states = new Map<number, State>();
      let state: State = { assets: new Map(), dictionary: new Map() };
      steps.forEach((taken, n) => {
        const act = actOf(taken, n, state);
        if (act === undefined) return;
        const written: (Asset | DataElement)[] = [];
        const writes = (stamp: Stamp) => {
          written.unshift(act.make(stamp));
          return written.slice(0, 1);
        };
        const block = ledger.write({ by: act.by, action: 'any:thing', writes });
        const [record] = written as [Asset | DataElement];
        state =
          record.kind === 'asset'
            ? { ...state, assets: new Map(state.assets).set(record.id, record) }
            : { ...state, dictionary: new Map(state.dictionary).set(record.id, record) };
        states.set(block, state);
      });
      const { dir, clean } = scratch();
      const model = await opened(ledger, dir);
      try {
        expect(model.status()).toMatchObject({ invalid: 0, ignored: 0 });
        const last = [...states.keys()].at(-1);
        for (const [block, then] of states) {
          if (block !== last && (block + limit) % 4 > 0) continue;
          const asked: FindingFilter[] = [{}];
          for (const department of ['household', 'tax', 'data-bureau']) asked.push({ department }, { department, viewer: department });
          for (const id of [...then.assets.keys()].slice(0, 2))
            asked.push({ asset: id }, { asset: id, viewer: 'tax', kind: 'type-conflict' });
          for (const q of ['姓名', 'per', '人员 姓名']) {
            const page = await model.list('asset', { q }, { limit: 200, ...(block === last ? {} : { asOfBlock: block }) });
            expect({ block, q, found: page.items.map(({ id }) => id).sort() }).toEqual({ block, q, found: speaking(then, q) });
          }
          for (const filter of asked) {
            const expected = plainly(then, filter);
            expect({ block, filter, found: await whole(model, filter, limit, block === last ? {} : { asOfBlock: block }) }).toEqual({
              block,
              filter,
              found: expected,
            });
          }
        }
      } finally {
        await model.close();
        clean();
      }
    }),
    // A smaller counterexample is not worth the minutes that it takes.
    { endOnFailure: true, numRuns: 8 },
  );
}, 300_000);

async function whole(model: ReadModel, filter: FindingFilter, limit: number, when: { asOfBlock?: number }): Promise<unknown[]> {
  const all: Finding[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = await model.findings(filter, { limit, ...when, ...(cursor === '' ? {} : { cursor }) });
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  return sorted(all.map(({ id, uses, departments }) => ({ id, departments, uses: uses.map((use) => JSON.stringify(plain(use))).sort() })));
}

const plain = ({ department, name, type, dataElementId, published, assets, more }: Finding['uses'][number]) => [
  department,
  name,
  type,
  dataElementId ?? '',
  published,
  assets,
  more,
];
const sorted = <T extends { id: string }>(items: T[]) => items.sort((a, b) => (a.id < b.id ? -1 : 1));

function actOf({ op, pick, actor, elements: drawn, body, type }: Step, n: number, { assets, dictionary }: State) {
  const by = [household, social, tax][actor] as typeof tax;
  const one = <T>(all: Iterable<T>, wanted: (one: T) => boolean): T | undefined => {
    const found = [...all].filter(wanted);
    return found[pick % Math.max(1, found.length)];
  };
  const made: Element[] = drawn.map(({ name, title, type: of, dataElementId }) => ({
    ...{ name, type: of },
    ...(title === undefined ? {} : { title: { zh: title } }),
    ...(dataElementId === undefined ? {} : { dataElementId }),
  }));
  const people = [manager, household, social, tax];
  const moved = (record: Asset | undefined, changes: Partial<Asset>) =>
    record && {
      by: people.find(({ department }) => department === record.publisher) as typeof tax,
      make: (stamp: Stamp) => changed(record, stamp, changes),
    };
  const bodyOf = () => ({ ...BODIES[body], definition: { en: 'what it is' }, type });
  const entry = (status: string, wanted = (_: DataElement) => true) => one(dictionary.values(), (e) => e.status === status && wanted(e));
  switch (op) {
    case 'register':
      return { by, make: (stamp: Stamp) => asset(`ast-${n}`, stamp, { elements: made }) };
    case 'publish':
      return moved(
        one(assets.values(), (a) => a.status === 'registered' || a.status === 'suspended'),
        { status: 'published' },
      );
    case 'revise':
      return moved(
        one(assets.values(), (a) => a.status !== 'retired'),
        { elements: made },
      );
    case 'suspend':
      return moved(
        one(assets.values(), (a) => a.status === 'published'),
        { status: 'suspended' },
      );
    case 'retire':
      return pick % 3
        ? undefined
        : moved(
            one(assets.values(), (a) => a.status === 'published'),
            { status: 'retired' },
          );
    case 'propose': {
      const id = IDS[pick % 2] as string;
      return dictionary.has(id) ? undefined : { by, make: (stamp: Stamp) => dataElement(id, stamp, bodyOf()) };
    }
    case 'adopt': {
      const asked = entry('proposed') ?? entry('adopted', ({ revision }) => revision !== undefined);
      if (asked === undefined) return undefined;
      const { revision, aliases: _aliases, ...rest } = asked;
      const { proposed: _proposed, status: _status, ...next } = revision ?? { proposed: undefined, status: undefined };
      return {
        by: manager,
        make: (stamp: Stamp) =>
          changed((revision ? rest : asked) as DataElement, stamp, {
            ...next,
            status: 'adopted',
            adopted: stamp,
            edition: (asked.edition ?? 0) + 1,
          } as Partial<DataElement>),
      };
    }
    case 'amend': {
      const asked = entry('adopted');
      return (
        asked && {
          by: people.find(({ department }) => department === asked.owner) as typeof tax,
          make: (stamp: Stamp) =>
            changed(asked, stamp, { revision: { ...bodyOf(), proposed: stamp, status: 'proposed' } } as Partial<DataElement>),
        }
      );
    }
    default: {
      const asked = pick % 3 ? undefined : entry('adopted');
      const { revision: _, ...rest } = asked ?? {};
      return (
        asked && {
          by: manager,
          make: (stamp: Stamp) => changed(rest as DataElement, stamp, { status: 'retired', reason: { en: 'why' } }),
        }
      );
    }
  }
}

interface Plain {
  readonly asset: string;
  readonly born: string;
  readonly department: string;
  readonly published: boolean;
  readonly name: string;
  readonly titles: readonly string[];
  readonly type: string;
  readonly bound: string | undefined;
}

const key = (text: string) => text.toLowerCase().replaceAll(/[_ -]/g, '');

/** The definitions of README.md, element by element against every other. */
function plainly({ assets, dictionary }: State, { department, asset: only, viewer, kind }: FindingFilter): unknown[] {
  const all: Plain[] = [...assets.values()]
    .filter((a) => a.status !== 'retired' && (viewer === undefined || a.status === 'published' || a.publisher === viewer))
    .flatMap((a) =>
      a.elements.map((e) => ({
        ...{ asset: a.id, born: a.created.at, department: a.publisher, published: a.status === 'published' },
        ...{ name: e.name, titles: e.title?.zh === undefined ? [] : [key(e.title.zh)], type: e.type, bound: e.dataElementId },
      })),
    );
  const inForce = [...dictionary.values()].filter(({ status }) => status === 'adopted');
  const known = (d: DataElement) => [d.id, d.name.zh, d.name.en, ...(d.aliases ?? [])].flatMap((name) => (name ? [key(name)] : []));
  const found = new Map<string, { id: string; uses: Plain[]; owners: string[] }>();
  const add = (id: string, uses: Plain[], entries: readonly (DataElement | undefined)[]) => {
    if (uses.length > 0) found.set(id, { id, uses, owners: entries.flatMap((d) => (d ? [d.owner] : [])) });
  };
  for (const name of new Set(all.flatMap((e) => [key(e.name), ...(e.bound ? [] : e.titles)]))) {
    const terms = inForce.filter((d) => known(d).includes(name));
    const called = all.filter((e) => key(e.name) === name);
    const loose = all.filter((e) => !e.bound && (key(e.name) === name || e.titles.includes(name)));
    const conflicting = all.filter(
      (e) =>
        (called.includes(e) && called.some((f) => f.type !== e.type && !(e.bound && f.bound))) ||
        (loose.includes(e) && terms.length > 0 && terms.every((d) => d.type !== e.type)),
    );
    add(`type-conflict.name.${name}`, conflicting, terms);
    if (terms.length > 0) add(`unbound.name.${name}`, loose, terms);
  }
  for (const id of new Set(all.flatMap((e) => e.bound ?? []))) {
    const bound = all.filter((e) => e.bound === id);
    const entry = dictionary.get(id);
    const adopted = entry?.status === 'adopted' ? entry : undefined;
    const mixed = bound.some((e) => bound.some((f) => f.type !== e.type));
    add(`type-conflict.element.${id}`, adopted ? bound.filter((e) => e.type !== adopted.type) : mixed ? bound : [], [entry]);
    const names = new Set(bound.map((e) => key(e.name)));
    if (names.size > 1 && [...names].some((name) => !(adopted && known(adopted).includes(name))))
      add(`name-conflict.element.${id}`, bound, [entry]);
    if (!adopted) add(`not-in-force.element.${id}`, bound, [entry]);
  }
  return sorted(
    [...found.values()]
      .filter(({ id }) => kind === undefined || id.startsWith(kind))
      .filter(({ uses }) => only === undefined || uses.some((e) => e.asset === only))
      .map(({ id, uses, owners }) => ({
        id,
        departments: [...new Set([...uses.map((e) => e.department), ...owners])].sort(),
        uses: [...new Set(uses.map(shape))].map((as) => used(as, uses)).sort(),
      }))
      .filter(({ departments }) => department === undefined || departments.includes(department)),
  );
}

/** Assets whose elements are bound to data elements, in force or once so, that are named by every word; no title here has one. */
function speaking({ assets, dictionary }: State, q: string): string[] {
  const spoken = (id: string | undefined, word: string) => {
    const entry = dictionary.get(id ?? '');
    const names = [entry?.name.zh, entry?.name.en, ...(entry?.aliases ?? [])].map((name) => (name ?? '').toLowerCase());
    return (entry?.status === 'adopted' || entry?.status === 'retired') && names.some((name) => name.includes(word));
  };
  return [...assets.values()]
    .filter((a) => q.split(' ').every((word) => a.elements.some((e) => spoken(e.dataElementId, word))))
    .map(({ id }) => id)
    .sort();
}

const shape = (e: Plain) => JSON.stringify([e.department, e.name, e.type, e.bound ?? '', e.published]);

function used(as: string, uses: Plain[]): string {
  const of = uses.filter((e) => shape(e) === as).sort((a, b) => (a.born < b.born ? 1 : -1));
  const assets = [...new Set(of.map((e) => e.asset))];
  return JSON.stringify([...JSON.parse(as), assets.slice(0, 5), assets.length > 5]);
}
