import { type Definition, definitionOf } from '../block/lifecycle.js';
import type { Version } from '../block/rwset.js';
import { LIFECYCLE } from '../block/state.js';
import { sequenceKey } from './lifecycle.js';
import type { StateView } from './view.js';

export interface InForce {
  readonly definition: Definition;
  readonly version: Version;
}

/** Chaincode definitions as a view's state has them. State: those read before, by where they were written; and for each view. */
export class Definitions {
  readonly #known = new Map<string, Definition | undefined>();
  readonly #seen = new WeakMap<StateView, Map<string, InForce | undefined>>();

  of(name: string, view: StateView): InForce | undefined {
    const seen = this.#seen.get(view) ?? new Map<string, InForce | undefined>();
    if (!seen.has(name)) seen.set(name, this.#read(name, view));
    this.#seen.set(view, seen);
    return seen.get(name);
  }

  #read(name: string, view: StateView): InForce | undefined {
    const sequence = view.state(LIFECYCLE, sequenceKey(name));
    if (sequence === undefined) return undefined;
    const { version } = sequence;
    const written = `${name} ${version.block} ${version.tx}`;
    if (!this.#known.has(written)) this.#known.set(written, definitionOf(name, { get: (where, key) => entry(view, where, key) }));
    const definition = this.#known.get(written);
    return definition && { definition, version };
  }
}

function entry(view: StateView, where: string, key: string) {
  const record = view.state(where, key);
  return record && { block: record.version.block, tx: Number(record.version.tx), policy: undefined, value: record.value };
}
