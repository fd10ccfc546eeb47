import { ReadModelError } from '../readmodel/errors.js';
import type { ReadModel } from '../readmodel/readmodel.js';

/** The departments whose place these took, and (`all`) those that they had taken over from in turn. A department is dissolved once, so this ends. */
export async function predecessorsOf(readModel: ReadModel, departments: readonly string[], all = true): Promise<string[]> {
  const found = new Set<string>();
  const waiting = [...departments];
  for (let successor = waiting.pop(); successor !== undefined; successor = waiting.pop())
    for (const id of await directly(readModel, successor)) {
      if (all && !found.has(id)) waiting.push(id);
      found.add(id);
    }
  return [...found].sort();
}

/** One department has not more of them than a page holds: each was admitted, and dissolved, by hand. */
async function directly(readModel: ReadModel, successor: string): Promise<string[]> {
  try {
    return (await readModel.list('department', { successor, status: 'dissolved' }, { limit: 200 })).items.map(({ id }) => id);
  } catch (error) {
    if (error instanceof ReadModelError && error.code === 'EMPTY') return [];
    throw error;
  }
}
