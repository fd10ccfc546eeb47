import type { LedgerRecord } from '@drl/chaincode/model/records/index';
import { type PassingKind, passingKinds, passings, waits } from '@drl/chaincode/model/rules/passing';
import { effectiveStatuses } from '../readmodel/derived.js';
import type { Filters, ReadModel } from '../readmodel/readmodel.js';

/**
 * What a dissolved department still bears: found by its name and the states that are not finished, so that its past is not read through. At most
 * some hundreds; `but` those.
 */
export async function waitingOf(
  readModel: ReadModel,
  kind: PassingKind,
  department: string,
  { asOfBlock, but }: Wanted = {},
): Promise<LedgerRecord[]> {
  const found = new Map<string, LedgerRecord>();
  const { bearers, states } = passings[kind];
  const page = { limit: LIMIT, ...(asOfBlock === undefined ? {} : { asOfBlock }) };
  for (const status of effectiveStatuses(kind, states))
    for (const path of bearers) {
      // An index is named as the member is.
      const filter = { [path.split('.').at(-1) as string]: department, status } as Filters[PassingKind];
      const { items } = await readModel.list(kind, filter, page, (record) => !but?.has(record.id) && waits(record, department));
      for (const record of items) found.set(record.id, record);
    }
  return [...found.values()];
}

interface Wanted {
  readonly asOfBlock?: number;
  readonly but?: ReadonlySet<string>;
}

/** More than this are counted as this. */
const LIMIT = 200;

/** How many wait, by kind; none: all is passed on. */
export async function countWaiting(readModel: ReadModel, department: string, { asOfBlock }: { readonly asOfBlock?: number } = {}) {
  const counts: Record<string, number> = {};
  for (const kind of passingKinds) {
    const { length } = await waitingOf(readModel, kind, department, asOfBlock === undefined ? {} : { asOfBlock });
    if (length > 0) counts[kind] = Math.min(length, LIMIT);
  }
  return counts;
}
