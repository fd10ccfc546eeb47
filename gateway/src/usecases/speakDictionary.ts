import type { WantedElement } from '@drl/chaincode/model/records/demand';
import { keysOf, nameKey } from '../readmodel/naming.js';
import type { ReadModel } from '../readmodel/readmodel.js';

/** More elements than this are taken as they are: each is a look into the dictionary. */
const MAX_LOOKED_UP = 50;
/** Names that hold what was asked for; the one that is it is among them, or the word is too common to mean one thing. */
const LIMIT = 50;

/**
 * The asker's words in the dictionary's: an element that names no data element, but is called as exactly one adopted one is, means that one. Who
 * may: whoever may ask; the dictionary is everybody's.
 */
export async function inDictionary<E extends WantedElement>(readModel: ReadModel, elements: readonly E[]): Promise<E[]> {
  return Promise.all(
    elements.map(async (element, i) => {
      if (element.dataElementId !== undefined || i >= MAX_LOOKED_UP) return element;
      const called = [element.name, element.title?.zh, element.title?.en].filter((name) => name !== undefined);
      const ids = new Set((await Promise.all(called.map((name) => idsCalled(readModel, name)))).flat());
      const [dataElementId] = ids;
      return ids.size === 1 && dataElementId !== undefined ? { ...element, dataElementId } : element;
    }),
  );
}

async function idsCalled(readModel: ReadModel, name: string): Promise<string[]> {
  const { items } = await readModel.list('data-element', { q: name, status: 'adopted' }, { limit: LIMIT });
  return items.filter((element) => keysOf(element).has(nameKey(name))).map(({ id }) => id);
}
