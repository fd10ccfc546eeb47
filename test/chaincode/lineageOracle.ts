import type { Policy } from '@drl/chaincode/model/records/derivation';
import type { TransactionInput } from '@drl/chaincode/model/transactions';
import fc from 'fast-check';

/**
 * Rule 8 against an oracle that shares nothing with the rules: it walks the whole graph of (asset, element) and takes the strictest of every
 * node that can be reached. Random graphs, told in random order, corrected and with settings that move in between, through the real contracts,
 * on whichever ledger runs them.
 */
interface Setting {
  /** 0 unconditional, 1 conditional, 2 none. */
  type: number;
  personal: boolean;
}
type Whole = readonly [level: number, closed: number];
interface Facts {
  id: string;
  type: number;
  /** Level 0 to 2, and 1 where it is closed to the public. */
  whole: Whole;
  elements: Map<string, Setting>;
  current?: Made;
}
interface Made {
  /** Asset by number, with what it was derived by then. */
  inputs: { asset: number; pin: Made | undefined }[];
  map: Map<string, { asset: number; element: string }[]>;
  /** As it was when recorded. */
  recorded: Map<string, Setting>;
  recordedWhole: Whole;
}

const TYPES = ['unconditional', 'conditional', 'none'] as const;
const LEVELS = ['general', 'important', 'core'] as const;
const NAMES = ['a', 'b', 'c'];
const SIZE = 5;

class Oracle {
  constructor(readonly assets: Facts[]) {}

  /** Every setting that a path from this element of this derivation leads to. */
  reached(made: Made, name: string, found: Setting[] = []): Setting[] {
    const then = made.recorded.get(name);
    if (then) found.push(then);
    const origins = made.map.get(name);
    if (origins) {
      for (const { asset, element } of origins)
        for (const input of made.inputs.filter((one) => one.asset === asset)) this.#entered(input, element, found);
    } else {
      for (const input of made.inputs) {
        const { type, elements } = this.assets[input.asset] as Facts;
        found.push({ type, personal: false });
        for (const element of elements.keys()) this.#entered(input, element, found);
      }
    }
    return found;
  }

  #entered({ asset, pin }: Made['inputs'][number], name: string, found: Setting[]): void {
    const { type, elements, current } = this.assets[asset] as Facts;
    found.push({ type, personal: false }, elements.get(name) ?? { type: 2, personal: false });
    for (const made of new Set([pin, current])) if (made) this.reached(made, name, found);
  }

  strictest(made: Made, name: string): Setting {
    const all = this.reached(made, name);
    return { type: Math.max(0, ...all.map(({ type }) => type)), personal: all.some(({ personal }) => personal) };
  }

  whole(made: Made): Whole {
    const each = made.inputs.flatMap(({ asset, pin }) => {
      const { whole, current } = this.assets[asset] as Facts;
      return [whole, ...[pin, current].filter((one) => one !== undefined).map((one) => this.whole(one))];
    });
    const all = [made.recordedWhole, ...each];
    return [Math.max(...all.map(([level]) => level)), Math.max(...all.map(([, closed]) => closed))];
  }

  upstream(asset: number, pin: Made | undefined, seen = new Set<number>()): Set<number> {
    seen.add(asset);
    for (const made of new Set([pin, this.assets[asset]?.current]))
      for (const input of made?.inputs ?? []) this.upstream(input.asset, input.pin, seen);
    return seen;
  }
}

const setting = fc.record({ type: fc.nat({ max: 2 }), personal: fc.boolean() });
const elements = fc
  .uniqueArray(fc.constantFrom(...NAMES), { maxLength: 3 })
  .chain((names) =>
    fc.tuple(...names.map(() => setting)).map((settings) => names.map((name, i) => ({ name, ...(settings[i] as Setting) }))),
  );
