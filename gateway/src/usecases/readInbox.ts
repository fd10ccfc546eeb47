import type { Caller } from '@drl/chaincode/model/caller';
import { type Notice, noticeOf, noticesOf } from '../inbox/notices.js';
import { tasksOf } from '../inbox/tasks.js';
import type { PageRequest, ReadModel, TrailEntry } from '../readmodel/readmodel.js';
import type { Services } from './services.js';
import { isManager } from './visibility.js';
import type { Who } from './who.js';

/** Who may: every caller, for the own department; a manager's inbox also holds what waits for the manager. */
export async function readInbox({ readModel, readMarks }: Services, { user, caller }: Who, page: PageRequest) {
  const { department } = caller;
  const told = await readModel.trail({ concerns: department }, page);
  const readThrough = await readMarks.of(user.identity.name);
  const items = await withNumbers(readModel, told.items);
  return {
    items: items.map((notice) => ({ ...notice, read: notice.block <= readThrough })),
    nextCursor: told.nextCursor,
    asOf: told.asOf,
    readThrough,
    unread: await unreadSince(readModel, caller, readThrough),
    waiting: await tasksOf(readModel, readerOf(caller)),
  };
}

export function readerOf(caller: Caller) {
  return { department: caller.department, manages: isManager(caller), at: new Date().toISOString() };
}

/** Marks everything up to a block as read. Who may: every caller, for themselves. */
export async function markRead({ readModel, readMarks }: Services, { user, caller }: Who, through: number) {
  const last = readModel.asOf()?.block ?? -1;
  const readThrough = await readMarks.move(user.identity.name, Math.min(through, last));
  return { readThrough, unread: await unreadSince(readModel, caller, readThrough) };
}

/** Of each block what concerns the department, as it comes. */
export async function* followInbox(readModel: ReadModel, { department }: Caller, from: number, signal: AbortSignal) {
  for await (const { block, acts } of readModel.changes(from, signal))
    for (const notice of await noticesOf(readModel, acts, department)) yield { block, notice };
}

/** What is counted, at most: who has more has not been here for long. */
const COUNTED = 200;

async function unreadSince(readModel: ReadModel, { department }: Caller, through: number): Promise<number> {
  const { items } = await readModel.trail({ concerns: department }, { limit: COUNTED });
  return items.filter(({ block }) => block > through).length;
}

/** A page holds a transaction's acts without those that concern others: which act each one is, its block knows. */
async function withNumbers(readModel: ReadModel, entries: readonly TrailEntry[]): Promise<Notice[]> {
  const notices = await Promise.all(
    entries.map(async (entry) => {
      const acts = (await readModel.block(entry.block))?.acts.filter(({ transactionId }) => transactionId === entry.transactionId) ?? [];
      const nth = acts.findIndex(({ subject }) => subject?.kind === entry.subject?.kind && subject?.id === entry.subject?.id);
      return noticeOf(readModel, entry, Math.max(nth, 0));
    }),
  );
  return notices.filter((notice) => notice !== undefined);
}
