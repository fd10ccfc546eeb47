import { canonical } from '../model/canonical.js';
import { indexKeys } from '../model/keys.js';
import type { Dispute, Frozen } from '../model/records/dispute.js';
import { endsFreeze, isFrozen } from '../model/rules/derive.js';
import { sameItem } from '../model/rules/dispute.js';
import type { State } from '../state.js';

/**
 * What a dispute freezes is told by the dispute alone: no party of the grant or right signs it, so none can hold it up, and none can lift it.
 * An index leads there, since a share must not search: one key, absent where nothing was ever frozen.
 */
export async function frozenBy(state: State, kind: Frozen['kind'], id: string): Promise<string | undefined> {
  for (const dispute of await pointed(state, { kind, id }))
    if (isFrozen({ kind, id }, [await state.need('dispute', dispute)])) return dispute;
  return undefined;
}

/** Brings the index after a dispute's change. */
export async function indexFreezes(state: State, previous: Dispute | undefined, next: Dispute): Promise<void> {
  const before = frozenIn(previous);
  const after = frozenIn(next);
  for (const item of after) if (!before.some((known) => sameItem(known, item))) await point(state, item, (ids) => [...ids, next.id]);
  for (const item of before)
    if (!after.some((known) => sameItem(known, item))) await point(state, item, (ids) => ids.filter((id) => id !== next.id));
}

const frozenIn = (dispute: Dispute | undefined) => (dispute === undefined || endsFreeze(dispute) ? [] : dispute.freezes);

async function pointed(state: State, { kind, id }: Frozen): Promise<string[]> {
  return JSON.parse((await state.text(indexKeys.frozen(kind, id))) ?? '[]') as string[];
}

async function point(state: State, item: Frozen, change: (ids: string[]) => string[]): Promise<void> {
  await state.putText(indexKeys.frozen(item.kind, item.id), canonical(change(await pointed(state, item))));
}