const settings = fc.record({ type: fc.constantFrom(0, 0, 1, 2), whole: fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 1 })), elements });
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('derive' as const),
      output: fc.nat({ max: SIZE - 1 }),
      inputs: fc.uniqueArray(fc.nat({ max: SIZE - 1 }), { minLength: 1, maxLength: 3 }),
      picks: fc.array(fc.nat({ max: 50 }), { maxLength: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revise' as const), asset: fc.nat({ max: SIZE - 1 }), to: settings }) },
);

interface Settings {
  readonly type: number;
  readonly whole: Whole;
  readonly elements: readonly (Setting & { readonly name: string })[];
}
interface Story {
  readonly start: readonly Settings[];
  readonly steps: readonly (Telling | { readonly kind: 'revise'; readonly asset: number; readonly to: Settings })[];
}
interface Telling {
  readonly kind: 'derive';
  readonly output: number;
  readonly inputs: readonly number[];
  readonly picks: readonly number[];
}
export const story: fc.Arbitrary<Story> = fc.record({
  start: fc.array(settings, { minLength: SIZE, maxLength: SIZE }),
  steps: fc.array(step, { minLength: 6, maxLength: 14 }),
});

/** A ledger as the story needs it: one department's, so that every input is its own. */
export interface Teller {
  /** Registers and publishes; answers its id. */
  publish(fields: TransactionInput<'asset:register'>): Promise<string>;
  revise(id: string, changes: TransactionInput<'asset:revise'>['changes']): Promise<void>;
  /** The policy that was recorded, or a refusal's code. */
  derive(said: TransactionInput<'derivation:record'>): Promise<Policy | string>;
  /** What becomes of another department's request: a status or a code. */
  request(asset: string, element: string): Promise<string>;
}

const fieldsOf = ({ type, whole: [level, closed], elements }: Settings) => ({
  shareType: TYPES[type] as (typeof TYPES)[number],
  level: LEVELS[level] as (typeof LEVELS)[number],
  openToPublic: closed === 0,
  elements: elements.map((element) => ({
    name: element.name,
    type: 'string' as const,
    personal: element.personal,
    ...(element.type === 0 ? {} : { shareType: TYPES[element.type] as (typeof TYPES)[number] }),
  })),
});
const asFacts = ({ type, whole, elements }: Settings) => ({
  type,
  whole,
  elements: new Map(elements.map(({ name, ...rest }) => [name, rest])),
});
const words = { en: 'words' };

/** Tells the story to the ledger, and holds each of its answers against the oracle's. */
export async function hold(ledger: Teller, { start, steps }: Story): Promise<void> {
  const assets: Facts[] = [];
  for (const one of start) {
    const conditions = one.type === 0 ? {} : { shareCondition: words, shareBasis: words };
    assets.push({ id: await ledger.publish({ title: words, shareMethod: 'file', ...fieldsOf(one), ...conditions }), ...asFacts(one) });
  }
  const oracle = new Oracle(assets);
  for (const one of steps) {
    if (one.kind === 'derive') await derive(ledger, oracle, one);
    else {
      const facts = assets[one.asset] as Facts;
      // Derived ones keep their settings here: that they may not be opened wider is another test's.
      if (facts.current) continue;
      await ledger.revise(facts.id, { ...fieldsOf(one.to), shareCondition: one.to.type === 0 ? null : words, shareBasis: words });
      Object.assign(facts, asFacts(one.to));
    }
  }
  for (const { id, type, elements, current } of assets) {
    if (!current) continue;
    for (const [name, own] of elements) expect(await ledger.request(id, name)).toBe(expectedOf(oracle, current, type, own, name));
  }
}

function expectedOf(oracle: Oracle, made: Made, type: number, own: Setting, name: string): string {
  if (type === 2) return 'WITHHELD';
  const strictest = Math.max(type, own.type, oracle.strictest(made, name).type);
  if (strictest === 2) return 'ELEMENT_WITHHELD';
  return strictest === 0 && [...made.recorded.values()].every((recorded) => recorded.type === 0) ? 'active' : 'requested';
}

async function derive(ledger: Teller, oracle: Oracle, one: Telling): Promise<void> {
  const { assets } = oracle;
  const output = assets[one.output] as Facts;
  const origins = one.inputs.flatMap((asset) => [...(assets[asset] as Facts).elements.keys()].map((element) => ({ asset, element })));
  const map = new Map<string, { asset: number; element: string }[]>();
  const names = [...output.elements.keys()];
  const mappable = names.length > 0 && origins.length > 0;
  (mappable ? one.picks : []).forEach((pick, i) => {
    const name = names[i % names.length] as string;
    const origin = origins[pick % origins.length] as { asset: number; element: string };
    const from = map.get(name) ?? [];
    if (!from.includes(origin)) map.set(name, [...from, origin]);
  });
  const said: TransactionInput<'derivation:record'> = {
    asset: output.id,
    activity: words,
    inputs: one.inputs.map((asset) => ({ asset: (assets[asset] as Facts).id })),
    columnMap: [...map].map(([element, from]) => ({
      element,
      from: from.map(({ asset, element }) => ({ asset: (assets[asset] as Facts).id, element })),
    })),
  };
  const circular = one.inputs.some((asset) => oracle.upstream(asset, undefined).has(one.output));
  if (circular) {
    expect(await ledger.derive(said)).toBe('LINEAGE_CYCLE');
    return;
  }
  const made: Made = {
    inputs: one.inputs.map((asset) => ({ asset, pin: assets[asset]?.current })),
    map,
    recorded: new Map(),
    recordedWhole: [0, 0],
  };
  const then = new Map(names.map((name) => [name, oracle.strictest(made, name)]));
  const whole = oracle.whole(made);
  // Without elements: all that may be in it.
  const types = names.length > 0 ? [...then.values()].map(({ type }) => type) : [oracle.strictest(made, '').type];
  expect(await ledger.derive(said)).toEqual({
    shareType: TYPES[Math.max(...types)],
    level: LEVELS[whole[0]],
    openToPublic: whole[1] === 0,
    elements: names.map((name) => ({
      name,
      shareType: TYPES[then.get(name)?.type ?? 2],
      personal: then.get(name)?.personal,
      sensitive: false,
    })),
  });
  made.recorded = then;
  made.recordedWhole = whole;
  output.current = made;
}
